// spdlog's asynchronous logger: a queue, a thread of its own and sinks behind it. Built twice: with all of spdlog compiled
// into this instrumented program, and against Debian's libspdlog.so, whose code is not instrumented. Its threads are
// controlled all the same, because what they wait for is libc's. What its atomic reference counts put in order is not seen at
// first: the last owner of a sink seems to race with those before it, until the race is looked at a second time.
#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include "heddle/gtest.h"

namespace {

// Two threads log two lines each through a queue of two places; the pool is shut down behind them.
void LogFromTwoThreads(spdlog::async_overflow_policy policy, std::string* text) {
  std::ostringstream out;
  {
    const auto pool = std::make_shared<spdlog::details::thread_pool>(2, 1);
    const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(out);
    const auto logger = std::make_shared<spdlog::async_logger>("test", sink, pool, policy);
    logger->set_pattern("%v");
    const auto log = [&logger](int number) {
      logger->info("line {}", number);
      logger->info("line {}", number + 1);
    };
    std::thread first(log, 1);
    std::thread second(log, 3);
    first.join();
    second.join();
  }
  *text = out.str();
}

HEDDLE_TEST(Spdlog, ABlockingLoggerWritesEveryLine, .schedules = 1000) {
  std::string text;
  LogFromTwoThreads(spdlog::async_overflow_policy::block, &text);
  for (const char* line : {"line 1\n", "line 2\n", "line 3\n", "line 4\n"})
    EXPECT_NE(text.find(line), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

HEDDLE_TEST(Spdlog, AnOverrunLoggerDropsLinesAndNothingElse, .schedules = 1000) {
  std::string text;
  LogFromTwoThreads(spdlog::async_overflow_policy::overrun_oldest, &text);
  const auto lines = std::count(text.begin(), text.end(), '\n');
  heddle::Sometimes(lines < 4, "a line is dropped");
  heddle::Sometimes(lines == 4, "no line is dropped");
  EXPECT_GE(lines, 1);
  EXPECT_LE(lines, 4);
}

}  // namespace
