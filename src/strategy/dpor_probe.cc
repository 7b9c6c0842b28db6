// See dpor_probe.h.
#include "strategy/dpor_probe.h"

#include <bit>

#include "base/prng.h"
#include "strategy/dpor.h"

namespace heddle::strategy {
namespace {

using trace::DporNode;
using trace::DporOp;
using trace::DporProbe;
using trace::DporSearch;

constexpr uint64_t Bit(uint32_t thread) { return uint64_t{1} << thread; }

uint32_t Draw(DporProbe* probe, uint32_t bound) {
  return static_cast<uint32_t>((SplitMix64(++probe->random) >> 32) * bound >> 32);
}

// The threads that have, directly or through others, to do with a thread, as far as probes have seen.
uint64_t ComponentOf(const DporProbe& probe, uint32_t thread) {
  if (probe.related[thread] == 0) return ~uint64_t{0};
  uint64_t component = Bit(thread);
  for (uint64_t fresh = component; fresh != 0;) {
    uint64_t next = component;
    for (uint64_t left = fresh; left != 0; left &= left - 1)
      next |= probe.related[std::countr_zero(left)];
    fresh = next & ~component;
    component = next;
  }
  return component;
}

void NoteUse(DporProbe* probe, const trace::DporEvent& event) {
  for (uint32_t i = 0; i < event.op.access_count; ++i) {
    const uint32_t object = event.op.accesses[i].object;
    if (object < 2 * kDporObjectsMax) probe->users[object] |= Bit(event.thread);
  }
}

// Also forgets what NoteUse noted: another execution may give other numbers to the objects.
void Relate(DporProbe* probe, const trace::DporEvent& event) {
  probe->related[event.thread] |= Bit(event.thread);
  for (uint32_t i = 0; i < event.op.access_count; ++i) {
    const uint32_t object = event.op.accesses[i].object;
    if (object >= 2 * kDporObjectsMax) continue;
    const uint64_t users = probe->users[object];
    probe->users[object] = 0;
    for (uint64_t left = users; left != 0; left &= left - 1)
      probe->related[std::countr_zero(left)] |= users;
  }
}

}  // namespace

void BeginProbe(DporSearch* probe) {
  const uint64_t number = probe->executions;
  RestartDpor(probe);
  probe->executions = number;
  probe->probe.on = 1;
  probe->probe.random = SplitMix64(number + 1);
  probe->probe.weight = 1;
}

void FinishProbe(DporSearch* probe, trace::DporEstimate* estimate) {
  DporProbe& state = probe->probe;
  const auto for_each = [&](auto f) {
    for (uint32_t i = 0; i < probe->depth; ++i) f(&state, probe->events[i]);
    for (uint64_t left = probe->pending_alive; left != 0; left &= left - 1)
      f(&state, probe->pending[std::countr_zero(left)]);
  };
  for_each(NoteUse);
  for_each(Relate);
  ++probe->executions;
  state.on = 0;
  ++estimate->probes;
  estimate->sum += state.weight;
  estimate->sum_of_squares += state.weight * state.weight;
}

// The candidates stand in some order; who is taken puts to sleep those before it.
bool Dpor::EnterProbeNode(const ThreadSet& enabled) {
  DporProbe& probe = search_->probe;
  const uint32_t depth = search_->depth;
  InheritSleep(depth);
  DporNode& node = search_->nodes[depth];
  node.first_branch = trace::kDporNoBranch;
  node.value = 0;
  node.value_count = 0;
  node.all_values = 1;
  // In front: somebody who does what touches nothing, or else the first of them and all who have to do with that one.
  uint32_t candidates[kDporThreadsMax];
  uint32_t count = 0;
  uint32_t in_front = 0;
  bool touches_nothing = false;
  uint64_t component = 0;
  enabled.ForEach([&](ThreadId id) {
    const uint32_t thread = Index(id);
    if (thread >= kDporThreadsMax || (node.asleep & Bit(thread)) != 0 || touches_nothing) return;
    candidates[count++] = thread;
    if (count == 1) component = ComponentOf(probe, thread);
    touches_nothing = search_->pending[thread].op.access_count == 0;
    if (touches_nothing) {
      candidates[0] = thread;
      count = 1;
    }
    if ((component & Bit(thread)) == 0 || touches_nothing) return;
    candidates[count - 1] = candidates[in_front];
    candidates[in_front++] = thread;
  });
  if (count == 0) {
    probe.weight = 0;
    Freeze();
    return false;
  }
  // Those in front in 63 cases of 64.
  constexpr uint32_t kWays = 64;
  uint32_t taken = 0;
  if (in_front == count) {
    taken = Draw(&probe, count);
    probe.weight *= count;
  } else if (!touches_nothing) {
    const bool front = Draw(&probe, kWays) != 0;
    const uint32_t among = front ? in_front : count - in_front;
    taken = (front ? 0 : in_front) + Draw(&probe, among);
    probe.weight *= front ? double{kWays} / (kWays - 1) * among : double{kWays} * among;
  }
  for (uint32_t i = 0; i < taken; ++i) node.asleep |= Bit(candidates[i]);
  node.thread = candidates[taken];
  node.kind = search_->pending[node.thread].op.kind;
  return true;
}

uint32_t Dpor::DrawValue(uint32_t count) {
  search_->probe.weight *= count;
  return Draw(&search_->probe, count);
}

}  // namespace heddle::strategy
