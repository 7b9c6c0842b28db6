// Shrinking, tried on programs of a few lines that are run without threads, along guides, as the loom does it.
#include "explain/shrink.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "explain/toy_program.h"

namespace heddle::explain {
namespace {

// Two threads that read, add and write: an update is lost only if one stands between reading and writing.
ToyProgram LostUpdate() {
  ToyProgram program;
  program.threads = {"..r..w..", "..r..w..", "........"};
  program.fails = [](const std::string& trace) {
    // r of one, r of the other, before any w
    const size_t first_write = std::min(trace.find("0w"), trace.find("1w"));
    return trace.find("0r") < first_write && trace.find("1r") < first_write;
  };
  return program;
}

TEST(ShrinkTest, FindsTheOneSwitchThatMatters) {
  ToyExecutor executor(LostUpdate());
  const Trial found = executor.RunSchedule("2012021021210210212");
  ASSERT_TRUE(found.fails);
  ASSERT_GT(found.cost.switches, 5u);
  const Shrunk shrunk = Shrink(executor, found);
  EXPECT_EQ(shrunk.best.cost.switches, 1u);
  EXPECT_EQ(shrunk.best.cost.threads, 2u);
  EXPECT_EQ(shrunk.best.cost.unusual, 1u);
  EXPECT_FALSE(shrunk.minimal) << "the toy search tries nothing";
}

TEST(ShrinkTest, NeedsNoSwitchWhereOrderAloneDecides) {
  ToyProgram program;
  program.threads = {"a", "..b", "c.."};
  program.fails = [](const std::string& trace) { return trace.find("2c") < trace.find("1b"); };
  ToyExecutor executor(program);
  const Trial found = executor.RunSchedule("0121210");
  ASSERT_TRUE(found.fails);
  const Shrunk shrunk = Shrink(executor, found);
  EXPECT_EQ(shrunk.best.cost.switches, 0u);
  EXPECT_TRUE(shrunk.minimal);
}

TEST(ShrinkTest, GoesStraightToTheThreadThatMatters) {
  // Thread 1 came in the middle because thread 2 was switched to in between, and that gave way to it.
  ToyProgram program = LostUpdate();
  ToyExecutor executor(program);
  const Trial found = executor.RunSchedule("00022111112222000011");
  ASSERT_TRUE(found.fails);
  const Shrunk shrunk = Shrink(executor, found);
  EXPECT_EQ(shrunk.best.cost.switches, 1u);
  EXPECT_EQ(shrunk.best.cost.threads, 2u);
}

TEST(ShrinkTest, TakesWhatTheSearchFinds) {
  ToyExecutor executor(LostUpdate());
  Trial found = executor.RunSchedule("0001112");
  ASSERT_TRUE(found.fails);
  found.cost.switches = 7;  // as if it were worse
  executor.found_by_search = executor.RunSchedule("000111");
  executor.tried_below = 1;
  executor.runs_left = 0;
  const Shrunk shrunk = Shrink(executor, found);
  EXPECT_EQ(shrunk.best.cost.switches, 1u);
  EXPECT_TRUE(shrunk.minimal);
}

TEST(ShrinkTest, StopsWhenTimeIsOver) {
  ToyExecutor executor(LostUpdate());
  const Trial found = executor.RunSchedule("0001120021102211002211200112");
  executor.runs_left = 3;
  const Shrunk shrunk = Shrink(executor, found);
  EXPECT_LE(shrunk.runs, 3u);
  EXPECT_TRUE(shrunk.best.fails);
  EXPECT_LE(shrunk.best.cost, found.cost);
}

}  // namespace
}  // namespace heddle::explain
