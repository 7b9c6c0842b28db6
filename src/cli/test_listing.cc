#include "cli/test_listing.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "cli/catch2_list.h"
#include "cli/child_process.h"
#include "cli/console.h"
#include "cli/ctest_list.h"
#include "cli/gtest_list.h"
#include "driver/elf_probe.h"
#include "driver/interrupt.h"

namespace heddle::cli {
namespace {

using driver::Error;
using driver::kExitUsage;
using driver::Result;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Answer {
  int status = 0;  // as waitpid gives it
  std::string out;
  std::string err;

  [[nodiscard]] bool exited_with(int code) const {
    return WIFEXITED(status) && WEXITSTATUS(status) == code;
  }
  [[nodiscard]] std::string Ending() const {
    return WIFSIGNALED(status) ? fmt::format("ended by signal {}", WTERMSIG(status))
                               : fmt::format("ended with status {}", WEXITSTATUS(status));
  }
};

// The first line that says something: rulers and empty lines do not.
[[nodiscard]] std::string FirstLine(const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    if (std::any_of(line.begin(), line.end(), [](unsigned char c) { return std::isalnum(c) != 0; }))
      return Printable(line);
    at = end + 1;
  }
  return "";
}

// Listing is not the run that counts: what ThreadSanitizer finds while static constructors run would change the exit
// status, and its reports would stand between the names.
[[nodiscard]] std::string QuietSanitizer() {
  const char* own = std::getenv("TSAN_OPTIONS");
  return (own != nullptr ? std::string(own) + ":" : "") + "report_bugs=0:exitcode=0";
}

[[nodiscard]] Result<Answer> Ask(std::vector<std::string> argv, milliseconds time_max,
                                 const std::string& scratch) {
  ChildCommand command;
  command.file = argv.front();
  command.argv = std::move(argv);
  command.set_variables = {{"TSAN_OPTIONS", QuietSanitizer()}};
  command.stdout_path = scratch + "/list.out";
  command.stderr_path = scratch + "/list.err";
  Result<ChildProcess> child = ChildProcess::Start(command);
  if (!child.ok()) return child.error();
  const steady_clock::time_point deadline = steady_clock::now() + time_max;
  while (true) {
    if (const std::optional<int> status = child.value().Ended())
      return Answer{*status, FileContents(command.stdout_path), FileContents(command.stderr_path)};
    const std::string name = Printable(command.file);
    if (driver::Interrupted())
      return Error{kExitUsage, "interrupted while '" + name + "' listed its tests", ""};
    const milliseconds left =
        std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) {
      return Error{
          kExitUsage,
          fmt::format("'{}' did not list its tests within {} s", name, time_max.count() / 1000),
          "is it a test program of this kind? --start-timeout gives it more time"};
    }
    WaitForChildren({&child.value()}, left);
  }
}

// Why a listing is empty, as well as can be told from outside.
[[nodiscard]] Error NoTests(const TestSuite& suite, const std::string& kind, const Answer& answer) {
  const std::string name = Printable(suite.program.front());
  const std::string said = FirstLine(answer.err.empty() ? answer.out : answer.err);
  if (answer.exited_with(0)) {
    return Error{kExitUsage, "'" + name + "' lists no " + kind + " tests",
                 "either its filter admits none, or it is no " + kind + " program" +
                     (said.empty() ? "" : "; it says: " + said)};
  }
  return Error{kExitUsage,
               "'" + name + "' cannot list its tests: it " + answer.Ending() +
                   (said.empty() ? "" : " and says: " + said),
               "is it a " + kind + " program?"};
}

[[nodiscard]] Result<std::vector<ListedTest>> ListGtest(const TestSuite& suite,
                                                        const std::string& scratch) {
  const Result<Shard> shard =
      ParseShard(std::getenv("GTEST_TOTAL_SHARDS"), std::getenv("GTEST_SHARD_INDEX"));
  if (!shard.ok()) return shard.error();
  std::vector<std::string> argv = suite.program;
  argv.emplace_back("--gtest_list_tests");
  const Result<Answer> answer = Ask(std::move(argv), suite.time_max, scratch);
  if (!answer.ok()) return answer.error();
  const std::vector<std::string> names = ParseGtestList(answer.value().out);
  if (!answer.value().exited_with(0) || names.empty())
    return NoTests(suite, "GoogleTest", answer.value());
  std::vector<ListedTest> tests = GtestsToRun(names, suite.program, shard.value());
  if (tests.empty()) {
    return Error{kExitUsage, fmt::format("none of {} listed tests would run", names.size()),
                 "they are disabled (--gtest_also_run_disabled_tests) or in another shard"};
  }
  return tests;
}

[[nodiscard]] Result<std::vector<ListedTest>> ListCatch2(const TestSuite& suite,
                                                         const std::string& scratch) {
  const Result<Answer> xml =
      Ask(Catch2ListingOf(suite.program, {"--list-tests", "--reporter", "xml"}), suite.time_max,
          scratch);
  if (!xml.ok()) return xml.error();
  if (const std::optional<std::vector<std::string>> names = ParseCatch2Xml(xml.value().out)) {
    if (names->empty()) return NoTests(suite, "Catch2", xml.value());
    return Catch2Tests(*names, suite.program, Catch2Version::k3);
  }
  if (xml.value().out.find("test cases") == std::string::npos)
    return NoTests(suite, "Catch2", xml.value());  // Nothing that either version prints.
  // Its exit status is the number of tests.
  const Result<Answer> plain =
      Ask(Catch2ListingOf(suite.program, {"--list-test-names-only"}), suite.time_max, scratch);
  if (!plain.ok()) return plain.error();
  const std::vector<std::string> names = ParseCatch2Names(plain.value().out);
  if (names.empty() || !WIFEXITED(plain.value().status) || plain.value().exited_with(0))
    return NoTests(suite, "Catch2", plain.value());
  return Catch2Tests(names, suite.program, Catch2Version::k2);
}

[[nodiscard]] Result<std::vector<ListedTest>> ListCtest(const TestSuite& suite,
                                                        const std::string& scratch) {
  const std::string directory = Printable(suite.ctest_directory);
  std::error_code error;
  if (!std::filesystem::is_directory(suite.ctest_directory, error))
    return Error{kExitUsage, "there is no directory '" + directory + "'",
                 "name the build directory"};
  if (!std::filesystem::exists(suite.ctest_directory + "/CTestTestfile.cmake", error)) {
    return Error{kExitUsage,
                 "'" + directory + "' has no tests of ctest: no CTestTestfile.cmake in it",
                 "name the build directory of a project with enable_testing()"};
  }
  std::vector<std::string> argv = {"ctest", "--show-only=json-v1", "--test-dir",
                                   suite.ctest_directory};
  if (!suite.ctest_filter.empty()) argv.insert(argv.end(), {"-R", suite.ctest_filter});
  const Result<Answer> answer = Ask(std::move(argv), suite.time_max, scratch);
  if (!answer.ok()) return answer.error();
  if (!answer.value().exited_with(0)) {
    return Error{kExitUsage,
                 "ctest cannot list the tests of '" + directory + "': it " +
                     answer.value().Ending() + " and says: " + FirstLine(answer.value().err),
                 "is ctest (package cmake, 3.20 or newer) in PATH?"};
  }
  Result<std::vector<ListedTest>> tests =
      ParseCtestList(answer.value().out, [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
      });
  if (!tests.ok()) {
    // A filter that is no regular expression: said, but no failure to ctest.
    const std::string said =
        FirstLine(answer.value().err.empty() ? answer.value().out : answer.value().err);
    return Error{kExitUsage, "ctest cannot list the tests of '" + directory + "' and says: " + said,
                 tests.error().remedy};
  }
  for (ListedTest& test : tests.value()) {
    if (test.refusal.empty() &&
        std::filesystem::equivalent(test.argv.front(), "/proc/self/exe", error))
      test.refusal = "it runs Heddle by itself (heddle_add_test)";
  }
  if (tests.value().empty()) {
    return Error{kExitUsage,
                 suite.ctest_filter.empty()
                     ? "ctest lists no tests in '" + directory + "'"
                     : "ctest lists no tests in '" + directory + "' whose names match '" +
                           Printable(suite.ctest_filter) + "'",
                 "`ctest --show-only --test-dir " + directory + "` lists all"};
  }
  return tests;
}

}  // namespace

Result<std::vector<ListedTest>> ListTests(const TestSuite& suite, const std::string& scratch) {
  if (!suite.program.empty()) {
    const Result<std::string> found =
        driver::FindProgram(suite.program.front(), std::getenv("PATH"));
    if (!found.ok()) return found.error();
  }
  switch (suite.kind) {
    case TestKind::kGtest:
      return ListGtest(suite, scratch);
    case TestKind::kCatch2:
      return ListCatch2(suite, scratch);
    case TestKind::kCtest:
      return ListCtest(suite, scratch);
  }
  return Error{driver::kExitBug, "a kind of tests that is not known", ""};
}

}  // namespace heddle::cli
