// Strategy dpor on real C++: exactly as many executions as there are orders of dependent operations, computed by hand or
// published for optimal algorithms; findings where there are some; and what it says when it is not complete.
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

Options Dpor() {
  Options options;
  options.schedules = 2'000'000;
  options.time = std::chrono::seconds(100);
  options.strategy = "dpor";
  options.cards = "dpor_test.cards";
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

void ExpectComplete(const Result& result, std::uint64_t executions) {
  EXPECT_TRUE(result.ok()) << result.ToString();
  EXPECT_TRUE(result.exhausted()) << result.ToString();
  const std::string words = "complete: " + std::to_string(executions) + " execution";
  EXPECT_NE(result.ToString().find(words), std::string::npos) << result.ToString();
}

TEST(DporCounts, UpdatesOfOneVariable) {
  std::uint64_t factorial = 1;
  for (int n = 1; n <= 5; ++n) {
    factorial *= static_cast<std::uint64_t>(n);
    ExpectComplete(Explore(
                       [n] {
                         std::atomic<int> sum{0};
                         Threads(n, [&](int) { sum.fetch_add(1); });
                         heddle::Check(sum.load() == n, "nothing is lost");
                       },
                       Dpor()),
                   factorial);
  }
}

// The same on the heap, where addresses may differ between executions.
TEST(DporCounts, UpdatesOfOneVariableOnTheHeap) {
  ExpectComplete(Explore(
                     [] {
                       const auto sums = std::make_unique<std::array<std::atomic<int>, 2>>();
                       Threads(3, [&](int) { (*sums)[0].fetch_add(1); });
                     },
                     Dpor()),
                 6);
}

TEST(DporCounts, DisjointVariables) {
  ExpectComplete(Explore(
                     [] {
                       std::array<std::atomic<int>, 6> cells = {};
                       Threads(6, [&](int i) {
                         cells[static_cast<std::size_t>(i)].store(1);
                         cells[static_cast<std::size_t>(i)].fetch_add(1);
                       });
                     },
                     Dpor()),
                 1);
}

TEST(DporCounts, ReadersAndAWriter) {
  ExpectComplete(Explore(
                     [] {
                       std::atomic<int> value{0};
                       Threads(6, [&](int i) { i == 0 ? value.store(1) : void(value.load()); });
                     },
                     Dpor()),
                 32);
}

TEST(DporCounts, StoreBuffering) {
  ExpectComplete(Explore(
                     [] {
                       std::atomic<int> x{0};
                       std::atomic<int> y{0};
                       int first = 0;
                       int second = 0;
                       std::thread one([&] {
                         x.store(1);
                         first = y.load();
                       });
                       std::thread two([&] {
                         y.store(1);
                         second = x.load();
                       });
                       one.join();
                       two.join();
                       heddle::Check(first + second > 0, "one store comes first");
                     },
                     Dpor()),
                 3);
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
  heddle::Check(count == threads * sections, "nothing is lost");
}

TEST(DporCounts, CriticalSections) {
  ExpectComplete(Explore([] { Sections(2, 2); }, Dpor()), 6);
  ExpectComplete(Explore([] { Sections(3, 2); }, Dpor()), 90);
  ExpectComplete(Explore([] { Sections(4, 2); }, Dpor()), 2520);
}

TEST(DporCounts, FiveThreadsWithTwoSectionsEach) {
  ExpectComplete(Explore([] { Sections(5, 2); }, Dpor()), 113'400);
}

TEST(DporCounts, LastZero) {
  constexpr int kWriters = 5;
  ExpectComplete(Explore(
                     [] {
                       std::array<std::atomic<int>, kWriters + 1> cells = {};
                       Threads(kWriters + 1, [&](int i) {
                         const auto at = static_cast<std::size_t>(i);
                         if (i > 0) {
                           cells[at].store(cells[at - 1].load() + 1);
                           return;
                         }
                         std::size_t last = kWriters;
                         while (cells[last].load() != 0) --last;
                       });
                     },
                     Dpor()),
                 64);
}

TEST(DporCounts, SemaphoreOfOne) {
  ExpectComplete(Explore(
                     [] {
                       sem_t semaphore;
                       sem_init(&semaphore, 0, 1);
                       Threads(3, [&](int) {
                         sem_wait(&semaphore);
                         sem_post(&semaphore);
                       });
                       sem_destroy(&semaphore);
                     },
                     Dpor()),
                 6);
}

TEST(DporCounts, AWaitWithAPredicate) {
  // Either the waiter comes first and waits, or it finds the flag set.
  ExpectComplete(Explore(
                     [] {
                       std::mutex mutex;
                       std::condition_variable condition;
                       bool ready = false;
                       std::thread other([&] {
                         const std::lock_guard lock(mutex);
                         ready = true;
                         condition.notify_one();
                       });
                       {
                         std::unique_lock lock(mutex);
                         condition.wait(lock, [&] { return ready; });
                       }
                       other.join();
                     },
                     Dpor()),
                 2);
}

TEST(DporCounts, Choices) {
  ExpectComplete(Explore(
                     [] {
                       const auto first = heddle::Choose(3);
                       const auto second = heddle::Choose(2);
                       heddle::Check(first < 3 && second < 2, "in range");
                     },
                     Dpor()),
                 6);
}

// A spinning thread reads once after the store, and 0 to 4 times before it: what it reads oftener is not looked at again.
TEST(DporCounts, ASpinLoopIsFinite) {
  const Result result = Explore(
      [] {
        std::atomic<bool> ready{false};
        std::thread other([&] { ready.store(true); });
        while (!ready.load()) std::this_thread::yield();
        other.join();
      },
      Dpor());
  EXPECT_TRUE(result.ok()) << result.ToString();
  // A loop that gives up after some tries looks the same, so this is no proof.
  EXPECT_FALSE(result.exhausted()) << result.ToString();
  EXPECT_NE(result.ToString().find("not complete after 5 executions"), std::string::npos)
      << result.ToString();
  EXPECT_NE(result.ToString().find("wait for a change"), std::string::npos) << result.ToString();
}

std::string FirstVerdict(const Result& result) {
  return result.findings().empty() ? "" : result.findings().front().verdict;
}

TEST(DporFindings, ALostUpdate) {
  const auto body = [] {
    std::atomic<int> count{0};
    Threads(3, [&](int) { count.store(count.load() + 1); });
    heddle::Check(count.load() >= 2, "at most one is lost");
  };
  Options options = Dpor();
  options.name = "DporFindings.ALostUpdate";
  const Result result = Explore(body, options);
  EXPECT_EQ(FirstVerdict(result), "invariant") << result.ToString();
  EXPECT_FALSE(result.exhausted());
  ASSERT_FALSE(result.findings().empty());
  EXPECT_EQ(FirstVerdict(heddle::Replay(result.findings().front().card, body, options)),
            "invariant");
}

// Each initialiser needs the other; whether one is done is asked without a lock.
TEST(DporFindings, TwoOnceInitialisers) {
  const Result result = Explore(
      [] {
        std::once_flag a;
        std::once_flag b;
        std::thread other([&] { std::call_once(b, [&] { std::call_once(a, [] {}); }); });
        std::call_once(a, [&] { std::call_once(b, [] {}); });
        other.join();
      },
      Dpor());
  EXPECT_EQ(FirstVerdict(result), "deadlock") << result.ToString();
}

// The value of a semaphore is read without waiting for anything.
TEST(DporFindings, AValueThatIsReadTooEarly) {
  const Result result = Explore(
      [] {
        sem_t semaphore;
        sem_init(&semaphore, 0, 0);
        std::thread other([&] { sem_post(&semaphore); });
        int value = 0;
        sem_getvalue(&semaphore, &value);
        heddle::Check(value == 0, "nobody was faster");
        other.join();
        sem_destroy(&semaphore);
      },
      Dpor());
  EXPECT_EQ(FirstVerdict(result), "invariant") << result.ToString();
}

TEST(DporFindings, TwoLocksInBothOrders) {
  Options options = Dpor();
  options.detect = "deadlock";
  const Result result = Explore(
      [] {
        std::mutex a;
        std::mutex b;
        std::thread other([&] {
          const std::lock_guard first(b);
          const std::lock_guard second(a);
        });
        {
          const std::lock_guard first(a);
          const std::lock_guard second(b);
        }
        other.join();
      },
      options);
  EXPECT_EQ(FirstVerdict(result), "deadlock") << result.ToString();
}

TEST(DporFindings, AWakeUpThatIsLost) {
  const Result result = Explore(
      [] {
        std::mutex mutex;
        std::condition_variable condition;
        std::thread other([&] { condition.notify_one(); });
        {
          std::unique_lock lock(mutex);
          condition.wait(lock);
        }
        other.join();
      },
      Dpor());
  EXPECT_NE(FirstVerdict(result), "") << result.ToString();
}

TEST(DporFindings, AWakeUpWithoutCause) {
  Options options = Dpor();
  options.spurious_wakeups = true;
  const Result result = Explore(
      [] {
        std::mutex mutex;
        std::condition_variable condition;
        bool ready = false;
        std::thread other([&] {
          const std::lock_guard lock(mutex);
          ready = true;
          condition.notify_one();
        });
        {
          std::unique_lock lock(mutex);
          if (!ready) condition.wait(lock);
          heddle::Check(ready, "who wakes up has a reason");
        }
        other.join();
      },
      options);
  EXPECT_EQ(FirstVerdict(result), "invariant") << result.ToString();
}

TEST(DporLimits, TimeIsSaidToBeLeftOut) {
  const Result result = Explore(
      [] {
        std::atomic<int> value{0};
        std::thread other([&] {
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
          value.store(1);
        });
        (void)value.load();
        other.join();
      },
      Dpor());
  EXPECT_TRUE(result.ok());
  EXPECT_FALSE(result.exhausted()) << result.ToString();
  EXPECT_NE(result.ToString().find("not complete after"), std::string::npos) << result.ToString();
  EXPECT_NE(result.ToString().find("time-outs, sleeps"), std::string::npos) << result.ToString();
}

TEST(DporLimits, ABudgetThatIsTooSmallIsSaid) {
  Options options = Dpor();
  options.schedules = 10;
  const Result result = Explore([] { Sections(3, 2); }, options);
  EXPECT_FALSE(result.exhausted());
  EXPECT_NE(result.ToString().find("not complete after 10 executions: the budget is used up"),
            std::string::npos)
      << result.ToString();
}

TEST(DporLimits, FindingsThatEndExecutionsKeepItFromBeingComplete) {
  Options options = Dpor();
  options.keep_going = true;
  const Result result = Explore(
      [] {
        std::atomic<int> value{0};
        std::thread other([&] { value.store(1); });
        std::thread third([&] { value.store(2); });
        heddle::Check(value.load() == 0, "nobody was here");
        other.join();
        third.join();
      },
      options);
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(result.exhausted()) << result.ToString();
  EXPECT_NE(result.ToString().find("ended while threads could still run"), std::string::npos)
      << result.ToString();
}

}  // namespace
