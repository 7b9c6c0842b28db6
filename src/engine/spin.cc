// Spin loops are recognised by what they do: reading values again that have not changed, without doing anything that
// others could see in between. Such a thread is no candidate until one of the values changes, so a spinning loop costs a
// few decisions instead of millions and every strategy is fair to the thread that it waits for.
//
//   step  what the thread does                     what is kept
//   1     reads a (version 3)                      {a:3}
//   2     reads a again, still version 3           repeats 1
//   …     as often as patience goes                the thread waits: pending kSpin
//   n     another thread changes a (version 4)     the thread is a candidate again, nothing kept
//
// A loop that would end by itself (a bounded number of tries) must not be taken for an endless one. When nobody else can
// go on, spinning threads are let go on for kRoundsMax rounds; only if nothing has changed after that is it a livelock.
// And because many waits spin a little and then block for good (std::atomic::wait), the patience differs between
// executions: little, so that spin locks are explored cheaply, or enough for such a wait to reach its blocking part while
// others have not moved.
#include "engine/engine.h"

namespace heddle::engine {
namespace {

constexpr uint32_t kRoundsMax = 2'000;

}  // namespace

// The current thread has read `object` (a load, a failed try) and got what was there before.
void Engine::NoteSpinRead(SyncObject* object, uintptr_t pc) {
  if (phase_ != Phase::kRunning) return;
  Thread* thread = current_;
  bool again = false;
  bool known = false;
  for (uint32_t i = 0; i < thread->spin_read_count; ++i) {
    SpinRead& read = thread->spin_reads[i];
    if (read.object != object) continue;
    known = true;
    again = read.version == object->version;
    read.version = object->version;
    if (reduction_ != nullptr) read.step = reduction_->step();
  }
  if (!known) {
    if (thread->spin_read_count == Thread::kSpinReadsMax) thread->spin_read_count = 0;
    thread->spin_reads[thread->spin_read_count++] = {
        object, object->version, reduction_ != nullptr ? reduction_->step() : 0};
    return;
  }
  if (!again) {
    thread->spin_repeats = 0;
    thread->spin_rounds = 0;
    return;
  }
  if (++thread->spin_repeats < spin_patience_ * thread->spin_read_count) return;
  if (thread->spin_reads_clock) {
    // It looks at the clock as well, so time is what it waits for: give way, and let the clock run (ReadClock).
    thread->spin_repeats = spin_patience_;
    Yield(pc);
    return;
  }
  bool changed = false;
  for (uint32_t i = 0; i < thread->spin_read_count; ++i) {
    const SpinRead& read = thread->spin_reads[i];
    if (read.version == read.object->version) continue;
    // What the thread does next is to depend on what it has read, and not on when it stops reading.
    if (!announces_all_) return;
    changed = true;
    if (reduction_ != nullptr)
      reduction_->NoteLateChange(thread->id, Index(read.object->id), read.step);
  }
  if (reduction_ != nullptr) reduction_->LeaveOut(trace::kDporSpins);
  thread->spinning = !changed;
  spinner_count_ += !changed;
  thread->relock = object;
  Arrive(trace::OpKind::kSpin, nullptr, true, pc);
  thread->relock = nullptr;
  Done(trace::OpKind::kSpin, object, 0, 0);
  thread->spin_repeats = 0;
}

// A loop that spins on a plain variable (a data race, and often the bug itself) makes no decision at all. It is noticed by
// the clock on the wall, and the execution is run again with every plain access counted: from then on a thread that makes
// this many of them in a row gives way. That it is counted is part of the schedule (DecisionKind::kSetting), so a replay
// does the same.
void Engine::NotePlainAccess(uintptr_t pc) {
  constexpr uint64_t kPlainAccessesMax = 20'000;
  const uint64_t events = region_->execution.event_count;
  if (events != plain_events_) {
    plain_events_ = events;
    plain_accesses_ = 0;
  }
  if (++plain_accesses_ < kPlainAccessesMax || enabled_.count() < 2 || phase_ != Phase::kRunning)
    return;
  plain_accesses_ = 0;
  enabled_.Erase(current_->id);
  const bool others = !enabled_.empty();
  enabled_.Insert(current_->id);
  if (others) Yield(pc);
}

// The thread did something that others can see or that depends on more than reading.
void Engine::NoteProgress(Thread* thread) {
  thread->spin_read_count = 0;
  thread->spin_repeats = 0;
  thread->spin_rounds = 0;
  thread->spin_reads_clock = false;
}

// `object` has another value now: threads that spin on it go on.
void Engine::NoteChange(SyncObject* object) {
  if (__builtin_expect(reduction_ != nullptr, 0)) reduction_->NoteChanged();
  if (spinner_count_ == 0) return;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    Thread& thread = threads_[i];
    if (!thread.spinning) continue;
    for (uint32_t k = 0; k < thread.spin_read_count; ++k) {
      if (thread.spin_reads[k].object != object) continue;
      thread.spinning = false;
      --spinner_count_;
      if (reduction_ != nullptr) reduction_->NoteEnables(thread.id);
      thread.spin_read_count = 0;
      thread.spin_rounds = 0;
      UpdateEnabled(&thread);
      break;
    }
  }
}

// Nobody else can go on. True if there is a spinning thread that may still have tries left.
bool Engine::LetSpinnersGoOn() {
  bool any = false;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    Thread& thread = threads_[i];
    if (!thread.spinning || thread.spin_rounds >= kRoundsMax) continue;
    ++thread.spin_rounds;
    LeaveOut(trace::kDporTries);
    thread.spinning = false;
    --spinner_count_;
    UpdateEnabled(&thread);
    any = true;
  }
  return any;
}

}  // namespace heddle::engine
