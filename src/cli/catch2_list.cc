#include "cli/catch2_list.h"

#include <algorithm>
#include <utility>

namespace heddle::cli {
namespace {

// Options of Catch2 (both versions) that take the next word as their value; any other word without a dash chooses tests.
constexpr std::string_view kOptionsWithValue[] = {"-o",
                                                  "--out",
                                                  "-r",
                                                  "--reporter",
                                                  "-n",
                                                  "--name",
                                                  "-x",
                                                  "--abortx",
                                                  "-w",
                                                  "--warn",
                                                  "-d",
                                                  "--durations",
                                                  "-D",
                                                  "--min-duration",
                                                  "-c",
                                                  "--section",
                                                  "-v",
                                                  "--verbosity",
                                                  "--order",
                                                  "--rng-seed",
                                                  "--use-colour",
                                                  "--colour-mode",
                                                  "--wait-for-keypress",
                                                  "--benchmark-samples",
                                                  "--benchmark-resamples",
                                                  "--benchmark-confidence-interval",
                                                  "--benchmark-warmup-time"};

// Options that choose tests by their value.
constexpr std::string_view kOptionsThatChoose[] = {"-f", "--input-file", "--shard-count",
                                                   "--shard-index"};

constexpr std::string_view kOptionsOfReporters[] = {"-o", "--out", "-r", "--reporter"};

template <size_t N>
[[nodiscard]] bool Holds(const std::string_view (&list)[N], std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

[[nodiscard]] std::string WithoutEntities(std::string_view text) {
  constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string plain;
  while (!text.empty()) {
    const auto* entity = std::find_if(std::begin(kEntities), std::end(kEntities),
                                      [text](const auto& e) { return text.starts_with(e.first); });
    const bool is_entity = entity != std::end(kEntities);
    plain += is_entity ? entity->second : text.front();
    text.remove_prefix(is_entity ? entity->first.size() : 1);
  }
  return plain;
}

// What stands between `open` and `close` at or after `at`, and moves `at` behind it.
[[nodiscard]] std::optional<std::string_view> Between(std::string_view text, std::string_view open,
                                                      std::string_view close, size_t* at) {
  const size_t begin = text.find(open, *at);
  if (begin == std::string_view::npos) return std::nullopt;
  const size_t end = text.find(close, begin + open.size());
  if (end == std::string_view::npos) return std::nullopt;
  *at = end + close.size();
  return text.substr(begin + open.size(), end - begin - open.size());
}

}  // namespace

std::optional<std::vector<std::string>> ParseCatch2Xml(std::string_view text) {
  size_t at = text.find("<MatchingTests");
  if (at == std::string_view::npos) return std::nullopt;
  std::vector<std::string> names;
  while (const std::optional<std::string_view> test =
             Between(text, "<TestCase>", "</TestCase>", &at)) {
    size_t within = 0;
    const std::optional<std::string_view> name = Between(*test, "<Name>", "</Name>", &within);
    if (name.has_value()) names.push_back(WithoutEntities(*name));
  }
  return names;
}

std::vector<std::string> ParseCatch2Names(std::string_view text) {
  std::vector<std::string> names;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    // A name that begins with '#' is printed in quotes, for files in which '#' begins a comment.
    if (line.starts_with("\"#") && line.ends_with('"')) line = line.substr(1, line.size() - 2);
    if (!line.empty()) names.emplace_back(line);
  }
  return names;
}

std::string Catch2SpecFor(std::string_view name) {
  constexpr std::string_view kExclude = "exclude:";
  // This word negates, escaped or not; its first letter as a pattern does not.
  if (name.starts_with(kExclude)) return "*" + Catch2SpecFor(name.substr(1));
  std::string spec;
  bool begun = false;  // A character that is not escaped was there.
  for (const char c : name) {
    const bool special = std::string_view(",[]\"\\~*").find(c) != std::string_view::npos;
    // A leading dash would be an option, and blanks are skipped until the name has begun.
    const bool escaped = special || (spec.empty() && c == '-') || (!begun && c == ' ');
    begun = begun || !escaped;
    if (escaped) spec += '\\';
    spec += c;
  }
  return spec;
}

std::vector<std::string> WithoutCatch2Specs(const std::vector<std::string>& argv) {
  std::vector<std::string> kept;
  for (size_t i = 0; i < argv.size(); ++i) {
    const std::string& word = argv[i];
    if (i == 0) {
      kept.push_back(word);
    } else if (Holds(kOptionsThatChoose, word)) {
      ++i;
    } else if (Holds(kOptionsWithValue, word)) {
      kept.push_back(word);
      if (i + 1 < argv.size()) kept.push_back(argv[++i]);
    } else if (word.starts_with('-')) {
      const std::string_view name = std::string_view(word).substr(0, word.find('='));
      if (!Holds(kOptionsThatChoose, name)) kept.push_back(word);
    }
  }
  return kept;
}

std::vector<std::string> Catch2ListingOf(const std::vector<std::string>& argv,
                                         const std::vector<std::string>& listing) {
  std::vector<std::string> words = {argv.front()};
  words.insert(words.end(), listing.begin(), listing.end());
  for (size_t i = 1; i < argv.size(); ++i) {
    const std::string_view name = std::string_view(argv[i]).substr(0, argv[i].find('='));
    const bool of_reporter = Holds(kOptionsOfReporters, name);
    if (!of_reporter) words.push_back(argv[i]);
    if (of_reporter && name.size() == argv[i].size()) ++i;
  }
  return words;
}

std::vector<ListedTest> Catch2Tests(const std::vector<std::string>& names,
                                    const std::vector<std::string>& argv, Catch2Version version) {
  std::vector<std::string> base = WithoutCatch2Specs(argv);
  const bool seeded = std::any_of(base.begin(), base.end(), [](const std::string& word) {
    return word.starts_with("--rng-seed");
  });
  // Its default seed comes from outside, and executions would differ by it.
  if (!seeded) base.insert(base.end(), {"--rng-seed", "1"});
  // Version 3 fails by itself when nothing matches; for version 2 that is success.
  if (version == Catch2Version::k2) base.insert(base.end(), {"--warn", "NoTests"});
  std::vector<ListedTest> tests;
  for (const std::string& name : names) {
    ListedTest test;
    test.name = name;
    test.argv = base;
    test.argv.push_back(Catch2SpecFor(name));
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace heddle::cli
