#include "model/condition.h"

#include <gtest/gtest.h>

namespace heddle::model {
namespace {

TEST(ConditionTest, CountsWhoWaits) {
  Condition condition;
  EXPECT_EQ(condition.waiters(), 0u);
  condition.StartWait();
  condition.StartWait();
  EXPECT_EQ(condition.waiters(), 2u);
  condition.EndWait();
  EXPECT_EQ(condition.waiters(), 1u);
  condition.EndWait();
  EXPECT_EQ(condition.waiters(), 0u);
}

// The script of a lost wake-up: the signal comes, nobody hears it, then somebody waits.
TEST(ConditionTest, RemembersASignalThatNobodyHeard) {
  Condition condition;
  condition.NoteUnheard();
  condition.StartWait();
  EXPECT_EQ(condition.unheard(), 1u);
  EXPECT_EQ(condition.heard(), 0u);
  EXPECT_EQ(condition.waiters(), 1u);
}

TEST(ConditionTest, KeepsHeardAndUnheardApart) {
  Condition condition;
  condition.NoteHeard();
  condition.NoteUnheard();
  condition.NoteHeard();
  EXPECT_EQ(condition.heard(), 2u);
  EXPECT_EQ(condition.unheard(), 1u);
}

TEST(ConditionTest, ResetForgetsEverything) {
  Condition condition;
  condition.StartWait();
  condition.NoteHeard();
  condition.NoteUnheard();
  condition.Reset();
  EXPECT_EQ(condition.waiters() + condition.heard() + condition.unheard(), 0u);
}

}  // namespace
}  // namespace heddle::model
