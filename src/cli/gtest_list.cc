#include "cli/gtest_list.h"

#include <algorithm>
#include <charconv>

namespace heddle::cli {
namespace {

using driver::Error;
using driver::kExitUsage;
using driver::Result;

// What may choose tests or write results behind our back: each test is run with its own filter, once per execution.
constexpr std::string_view kUnsetVariables[] = {"GTEST_FILTER",         "GTEST_TOTAL_SHARDS",
                                                "GTEST_SHARD_INDEX",    "GTEST_SHARD_STATUS_FILE",
                                                "TESTBRIDGE_TEST_ONLY", "XML_OUTPUT_FILE"};

// The line without the comment that tells the type or the value of a parameter.
[[nodiscard]] std::string_view WithoutComment(std::string_view line) {
  for (const std::string_view mark : {"  # TypeParam = ", "  # GetParam() = "})
    line = line.substr(0, line.find(mark));
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

// A part of the name says it: the suite's (after the prefix of an instantiation) or the test's.
[[nodiscard]] bool Disabled(std::string_view name) {
  return name.starts_with("DISABLED_") || name.find("/DISABLED_") != std::string_view::npos ||
         name.find(".DISABLED_") != std::string_view::npos;
}

[[nodiscard]] bool RunsDisabled(const std::vector<std::string>& argv) {
  constexpr std::string_view kFlag = "gtest_also_run_disabled_tests";
  bool runs = false;
  for (std::string_view word : argv) {
    if (!word.starts_with('-')) continue;
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    if (!word.starts_with(kFlag)) continue;
    const std::string_view value = word.substr(kFlag.size());
    if (value.empty()) runs = true;
    // As GoogleTest reads a boolean: 0, f and F are false, everything else is true.
    if (value.starts_with('='))
      runs = value.size() < 2 || (value[1] != '0' && value[1] != 'f' && value[1] != 'F');
  }
  return runs;
}

[[nodiscard]] std::optional<uint32_t> Number(std::string_view text) {
  uint32_t number = 0;
  const std::from_chars_result read =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<Shard> ParseShard(const char* total, const char* index) {
  if (total == nullptr && index == nullptr) return Shard{};
  const std::string words = std::string("GTEST_TOTAL_SHARDS is ") + (total ? total : "not set") +
                            " and GTEST_SHARD_INDEX is " + (index ? index : "not set");
  const std::optional<uint32_t> total_read = total ? Number(total) : std::nullopt;
  const std::optional<uint32_t> index_read = index ? Number(index) : std::nullopt;
  if (!total_read.has_value() || !index_read.has_value() || *index_read >= *total_read) {
    return Error{kExitUsage, words + ": that names no shard",
                 "set both, the index from 0 to the total minus one, or neither"};
  }
  return Shard{*total_read, *index_read};
}

std::vector<std::string> ParseGtestList(std::string_view text) {
  std::vector<std::string> names;
  std::string suite;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = WithoutComment(text.substr(at, end - at));
    at = end + 1;
    if (!line.starts_with(' ')) {
      // Other lines are what the program says on its own: "Running main() from gtest_main.cc".
      suite = line.size() > 1 && line.ends_with('.') ? std::string(line) : "";
    } else if (!suite.empty() && line.size() > 2 && line.starts_with("  ") &&
               line.find(' ', 2) == std::string_view::npos) {
      names.push_back(suite + std::string(line.substr(2)));
    }
  }
  return names;
}

std::string GtestFilterFor(std::string_view name) {
  std::string filter(name);
  std::replace_if(
      filter.begin(), filter.end(), [](char c) { return c == ':' || c == '-' || c == '*'; }, '?');
  return filter;
}

std::vector<ListedTest> GtestsToRun(const std::vector<std::string>& names,
                                    const std::vector<std::string>& argv, const Shard& shard) {
  const bool with_disabled = RunsDisabled(argv);
  std::vector<ListedTest> tests;
  uint32_t number = 0;  // of those that would run: disabled tests are not counted
  for (const std::string& name : names) {
    if (!with_disabled && Disabled(name)) continue;
    if (number++ % shard.total != shard.index) continue;
    ListedTest test;
    test.name = name;
    test.argv = argv;
    test.argv.push_back("--gtest_filter=" + GtestFilterFor(name));  // The last one counts.
    test.unset_variables.assign(std::begin(kUnsetVariables), std::end(kUnsetVariables));
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace heddle::cli
