// Schedules per second of small bodies explored inside one process, as a unit test with heddle::Explore does it. Runs with
// libheddle.so preloaded.
//
// Built twice: without instrumentation (engine only) and with -fsanitize=thread (race detection). The bodies are the
// same, so the difference is what the instrumentation and the detector cost.
//
//   in_process BODY SCHEDULES DETECT NATIVE-RUNS   prints {"schedules_per_s": x, "decisions": y, "native_per_s": z}
//
// BODY is mutex, message, locks or queue; DETECT is a list of verdicts, as --detect takes it. The bodies have no bug: a
// finding, or fewer schedules than asked for, means that something else was measured, and is an error. NATIVE-RUNS of 0
// leaves the native part out.
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "clock.h"
#include "heddle/heddle.h"

namespace {

constexpr std::uint64_t kWarmUpSchedules = 2000;

// Two threads that each add to a counter under one mutex.
void TwoThreadsOneMutex() {
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

// One thread publishes a value with a flag, the other looks at the flag and then at the value.
void MessagePassing() {
  std::atomic<int> value = 0;
  std::atomic<bool> ready = false;
  std::thread sender([&] {
    value.store(42, std::memory_order_relaxed);
    ready.store(true, std::memory_order_release);
  });
  std::thread receiver([&] {
    if (ready.load(std::memory_order_acquire) && value.load(std::memory_order_relaxed) != 42)
      std::abort();
  });
  sender.join();
  receiver.join();
}

// Three threads that take one mutex five times each.
void ThreeThreadsFiveLocks() {
  std::mutex mutex;
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < 5; ++i) {
      const std::lock_guard lock(mutex);
      ++count;
    }
  };
  std::thread first(add);
  std::thread second(add);
  std::thread third(add);
  first.join();
  second.join();
  third.join();
  if (count != 15) std::abort();
}

// Two producers and two consumers with two values each, through a queue of one place.
class BoundedQueue {
 public:
  void Push(int value) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !full_; });
    value_ = value;
    full_ = true;
    changed_.notify_all();
  }
  int Pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return full_; });
    full_ = false;
    changed_.notify_all();
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool full_ = false;
  int value_ = 0;
};

void ProducersAndConsumers() {
  BoundedQueue queue;
  std::atomic<int> sum = 0;
  const auto produce = [&] {
    queue.Push(1);
    queue.Push(2);
  };
  const auto consume = [&] {
    const int first = queue.Pop();
    sum += first + queue.Pop();
  };
  std::thread threads[] = {std::thread(produce), std::thread(produce), std::thread(consume),
                           std::thread(consume)};
  for (std::thread& thread : threads) thread.join();
  if (sum != 6) std::abort();
}

// Five threads that take one mutex twice each: 113,400 orders.
void FiveThreadsTwoSections() {
  std::mutex mutex;
  int count = 0;
  const auto add = [&] {
    for (int i = 0; i < 2; ++i) {
      const std::lock_guard lock(mutex);
      ++count;
    }
  };
  std::thread threads[] = {std::thread(add), std::thread(add), std::thread(add), std::thread(add),
                           std::thread(add)};
  for (std::thread& thread : threads) thread.join();
  if (count != 10) std::abort();
}

struct NamedBody {
  const char* name;
  void (*body)();
  const char* strategy = "random";
};
constexpr NamedBody kBodies[] = {{"mutex", &TwoThreadsOneMutex},
                                 {"message", &MessagePassing},
                                 {"locks", &ThreeThreadsFiveLocks},
                                 {"queue", &ProducersAndConsumers},
                                 {"sections", &FiveThreadsTwoSections, "dpor"}};

struct Rate {
  double per_second;
  double decisions;
};

Rate Explore(const NamedBody& named, std::uint64_t schedules, const char* detect) {
  heddle::Options options;
  options.schedules = schedules;
  options.time = std::chrono::nanoseconds(0);
  options.strategy = named.strategy;
  options.detect = detect;
  const double start = bench::Seconds();
  const heddle::Result result = heddle::Explore([&named] { named.body(); }, options);
  const double seconds = bench::Seconds() - start;
  if (!result.ok() || result.executions() != schedules) {
    std::fprintf(stderr,
                 "in_process: the body was to be explored completely, without a finding\n%s",
                 result.ToString().c_str());
    std::exit(1);
  }
  return {static_cast<double>(schedules) / seconds,
          static_cast<double>(result.decisions()) / static_cast<double>(schedules)};
}

double NativePerSecond(void (*body)(), std::uint64_t runs) {
  const double start = bench::Seconds();
  for (std::uint64_t i = 0; i < runs; ++i) body();
  return static_cast<double>(runs) / (bench::Seconds() - start);
}

}  // namespace

int main(int argc, char** argv) {
  const NamedBody* chosen = nullptr;
  for (const NamedBody& body : kBodies) {
    if (argc == 5 && std::strcmp(body.name, argv[1]) == 0) chosen = &body;
  }
  if (chosen == nullptr) {
    std::fprintf(
        stderr,
        "usage: in_process mutex|message|locks|queue|sections SCHEDULES DETECT NATIVE-RUNS\n");
    return 2;
  }
  if (heddle::detail::kLoom.explore == nullptr) {
    std::fprintf(stderr, "in_process: the loom is missing; preload libheddle.so\n");
    return 2;
  }
  const std::uint64_t schedules = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t native_runs = std::strtoull(argv[4], nullptr, 10);
  // The first executions create the identities and touch the arenas.
  Explore(*chosen, kWarmUpSchedules, argv[3]);
  const Rate rate = Explore(*chosen, schedules, argv[3]);
  std::printf("{\"schedules_per_s\": %.0f, \"decisions\": %.2f", rate.per_second, rate.decisions);
  if (native_runs > 0)
    std::printf(", \"native_per_s\": %.0f", NativePerSecond(chosen->body, native_runs));
  std::printf("}\n");
}
