// Catch2's listing, read: which test cases a program would run, and how to run each of them alone. Version 3 lists as
// XML; version 2, which takes the same arguments but lists for people only, has another option that prints bare names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/listed_test.h"

namespace heddle::cli {

enum class Catch2Version { k2, k3 };

// The names in version 3's `--list-tests --reporter xml`; nothing if the text is no such listing.
[[nodiscard]] std::optional<std::vector<std::string>> ParseCatch2Xml(std::string_view text);

// The names in version 2's `--list-test-names-only`: one in a line.
[[nodiscard]] std::vector<std::string> ParseCatch2Names(std::string_view text);

// The test specification that means exactly this name. One that begins or ends with an asterisk cannot be told from a
// pattern by Catch2 and may bring others along.
[[nodiscard]] std::string Catch2SpecFor(std::string_view name);

// `argv` without the words that choose test cases: with them, each test would bring all of those along.
[[nodiscard]] std::vector<std::string> WithoutCatch2Specs(const std::vector<std::string>& argv);

// The command line that lists what `argv` would run, by the options `listing`. The program's own reporters
// are left out: they would print elsewhere or otherwise.
[[nodiscard]] std::vector<std::string> Catch2ListingOf(const std::vector<std::string>& argv,
                                                       const std::vector<std::string>& listing);

[[nodiscard]] std::vector<ListedTest> Catch2Tests(const std::vector<std::string>& names,
                                                  const std::vector<std::string>& argv,
                                                  Catch2Version version);

}  // namespace heddle::cli
