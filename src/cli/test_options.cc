#include "cli/test_options.h"

namespace heddle::cli {
namespace {

using driver::Error;
using driver::kExitUsage;
using driver::Result;

constexpr uint64_t kSchedulesDefault = 1000;
constexpr std::chrono::nanoseconds kTimeDefault = std::chrono::seconds(10);

// What holds for each test as it holds for one program.
constexpr const char* kPassedOptions[] = {
    "--strategy",        "--seed",         "--detect",         "--no-early-time", "--no-spurious",
    "--no-weak-failure", "--keep-going",   "--output",         "--hang-timeout",  "--start-timeout",
    "--shrink-time",     "--observe-time", "--until-saturated"};

[[nodiscard]] std::string ValueOf(const CLI::App& app, const char* name) {
  const CLI::Option* option = app.get_option_no_throw(name);
  return option != nullptr && option->count() > 0 ? option->results().back() : "";
}

[[nodiscard]] Error Usage(const std::string& message, const std::string& remedy) {
  return Error{kExitUsage, message, remedy};
}

}  // namespace

void AddTestOptions(CLI::App& app, TestWords& words) {
  constexpr const char* kGroup = "Test suites";
  app.add_flag("--gtest", words.gtest,
               "PROGRAM is a GoogleTest program: list its tests and explore each by itself")
      ->group(kGroup);
  app.add_flag("--catch2", words.catch2, "The same for a Catch2 program")->group(kGroup);
  app.add_option("--ctest", words.ctest,
                 "Explore each test that ctest lists in this build directory; no PROGRAM is named")
      ->type_name("DIR")
      ->group(kGroup);
  app.add_option("--ctest-filter", words.ctest_filter,
                 "Only the tests whose names match: the -R of ctest")
      ->type_name("REGEX")
      ->group(kGroup);
}

Result<std::optional<TestSuite>> SuiteOf(const CLI::App& app, const TestWords& words,
                                         const std::vector<std::string>& program) {
  const bool ctest = app.count("--ctest") > 0;
  if (words.gtest + words.catch2 + ctest > 1) {
    return Usage("--gtest, --catch2 and --ctest exclude each other",
                 "leave one: a run has one kind of tests");
  }
  if (app.count("--ctest-filter") > 0 && !ctest)
    return Usage("--ctest-filter chooses among the tests of --ctest, which is not given",
                 "GoogleTest and Catch2 programs take their own filters behind the program");
  if (!words.gtest && !words.catch2 && !ctest) return std::optional<TestSuite>();
  TestSuite suite;
  suite.program = program;
  if (ctest) {
    if (words.ctest.empty()) return Usage("--ctest names no directory", "name the build directory");
    if (!program.empty()) {
      return Usage("--ctest takes the programs from the build directory, but one was named: '" +
                       program.front() + "'",
                   "leave it out, or use --gtest or --catch2 for one program");
    }
    suite.kind = TestKind::kCtest;
    suite.ctest_directory = words.ctest;
    suite.ctest_filter = words.ctest_filter;
    return std::optional<TestSuite>(suite);
  }
  suite.kind = words.gtest ? TestKind::kGtest : TestKind::kCatch2;
  for (const std::string& word : program) {
    // A part of the tests that only Catch2 knows how to cut: each test alone would be empty in all shards but one.
    if (words.catch2 && (word.starts_with("--shard-count") || word.starts_with("--shard-index"))) {
      return Usage("Catch2's own shards are not supported with --catch2",
                   "choose a part of the tests by names or tags");
    }
  }
  return std::optional<TestSuite>(suite);
}

TestRunOptions TestRunOptionsOf(const CLI::App& app, const NamedBudget& budget) {
  TestRunOptions options;
  options.schedules_max = budget.schedules;
  options.time_total = budget.time;
  if (budget.schedules == 0 && budget.time.count() == 0) {
    options.schedules_max = kSchedulesDefault;
    options.time_each = kTimeDefault;
  }
  for (const char* name : kPassedOptions) {
    const CLI::Option* option = app.get_option_no_throw(name);
    if (option == nullptr || option->count() == 0) continue;
    options.passed_options.emplace_back(name);
    // An option without a value of its own is a flag.
    if (option->get_items_expected_max() > 0) options.passed_options.push_back(ValueOf(app, name));
  }
  options.ignored_verdicts = ValueOf(app, "--no-detect");
  options.kept_variables = ValueOf(app, "--env-keep");
  return options;
}

}  // namespace heddle::cli
