#include "cli/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle::cli {
namespace {

using testing::ElementsAre;

TEST(ParseTest, SplitsOptionsLikeAShell) {
  EXPECT_THAT(SplitOptions("  --a  b\t'c d' \"e'f\" g\\ h ''").value(),
              ElementsAre("--a", "b", "c d", "e'f", "g h", ""));
  EXPECT_THAT(SplitOptions("").value(), ElementsAre());
  EXPECT_FALSE(SplitOptions("'open").ok());
}

TEST(ParseTest, ProposesWhatIsClose) {
  EXPECT_EQ(Nearest("--shedules", {"--schedules", "--seed"}), "--schedules");
  EXPECT_EQ(Nearest("replai", {"run", "replay"}), "replay");
  EXPECT_EQ(Nearest("frobnicate", {"run", "replay"}), "");
}

}  // namespace
}  // namespace heddle::cli
