#include "cli/run_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace heddle::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using trace::Verdict;

[[nodiscard]] RunOptions Accepted(const Arguments& arguments, const char* environment = nullptr) {
  const std::variant<RunOptions, int> parsed = ParseRunOptions(arguments, environment);
  const RunOptions* options = std::get_if<RunOptions>(&parsed);
  EXPECT_NE(options, nullptr);
  return options != nullptr ? *options : RunOptions{};
}

[[nodiscard]] int Refused(const Arguments& arguments, const char* environment = nullptr) {
  const std::variant<RunOptions, int> parsed = ParseRunOptions(arguments, environment);
  const int* status = std::get_if<int>(&parsed);
  return status != nullptr ? *status : -1;
}

TEST(RunOptionsTest, DefaultsBoundTimeAndSchedules) {
  const RunOptions options = Accepted({"--", "./a", "-x"});
  EXPECT_THAT(options.program, ElementsAre("./a", "-x"));
  EXPECT_EQ(options.exploration.schedules_max, 10'000u);
  EXPECT_EQ(options.exploration.time_max, 10s);
  EXPECT_EQ(options.exploration.loom.strategy.kind, trace::StrategyKind::kPortfolio);
  EXPECT_EQ(options.exploration.loom.detect, uint32_t{trace::kDetectAll});
  EXPECT_GE(options.exploration.jobs, 1u);
  EXPECT_FALSE(options.exploration.keep_going);
}

TEST(RunOptionsTest, ANamedBudgetStandsAlone) {
  EXPECT_EQ(Accepted({"--schedules", "20k", "--", "./a"}).exploration.time_max, 0ns);
  EXPECT_EQ(Accepted({"--schedules=20k", "--", "./a"}).exploration.schedules_max, 20'000u);
  EXPECT_GT(Accepted({"--time", "5m", "--", "./a"}).exploration.schedules_max, uint64_t{1} << 60);
  const RunOptions both = Accepted({"--time", "5m", "--schedules", "7", "--", "./a"});
  EXPECT_EQ(both.exploration.schedules_max, 7u);
  EXPECT_EQ(both.exploration.time_max, 5min);
}

TEST(RunOptionsTest, ShrinkingHasATimeAndCanBeTurnedOff) {
  EXPECT_EQ(Accepted({"--", "./a"}).shrink_time, 2s);
  EXPECT_EQ(Accepted({"--shrink-time", "250ms", "--", "./a"}).shrink_time, 250ms);
  EXPECT_EQ(Accepted({"--shrink-time", "0", "--", "./a"}).shrink_time, 0s);
  EXPECT_EQ(Accepted({"--", "./a"}).observe_time, 2s);
  EXPECT_EQ(Accepted({"--observe-time", "0", "--", "./a"}).observe_time, 0s);
  EXPECT_EQ(Refused({"--shrink-time", "-1s", "--", "./a"}), driver::kExitUsage);
}

TEST(RunOptionsTest, SaturationMayNameItsPart) {
  EXPECT_EQ(Accepted({"--", "./a"}).exploration.until_saturated, 0);
  EXPECT_DOUBLE_EQ(Accepted({"--until-saturated", "--", "./a"}).exploration.until_saturated, 0.01);
  EXPECT_DOUBLE_EQ(Accepted({"--until-saturated=5%", "./a"}).exploration.until_saturated, 0.05);
  EXPECT_DOUBLE_EQ(
      Accepted({"--until-saturated", "--jobs", "1", "./a"}).exploration.until_saturated, 0.01);
  // The budgets hold all the same.
  EXPECT_EQ(Accepted({"--until-saturated", "--", "./a"}).exploration.schedules_max, 10'000u);
  EXPECT_EQ(Refused({"--until-saturated=0%", "--", "./a"}), driver::kExitUsage);
  EXPECT_EQ(Refused({"--until-saturated", "--strategy", "dfs", "--", "./a"}), driver::kExitUsage);
  // A suite hands it on to each of its tests.
  EXPECT_THAT(Accepted({"--until-saturated=5%", "--gtest", "./a"}).tests.passed_options,
              ElementsAre("--until-saturated", "5%"));
}

TEST(RunOptionsTest, TheProgramsOptionsAreItsOwn) {
  EXPECT_THAT(Accepted({"./a", "--jobs", "x"}).program, ElementsAre("./a", "--jobs", "x"));
  EXPECT_THAT(Accepted({"--jobs", "3", "./a", "--", "b"}).program, ElementsAre("./a", "--", "b"));
  EXPECT_THAT(Accepted({"--", "-odd-name"}).program, ElementsAre("-odd-name"));
  EXPECT_THAT(Accepted({"--", "./a", "--", "b"}).program, ElementsAre("./a", "--", "b"));
}

TEST(RunOptionsTest, TheEnvironmentComesFirstAndTheCommandLineWins) {
  const RunOptions options =
      Accepted({"--jobs", "3", "--", "./a"}, "--jobs 7 --seed=5 --cards 'a b'");
  EXPECT_EQ(options.exploration.jobs, 3u);
  EXPECT_EQ(options.exploration.loom.seed, 5u);
  EXPECT_EQ(options.cards_directory, "a b");
}

TEST(RunOptionsTest, DetectChoosesVerdictsAndDetectors) {
  const RunOptions only =
      Accepted({"--detect", "deadlock,data-race", "--no-spurious", "--", "./a"});
  EXPECT_EQ(only.wanted, driver::Only(Verdict::kDeadlock) | driver::Only(Verdict::kDataRace));
  EXPECT_EQ(only.exploration.loom.detect,
            uint32_t{trace::kDetectRaces | trace::kAllowEarlyTime | trace::kAllowWeakFailure});
  const RunOptions without = Accepted({"--no-detect", "thread-leak", "--", "./a"});
  EXPECT_EQ(without.wanted & driver::Only(Verdict::kThreadLeak), 0u);
  EXPECT_EQ(without.wanted & driver::Only(Verdict::kNondeterminism), 0u);
  EXPECT_EQ(without.exploration.ignored_verdicts, ~without.wanted);
}

TEST(RunOptionsTest, ASystematicSearchHasABoundAndOneJob) {
  const RunOptions options =
      Accepted({"--strategy", "dfs", "--preemption-bound", "2", "--jobs", "4", "--", "./a"});
  EXPECT_EQ(options.exploration.loom.strategy.kind, trace::StrategyKind::kDfs);
  EXPECT_EQ(options.exploration.loom.strategy.preemption_bound, 2u);
  EXPECT_EQ(options.exploration.jobs, 1u);
  EXPECT_TRUE(options.one_job_only);
  EXPECT_FALSE(Accepted({"--strategy", "dfs", "--", "./a"}).one_job_only);
  EXPECT_EQ(Refused({"--preemption-bound", "2", "--", "./a"}), 2);
  EXPECT_EQ(Refused({"--strategy", "dfs", "--preemption-bound", "x", "--", "./a"}), 2);
  EXPECT_EQ(Refused({"--strategy", "dfs:1", "--preemption-bound", "2", "--", "./a"}), 2);
}

TEST(RunOptionsTest, AProgramIsNoSuite) { EXPECT_FALSE(Accepted({"--", "./a"}).suite.has_value()); }

TEST(RunOptionsTest, ASuiteHasBudgetsPerTest) {
  const RunOptions plain = Accepted({"--gtest", "--", "./a", "--gtest_filter=X*"});
  ASSERT_TRUE(plain.suite.has_value());
  EXPECT_EQ(plain.suite->kind, TestKind::kGtest);
  EXPECT_THAT(plain.suite->program, ElementsAre("./a", "--gtest_filter=X*"));
  EXPECT_EQ(plain.tests.schedules_max, 1000u);
  EXPECT_EQ(plain.tests.time_each, 10s);
  EXPECT_EQ(plain.tests.time_total, 0s);
  const RunOptions schedules = Accepted({"--catch2", "--schedules", "7", "--", "./a"});
  EXPECT_EQ(schedules.tests.schedules_max, 7u);
  EXPECT_EQ(schedules.tests.time_each, 0s);
  const RunOptions time = Accepted({"--ctest", "build", "--time", "5m"});
  EXPECT_EQ(time.suite->ctest_directory, "build");
  EXPECT_EQ(time.tests.schedules_max, 0u);
  EXPECT_EQ(time.tests.time_total, 5min);
}

TEST(RunOptionsTest, EachTestGetsTheOptionsThatWereGiven) {
  const RunOptions options =
      Accepted({"--gtest", "--keep-going", "--seed", "5", "--no-detect", "thread-leak", "--jobs",
                "3", "--env-keep", "HOME", "--", "./a"},
               "--strategy pos --seed 4");
  EXPECT_THAT(options.tests.passed_options,
              ElementsAre("--strategy", "pos", "--seed", "5", "--keep-going"));
  EXPECT_EQ(options.tests.ignored_verdicts, "thread-leak");
  EXPECT_EQ(options.tests.kept_variables, "HOME");
  EXPECT_EQ(options.tests.jobs, 3u);
}

TEST(RunOptionsTest, RefusesBadUsage) {
  for (const Arguments& arguments : std::vector<Arguments>{{},
                                                           {"--"},
                                                           {"--bogus", "--", "./a"},
                                                           {"--bogus", "./a"},
                                                           {"--jobs", "0", "--", "./a"},
                                                           {"--jobs", "x", "--", "./a"},
                                                           {"--seed", "-1", "--", "./a"},
                                                           {"--schedules", "0", "--", "./a"},
                                                           {"--time", "ten", "--", "./a"},
                                                           {"--strategy", "best", "--", "./a"},
                                                           {"--output", "loud", "--", "./a"},
                                                           {"--detect", "bugs", "--", "./a"},
                                                           {"--no-detect", "all", "--", "./a"},
                                                           {"--gtest"},
                                                           {"--gtest", "--catch2", "--", "./a"},
                                                           {"--gtest", "--ctest", "b"},
                                                           {"--ctest", "b", "--", "./a"},
                                                           {"--ctest"},
                                                           {"--ctest-filter", "x", "--", "./a"},
                                                           {"--schedules"}}) {
    EXPECT_EQ(Refused(arguments), 2) << testing::PrintToString(arguments);
  }
  EXPECT_EQ(Refused({"--", "./a"}, "--bogus"), 2);
  EXPECT_EQ(Refused({"--", "./a"}, "--cards 'open"), 2);
  EXPECT_EQ(Refused({"--", "./a"}, "-- ./b"), 2);
}

TEST(RunOptionsTest, HelpEndsWell) { EXPECT_EQ(Refused({"--help"}), 0); }

}  // namespace
}  // namespace heddle::cli
