#include "cli/test_budget.h"

#include <gtest/gtest.h>

namespace heddle::cli {
namespace {

using namespace std::chrono_literals;

TEST(TestBudgetTest, OnePlaceDividesEvenly) {
  TestBudget budget(30s, 1, 3);
  EXPECT_EQ(budget.Begin(0s), 10s);
  budget.End(0s, 10s);
  EXPECT_EQ(budget.Begin(10s), 10s);
  budget.End(10s, 10s);
  EXPECT_EQ(budget.Begin(20s), 10s);
}

TEST(TestBudgetTest, WhatATestLeavesGoesToAllLaterOnes) {
  TestBudget budget(30s, 1, 3);
  EXPECT_EQ(budget.Begin(0s), 10s);
  budget.End(0s, 10s);  // ended after 2 s
  EXPECT_EQ(budget.Begin(2s), 14s);
  budget.End(2s, 14s);
  EXPECT_EQ(budget.Begin(3s), 27s);
}

// The example at the top of test_budget.h.
TEST(TestBudgetTest, PlacesSideBySideUseTheWholeClock) {
  TestBudget budget(30s, 2, 3);
  EXPECT_EQ(budget.Begin(0s), 20s);
  EXPECT_EQ(budget.Begin(0s), 20s);
  budget.End(0s, 20s);
  EXPECT_EQ(budget.Begin(20s), 10s);
}

TEST(TestBudgetTest, NobodyGetsMoreThanIsOnTheClock) {
  TestBudget budget(30s, 8, 2);
  EXPECT_EQ(budget.Begin(0s), 30s);
  EXPECT_EQ(budget.Begin(0s), 30s);
}

TEST(TestBudgetTest, LateTestsGetAMoment) {
  TestBudget budget(1s, 1, 3);
  const TestBudget::Time first = budget.Begin(0s);
  budget.End(0s, first);
  EXPECT_EQ(budget.Begin(5s), TestBudget::kShareMin);
}

}  // namespace
}  // namespace heddle::cli
