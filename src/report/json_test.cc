// The promised keys of the JSON report: a key that disappears or changes its type breaks somebody's script.
#include "report/json.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "report/view_for_test.h"

namespace heddle::report {
namespace {

std::set<std::string> Keys(const nlohmann::json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

using Names = std::set<std::string>;

TEST(JsonTest, ARunHasThePromisedKeys) {
  RunView run;
  run.program = {"./bank", "100"};
  run.strategy = "random:200";
  run.seed = 18446744073709551615u;
  run.executions = 12;
  run.findings = {RaceForTest()};
  run.uncontrolled = {{"ioctl", "runs at once", 3}};
  run.notes = {"a note"};
  const nlohmann::json json = RunJson(run);
  EXPECT_EQ(Keys(json),
            (Names{"version", "program", "strategy", "seed", "executions", "seconds",
                   "executions_per_second", "decisions", "exhausted", "search", "coverage",
                   "instrumented", "findings", "suppressed", "uncontrolled", "notes"}));
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["program"], nlohmann::json({"./bank", "100"}));
  EXPECT_EQ(json["seed"], 18446744073709551615u);
  EXPECT_EQ(json["uncontrolled"][0]["treatment"], "runs at once");
  EXPECT_EQ(json["uncontrolled"][0]["count"], 3);
  EXPECT_EQ(json["notes"][0], "a note");
}

TEST(JsonTest, EmptyListsAreLists) {
  const nlohmann::json json = RunJson({});
  for (const char* key : {"program", "findings", "uncontrolled", "notes"})
    EXPECT_TRUE(json[key].is_array()) << key;
}

TEST(JsonTest, ARaceHasAccessesWithStacksAndLocks) {
  const nlohmann::json json = FindingJson(RaceForTest());
  EXPECT_EQ(Keys(json), (Names{"id", "verdict", "summary", "message", "first_execution", "count",
                               "card", "thread", "threads", "accesses", "location", "cycle",
                               "events", "events_left_out", "output_tail"}));
  EXPECT_EQ(json["verdict"], "data-race");
  ASSERT_EQ(json["accesses"].size(), 2u);
  const nlohmann::json& earlier = json["accesses"][1];
  EXPECT_EQ(earlier["thread"], 1);
  EXPECT_EQ(earlier["operation"], "write");
  EXPECT_EQ(earlier["stack"][0]["function"], "bank::deposit(int)");
  EXPECT_EQ(earlier["stack"][0]["line"], 17);
  EXPECT_EQ(earlier["locks"][0]["name"], "M1");
  EXPECT_EQ(earlier["locks"][0]["taken"][0]["line"], 16);
  EXPECT_EQ(json["location"]["kind"], "global");
  EXPECT_EQ(json["location"]["name"], "bank::balance");
  EXPECT_EQ(json["threads"][0]["label"], "T1 (teller)");
}

TEST(JsonTest, ADeadlockHasItsCycleAndWaits) {
  const nlohmann::json json = FindingJson(DeadlockForTest());
  ASSERT_EQ(json["cycle"].size(), 2u);
  EXPECT_EQ(json["cycle"][0]["thread"], 1);
  EXPECT_EQ(json["cycle"][0]["waits_for"], "M2");
  EXPECT_EQ(json["threads"][1]["held_by"], 2);
  EXPECT_EQ(json["threads"][0]["parent"], nullptr);
}

TEST(JsonTest, ForeignBytesBecomeValidText) {
  FindingView finding;
  finding.output_tail = "ok \xc3\xa9 \xff\xfe \xe2\x82 \xed\xa0\x80 end\xf0\x9f";
  // dump() refuses strings that are not UTF-8.
  const std::string text = FindingJson(finding).dump();
  EXPECT_NE(text.find("ok \xc3\xa9 ?? ?? ??? end??"), std::string::npos) << text;
}

}  // namespace
}  // namespace heddle::report
