#include "base/check.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

namespace heddle {
namespace {

TEST(CheckTest, SaysWhichConditionFailedWithWhichValues) {
  const int threads = 3;
  HEDDLE_CHECK(threads == 3);
  HEDDLE_CHECK_EQ(threads, 3);
  EXPECT_DEATH(HEDDLE_CHECK(threads == 4),
               "heddle: bug in Heddle: .*check_test.cc:[0-9]+: threads == 4 does not hold");
  EXPECT_DEATH(HEDDLE_CHECK_EQ(threads, 5), "threads == 5 does not hold \\(3, 5\\)");
}

TEST(CheckTest, EvaluatesAConditionOnce) {
  int calls = 0;
  HEDDLE_CHECK(++calls == 1);
  EXPECT_EQ(calls, 1);
}

TEST(CheckTest, NamesTheLimitThatWasReached) {
  EXPECT_DEATH(DieOfLimit("kThreadsMax", "threads in one execution", 4000),
               "limit reached: threads in one execution \\(kThreadsMax = 4000\\)");
  EXPECT_DEATH(DieUnsupported("vfork", "use fork"), "not supported: vfork; use fork");
}

// The exit status is the promise of the command line: 3 for our bugs, 4 for limits.
TEST(CheckTest, HandsKindAndMessageToTheHandler) {
  const auto die = [](auto how) {
    SetDeathHandler([](DeathKind kind, const char* message) {
      std::_Exit(static_cast<int>(kind) + (std::strlen(message) > 0 ? 0 : 100));
    });
    how();
  };
  EXPECT_EXIT(die([] { HEDDLE_CHECK(false); }), testing::ExitedWithCode(3), "");
  EXPECT_EXIT(die([] { DieOfLimit("a", "b", 1); }), testing::ExitedWithCode(4), "");
  EXPECT_EXIT(die([] { DieUnsupported("a", "b"); }), testing::ExitedWithCode(4), "");
}

}  // namespace
}  // namespace heddle
