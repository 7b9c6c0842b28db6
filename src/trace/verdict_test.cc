#include "trace/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace heddle::trace {
namespace {

constexpr Verdict kAll[] = {
#define HEDDLE_VERDICT(enumerator, name, text) Verdict::enumerator,
#include "trace/verdict.def"
#undef HEDDLE_VERDICT
};

// The closed list that is promised to users (DESIGN, "Interfaces that are promised"), in the order of the numbers in cards.
TEST(VerdictTest, IsThePromisedList) {
  std::vector<std::string> names;
  for (const Verdict verdict : kAll) names.emplace_back(VerdictName(verdict));
  EXPECT_THAT(names, testing::ElementsAre(
                         "none", "data-race", "deadlock", "lock-order", "lost-wakeup", "livelock",
                         "assertion", "crash", "uncaught-exception", "exit-status",
                         "use-after-free", "double-free", "out-of-bounds", "mutex-misuse",
                         "thread-leak", "invariant", "not-linearizable", "nondeterminism"));
}

TEST(VerdictTest, NumbersFollowTheList) {
  uint32_t number = 0;
  for (const Verdict verdict : kAll)
    EXPECT_EQ(static_cast<uint32_t>(verdict), number++) << VerdictName(verdict);
}

// They are names of folders and words of the command line.
TEST(VerdictTest, NamesAreLowerCaseWordsWithHyphens) {
  for (const Verdict verdict : kAll) {
    EXPECT_THAT(VerdictName(verdict), testing::MatchesRegex("[a-z]+(-[a-z]+)*"));
  }
}

TEST(VerdictTest, NamesAndExplanationsAreUnique) {
  std::set<std::string> names;
  std::set<std::string> texts;
  for (const Verdict verdict : kAll) {
    EXPECT_TRUE(names.insert(VerdictName(verdict)).second) << VerdictName(verdict);
    EXPECT_TRUE(texts.insert(VerdictText(verdict)).second) << VerdictName(verdict);
    EXPECT_STRNE(VerdictText(verdict), "");
  }
}

TEST(VerdictTest, NumbersBeyondTheListAreHandled) {
  EXPECT_STREQ(VerdictName(static_cast<Verdict>(999)), "unknown");
  EXPECT_STREQ(VerdictText(static_cast<Verdict>(999)), "unknown");
}

}  // namespace
}  // namespace heddle::trace
