// The part of the search that runs with an execution: follows the path, then the wake-up tree, then its own taste, and
// notes what each step did. What is learned from it: dpor_races.cc. See dpor.h.
#include "strategy/dpor.h"

#include <bit>

#include "base/check.h"
#include "strategy/dpor_tree.h"

namespace heddle::strategy {

using trace::DporEvent;
using trace::DporNode;
using trace::DporStatus;
using trace::kDporNone;

namespace {

constexpr uint64_t Bit(uint32_t thread) { return uint64_t{1} << thread; }

}  // namespace

void Dpor::StartExecution(const ExecutionInfo&) {
  HEDDLE_CHECK(search_ != nullptr);
  if (search_->status == DporStatus::kUnused) search_->status = DporStatus::kRunning;
  search_->depth = 0;
  search_->frozen = 0;
  search_->redundant_now = 0;
  search_->thread_count = 0;
  search_->pending_alive = 0;
  search_->barrier_count = 0;
  ++stamp_;
}

void Dpor::LeaveOut(trace::DporLeftOut what) { search_->left_out |= what; }

void Dpor::Suppose(trace::DporSupposed what) { search_->supposed |= what; }

void Dpor::NoteChanged() {
  if (Searching() && search_->depth > 0) search_->events[step()].changed = 1;
}

void Dpor::NoteLateChange(ThreadId thread, uint32_t object, uint32_t step) {
  if (!Searching()) return;
  for (uint32_t i = step + 1; i < search_->depth; ++i) {
    const DporEvent& event = search_->events[i];
    for (uint32_t k = 0; k < event.op.access_count && event.changed != 0; ++k) {
      if (event.op.accesses[k].object != ObjectKey(object)) continue;
      SetEnabledBy(thread, i);
      return;
    }
  }
}

// The execution goes on as it likes; what it does from here on is not part of the search.
void Dpor::Freeze() { search_->frozen = 1; }

void Dpor::OnThreadCreated(ThreadId id) {
  const uint32_t thread = Index(id);
  if (thread >= kDporThreadsMax) {
    LeaveOut(trace::kDporThreads);
    Freeze();
    return;
  }
  if (!Searching()) return;
  if (thread >= search_->thread_count) search_->thread_count = thread + 1;
  search_->pending_alive |= Bit(thread);
  last_step_[thread] = kDporNone;
  DporEvent& pending = search_->pending[thread];
  pending = {};
  pending.thread = thread;
  pending.number = 1;
  pending.before = kDporNone;
  pending.enabled_by = search_->depth > 0 ? step() : kDporNone;
}

void Dpor::Announce(ThreadId thread, const Announcement& announcement) {
  if (!Searching()) return;
  search_->pending[Index(thread)].op = OpOf(announcement);
}

void Dpor::NoteEnables(ThreadId thread) {
  if (search_->depth > 0) SetEnabledBy(thread, step());
}

void Dpor::SetEnabledBy(ThreadId thread, uint32_t step) {
  if (!Searching()) return;
  if (search_->events[step].thread == Index(thread)) return;
  search_->pending[Index(thread)].enabled_by = step;
}

void Dpor::NoteJoined(ThreadId thread) {
  if (Searching() && Index(thread) < kDporThreadsMax)
    search_->events[step()].enabled_by = last_step_[Index(thread)];
}

void Dpor::NoteJoinsAll() {
  if (Searching()) search_->events[step()].joins_all = 1;
}

void Dpor::NoteBarrier() {
  if (!Searching()) return;
  uint32_t& count = search_->barrier_count;
  if (count > 0 && search_->barriers[count - 1] == search_->depth) return;
  if (count < kDporDepthMax) search_->barriers[count++] = search_->depth;
}

void Dpor::NoteEnded(ThreadId thread) {
  if (Searching()) search_->pending_alive &= ~Bit(Index(thread));
}

void Dpor::NoteAvailable(uint32_t available) {
  if (Searching()) search_->events[step()].available = available;
}

ThreadId Dpor::PickNext(const Choice& choice) { return choice.enabled->Nth(0); }

uint32_t Dpor::ExchangeLastUse(uint32_t object, uint32_t use) {
  LastUse& last = last_uses_[object];
  const uint32_t before = last.stamp == stamp_ ? last.use : kDporNone;
  last = {stamp_, use};
  return before;
}

// Who sleeps at a new node: who slept at the one before and commutes with the step that was done there.
void Dpor::InheritSleep(uint32_t depth) {
  DporNode& node = search_->nodes[depth];
  node.asleep = 0;
  node.asleep_count = 0;
  if (depth == 0) return;
  const DporNode& before = search_->nodes[depth - 1];
  const DporEvent& done = search_->events[depth - 1];
  // While a thread sleeps it does not move, so what it has announced is what it slept with.
  for (uint64_t left = before.asleep & ~Bit(done.thread); left != 0; left &= left - 1) {
    const auto thread = static_cast<uint32_t>(std::countr_zero(left));
    if (!Dependent(search_->pending[thread].op, done.op)) node.asleep |= Bit(thread);
  }
  for (uint32_t i = 0; i < before.asleep_count; ++i) {
    const trace::DporAsleep& some = before.some_asleep[i];
    if (some.thread == done.thread || Dependent(search_->pending[some.thread].op, done.op))
      continue;
    node.some_asleep[node.asleep_count++] = some;
  }
}

// Makes the node of the step that comes next. False if the path cannot be followed or nothing is left to do.
bool Dpor::EnterNode(const ThreadSet& enabled, ThreadId current) {
  if (search_->probe.on != 0) return EnterProbeNode(enabled);
  const uint32_t depth = search_->depth;
  DporNode& node = search_->nodes[depth];
  if (depth < search_->prefix) {
    const trace::DporOp& op = search_->pending[node.thread].op;
    const uint32_t object = op.access_count > 0 ? op.accesses[0].object : 0;
    const bool is_new = node.kind == kDporNone;
    if (is_new) {
      node.kind = op.kind;
      node.object = object;
    }
    if (enabled.Contains(ThreadId{node.thread}) && node.kind == op.kind && node.object == object)
      return true;
    search_->status = DporStatus::kDeviated;
    return false;
  }
  InheritSleep(depth);
  node.first_branch = search_->carried;
  search_->carried = trace::kDporNoBranch;
  node.value = 0;
  node.value_count = 0;
  if (node.first_branch != trace::kDporNoBranch) {
    BeginBranch(search_, depth);
    if (!enabled.Contains(ThreadId{node.thread})) {
      search_->status = DporStatus::kDeviated;
      return false;
    }
  } else {
    const ThreadId chosen = ChooseFreely(enabled, current);
    if (chosen == kNoThread) {
      ++search_->redundant;
      search_->redundant_now = 1;
      Freeze();
      return false;
    }
    node.thread = Index(chosen);
    node.all_values = 1;
  }
  const trace::DporOp& op = search_->pending[node.thread].op;
  node.kind = op.kind;
  node.object = op.access_count > 0 ? op.accesses[0].object : 0;
  return true;
}

// The current thread if it can go on, so that there are few switches; else the first that does not sleep.
ThreadId Dpor::ChooseFreely(const ThreadSet& enabled, ThreadId current) const {
  const uint64_t asleep = search_->nodes[search_->depth].asleep;
  const auto fit = [asleep](ThreadId thread) {
    return Index(thread) < kDporThreadsMax && (asleep & Bit(Index(thread))) == 0;
  };
  if (enabled.Contains(current) && fit(current)) return current;
  ThreadId chosen = kNoThread;
  enabled.ForEach([&](ThreadId thread) {
    if (chosen == kNoThread && fit(thread)) chosen = thread;
  });
  return chosen;
}

void Dpor::PushEvent(uint32_t thread) {
  const uint32_t step = search_->depth;
  DporEvent& event = search_->events[step];
  DporEvent& pending = search_->pending[thread];
  event = pending;
  for (uint32_t i = 0; i < event.op.access_count; ++i) {
    event.earlier[i] = ExchangeLastUse(event.op.accesses[i].object, 2 * step + i);
  }
  search_->places[thread][event.number] = static_cast<uint16_t>(step);
  last_step_[thread] = step;
  pending.op = {};
  pending.number = event.number + 1;
  pending.before = step;
  pending.enabled_by = kDporNone;
  ++search_->depth;
}

ThreadId Dpor::Pick(const ThreadSet& enabled, ThreadId current, uint32_t object_count) {
  const auto fall_back = [&] { return enabled.Contains(current) ? current : enabled.Nth(0); };
  if (!Searching()) return fall_back();
  if (search_->depth == kDporDepthMax) {
    LeaveOut(trace::kDporTooDeep);
    Freeze();
    return fall_back();
  }
  if (!EnterNode(enabled, current)) return fall_back();
  DporNode& node = search_->nodes[search_->depth];
  node.stable_objects = ObjectKey(object_count + 1);
  const trace::DporOp& op = search_->pending[node.thread].op;
  for (uint32_t i = 0; i < op.access_count; ++i) {
    if (op.accesses[i].object < 2 * kDporObjectsMax) continue;
    LeaveOut(trace::kDporObjects);
    Freeze();
    return fall_back();
  }
  PushEvent(node.thread);
  return ThreadId{node.thread};
}

uint32_t Dpor::PickValue(uint32_t count) {
  HEDDLE_CHECK(count > 1);
  if (!Searching() || search_->depth == 0) return 0;
  DporEvent& event = search_->events[step()];
  DporNode& node = search_->nodes[step()];
  if (event.value_count > 0) {
    LeaveOut(trace::kDporTwoChoices);
    return 0;
  }
  if (search_->probe.on != 0) {
    node.value = DrawValue(count);
  } else if (node.value_count == 0) {
    if (node.all_values != 0) node.value = NextValue(node, 0, count);
  } else if (node.value_count != count) {
    search_->status = DporStatus::kDeviated;
    return 0;
  }
  if (node.value >= count) {
    search_->status = DporStatus::kDeviated;
    return 0;
  }
  node.value_count = count;
  event.value = node.value;
  event.value_count = count;
  return node.value;
}

}  // namespace heddle::strategy
