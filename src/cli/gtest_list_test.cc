#include "cli/gtest_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

[[nodiscard]] std::vector<std::string> NamesOf(const std::vector<ListedTest>& tests) {
  std::vector<std::string> names;
  for (const ListedTest& test : tests) names.push_back(test.name);
  return names;
}

TEST(GtestListTest, ReadsPlainTypedAndParameterisedTests) {
  EXPECT_THAT(ParseGtestList("Running main() from gtest_main.cc\n"
                             "AccountTest.\n"
                             "  Deposits\n"
                             "  DISABLED_Later\n"
                             "Typed/1.  # TypeParam = std::pair<int, long>\n"
                             "  Works\n"
                             "Some/Threads.\n"
                             "  Join/0  # GetParam() = (1, \"a  # b. \")\n"),
              ElementsAre("AccountTest.Deposits", "AccountTest.DISABLED_Later", "Typed/1.Works",
                          "Some/Threads.Join/0"));
}

TEST(GtestListTest, IgnoresWhatTheProgramSaysOnItsOwn) {
  EXPECT_THAT(ParseGtestList("starting\n  indented talk\n\nSuite.\n  Test\nbye\n  Stray\n"),
              ElementsAre("Suite.Test"));
  EXPECT_THAT(ParseGtestList(""), IsEmpty());
  EXPECT_THAT(ParseGtestList("Suite."), IsEmpty());
}

TEST(GtestListTest, RunsEachTestWithItsOwnFilterBehindAllArguments) {
  const std::vector<ListedTest> tests =
      GtestsToRun({"A.B"}, {"./prog", "--gtest_filter=A*", "input.txt"}, Shard{});
  ASSERT_EQ(tests.size(), 1u);
  EXPECT_THAT(tests[0].argv,
              ElementsAre("./prog", "--gtest_filter=A*", "input.txt", "--gtest_filter=A.B"));
  EXPECT_THAT(tests[0].unset_variables,
              testing::IsSupersetOf({"GTEST_FILTER", "GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX"}));
}

TEST(GtestListTest, DisabledTestsRunOnRequestOnly) {
  const std::vector<std::string> names = {"A.B", "A.DISABLED_C", "DISABLED_D.E",
                                          "Some/DISABLED_F.G/0", "A.NotDISABLED_H"};
  EXPECT_THAT(NamesOf(GtestsToRun(names, {"./prog"}, Shard{})),
              ElementsAre("A.B", "A.NotDISABLED_H"));
  EXPECT_EQ(GtestsToRun(names, {"./prog", "--gtest_also_run_disabled_tests"}, Shard{}).size(), 5u);
  EXPECT_EQ(GtestsToRun(names, {"./prog", "-gtest_also_run_disabled_tests=1"}, Shard{}).size(), 5u);
  EXPECT_EQ(GtestsToRun(names, {"./prog", "--gtest_also_run_disabled_tests=0"}, Shard{}).size(),
            2u);
}

// GoogleTest numbers the tests that would run, so a disabled one moves nothing into another shard.
TEST(GtestListTest, ShardsCountTheTestsThatWouldRun) {
  const std::vector<std::string> names = {"A.0", "A.DISABLED_x", "A.1", "A.2", "A.3"};
  EXPECT_THAT(NamesOf(GtestsToRun(names, {"./prog"}, Shard{2, 0})), ElementsAre("A.0", "A.2"));
  EXPECT_THAT(NamesOf(GtestsToRun(names, {"./prog"}, Shard{2, 1})), ElementsAre("A.1", "A.3"));
}

TEST(GtestListTest, AShardNeedsBothVariablesAndAnIndexWithin) {
  EXPECT_EQ(ParseShard(nullptr, nullptr).value().total, 1u);
  EXPECT_EQ(ParseShard("3", "2").value().total, 3u);
  EXPECT_EQ(ParseShard("3", "2").value().index, 2u);
  EXPECT_FALSE(ParseShard("3", nullptr).ok());
  EXPECT_FALSE(ParseShard(nullptr, "0").ok());
  EXPECT_FALSE(ParseShard("3", "3").ok());
  EXPECT_FALSE(ParseShard("0", "0").ok());
  EXPECT_FALSE(ParseShard("two", "1").ok());
}

TEST(GtestListTest, AFilterHasNoCharactersOfItsOwnMeaning) {
  EXPECT_EQ(GtestFilterFor("Some/Threads.Join/0"), "Some/Threads.Join/0");
  EXPECT_EQ(GtestFilterFor("Typed/std::pair<a-b*>.X"), "Typed/std??pair<a?b?>.X");
}

}  // namespace
}  // namespace heddle::cli
