// The GoogleTest adaptor: fixtures and parameters in every execution, beside ordinary tests of the same fixture; and tests
// that fail on purpose (named Fails…), which check_adaptors.py runs one by one.
#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "heddle/gtest.h"

namespace {

int g_suites_set_up = 0;

class Counter : public testing::Test {
 protected:
  static void SetUpTestSuite() { ++g_suites_set_up; }
  void SetUp() override { count_ = 1; }
  void TearDown() override { EXPECT_EQ(count_, 3) << "the body has run between set-up and this"; }

  void AddTwice() {
    const auto add = [this] {
      const std::lock_guard lock(mutex_);
      ++count_;
    };
    std::thread first(add);
    std::thread second(add);
    first.join();
    second.join();
  }

  std::mutex mutex_;
  int count_ = 0;
};

HEDDLE_TEST_F(Counter, IsNewInEveryExecution, .schedules = 300) {
  EXPECT_EQ(count_, 1);
  AddTwice();
}

TEST_F(Counter, IsAnOrdinaryFixtureAsWell) {
  AddTwice();
  EXPECT_EQ(g_suites_set_up, 1);
}

class Adding : public testing::TestWithParam<int> {
 protected:
  std::atomic<int> sum_ = 0;
};

HEDDLE_TEST_P(Adding, GivesTwiceTheParameter, .schedules = 200) {
  std::thread first([this] { sum_ += GetParam(); });
  std::thread second([this] { sum_ += GetParam(); });
  first.join();
  second.join();
  EXPECT_EQ(sum_, 2 * GetParam());
}

TEST_P(Adding, IsAnOrdinaryTestAsWell) { EXPECT_GT(GetParam(), 0); }

INSTANTIATE_TEST_SUITE_P(Small, Adding, testing::Values(1, 2, 3));

TEST(Part, OfAnOrdinaryTestIsExplored) {
  int runs = 0;
  EXPECT_EXPLORED([&runs] { ++runs; }, {.schedules = 5});
  EXPECT_GE(runs, 5);
  if (runs > 0)
    EXPECT_EXPLORED([] {});
  else
    FAIL() << "the macro is one statement";
}

TEST(Result, IsToldAsAProperty) {
  EXPECT_EXPLORED([] {});
}

// --- on purpose ---

void LoseAnUpdate(bool in_thread) {
  std::atomic<int> count = 0;
  const auto add = [&] { count.store(count.load() + 1); };
  std::thread first(add);
  std::thread second(add);
  first.join();
  second.join();
  if (in_thread) {
    std::thread([&] { ASSERT_EQ(count.load(), 2) << "in a thread"; }).join();
  } else {
    EXPECT_EQ(count.load(), 2) << "in the body";
  }
}

HEDDLE_TEST(FailsHere, InTheBody) { LoseAnUpdate(false); }
HEDDLE_TEST(FailsHere, InAThread) { LoseAnUpdate(true); }
HEDDLE_TEST_F(Counter, FailsInTheFixture) { count_ = 7; }
HEDDLE_TEST_P(Adding, FailsForThree) { EXPECT_NE(GetParam(), 3); }
TEST(FailsHere, InAPart) {
  EXPECT_EXPLORED([] { LoseAnUpdate(false); });
}

}  // namespace
