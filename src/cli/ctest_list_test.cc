#include "cli/ctest_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heddle::cli {
namespace {

using testing::ElementsAre;
using testing::Pair;

[[nodiscard]] driver::Result<std::vector<ListedTest>> Parse(const std::string& tests) {
  return ParseCtestList("{\"kind\":\"ctestInfo\",\"tests\":[" + tests + "]}",
                        [](const std::string& name) -> std::optional<std::string> {
                          return name == "INHERITED" ? std::optional<std::string>("old")
                                                     : std::nullopt;
                        });
}

[[nodiscard]] ListedTest One(const std::string& properties) {
  const driver::Result<std::vector<ListedTest>> tests =
      Parse(R"({"name":"t","command":["/b/t","-x"],"properties":[)" + properties + "]}");
  EXPECT_TRUE(tests.ok());
  EXPECT_EQ(tests.value().size(), 1u);
  return tests.value().empty() ? ListedTest{} : tests.value().front();
}

TEST(CtestListTest, ReadsCommandDirectoryAndEnvironment) {
  const ListedTest test = One(R"({"name":"WORKING_DIRECTORY","value":"/w"},
                                 {"name":"ENVIRONMENT","value":["A=1","B=x=y"]})");
  EXPECT_EQ(test.name, "t");
  EXPECT_THAT(test.argv, ElementsAre("/b/t", "-x"));
  EXPECT_EQ(test.directory, "/w");
  EXPECT_THAT(test.set_variables, ElementsAre(Pair("A", "1"), Pair("B", "x=y")));
  EXPECT_EQ(test.refusal, "");
  EXPECT_TRUE(test.exit_status_counts);
}

TEST(CtestListTest, ModifiesTheEnvironmentAfterItIsSet) {
  const ListedTest test = One(
      R"({"name":"ENVIRONMENT_MODIFICATION","value":["A=path_list_prepend:/p","INHERITED=string_append:er",
          "NEW=cmake_list_append:n","C=set:3","GONE=unset:"]},
         {"name":"ENVIRONMENT","value":["A=/q"]})");
  EXPECT_THAT(test.set_variables, ElementsAre(Pair("A", "/p:/q"), Pair("INHERITED", "older"),
                                              Pair("NEW", "n"), Pair("C", "3")));
  EXPECT_THAT(test.unset_variables, ElementsAre("GONE"));
  EXPECT_NE(One(R"({"name":"ENVIRONMENT_MODIFICATION","value":["A=twist:3"]})").refusal, "");
}

TEST(CtestListTest, SaysWhatCannotBeExplored) {
  const driver::Result<std::vector<ListedTest>> unbuilt = Parse(R"({"name":"t"})");
  EXPECT_NE(unbuilt.value().at(0).refusal, "");
  EXPECT_NE(One(R"({"name":"WILL_FAIL","value":true})").refusal, "");
  EXPECT_EQ(One(R"({"name":"WILL_FAIL","value":false})").refusal, "");
}

TEST(CtestListTest, LeavesOutDisabledTests) {
  EXPECT_TRUE(
      Parse(R"({"name":"t","command":["x"],"properties":[{"name":"DISABLED","value":true}]})")
          .value()
          .empty());
}

TEST(CtestListTest, OutputMayDecideInsteadOfTheExitStatus) {
  EXPECT_FALSE(One(R"({"name":"PASS_REGULAR_EXPRESSION","value":["ok"]})").exit_status_counts);
}

TEST(CtestListTest, RefusesWhatIsNoListing) {
  const VariableLookup none = [](const std::string&) { return std::nullopt; };
  for (const char* text :
       {"", "no", "[]", "{}", R"({"tests":3})", R"({"tests":[{}]})", R"({"tests":[{"name":3}]})"}) {
    EXPECT_FALSE(ParseCtestList(text, none).ok()) << text;
  }
}

}  // namespace
}  // namespace heddle::cli
