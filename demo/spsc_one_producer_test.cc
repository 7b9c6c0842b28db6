// The right use of boost::lockfree::spsc_queue, beside its misuse in spsc_two_producers_test.cc: one thread pushes,
// one thread pops, and nothing is found in any schedule. Two sources of elements get a queue each; the one consumer
// reads both.
#include <gtest/gtest.h>

#include <boost/lockfree/spsc_queue.hpp>
#include <thread>

namespace {

using Queue = boost::lockfree::spsc_queue<int, boost::lockfree::capacity<8>>;

TEST(SpscQueueTest, OneProducerPerQueueLosesNothing) {
  Queue from_first;
  Queue from_second;
  std::thread first([&] { from_first.push(1); });
  std::thread second([&] { from_second.push(2); });

  // The consumer runs beside the producers and takes what is there already.
  int sum = 0;
  const auto add = [&](int element) { sum += element; };
  size_t taken = from_first.consume_all(add) + from_second.consume_all(add);

  first.join();
  second.join();
  taken += from_first.consume_all(add) + from_second.consume_all(add);
  EXPECT_EQ(taken, 2u);
  EXPECT_EQ(sum, 3);
}

}  // namespace
