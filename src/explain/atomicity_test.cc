// Shapes of executions in which every access is locked and one order fails.
#include "explain/atomicity.h"

#include <gtest/gtest.h>

#include <vector>

namespace heddle::explain {
namespace {

using trace::Event;
using trace::OpKind;

Event Make(uint32_t thread, OpKind op, uint32_t object) {
  Event event{};
  event.thread = thread;
  event.op = op;
  event.object = object;
  return event;
}

TEST(AtomicityTest, LooksInOneSectionAndActsInAnother) {
  const std::vector<Event> events = {
      Make(1, OpKind::kMutexLock, 7), Make(1, OpKind::kMutexUnlock, 7),
      Make(2, OpKind::kMutexLock, 7), Make(2, OpKind::kMutexUnlock, 7),
      Make(1, OpKind::kMutexLock, 7),
  };
  const auto shape = ShapeOf(events, {2, 4});
  ASSERT_TRUE(shape.has_value());
  EXPECT_EQ(shape->shape, Atomicity::Shape::kCheckAgain);
  EXPECT_EQ(shape->earlier, 0u);
}

TEST(AtomicityTest, LoadsAndThenStores) {
  const std::vector<Event> events = {Make(1, OpKind::kAtomicLoad, 3),
                                     Make(2, OpKind::kAtomicStore, 3),
                                     Make(1, OpKind::kAtomicStore, 3)};
  const auto shape = ShapeOf(events, {1, 2});
  ASSERT_TRUE(shape.has_value());
  EXPECT_EQ(shape->shape, Atomicity::Shape::kCheckAgain);
}

TEST(AtomicityTest, IsKnownBeforeItIsReady) {
  const std::vector<Event> events = {
      Make(1, OpKind::kMutexLock, 5), Make(1, OpKind::kMutexUnlock, 5),
      Make(2, OpKind::kMutexLock, 5), Make(2, OpKind::kMutexUnlock, 5),
      Make(2, OpKind::kMutexLock, 6), Make(2, OpKind::kMutexUnlock, 6),
      Make(1, OpKind::kMutexLock, 6),
  };
  const auto shape = ShapeOf(events, {4, 6});
  ASSERT_TRUE(shape.has_value());
  EXPECT_EQ(shape->shape, Atomicity::Shape::kTooEarly);
  EXPECT_EQ(shape->earlier, 1u);
  EXPECT_EQ(shape->heard, 2u);
}

TEST(AtomicityTest, HeardOfSomebodyElse) {
  const std::vector<Event> events = {
      Make(1, OpKind::kMutexUnlock, 5), Make(3, OpKind::kMutexUnlock, 5),
      Make(2, OpKind::kMutexLock, 5),   Make(2, OpKind::kMutexLock, 6),
      Make(1, OpKind::kMutexLock, 6),
  };
  EXPECT_FALSE(ShapeOf(events, {3, 4}).has_value());
}

TEST(AtomicityTest, NothingBefore) {
  const std::vector<Event> events = {Make(2, OpKind::kMutexLock, 6),
                                     Make(1, OpKind::kMutexLock, 6)};
  EXPECT_FALSE(ShapeOf(events, {0, 1}).has_value());
  EXPECT_FALSE(ShapeOf(events, {1, 5}).has_value()) << "not among the events";
}

TEST(AtomicityTest, SignalsTwiceAtOnePlace) {
  std::vector<Event> events = {
      Make(2, OpKind::kMutexLock, 6),
      Make(2, OpKind::kCondBroadcast, 8),
      Make(2, OpKind::kMutexUnlock, 6),
      Make(2, OpKind::kMutexLock, 6),
  };
  EXPECT_EQ(SignalledBefore(events, 2, 6), 1u);
  EXPECT_FALSE(SignalledBefore(events, 1, 6).has_value()) << "another thread";
  EXPECT_FALSE(SignalledBefore(events, 2, 5).has_value()) << "another lock";
  events.back().pc = 0x1000;
  EXPECT_FALSE(SignalledBefore(events, 2, 6).has_value()) << "at another place";
}

}  // namespace
}  // namespace heddle::explain
