// Executions inside one process, one after the other (the mechanism of heddle::Explore): each starts afresh, what one of
// them did to the engine is forgotten by the next, and nothing grows. Prints what is wrong; exit status 1 if anything is.
#include <malloc.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <random>
#include <set>
#include <stdexcept>
#include <thread>

#include "heddle/heddle.h"

namespace {

int g_wrong = 0;

void Expect(bool condition, const char* what) {
  if (condition) return;
  std::printf("wrong: %s\n", what);
  ++g_wrong;
}

struct Explored {
  int findings;  // executions with one: at most one, since the exploration stops there
  std::uint64_t executions;
  std::uint64_t decisions;
};

Explored Explore(void (*body)(void*), std::uint64_t schedules, std::uint64_t seed = 1) {
  heddle::Options options;
  options.schedules = schedules;
  options.time = std::chrono::nanoseconds(0);
  options.strategy = "random";
  options.seed = seed;
  options.cards = "in_process.cards";
  const heddle::Result result = heddle::Explore([body] { body(nullptr); }, options);
  if (!result.error().empty()) std::printf("error: %s\n", result.error().c_str());
  return {result.findings().empty() ? 0 : 1, result.executions(), result.decisions()};
}

// --- bodies ---

void TwoThreadsOneMutex(void*) {
  std::mutex mutex;
  int count = 0;
  const auto add = [&] {
    const std::lock_guard lock(mutex);
    ++count;
  };
  std::thread first(add);
  std::thread second(add);
  first.join();
  second.join();
  if (count != 2) std::abort();
}

void Race(void*) {
  int count = 0;
  std::thread first([&] { ++count; });
  std::thread second([&] { ++count; });
  first.join();
  second.join();
}

void OppositeOrders(void*) {
  // Not on the stack of a thread that a deadlock leaves behind.
  static std::mutex a;
  static std::mutex b;
  std::thread first([] {
    const std::lock_guard hold_a(a);
    const std::lock_guard hold_b(b);
  });
  std::thread second([] {
    const std::lock_guard hold_b(b);
    const std::lock_guard hold_a(a);
  });
  first.join();
  second.join();
}

std::set<unsigned> g_drawn;

void Draw(void*) {
  std::random_device device;
  unsigned drawn = device();
  std::thread([&] { drawn ^= device(); }).join();
  g_drawn.insert(drawn);
}

std::set<int> g_outcomes;

// Store buffering under sequential consistency: three of the four outcomes exist.
void StoreBuffering(void*) {
  std::atomic<int> x = 0;
  std::atomic<int> y = 0;
  int saw_y = 0;
  int saw_x = 0;
  std::thread first([&] {
    x = 1;
    saw_y = y;
  });
  std::thread second([&] {
    y = 1;
    saw_x = x;
  });
  first.join();
  second.join();
  g_outcomes.insert(2 * saw_y + saw_x);
}

thread_local int t_used = 0;

void ThreadLocalsAreNew(void*) {
  std::thread([] {
    if (t_used++ != 0) std::abort();
  }).join();
}

void HandOver(void*) {
  std::mutex mutex;
  std::condition_variable ready;
  bool full = false;
  std::thread consumer([&] {
    std::unique_lock lock(mutex);
    ready.wait(lock, [&] { return full; });
  });
  std::thread producer([&] {
    {
      const std::lock_guard lock(mutex);
      full = true;
    }
    ready.notify_one();
  });
  producer.join();
  consumer.join();
}

// In some schedules the second thread comes when the first has been there, and does what would end the process.
template <void (*kEnd)()>
void EndsTheProcessNowAndThen(void*) {
  std::mutex mutex;
  bool first = false;
  std::thread other([&] {
    const std::lock_guard lock(mutex);
    if (first) kEnd();
  });
  {
    const std::lock_guard lock(mutex);
    first = true;
  }
  other.join();
}

volatile int* volatile g_nowhere = nullptr;

void Abort() { std::abort(); }
void Crash() { *g_nowhere = 1; }
void Exit() { std::exit(3); }
void Throw() { throw std::runtime_error("on purpose"); }

// --- what must hold ---

void ASoundBodyIsQuietAndCountedExactly() {
  const Explored explored = Explore(&TwoThreadsOneMutex, 500);
  Expect(explored.findings == 0 && explored.executions == 500, "a sound body, 500 schedules");
  Expect(explored.decisions > 500, "a sound body makes decisions");
}

void TheSameSeedIsTheSameRun() {
  const Explored once = Explore(&HandOver, 300, 7);
  const Explored again = Explore(&HandOver, 300, 7);
  Expect(once.findings == 0, "a hand-over by condition variable is sound");
  Expect(once.decisions == again.decisions, "the same seed gives the same decisions");
}

void FindingsLeaveNothingBehind() {
  Expect(Explore(&Race, 100).findings == 1, "a race is found");
  const Explored explored = Explore(&OppositeOrders, 1000);
  Expect(explored.findings == 1, "opposite lock orders are found");
  for (int i = 0; i < 20; ++i) static_cast<void>(Explore(&OppositeOrders, 1000, 100 + i));
  Expect(Explore(&TwoThreadsOneMutex, 500).findings == 0, "a sound body after deadlocks is quiet");
}

// Each three times in a row: what ends one exploration must not hurt the next.
void WhatEndsAProcessEndsOnlyTheExecution() {
  void (*const bodies[])(void*) = {
      &EndsTheProcessNowAndThen<&Abort>, &EndsTheProcessNowAndThen<&Crash>,
      &EndsTheProcessNowAndThen<&Exit>, &EndsTheProcessNowAndThen<&Throw>};
  for (const auto body : bodies) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed)
      Expect(Explore(body, 200, seed).findings == 1, "abort, crash, exit or an exception is found");
  }
  Expect(Explore(&TwoThreadsOneMutex, 500).findings == 0, "a sound body after crashes is quiet");
}

void EveryOutcomeIsSeenAndNoOther() {
  static_cast<void>(Explore(&StoreBuffering, 500));
  Expect(g_outcomes == std::set<int>({1, 2, 3}), "store buffering has these three outcomes");
}

void ExecutionsStartAfresh() {
  Expect(Explore(&Draw, 50).findings == 0, "std::random_device is sound");
  Expect(g_drawn.size() == 1, "std::random_device says the same in each execution");
  Expect(Explore(&ThreadLocalsAreNew, 200).findings == 0, "thread_local variables are new");
}

long ResidentKilobytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long pages = 0;
  long resident = 0;
  if (file == nullptr || std::fscanf(file, "%ld %ld", &pages, &resident) != 2) std::exit(2);
  std::fclose(file);
  return resident * 4;
}

void MemoryStaysFlat(unsigned long executions) {
  static_cast<void>(Explore(&TwoThreadsOneMutex, 10'000));
  const long before = ResidentKilobytes();
  const Explored explored = Explore(&TwoThreadsOneMutex, executions);
  const long grown = ResidentKilobytes() - before;
  Expect(explored.executions == executions && explored.findings == 0, "a million executions");
  if (grown > 512) std::printf("grown by %ld KiB in %lu executions\n", grown, executions);
  Expect(grown <= 512, "memory stays flat");
}

}  // namespace

int main(int argc, char** argv) {
  if (heddle::detail::kLoom.explore == nullptr) {
    std::fprintf(stderr, "in_process: the loom is missing; preload libheddle.so\n");
    return 2;
  }
  ASoundBodyIsQuietAndCountedExactly();
  TheSameSeedIsTheSameRun();
  FindingsLeaveNothingBehind();
  WhatEndsAProcessEndsOnlyTheExecution();
  EveryOutcomeIsSeenAndNoOther();
  ExecutionsStartAfresh();
  MemoryStaysFlat(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000);
  std::printf("%d wrong\n", g_wrong);
  return g_wrong == 0 ? 0 : 1;
}
