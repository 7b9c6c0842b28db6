// Virtual time. It grows by a microsecond per event, and jumps to the next deadline when nobody can go on, or earlier,
// as a decision: threads may be arbitrarily slow compared with the clock. Deadlines are therefore met in order, and a
// wait that expires early is one that the clock overtook, never one whose time had not come.
#include <poll.h>
#include <time.h>

#include "base/check.h"
#include "engine/engine.h"
#include "sys/raw_syscall.h"

namespace heddle::engine {

void Engine::SetDeadline(Thread* thread, const uint64_t* deadline_ns) {
  if (deadline_ns == nullptr) return;
  LeaveOut(trace::kDporTime);
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

uint64_t Engine::EarliestDeadline() const {
  uint64_t earliest = ~uint64_t{0};
  for (uint32_t i = 0; i < thread_count_; ++i) {
    const Thread& thread = threads_[i];
    // A deadline that the clock has passed unnoticed, a microsecond at a time, is the earliest of all.
    const bool waits = thread.has_deadline && !enabled_.Contains(thread.id);
    if (waits && thread.deadline_ns < earliest) earliest = thread.deadline_ns;
  }
  for (uint32_t i = 0; i < timer_count_; ++i) {
    if (timers_[i].deadline_ns < earliest) earliest = timers_[i].deadline_ns;
  }
  return earliest;
}

void Engine::AdvanceToEarliestDeadline() {
  const uint64_t earliest = EarliestDeadline();
  if (earliest != ~uint64_t{0}) AdvanceTime(earliest);
}

// Threads that could run may be overtaken by the clock, but not by any length of time.
bool Engine::EarlyTimeIsPlausible() const {
  constexpr uint64_t kEarlyMaxNs = 60ull * 1'000'000'000;
  const uint64_t earliest = EarliestDeadline();
  return earliest != ~uint64_t{0} && earliest <= now_ns_ + kEarlyMaxNs;
}

void Engine::AdvanceTime(uint64_t to_ns) {
  if (to_ns > now_ns_) now_ns_ = to_ns;
  region_->execution.virtual_ns = now_ns_;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    if (threads_[i].has_deadline && threads_[i].deadline_ns <= now_ns_) UpdateEnabled(&threads_[i]);
  }
  if (timer_count_ > 0) ExpireTimers();
}

void Engine::SetTimer(int descriptor, uint64_t deadline_ns, uint64_t interval_ns) {
  ForgetTimer(descriptor);
  if (deadline_ns == 0) return;
  if (timer_count_ == kTimersMax) DieOfLimit("kTimersMax", "armed timer descriptors", kTimersMax);
  timers_[timer_count_++] = {descriptor, deadline_ns, interval_ns};
}

void Engine::ForgetTimer(int descriptor) {
  for (uint32_t i = 0; i < timer_count_; ++i) {
    if (timers_[i].descriptor == descriptor) timers_[i--] = timers_[--timer_count_];
  }
}

void Engine::GetTimer(int descriptor, uint64_t* remaining_ns, uint64_t* interval_ns) const {
  *remaining_ns = 0;
  *interval_ns = 0;
  for (uint32_t i = 0; i < timer_count_; ++i) {
    const Timer& timer = timers_[i];
    if (timer.descriptor != descriptor) continue;
    *remaining_ns = timer.deadline_ns > now_ns_ ? timer.deadline_ns - now_ns_ : 1;
    *interval_ns = timer.interval_ns;
  }
}

// The real timer is set to go off at once, and its going off is waited for, so that what the program polls next does not
// depend on how fast the kernel is.
void Engine::ExpireTimers() {
  for (uint32_t i = 0; i < timer_count_; ++i) {
    Timer& timer = timers_[i];
    if (timer.deadline_ns > now_ns_) continue;
    itimerspec at_once = {};
    at_once.it_value.tv_nsec = 1;
    const int descriptor = timer.descriptor;
    sys::Syscall(SYS_timerfd_settime, descriptor, 0, sys::Arg(&at_once), 0);
    pollfd readable = {descriptor, POLLIN, 0};
    timespec patience = {0, 100'000'000};
    sys::Syscall(SYS_ppoll, sys::Arg(&readable), 1, sys::Arg(&patience), 0, 0);
    if (timer.interval_ns != 0) {
      timer.deadline_ns = now_ns_ + timer.interval_ns;
    } else {
      timers_[i--] = timers_[--timer_count_];
    }
  }
  OutsideChanged();
}

// A thread that polls the clock in a spin loop makes time pass faster the longer it spins, so that it ends.
uint64_t Engine::ReadClock(uintptr_t pc) {
  Thread* thread = current_;
  thread->pc = pc;
  LeaveOut(trace::kDporTime);
  now_ns_ += 1000;
  if (thread->spin_repeats > 0 || thread->spin_reads_clock) {
    thread->spin_reads_clock = true;
    const uint32_t doublings = thread->spin_repeats < 16 ? thread->spin_repeats : 16;
    now_ns_ += uint64_t{1000} << doublings;
  }
  return now_ns_;
}

}  // namespace heddle::engine
