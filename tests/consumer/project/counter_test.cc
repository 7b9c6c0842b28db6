// Explored where Heddle is linked, run once where it is not. An ordinary test stands beside.
#include <heddle/gtest.h>

#include <mutex>
#include <thread>

namespace {

class Counter {
 public:
  void Add() {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++count_;
  }
  int Get() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  int count_ = 0;
};

void CountTwice() {
  Counter counter;
  std::thread first([&] { counter.Add(); });
  std::thread second([&] { counter.Add(); });
  first.join();
  second.join();
  EXPECT_EQ(counter.Get(), 2);
}

HEDDLE_TEST(Counter, CountsBothThreads) { CountTwice(); }

TEST(Counter, CountsInAnOrdinaryTest) { CountTwice(); }

TEST(Counter, IsExploredOnlyWhereHeddleIs) {
  const heddle::Result result = heddle::Explore(CountTwice, {.schedules = 100});
  EXPECT_TRUE(result.ok()) << result.ToString();
  EXPECT_EQ(result.executions(), result.explored() ? 100u : 1u);
}

}  // namespace
