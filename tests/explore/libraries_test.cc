// Header-only libraries that none of us wrote, from Debian, explored through their public interface: they hold.
#include <readerwriterqueue.h>

#include <atomic>
#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <thread>

#include "heddle/gtest.h"

// concurrentqueue looks for thread_local destructors; its own header, after the standard ones.
#include <concurrentqueue/concurrentqueue.h>

namespace {

constexpr std::uint64_t kSchedules = 3000;

// Two producers with two values each, one consumer that takes what is there; whatever is left is taken at the end.
template <typename Push, typename Pop>
void TwoProducersOneConsumer(Push push, Pop pop) {
  int sum = 0;
  std::thread first([&] {
    push(1);
    push(2);
  });
  std::thread second([&] {
    push(10);
    push(20);
  });
  std::thread consumer([&] {
    int value = 0;
    for (int i = 0; i < 3; ++i) {
      if (pop(value)) sum += value;
    }
  });
  first.join();
  second.join();
  consumer.join();
  int value = 0;
  while (pop(value)) sum += value;
  EXPECT_EQ(sum, 33);
}

HEDDLE_TEST(BoostLockfree, SpscQueueKeepsOrderAndValues, .schedules = kSchedules) {
  boost::lockfree::spsc_queue<int, boost::lockfree::capacity<2>> queue;
  std::thread producer([&] {
    for (int i = 1; i <= 3; ++i) {
      while (!queue.push(i)) std::this_thread::yield();
    }
  });
  int expected = 1;
  while (expected <= 3) {
    int value = 0;
    if (queue.pop(value)) {
      EXPECT_EQ(value, expected++);
    } else {
      std::this_thread::yield();
    }
  }
  producer.join();
}

// Its nodes are read while somebody else may write them anew; a failing compare-exchange throws the value away. By the memory
// model that is a data race (docs/limits.md), by its results it is none.
HEDDLE_TEST(BoostLockfree, QueueKeepsEveryValue, .schedules = kSchedules,
            .no_detect = "data-race") {
  boost::lockfree::queue<int, boost::lockfree::capacity<8>> queue;
  TwoProducersOneConsumer([&](int value) { EXPECT_TRUE(queue.push(value)); },
                          [&](int& value) { return queue.pop(value); });
}

HEDDLE_TEST(ConcurrentQueue, KeepsEveryValue, .schedules = kSchedules) {
  moodycamel::ConcurrentQueue<int> queue(32);
  TwoProducersOneConsumer([&](int value) { EXPECT_TRUE(queue.enqueue(value)); },
                          [&](int& value) { return queue.try_dequeue(value); });
}

HEDDLE_TEST(ReaderWriterQueue, KeepsOrderAndValues, .schedules = kSchedules) {
  moodycamel::ReaderWriterQueue<int> queue(2);
  std::thread producer([&] {
    for (int i = 1; i <= 4; ++i) EXPECT_TRUE(queue.enqueue(i));
  });
  int expected = 1;
  for (int i = 0; i < 3; ++i) {
    int value = 0;
    if (queue.try_dequeue(value)) EXPECT_EQ(value, expected++);
  }
  producer.join();
  int value = 0;
  while (queue.try_dequeue(value)) EXPECT_EQ(value, expected++);
  EXPECT_EQ(expected, 5);
}

}  // namespace
