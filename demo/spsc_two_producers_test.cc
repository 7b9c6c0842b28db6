// An ordinary GoogleTest test that misuses boost::lockfree::spsc_queue: the queue is made for ONE producer and one
// consumer, and here two threads push. The test is green on nearly every run of every machine.
//
//   step | producer 1                         | producer 2
//   1    | reads the write index: 0           |
//   2    |                                    | reads the write index: 0
//   3    | stores its element into slot 0     |
//   4    |                                    | stores its element into slot 0   <- data-race on the slot
//   5    | publishes write index 1            |
//   6    |                                    | publishes write index 1          <- one element is lost
//
// The right use stands beside it, in spsc_one_producer_test.cc.
#include <gtest/gtest.h>

#include <boost/lockfree/spsc_queue.hpp>
#include <thread>

namespace {

using Queue = boost::lockfree::spsc_queue<int, boost::lockfree::capacity<8>>;

TEST(SpscQueueTest, TwoProducersLoseNothing) {
  Queue queue;
  std::thread first([&] { queue.push(1); });
  std::thread second([&] { queue.push(2); });
  first.join();
  second.join();

  int sum = 0;
  EXPECT_EQ(queue.consume_all([&](int element) { sum += element; }), 2u);
  EXPECT_EQ(sum, 3);
}

}  // namespace
