// The name of a lock in the line of source that takes it.
#include "cli/observed_names.h"

#include <gtest/gtest.h>

namespace heddle::cli {
namespace {

TEST(LockInSourceTest, KnowsTheUsualForms) {
  EXPECT_EQ(LockInSource("std::lock_guard lock(mutex_);"), "mutex_");
  EXPECT_EQ(LockInSource("const std::lock_guard<std::mutex> guard(registry->mutex_);"),
            "registry->mutex_");
  EXPECT_EQ(LockInSource("std::unique_lock<std::mutex> lock{queue.mutex};"), "queue.mutex");
  EXPECT_EQ(LockInSource("std::scoped_lock both(a_, b_);"), "a_");
  EXPECT_EQ(LockInSource("std::shared_lock read(map_lock_);"), "map_lock_");
  EXPECT_EQ(LockInSource("pthread_mutex_lock(&mutex);"), "mutex");
  EXPECT_EQ(LockInSource("pthread_rwlock_wrlock(&table->lock);"), "table->lock");
  EXPECT_EQ(LockInSource("mutex_.lock();"), "mutex_");
  EXPECT_EQ(LockInSource("if (!self->mutex.try_lock()) return;"), "self->mutex");
}

TEST(LockInSourceTest, SaysNothingAboutOthers) {
  EXPECT_EQ(LockInSource("Enter();"), "");
  EXPECT_EQ(LockInSource(""), "");
  EXPECT_EQ(LockInSource("// the lock is taken by the caller"), "");
}

}  // namespace
}  // namespace heddle::cli
