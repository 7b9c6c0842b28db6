// Schedules per second of a small body explored inside one process: two threads that each add to a counter under one
// mutex, created and joined in every execution. Runs with libheddle.so preloaded, which brings heddle_explore.
//
// Built twice: without instrumentation (engine only) and with -fsanitize=thread (race detection). The bodies are the
// same, so the difference is what the instrumentation and the detector cost.
//
//   in_process SCHEDULES DETECT NATIVE-RUNS   prints {"schedules_per_s": x, "decisions": y, "native_per_s": z}
//
// DETECT is the set of verdicts as a mask, 0 for none. The body has no bug: a finding, or fewer schedules than asked
// for, means that something else was measured, and is an error. NATIVE-RUNS of 0 leaves the native part out.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "clock.h"

extern "C" int heddle_explore(void (*body)(void*), void* argument, unsigned long schedules,
                              unsigned long seed, unsigned detect, unsigned long* executions,
                              unsigned long* decisions) __attribute__((weak));

namespace {

constexpr unsigned long kSeed = 1;
constexpr unsigned long kWarmUpSchedules = 2000;

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

struct Rate {
  double per_second;
  double decisions;
};

Rate Explore(unsigned long schedules, unsigned detect) {
  unsigned long executions = 0;
  unsigned long decisions = 0;
  const double start = bench::Seconds();
  const int findings = heddle_explore(&TwoThreadsOneMutex, nullptr, schedules, kSeed, detect,
                                      &executions, &decisions);
  const double seconds = bench::Seconds() - start;
  if (findings != 0 || executions != schedules) {
    std::fprintf(stderr,
                 "in_process: %d findings in %lu of %lu executions; none and all were expected\n",
                 findings, executions, schedules);
    std::exit(1);
  }
  return {static_cast<double>(executions) / seconds,
          static_cast<double>(decisions) / static_cast<double>(executions)};
}

double NativePerSecond(unsigned long runs) {
  const double start = bench::Seconds();
  for (unsigned long i = 0; i < runs; ++i) TwoThreadsOneMutex(nullptr);
  return static_cast<double>(runs) / (bench::Seconds() - start);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: in_process SCHEDULES DETECT NATIVE-RUNS\n");
    return 2;
  }
  if (heddle_explore == nullptr) {
    std::fprintf(stderr, "in_process: heddle_explore is missing; preload libheddle.so\n");
    return 2;
  }
  const unsigned long schedules = std::strtoul(argv[1], nullptr, 10);
  const auto detect = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 0));
  const unsigned long native_runs = std::strtoul(argv[3], nullptr, 10);
  // The first executions create the identities and touch the arenas.
  Explore(kWarmUpSchedules, detect);
  const Rate rate = Explore(schedules, detect);
  std::printf("{\"schedules_per_s\": %.0f, \"decisions\": %.2f", rate.per_second, rate.decisions);
  if (native_runs > 0) std::printf(", \"native_per_s\": %.0f", NativePerSecond(native_runs));
  std::printf("}\n");
}
