// Random small programs of real C++ primitives: strategy dpor must come to an end and have seen every outcome that other
// strategies see in thousands of executions. Finds what the engine does behind the back of the search.
#include <gtest/gtest.h>
#include <semaphore.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "heddle/heddle.h"

namespace {

using heddle::Explore;
using heddle::Options;
using heddle::Result;

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
  unsigned Below(unsigned count) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<unsigned>(state_ >> 33) % count;
  }

 private:
  std::uint64_t state_;
};

struct Op {
  unsigned kind;
  unsigned which;
};
using Program = std::vector<std::vector<Op>>;

constexpr unsigned kKinds = 14;

Program Draw(std::uint64_t seed) {
  Random random(seed);
  Program program(2 + random.Below(2));
  const unsigned length = program.size() == 2 ? 3 : 2;
  for (auto& ops : program) {
    for (unsigned i = 0; i < length; ++i) ops.push_back({random.Below(kKinds), random.Below(2)});
  }
  return program;
}

// What the threads of one execution share.
struct World {
  std::atomic<int> cells[2] = {0, 0};
  std::mutex mutexes[2];
  std::shared_mutex shared;
  std::condition_variable condition;
  std::once_flag once[2];
  sem_t semaphores[2];
  int plain[2] = {0, 0};  // each guarded by its mutex
  bool done = false;      // guarded by the first mutex
  World() {
    for (sem_t& semaphore : semaphores) sem_init(&semaphore, 0, 1);
  }
};

void Do(World& world, const Op& op, int self, std::string& seen) {
  std::atomic<int>& cell = world.cells[op.which];
  std::mutex& mutex = world.mutexes[op.which];
  int& plain = world.plain[op.which];
  const auto note = [&seen](int value) { seen += std::to_string(value) + ","; };
  switch (op.kind) {
    case 0:
    case 1:
      return note(cell.load());
    case 2:
      return cell.store(self);
    case 3:
      return note(cell.fetch_add(1));
    case 4: {
      int expected = 0;
      return note(cell.compare_exchange_strong(expected, self));
    }
    case 5:
    case 6: {
      const std::lock_guard lock(mutex);
      note(plain);
      plain = self;
      return;
    }
    case 7:
      if (!mutex.try_lock()) return note(-1);
      note(plain++);
      return mutex.unlock();
    case 8:
      if (sem_trywait(&world.semaphores[op.which]) != 0) return note(-2);
      note(cell.load());
      sem_post(&world.semaphores[op.which]);
      return;
    case 9:
      sem_wait(&world.semaphores[op.which]);
      note(cell.load());
      sem_post(&world.semaphores[op.which]);
      return;
    case 10:
      return std::call_once(world.once[op.which], [&] { cell.store(10 + self); });
    case 11: {
      const std::shared_lock lock(world.shared);
      return note(cell.load());
    }
    case 12: {
      const std::unique_lock lock(world.shared);
      return cell.store(20 + self);
    }
    case 13: {
      const std::lock_guard lock(world.mutexes[0]);
      world.done = true;
      return world.condition.notify_one();
    }
  }
}

// All that the executions saw: each thread's values, and what is left at the end.
std::set<std::string> Outcomes(const Program& program, const char* strategy, Result* result) {
  std::set<std::string> outcomes;
  Options options;
  options.strategy = strategy;
  options.schedules = options.strategy == "dpor" ? 1'000'000 : 8'000;
  options.time = std::chrono::seconds(60);
  options.spurious_wakeups = false;
  options.weak_failures = false;
  options.cards = "dpor_random_test.cards";
  bool waits = false;
  for (const auto& ops : program) {
    for (const Op& op : ops) waits |= op.kind == 13;
  }
  *result = Explore(
      [&] {
        const auto world = std::make_unique<World>();
        std::vector<std::string> seen(program.size());
        std::string outcome;
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < program.size(); ++i) {
          threads.emplace_back([&, i] {
            for (const Op& op : program[i]) Do(*world, op, static_cast<int>(i) + 1, seen[i]);
          });
        }
        if (waits) {
          std::unique_lock lock(world->mutexes[0]);
          outcome += world->done ? "!" : "?";
          world->condition.wait(lock, [&] { return world->done; });
        }
        for (std::thread& thread : threads) thread.join();
        for (const std::string& values : seen) outcome += values + ";";
        for (const auto& cell : world->cells) outcome += std::to_string(cell.load()) + ";";
        for (const int value : world->plain) outcome += std::to_string(value) + ";";
        outcomes.insert(outcome);
      },
      options);
  return outcomes;
}

TEST(DporRandom, SeesWhatOthersSee) {
  const char* const words = std::getenv("HEDDLE_DPOR_PROGRAMS");
  const std::uint64_t programs = words != nullptr ? std::strtoull(words, nullptr, 10) : 30;
  std::uint64_t all = 0;
  std::uint64_t few = 0;
  for (std::uint64_t seed = 1; seed <= programs; ++seed) {
    const Program program = Draw(seed);
    Result reduced;
    const std::set<std::string> by_dpor = Outcomes(program, "dpor", &reduced);
    ASSERT_TRUE(reduced.ok()) << "program " << seed << ": " << reduced.ToString();
    ASSERT_TRUE(reduced.exhausted()) << "program " << seed << ": " << reduced.ToString();
    // Each kind at least once. Program 3 has 18 kinds and 22 executions, program 30 has 10 and 18 (docs/limits.md).
    EXPECT_LE(reduced.distinct(), reduced.executions()) << "program " << seed;
    EXPECT_LE(reduced.executions(), reduced.distinct() * 2) << "program " << seed;
    for (const char* const strategy : {"portfolio", "random", "dfs:2"}) {
      Result sampled;
      for (const std::string& outcome : Outcomes(program, strategy, &sampled)) {
        EXPECT_EQ(by_dpor.count(outcome), 1u)
            << "program " << seed << ": " << strategy << " sees " << outcome;
      }
      ASSERT_TRUE(sampled.ok()) << "program " << seed << ": " << sampled.ToString();
      EXPECT_LE(sampled.distinct(), reduced.distinct()) << "program " << seed << ": " << strategy;
      all += sampled.executions();
    }
    EXPECT_EQ(reduced.ToString().find("in vain"), std::string::npos) << reduced.ToString();
    few += reduced.executions();
    if (HasFailure()) return;
  }
  EXPECT_LT(few, all / 2);
  printf("%lu executions instead of %lu\n", few, all);
}

}  // namespace
