// What one change of thread costs: the loom's fibres (src/sys/fibre.h) against two kernel threads that hand a turn to
// each other by futex. Both halves stay on one processor, because a schedule that Heddle explores stays on one too, and
// because a hand-off across processors would measure the idle state of the other one.
//
//   fibre_switch [FIBRE-SWITCHES [FUTEX-SWITCHES]]   prints {"fibre_ns": x, "futex_ns": y}
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "clock.h"
#include "sys/fibre.h"
#include "sys/raw_syscall.h"

namespace {

using heddle::sys::Arg;
using heddle::sys::FibreContext;
using heddle::sys::Syscall;

[[noreturn]] void Fail(const char* what) {
  std::fprintf(stderr, "fibre_switch: %s\n", what);
  std::exit(1);
}

void WaitWhile(std::atomic<uint32_t>* word, uint32_t value) {
  while (word->load(std::memory_order_acquire) == value) {
    Syscall(SYS_futex, Arg(word), FUTEX_WAIT_PRIVATE, value);
  }
}

void Set(std::atomic<uint32_t>* word, uint32_t value) {
  word->store(value, std::memory_order_release);
  Syscall(SYS_futex, Arg(word), FUTEX_WAKE_PRIVATE, 1);
}

void StayOnOneProcessor() {
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    Fail("cannot read the processor affinity");
  int first = 0;
  while (!CPU_ISSET(first, &allowed)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  if (sched_setaffinity(0, sizeof(one), &one) != 0) Fail("cannot stay on one processor");
}

pthread_t StartThread(void* (*function)(void*), void* argument) {
  pthread_t thread;
  if (pthread_create(&thread, nullptr, function, argument) != 0) Fail("pthread_create failed");
  return thread;
}

// A fibre on the stack and thread-local storage of a pthread that never runs again.
struct LentThread {
  void (*entry)();
  FibreContext context;
  std::atomic<uint32_t> parked{0};
};

FibreContext g_main;
LentThread g_first;
LentThread g_second;
uint64_t g_rounds;

void FirstFibre() {
  for (uint64_t i = 0; i < g_rounds; ++i)
    heddle::sys::SwitchFibre(&g_first.context, g_second.context);
  heddle::sys::SwitchFibre(&g_first.context, g_main);
  std::abort();
}

void SecondFibre() {
  for (;;) heddle::sys::SwitchFibre(&g_second.context, g_first.context);
}

void* Park(void* argument) {
  auto* lent = static_cast<LentThread*>(argument);
  // Clear of the frames that this function goes on using.
  constexpr int kOwnFrames = 4096;
  char* top = static_cast<char*>(__builtin_frame_address(0)) - kOwnFrames;
  heddle::sys::MakeFibre(&lent->context, top, heddle::sys::ThreadPointer(), lent->entry);
  Set(&lent->parked, 1);
  for (;;) WaitWhile(&lent->parked, 1);
}

double NanosecondsPerFibreSwitch(uint64_t switches) {
  g_rounds = switches / 2;
  heddle::sys::InitFibres();
  g_main.thread_pointer = heddle::sys::ThreadPointer();
  g_first.entry = &FirstFibre;
  g_second.entry = &SecondFibre;
  for (LentThread* lent : {&g_first, &g_second}) {
    StartThread(&Park, lent);
    WaitWhile(&lent->parked, 0);
  }
  const double start = bench::Seconds();
  heddle::sys::SwitchFibre(&g_main, g_first.context);
  return (bench::Seconds() - start) * 1e9 / static_cast<double>(2 * g_rounds);
}

// Whose turn it is: 0 or 1. The only communication of the two kernel threads.
std::atomic<uint32_t> g_turn{0};
uint64_t g_hand_offs;

void TakeTurns(uint32_t own) {
  for (uint64_t i = 0; i < g_hand_offs; ++i) {
    WaitWhile(&g_turn, 1 - own);
    Set(&g_turn, 1 - own);
  }
}

void* OtherThread(void*) {
  TakeTurns(1);
  return nullptr;
}

double NanosecondsPerFutexHandOff(uint64_t switches) {
  g_hand_offs = switches / 2;
  const double start = bench::Seconds();
  const pthread_t other = StartThread(&OtherThread, nullptr);
  TakeTurns(0);
  pthread_join(other, nullptr);
  return (bench::Seconds() - start) * 1e9 / static_cast<double>(2 * g_hand_offs);
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t fibre_switches = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000'000;
  const uint64_t futex_switches = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
  if (fibre_switches < 2 || futex_switches < 2) Fail("each count must be at least 2");
  StayOnOneProcessor();
  const double fibre = NanosecondsPerFibreSwitch(fibre_switches);
  const double futex = NanosecondsPerFutexHandOff(futex_switches);
  std::printf("{\"fibre_ns\": %.2f, \"futex_ns\": %.1f}\n", fibre, futex);
  std::fflush(stdout);
  _exit(0);  // the lent threads are parked for good: nothing may wait for them
}
