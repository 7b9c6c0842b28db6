// Virtual time. It grows by a microsecond per event, and jumps to the next deadline when nobody can go on, or earlier,
// as a decision: threads may be arbitrarily slow compared with the clock. Deadlines are therefore met in order, and a
// wait that expires early is one that the clock overtook, never one whose time had not come.
#include "engine/engine.h"

namespace heddle::engine {

void Engine::SetDeadline(Thread* thread, const uint64_t* deadline_ns) {
  if (deadline_ns == nullptr) return;
  thread->deadline_ns = *deadline_ns;
  thread->has_deadline = true;
  ++deadline_count_;
}

void Engine::ClearDeadline(Thread* thread) {
  if (!thread->has_deadline) return;
  thread->has_deadline = false;
  thread->deadline_ns = 0;
  --deadline_count_;
}

void Engine::AdvanceToEarliestDeadline() {
  uint64_t earliest = ~uint64_t{0};
  for (uint32_t i = 0; i < thread_count_; ++i) {
    const Thread& thread = threads_[i];
    // A deadline that the clock has passed unnoticed, a microsecond at a time, is the earliest of all.
    const bool waits = thread.has_deadline && !enabled_.Contains(thread.id);
    if (waits && thread.deadline_ns < earliest) earliest = thread.deadline_ns;
  }
  if (earliest != ~uint64_t{0}) AdvanceTime(earliest);
}

void Engine::AdvanceTime(uint64_t to_ns) {
  if (to_ns > now_ns_) now_ns_ = to_ns;
  region_->execution.virtual_ns = now_ns_;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    if (threads_[i].has_deadline && threads_[i].deadline_ns <= now_ns_) UpdateEnabled(&threads_[i]);
  }
}

// A thread that polls the clock in a spin loop makes time pass faster the longer it spins, so that it ends.
uint64_t Engine::ReadClock(uintptr_t pc) {
  Thread* thread = current_;
  thread->pc = pc;
  now_ns_ += 1000;
  if (thread->spin_repeats > 0 || thread->spin_reads_clock) {
    thread->spin_reads_clock = true;
    const uint32_t doublings = thread->spin_repeats < 16 ? thread->spin_repeats : 16;
    now_ns_ += uint64_t{1000} << doublings;
  }
  return now_ns_;
}

}  // namespace heddle::engine
