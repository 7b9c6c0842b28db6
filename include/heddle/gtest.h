// Heddle in GoogleTest: a test whose body is explored instead of run once.
//
//   #include <heddle/gtest.h>
//
//   HEDDLE_TEST(Queue, KeepsWhatWasPushed) {                       // options may follow: , .schedules = 100'000
//     Queue queue;
//     std::thread producer([&] { queue.Push(1); });
//     std::thread consumer([&] { EXPECT_EQ(queue.Pop(), 1); });
//     producer.join();
//     consumer.join();
//   }
//
// HEDDLE_TEST_F(Fixture, Name) and HEDDLE_TEST_P(Fixture, Name) do the same with a fixture: every execution has one of its
// own, made, set up and torn down under the schedule. EXPECT_EXPLORED(body, options) explores a part of an ordinary test.
//
// A failing EXPECT_* or ASSERT_* in any thread of a body is a finding (assertion) of the schedule in which it failed; the
// execution goes on as GoogleTest has it. The test fails with the story of each finding; `heddle replay CARD` runs only
// that test. What a body may do is said in heddle.h. Works with GoogleTest 1.10 and later.
#pragma once

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <utility>

#include "heddle/heddle.h"

namespace heddle::detail {

// Takes the place of GoogleTest's own reporter while a body is explored: a failure belongs to the schedule, not to the
// test, which fails once with all that was found.
class AssertionsAreFindings final : public testing::ScopedFakeTestPartResultReporter {
 public:
  AssertionsAreFindings() : ScopedFakeTestPartResultReporter(INTERCEPT_ALL_THREADS, nullptr) {}

  void ReportTestPartResult(const testing::TestPartResult& result) override {
    if (!result.failed()) return;
    const char* file = result.file_name() != nullptr ? result.file_name() : "unknown file";
    const int line = result.line_number() > 0 ? result.line_number() : 0;
    Fail("assertion", result.message(), file, static_cast<unsigned>(line), false);
  }
};

// Explores for the current test: named after it, so that a card finds its way back.
template <typename Body>
[[nodiscard]] Result ExploreForTest(Body&& body, Options options = {},
                                    const char* file = __builtin_FILE(),
                                    unsigned line = __builtin_LINE()) {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  if (test != nullptr) {
    const std::string name = std::string(test->test_suite_name()) + "." + test->name();
    if (options.name.empty()) options.name = name;
    if (options.replay_argument.empty()) options.replay_argument = "--gtest_filter=" + name;
  }
  const AssertionsAreFindings reporter;
  return Explore(std::forward<Body>(body), std::move(options), file, line);
}

// What a person should know although the test passes.
inline void TellBesides(const Result& result) {
  for (const std::string& name : result.never())
    std::printf("[  heddle  ] never: %s\n", name.c_str());
  for (const std::string& note : result.notes())
    std::printf("[  heddle  ] note: %s\n", note.c_str());
  testing::Test::RecordProperty("heddle_executions", std::to_string(result.executions()));
}

[[nodiscard]] inline testing::AssertionResult NothingFound(const Result& result) {
  if (!result.ok()) return testing::AssertionFailure() << "\n" << result.ToString();
  TellBesides(result);
  return testing::AssertionSuccess();
}

// What GoogleTest instantiates for a HEDDLE_TEST_F: not the fixture, which belongs to the executions.
template <typename Fixture>
class AroundFixture : public testing::Test {
 private:
  struct Access : Fixture {
    static void SetUpSuite() { Fixture::SetUpTestSuite(); }
    static void TearDownSuite() { Fixture::TearDownTestSuite(); }
  };

 public:
  static void SetUpTestSuite() { Access::SetUpSuite(); }
  static void TearDownTestSuite() { Access::TearDownSuite(); }
};

// The same for HEDDLE_TEST_P; the parameter is a static of its type, so the fixture in the body sees it too.
template <typename Fixture>
class AroundParameterised : public testing::TestWithParam<typename Fixture::ParamType> {};

}  // namespace heddle::detail

// Passes if nothing is found in `body` (a callable, then options): EXPECT_EXPLORED([&] { … }, {.schedules = 500}).
#define EXPECT_EXPLORED(...)                                                             \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                                                          \
  if (const ::testing::AssertionResult heddle_result =                                   \
          ::heddle::detail::NothingFound(::heddle::detail::ExploreForTest(__VA_ARGS__))) \
    ;                                                                                    \
  else                                                                                   \
    GTEST_NONFATAL_FAILURE_(heddle_result.failure_message())

#define HEDDLE_TEST(suite, name, ...)                                                       \
  static void HeddleBody_##suite##_##name();                                                \
  TEST(suite, name) {                                                                       \
    EXPECT_EXPLORED([] { HeddleBody_##suite##_##name(); }, ::heddle::Options{__VA_ARGS__}); \
  }                                                                                         \
  static void HeddleBody_##suite##_##name()

// One execution with a fixture of its own.
#define HEDDLE_FIXTURE_BODY_(fixture, name)              \
  class HeddleBody_##fixture##_##name : public fixture { \
   public:                                               \
    static void Run() {                                  \
      HeddleBody_##fixture##_##name test;                \
      test.SetUp();                                      \
      test.TestBody();                                   \
      test.TearDown();                                   \
    }                                                    \
                                                         \
   private:                                              \
    void TestBody() override;                            \
  };

#define HEDDLE_TEST_F(fixture, name, ...)                                                          \
  HEDDLE_FIXTURE_BODY_(fixture, name)                                                              \
  GTEST_TEST_(fixture, name, ::heddle::detail::AroundFixture<fixture>,                             \
              ::testing::internal::GetTypeId<fixture>()) {                                         \
    EXPECT_EXPLORED([] { HeddleBody_##fixture##_##name::Run(); }, ::heddle::Options{__VA_ARGS__}); \
  }                                                                                                \
  void HeddleBody_##fixture##_##name::TestBody()

#define HEDDLE_TEST_P(fixture, name, ...)                                                        \
  HEDDLE_FIXTURE_BODY_(fixture, name)                                                            \
  class GTEST_TEST_CLASS_NAME_(fixture, name)                                                    \
      : public ::heddle::detail::AroundParameterised<fixture> {                                  \
   private:                                                                                      \
    void TestBody() override {                                                                   \
      EXPECT_EXPLORED([] { HeddleBody_##fixture##_##name::Run(); },                              \
                      ::heddle::Options{__VA_ARGS__});                                           \
    }                                                                                            \
    [[maybe_unused]] inline static const int registered_ = [] {                                  \
      ::testing::UnitTest::GetInstance()                                                         \
          ->parameterized_test_registry()                                                        \
          .GetTestSuitePatternHolder<fixture>(                                                   \
              #fixture, ::testing::internal::CodeLocation(__FILE__, __LINE__))                   \
          ->AddTestPattern(                                                                      \
              #fixture, #name,                                                                   \
              new ::testing::internal::TestMetaFactory<GTEST_TEST_CLASS_NAME_(fixture, name)>(), \
              ::testing::internal::CodeLocation(__FILE__, __LINE__));                            \
      return 0;                                                                                  \
    }();                                                                                         \
  };                                                                                             \
  void HeddleBody_##fixture##_##name::TestBody()
