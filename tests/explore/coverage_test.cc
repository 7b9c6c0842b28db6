// How much was explored: the orders that are counted are the kinds of execution of which strategy dpor runs one each, whatever
// strategy shows them; and an exploration can end when little is left.
#include <gtest/gtest.h>
#include <semaphore.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "heddle/heddle.h"

namespace {

using heddle::Explore;
using heddle::Options;
using heddle::Result;

Options With(const char* strategy, std::uint64_t schedules = 1'000'000) {
  Options options;
  options.schedules = schedules;
  options.time = std::chrono::seconds(60);
  options.strategy = strategy;
  options.cards = "coverage_test.cards";
  options.spurious_wakeups = false;
  options.weak_failures = false;
  return options;
}

template <typename Body>
void Threads(int count, const Body& body) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

void Sections(int threads, int sections) {
  std::mutex mutex;
  int count = 0;
  Threads(threads, [&](int) {
    for (int i = 0; i < sections; ++i) {
      const std::lock_guard lock(mutex);
      ++count;
    }
  });
}

void Handover() {
  std::mutex mutex;
  std::condition_variable condition;
  bool done = false;
  std::thread waiter([&] {
    std::unique_lock lock(mutex);
    condition.wait(lock, [&] { return done; });
  });
  std::thread setter([&] {
    {
      const std::lock_guard lock(mutex);
      done = true;
    }
    condition.notify_all();
  });
  waiter.join();
  setter.join();
}

void TwoWaiters() {
  std::mutex mutex;
  std::condition_variable condition;
  int turns = 0;
  const auto wait = [&](int) {
    std::unique_lock lock(mutex);
    condition.wait(lock, [&] { return turns > 0; });
    --turns;
  };
  std::thread first(wait, 0);
  std::thread second(wait, 1);
  for (int i = 0; i < 2; ++i) {
    {
      const std::lock_guard lock(mutex);
      ++turns;
    }
    condition.notify_one();
  }
  first.join();
  second.join();
}

void ReadersAndAWriter() {
  std::atomic<int> value{0};
  Threads(4, [&](int i) { i == 0 ? value.store(1) : void(value.load()); });
}

void Semaphore() {
  sem_t semaphore;
  sem_init(&semaphore, 0, 1);
  Threads(3, [&](int) {
    sem_wait(&semaphore);
    sem_post(&semaphore);
  });
  sem_destroy(&semaphore);
}

void Once() {
  std::once_flag flag;
  int value = 0;
  Threads(2, [&](int) { std::call_once(flag, [&] { ++value; }); });
}

void Choices() {
  std::atomic<int> value{0};
  std::thread other([&] { value.store(static_cast<int>(heddle::Choose(3))); });
  const int seen = value.load();
  other.join();
  heddle::Check(seen >= 0, "a value was stored");
}

void OnTheHeap() {
  const auto cells = std::make_unique<std::array<std::atomic<int>, 2>>();
  Threads(3, [&](int i) {
    (*cells)[static_cast<std::size_t>(i % 2)].fetch_add(1);
    const auto more = std::make_unique<std::atomic<int>>(0);
    more->store((*cells)[0].load());
  });
}

struct Case {
  const char* name;
  void (*body)();
};
class Orders : public testing::TestWithParam<Case> {};

// Each execution of dpor shows an order of its own, and every schedule together shows just those.
TEST_P(Orders, AreWhatDporRunsOneExecutionOf) {
  const auto body = [] { GetParam().body(); };
  const Result reduced = Explore(body, With("dpor"));
  ASSERT_TRUE(reduced.ok() && reduced.exhausted()) << reduced.ToString();
  EXPECT_EQ(reduced.distinct(), reduced.executions()) << reduced.ToString();
  EXPECT_EQ(reduced.unseen(), 0);
  for (const char* const strategy : {"random", "portfolio", "pct:3", "pos", "surw"}) {
    const Result drawn = Explore(body, With(strategy, 4000));
    ASSERT_TRUE(drawn.ok()) << drawn.ToString();
    EXPECT_LE(drawn.distinct(), reduced.distinct()) << strategy << ": " << drawn.ToString();
    // Ninety at most, of which none is rare for a random walk.
    if (std::string(strategy) == "random") EXPECT_EQ(drawn.distinct(), reduced.distinct());
  }
  const Result all = Explore(body, With("dfs", 100'000));
  ASSERT_TRUE(all.ok()) << all.ToString();
  EXPECT_LE(all.distinct(), reduced.distinct()) << all.ToString();
  if (all.exhausted()) EXPECT_EQ(all.distinct(), reduced.distinct()) << all.ToString();
}

INSTANTIATE_TEST_SUITE_P(Coverage, Orders,
                         testing::Values(Case{"Sections", [] { Sections(3, 2); }},
                                         Case{"Handover", &Handover},
                                         Case{"TwoWaiters", &TwoWaiters},
                                         Case{"Readers", &ReadersAndAWriter},
                                         Case{"Semaphore", &Semaphore}, Case{"Once", &Once},
                                         Case{"Choices", &Choices}, Case{"Heap", &OnTheHeap}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Coverage, AllOrdersAreSeenInTheEnd) {
  const Result result = Explore([] { Sections(3, 2); }, With("random", 20'000));
  EXPECT_EQ(result.distinct(), 90u);
  EXPECT_LT(result.unseen_at_most(), 0.001);
  EXPECT_NE(result.ToString().find("coverage: 90 orders of dependent steps, 0 of them first seen"),
            std::string::npos)
      << result.ToString();
}

TEST(Coverage, FewExecutionsLeaveMuchUnseen) {
  const Result result = Explore([] { Sections(5, 2); }, With("random", 1000));
  EXPECT_GT(result.distinct(), 500u);
  EXPECT_GT(result.unseen(), 0.5);
  EXPECT_LE(result.unseen(), result.unseen_at_most());
}

TEST(Coverage, OneHundredThousandOrdersAreToldApart) {
  const Result result = Explore([] { Sections(5, 2); }, With("dpor"));
  EXPECT_EQ(result.executions(), 113'400u);
  EXPECT_EQ(result.distinct(), 113'400u);
}

// Two threads that each create one: whichever is first, the threads are the same.
TEST(Coverage, ThreadsAreKnownByTheirCreators) {
  const auto body = [] {
    std::array<std::atomic<int>, 4> cells = {};
    Threads(2, [&](int i) {
      std::thread inner([&, i] { cells[static_cast<std::size_t>(i)].store(1); });
      cells[static_cast<std::size_t>(2 + i)].store(1);
      inner.join();
    });
  };
  for (const char* const strategy : {"random", "pct:3", "dfs:1"})
    EXPECT_EQ(Explore(body, With(strategy, 3000)).distinct(), 1u) << strategy;
}

TEST(Coverage, AThreadThatChoosesAloneIsSeenToChoose) {
  const Result result = Explore(
      [] {
        std::thread other([] { static_cast<void>(heddle::Choose(5)); });
        other.join();
      },
      With("random", 2000));
  EXPECT_EQ(result.distinct(), 5u);
}

TEST(Coverage, TimeIsSeenInWhatItDecides) {
  const Result result = Explore(
      [] {
        std::mutex mutex;
        std::condition_variable condition;
        bool done = false;
        std::thread waiter([&] {
          std::unique_lock lock(mutex);
          static_cast<void>(
              condition.wait_for(lock, std::chrono::milliseconds(1), [&] { return done; }));
        });
        {
          const std::lock_guard lock(mutex);
          done = true;
        }
        condition.notify_one();
        waiter.join();
      },
      With("random", 5000));
  // The waiter comes second and does not wait; or it waits and is woken; or its time is up before the flag is set or after: a
  // handful, however many moments there are for time to pass.
  EXPECT_GE(result.distinct(), 3u);
  EXPECT_LE(result.distinct(), 8u);
}

TEST(Coverage, EndsWhenSaturated) {
  Options options = With("random", 1'000'000);
  options.until_saturated = 0.01;
  const Result result = Explore([] { Sections(3, 2); }, options);
  EXPECT_TRUE(result.saturated());
  EXPECT_LE(result.unseen_at_most(), 0.01);
  EXPECT_GE(result.executions(), 300u);
  EXPECT_LT(result.executions(), 20'000u);
  EXPECT_NE(result.ToString().find(", saturated\n"), std::string::npos) << result.ToString();
  // The same seed ends at the same execution.
  EXPECT_EQ(Explore([] { Sections(3, 2); }, options).executions(), result.executions());
  options.schedules = 200;
  const Result cut = Explore([] { Sections(3, 2); }, options);
  EXPECT_FALSE(cut.saturated());
  EXPECT_EQ(cut.executions(), 200u);
}

TEST(Coverage, OnlyWhatIsDrawnCanBeSaturated) {
  for (const char* const strategy : {"dfs", "dpor"}) {
    Options options = With(strategy);
    options.until_saturated = 0.01;
    EXPECT_NE(Explore([] {}, options).error().find("until_saturated is for strategies that draw"),
              std::string::npos);
  }
  Options options = With("random");
  options.until_saturated = 1.5;
  EXPECT_NE(Explore([] {}, options).error().find("not a part from 0 to 1"), std::string::npos);
}

TEST(Coverage, CanBeSwitchedOff) {
  Options options = With("random", 1000);
  options.coverage = false;
  const Result result = Explore([] { Sections(2, 2); }, options);
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(result.distinct(), 0u);
  EXPECT_EQ(result.coverage(), "");
  options.until_saturated = 0.1;
  EXPECT_NE(Explore([] { Sections(2, 2); }, options).error().find("needs coverage"),
            std::string::npos);
}

TEST(Coverage, OneExplorationForgetsTheOther) {
  EXPECT_EQ(Explore([] { Sections(2, 2); }, With("random", 2000)).distinct(), 6u);
  EXPECT_EQ(Explore([] { Sections(2, 1); }, With("random", 2000)).distinct(), 2u);
}

}  // namespace
