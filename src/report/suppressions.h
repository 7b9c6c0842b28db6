// Suppressions in the file format of ThreadSanitizer: which findings do not count, by kind and by a pattern for a function,
// a file, a library or a variable.
//
//   race:bank::audit           # any frame of either access, or the name of the variable
//   race_top:^std::            # the innermost frame only
//   deadlock:legacy/pool.cc    # deadlock and lock-order
//   called_from_lib:libfoo.so
//
// A pattern is looked for anywhere in the text; `*` stands for any characters, `^` at the begin and `$` at the end tie it
// to the begin and end. Beyond ThreadSanitizer's kinds every verdict of Heddle is a kind: lost-wakeup:Queue::pop.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/model.h"

namespace heddle::report {

struct SuppressionRule {
  enum class Kind : uint8_t {
    kRace,
    kRaceTop,
    kDeadlock,
    kCalledFromLib,
    kMutex,
    kThread,
    kVerdict
  };
  Kind kind = Kind::kRace;
  trace::Verdict verdict = trace::Verdict::kNone;  // kVerdict: which
  std::string pattern;
  std::string text;  // the line as it stands in the file
};

struct Suppressions {
  std::vector<SuppressionRule> rules;
  std::vector<std::string> notes;  // lines without effect, and why: "line 3: …"
};

[[nodiscard]] Suppressions ParseSuppressions(std::string_view text);

// The first rule that the finding falls under, nullptr if it counts.
[[nodiscard]] const SuppressionRule* FindRule(const Suppressions& suppressions,
                                              const FindingView& finding);

// Whether the pattern matches, as described above.
[[nodiscard]] bool MatchesPattern(std::string_view pattern, std::string_view text);

}  // namespace heddle::report
