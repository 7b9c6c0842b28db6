#include "driver/interrupt.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace heddle::driver {
namespace {

// Written by the handler, read anywhere. Relaxed suffices: the flag carries no other data.
std::atomic<bool> interrupted{false};
std::atomic<int> descriptor{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void OnSignal(int /*signal*/) {
  const int saved = errno;
  interrupted.store(true, std::memory_order_relaxed);
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written =
      write(descriptor.load(std::memory_order_relaxed), &one, sizeof(one));
  errno = saved;
}

}  // namespace

void InstallInterruptHandlers() {
  descriptor.store(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), std::memory_order_relaxed);
  struct sigaction action {};
  action.sa_handler = OnSignal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // The second signal has its usual effect.
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

bool Interrupted() { return interrupted.load(std::memory_order_relaxed); }
int InterruptDescriptor() { return descriptor.load(std::memory_order_relaxed); }

}  // namespace heddle::driver
