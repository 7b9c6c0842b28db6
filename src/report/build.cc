// See build.h. One Builder makes one view: it keeps the names given to objects and hands out stacks by index, with every
// index and count of the region checked, because the process that wrote them may have been failing while it did.
#include "report/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <set>
#include <span>
#include <string_view>

#include "report/events.h"
#include "report/known_remedies.h"
#include "report/objects.h"
#include "report/sentences.h"
#include "report/story.h"
#include "report/trim.h"

namespace heddle::report {
namespace {

using trace::Region;
using trace::Verdict;

// Unwinding a stack takes a millisecond or so, and nobody reads a hundred of them.
constexpr uint32_t kBystandersMax = 32;

// Text of a fixed field that need not be terminated.
template <size_t N>
std::string Text(const char (&field)[N]) {
  return std::string(field, strnlen(field, N));
}

bool IsHang(Verdict verdict) {
  return verdict == Verdict::kDeadlock || verdict == Verdict::kLostWakeup ||
         verdict == Verdict::kLivelock;
}

// The thread did nothing to an object: it came to a place. What it last announced has no part in that.
bool IsPlaceOnly(Verdict verdict) {
  return verdict == Verdict::kCrash || verdict == Verdict::kAssertion ||
         verdict == Verdict::kUncaughtException || verdict == Verdict::kExitStatus ||
         verdict == Verdict::kInvariant || verdict == Verdict::kThreadLeak;
}

std::string StateWords(trace::ThreadState state) {
  switch (state) {
    case trace::ThreadState::kUnused:
      return "";
    case trace::ThreadState::kRunnable:
      return "runnable";
    case trace::ThreadState::kBlocked:
      return "blocked";
    case trace::ThreadState::kFinished:
      return "finished";
    case trace::ThreadState::kJoined:
      return "joined";
  }
  return "";
}

std::string LockWords(trace::LockKind kind) {
  switch (kind) {
    case trace::LockKind::kMutex:
      return "mutex";
    case trace::LockKind::kRwRead:
      return "rwlock (read)";
    case trace::LockKind::kRwWrite:
      return "rwlock (write)";
    case trace::LockKind::kSpin:
      return "spin lock";
  }
  return "lock";
}

class Builder {
 public:
  Builder(const Region& region, const trace::Finding& finding, Symbolizer& symbolizer)
      : region_(region), finding_(finding), symbolizer_(symbolizer), names_(symbolizer) {}

  FindingView Build(Detail detail) {
    AddFacts();
    AddCycle();
    AddAccesses();
    AddHeap();
    AddLocation();
    AddThreads();
    AddEvents(region_, finding_, symbolizer_, names_, &view_);
    if (detail == Detail::kTimeline)
      view_.timeline = BuildTimeline(region_, finding_, symbolizer_, names_, view_);
    AddStory(region_, finding_, symbolizer_, names_, &view_);
    AddBystanders();
    view_.summary = Summarize(view_);
    view_.signature = Signature(view_);
    view_.id = FindingId(view_);
    view_.suggestion = KnownRemedy(view_);
    return std::move(view_);
  }

 private:
  [[nodiscard]] uint32_t ThreadCount() const {
    return std::min(region_.execution.thread_count, kThreadsMax);
  }

  [[nodiscard]] const trace::StackSnapshot* Snapshot(uint32_t index) const {
    return index < std::min(region_.execution.snapshot_count, kSnapshotsMax)
               ? &region_.snapshots[index]
               : nullptr;
  }

  // A snapshot of another thread than expected is a mistake of the loom's; a wrong stack is worse than none.
  [[nodiscard]] Stack StackOf(uint32_t index, uint32_t thread, PcKind kind = PcKind::kExact) {
    const trace::StackSnapshot* snapshot = Snapshot(index);
    if (snapshot == nullptr || snapshot->thread != thread) return {};
    return symbolizer_.Unwind(*snapshot, region_.snapshot_pool, kind);
  }

  // Without a snapshot, or if unwinding it led to nothing of the program's, there is still the place itself.
  [[nodiscard]] Stack StackOfAccess(const trace::Access& access) {
    const bool crash = finding_.verdict == Verdict::kCrash;
    const PcKind pc_kind = crash ? PcKind::kExact : PcKind::kReturnAddress;
    const trace::StackSnapshot* snapshot = Snapshot(access.snapshot);
    const bool starts_at_pc = snapshot != nullptr && snapshot->rip == access.pc;
    Stack stack = StackOf(access.snapshot, access.thread, starts_at_pc ? pc_kind : PcKind::kExact);
    if (access.pc == 0 || HasUserFrame(stack)) return stack;
    Stack place = Trim(symbolizer_.Symbolize(access.pc, pc_kind));
    return stack.frames.empty() || HasUserFrame(place) ? place : stack;
  }

  [[nodiscard]] static bool HasUserFrame(const Stack& stack) {
    return std::any_of(stack.frames.begin(), stack.frames.end(), IsUserFrame);
  }

  void AddFacts() {
    view_.verdict = finding_.verdict;
    view_.message = Text(finding_.message);
    view_.thread = finding_.thread;
    view_.address = finding_.address;
    view_.signal = finding_.signal;
    view_.exit_status = finding_.exit_status;
    view_.event = finding_.event;
    view_.decision = finding_.decision;
    Mention(finding_.thread);
  }

  // What only the status of the process told (an exit status, a kill) was noted when no thread was left to be looked at;
  // the records of threads are then those of an earlier execution.
  [[nodiscard]] bool KnownByStatusOnly() const {
    return IsPlaceOnly(finding_.verdict) && finding_.current.thread == trace::kNoIndex;
  }

  void Mention(uint32_t thread) {
    if (thread != trace::kNoIndex) mentioned_.insert(thread);
  }

  // The edge says an object's number only; who waits for it, holds it or used it knows its kind and address.
  [[nodiscard]] const ObjectName& NameOfCycleObject(uint32_t object) {
    for (uint32_t i = 0; i < ThreadCount(); ++i) {
      const trace::ThreadRecord& thread = region_.threads[i];
      if (thread.object == object && thread.object_address != 0 &&
          !KindOfObject(thread.pending).words.empty()) {
        return names_.Name(object, KindOfObject(thread.pending), thread.object_address);
      }
    }
    for (const trace::Access* access : {&finding_.current, &finding_.previous}) {
      for (uint32_t i = 0; i < std::min(access->lock_count, kHeldLocksMax); ++i) {
        const trace::HeldLock& lock = access->locks[i];
        if (lock.object == object) return names_.Name(object, KindOfLock(lock.kind), lock.address);
      }
    }
    const uint64_t events = std::min<uint64_t>(region_.execution.kept_event_count, kEventsMax);
    for (uint64_t i = 0; i < events; ++i) {
      const trace::Event& event = region_.events[i];
      if (event.object != object || KindOfObject(event.op).words.empty()) continue;
      return names_.Name(object, KindOfObject(event.op), event.address);
    }
    return names_.Name(object, {"lock", "L"}, 0);
  }

  void AddCycle() {
    const uint32_t count = std::min(finding_.cycle_count, kCycleMax);
    // Named so that the first thread of the report holds M1 and waits for M2.
    if (count > 0) (void)NameOfCycleObject(finding_.cycle_objects[count - 1]);
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t thread = finding_.cycle_threads[i];
      const ObjectName& object = NameOfCycleObject(finding_.cycle_objects[i]);
      CycleEdge edge{.thread = thread,
                     .object = finding_.cycle_objects[i],
                     .name = object.name,
                     .kind = object.kind,
                     .variable = object.variable,
                     .at = {}};
      if (finding_.verdict == Verdict::kLockOrder) {
        edge.at = StackOf(finding_.cycle_snapshots[i], thread);
      } else if (thread < ThreadCount()) {
        edge.at = StackOf(region_.threads[thread].current_snapshot, thread);
      }
      view_.cycle.push_back(std::move(edge));
      Mention(thread);
    }
  }

  void AddAccesses() {
    // A hang has no access: every thread's own row says where it stands.
    if (IsHang(finding_.verdict)) return;
    // Where a program crashed is asked for in any case, even if the answer is that nobody knows.
    const bool has_current =
        finding_.verdict == Verdict::kCrash || finding_.current.pc != 0 ||
        Snapshot(finding_.current.snapshot) != nullptr ||
        (finding_.current.op != trace::OpKind::kNone && !IsPlaceOnly(finding_.verdict));
    if (has_current) AddAccess(finding_.current);
    if (finding_.verdict != Verdict::kDataRace) return;
    AddAccess(finding_.previous);
    view_.unseen_libraries = symbolizer_.UnseenLibraries();
  }

  [[nodiscard]] std::vector<LockView> Locks(const trace::HeldLock* locks, uint32_t count,
                                            uint32_t thread) {
    std::vector<LockView> views;
    for (const trace::HeldLock& lock : std::span(locks, count)) {
      const ObjectName& name = names_.Name(lock.object, KindOfLock(lock.kind), lock.address);
      views.push_back({.object = lock.object,
                       .name = name.name,
                       .kind = LockWords(lock.kind),
                       .variable = name.variable,
                       .address = lock.address,
                       .taken = StackOf(lock.snapshot, thread)});
    }
    return views;
  }

  void AddAccess(const trace::Access& access) {
    const trace::OpKind op = IsPlaceOnly(finding_.verdict) ? trace::OpKind::kNone : access.op;
    AccessView view{
        .thread = access.thread,
        .op = op,
        .words = AccessWords(op),
        .size = access.size,
        .event = access.event,
        .stack = StackOfAccess(access),
        .locks = Locks(access.locks, std::min(access.lock_count, kHeldLocksMax), access.thread)};
    view_.accesses.push_back(std::move(view));
    Mention(access.thread);
  }

  void AddHeap() {
    const trace::HeapBlock& block = finding_.block;
    if (block.start == 0) return;
    view_.heap = HeapView{.start = block.start,
                          .bytes = block.bytes,
                          .offset = finding_.address - block.start,
                          .alloc_thread = block.alloc_thread,
                          .allocated = StackOf(block.alloc_snapshot, block.alloc_thread),
                          .freed = block.free_thread != trace::kNoIndex,
                          .free_thread = block.free_thread,
                          .freed_at = {}};
    if (view_.heap->freed) view_.heap->freed_at = StackOf(block.free_snapshot, block.free_thread);
    Mention(block.alloc_thread);
    Mention(block.free_thread);
  }

  void AddLocation() {
    LocationView& location = view_.location;
    location.address = finding_.address;
    // The address of a crash is anywhere; naming what lies there would mislead.
    if (finding_.address == 0 || finding_.verdict == Verdict::kCrash) return;
    if (view_.heap) {
      location.kind = LocationKind::kHeap;
      return;
    }
    if (const std::optional<DataSymbol> symbol = symbolizer_.SymbolizeData(finding_.address);
        symbol) {
      location.kind = LocationKind::kGlobal;
      location.name = symbol->name;
      location.bytes = symbol->bytes;
      location.offset = finding_.address - symbol->start;
      location.module = symbol->module;
      location.file = symbol->file;
      location.line = symbol->line;
      return;
    }
    AddStackLocation();
  }

  // The copied part of a thread's stack certainly is that thread's; about anything else nothing is claimed.
  void AddStackLocation() {
    const uint32_t count = std::min(region_.execution.snapshot_count, kSnapshotsMax);
    for (uint32_t i = 0; i < count; ++i) {
      const trace::StackSnapshot& snapshot = region_.snapshots[i];
      if (finding_.address < snapshot.rsp || finding_.address - snapshot.rsp >= snapshot.bytes)
        continue;
      view_.location.kind = LocationKind::kStack;
      view_.location.thread = snapshot.thread;
      Mention(snapshot.thread);
      return;
    }
  }

  void AddThreads() {
    if (IsHang(finding_.verdict)) {
      for (uint32_t i = 0; i < ThreadCount(); ++i) {
        const trace::ThreadState state = region_.threads[i].state;
        if (state == trace::ThreadState::kRunnable || state == trace::ThreadState::kBlocked)
          Mention(i);
      }
    }
    for (const uint32_t index : mentioned_) {
      if (index < ThreadCount()) view_.threads.push_back(Thread(index));
    }
  }

  // What ended the execution in one thread is often clear only from where the others stood.
  void AddBystanders() {
    if (!IsPlaceOnly(finding_.verdict) || KnownByStatusOnly()) return;
    uint32_t room = kBystandersMax;
    for (uint32_t i = 0; i < ThreadCount() && room > 0; ++i) {
      const trace::ThreadState state = region_.threads[i].state;
      const bool alive =
          state == trace::ThreadState::kRunnable || state == trace::ThreadState::kBlocked;
      if (!alive || mentioned_.contains(i)) continue;
      ThreadView view = Thread(i);
      if (view.current.frames.empty()) continue;
      view.bystander = true;
      view_.threads.push_back(std::move(view));
      --room;
    }
  }

  ThreadView Thread(uint32_t index) {
    const trace::ThreadRecord& record = region_.threads[index];
    ThreadView view;
    view.index = index;
    view.name = Text(record.name);
    if (view.name.empty() && index == 0) view.name = "main";
    view.label =
        view.name.empty() ? fmt::format("T{}", index) : fmt::format("T{} ({})", index, view.name);
    if (index != 0) view.parent = record.parent;
    if (record.start_routine != 0) {
      const Stack start = symbolizer_.Symbolize(record.start_routine);
      const Frame& function = start.frames.back();
      // std::thread starts every thread with the same routine, which says nothing.
      if (IsUserFrame(function)) view.start_function = function.function;
    }
    if (KnownByStatusOnly()) return view;
    if (index != 0) view.created = StackOf(record.creation_snapshot, record.parent);
    view.state = StateWords(record.state);
    if (record.pending != trace::OpKind::kNone) view.pending = trace::OpWords(record.pending);
    view.lock_count = record.lock_count;
    view.locks = Locks(record.locks, std::min(record.lock_count, kThreadLocksMax), index);
    view.timed = record.deadline_ns != 0;
    view.current = StackOf(record.current_snapshot, index);
    if (view.current.frames.empty() && finding_.verdict == Verdict::kLivelock) {
      // A thread that was stopped from outside stands exactly where its registers say.
      view.current = StackOf(finding_.current.snapshot, index);
    }
    if (record.state == trace::ThreadState::kBlocked) AddWait(record, &view);
    return view;
  }

  void AddWait(const trace::ThreadRecord& record, ThreadView* view) {
    view->owner = record.owner;
    view->waits_object = record.object;
    if (record.pending == trace::OpKind::kThreadJoin) {
      view->waits_for = record.owner == trace::kNoIndex
                            ? "the end of a thread"
                            : fmt::format("the end of T{}", record.owner);
      return;
    }
    const ObjectKind kind = KindOfObject(record.pending);
    if (record.object == 0 || kind.words.empty()) {
      view->waits_for = fmt::format("its operation: {}", trace::OpWords(record.pending));
      return;
    }
    const ObjectName& name = names_.Name(record.object, kind, record.object_address);
    view->waits_for = fmt::format("{} {}", name.kind, name.Label());
  }

  const Region& region_;
  const trace::Finding& finding_;
  Symbolizer& symbolizer_;
  ObjectNames names_;
  FindingView view_;
  std::set<uint32_t> mentioned_;
};

}  // namespace

FindingView BuildFinding(const Region& diagnosed, uint32_t index, Symbolizer& symbolizer,
                         Detail detail) {
  if (index >= kFindingsMax) return {};
  return Builder(diagnosed, diagnosed.findings[index], symbolizer).Build(detail);
}

}  // namespace heddle::report
