#include "model/semaphore.h"

#include <gtest/gtest.h>

#include "base/prng.h"

namespace heddle::model {
namespace {

Semaphore Make(uint32_t value) {
  Semaphore semaphore;
  semaphore.Reset(value);
  return semaphore;
}

TEST(SemaphoreTest, CountsDownToZeroAndNoFurther) {
  Semaphore semaphore = Make(2);
  for (uint32_t left : {1u, 0u}) {
    EXPECT_TRUE(semaphore.CanWait());
    EXPECT_TRUE(semaphore.TryWait());
    EXPECT_EQ(semaphore.value(), left);
  }
  EXPECT_FALSE(semaphore.CanWait());
  EXPECT_FALSE(semaphore.TryWait());
  EXPECT_EQ(semaphore.value(), 0u);
}

TEST(SemaphoreTest, APostLetsOneWaiterThrough) {
  Semaphore semaphore = Make(0);
  EXPECT_TRUE(semaphore.Post());
  EXPECT_TRUE(semaphore.TryWait());
  EXPECT_FALSE(semaphore.CanWait());
}

TEST(SemaphoreTest, DoesNotOverflow) {
  Semaphore semaphore = Make(Semaphore::kValueMax - 1);
  EXPECT_TRUE(semaphore.Post());
  EXPECT_FALSE(semaphore.Post());
  EXPECT_EQ(semaphore.value(), Semaphore::kValueMax);
  EXPECT_TRUE(semaphore.TryWait());
  EXPECT_TRUE(semaphore.Post());
}

TEST(SemaphoreTest, AgreesWithACounterOnRandomPrograms) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    Prng prng(seed);
    int64_t count = prng.Below(4);
    Semaphore semaphore = Make(static_cast<uint32_t>(count));
    for (int step = 0; step < 300; ++step) {
      ASSERT_EQ(semaphore.CanWait(), count > 0);
      if (prng.Chance(500)) {
        ASSERT_EQ(semaphore.TryWait(), count > 0);
        count -= count > 0;
      } else {
        ASSERT_TRUE(semaphore.Post());
        ++count;
      }
      ASSERT_EQ(semaphore.value(), count);
    }
  }
}

}  // namespace
}  // namespace heddle::model
