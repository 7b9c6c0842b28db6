#include "cli/catch2_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Catch2ListTest, ReadsVersion3) {
  const auto names = ParseCatch2Xml(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<MatchingTests>\n"
      "  <TestCase>\n    <Name>queue is empty</Name>\n    <ClassName/>\n    <Tags>[q]</Tags>\n"
      "    <SourceInfo>\n      <File>a.cpp</File>\n      <Line>7</Line>\n    </SourceInfo>\n"
      "  </TestCase>\n"
      "  <TestCase>\n    <Name>a &lt; b &amp;&amp; &quot;c&quot;</Name>\n    <ClassName/>\n"
      "  </TestCase>\n"
      "</MatchingTests>\n");
  ASSERT_TRUE(names.has_value());
  EXPECT_THAT(*names, ElementsAre("queue is empty", "a < b && \"c\""));
}

TEST(Catch2ListTest, TellsAnEmptyListingFromNone) {
  ASSERT_TRUE(ParseCatch2Xml("<MatchingTests/>").has_value());
  EXPECT_THAT(*ParseCatch2Xml("<MatchingTests/>"), IsEmpty());
  EXPECT_FALSE(ParseCatch2Xml("All available test cases:\n  queue is empty\n").has_value());
  EXPECT_FALSE(ParseCatch2Xml("").has_value());
}

TEST(Catch2ListTest, ReadsVersion2) {
  EXPECT_THAT(ParseCatch2Names("one\n\"#two\"\n\"three\"\n"),
              ElementsAre("one", "#two", "\"three\""));
}

// Each line was tried with Catch2 2.13: the specification lists this test and no other.
TEST(Catch2ListTest, SpecificationsMeanOneTest) {
  EXPECT_EQ(Catch2SpecFor("plain name"), "plain name");
  EXPECT_EQ(Catch2SpecFor("comma, and [brackets]"), "comma\\, and \\[brackets\\]");
  EXPECT_EQ(Catch2SpecFor("a*b"), "a\\*b");
  EXPECT_EQ(Catch2SpecFor("back\\slash"), "back\\\\slash");
  EXPECT_EQ(Catch2SpecFor("say \"hi\""), "say \\\"hi\\\"");
  EXPECT_EQ(Catch2SpecFor("~not"), "\\~not");
  EXPECT_EQ(Catch2SpecFor("-dash"), "\\-dash");
  EXPECT_EQ(Catch2SpecFor("[ leading"), "\\[\\ leading");
  EXPECT_EQ(Catch2SpecFor("exclude:x"), "*xclude:x");
}

TEST(Catch2ListTest, OnlyTheTestsOwnSpecificationIsLeft) {
  EXPECT_THAT(WithoutCatch2Specs({"./t", "[fast]", "-s", "-r", "compact", "name", "--order=rand",
                                  "--input-file", "list", "--shard-count=3"}),
              ElementsAre("./t", "-s", "-r", "compact", "--order=rand"));
}

TEST(Catch2ListTest, AListingKeepsTheChoiceAndDropsReporters) {
  EXPECT_THAT(
      Catch2ListingOf({"./t", "[fast]", "-r", "junit", "--out=x.xml", "-s"}, {"--list-tests"}),
      ElementsAre("./t", "--list-tests", "[fast]", "-s"));
}

TEST(Catch2ListTest, ExecutionsShareOneSeed) {
  EXPECT_THAT(Catch2Tests({"a"}, {"./t"}, Catch2Version::k3)[0].argv,
              ElementsAre("./t", "--rng-seed", "1", "a"));
  EXPECT_THAT(Catch2Tests({"a"}, {"./t", "--rng-seed", "7"}, Catch2Version::k2)[0].argv,
              ElementsAre("./t", "--rng-seed", "7", "--warn", "NoTests", "a"));
}

}  // namespace
}  // namespace heddle::cli
