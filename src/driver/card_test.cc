#include "driver/card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "driver/schedule_codec.h"

namespace heddle::driver {
namespace {

using nlohmann::json;
using testing::HasSubstr;

[[nodiscard]] Card SomeCard() {
  Card card;
  card.heddle = "0.1.0";
  card.program_path = "./queue_test";
  card.argv = {"./queue_test", "--filter=a b", ""};
  card.directory = "/work";
  card.environment = {{"LD_LIBRARY_PATH", "/opt/lib"}, {"MODE", ""}};
  card.build_id = "00ff";
  card.standard_input = "empty";
  card.strategy = {trace::StrategyKind::kPct, 0, 3};
  card.seed = UINT64_MAX;
  card.detect = trace::kDetectAll;
  card.execution = 4711;
  card.id = "data-race-1f3a9c02";
  card.verdict = trace::Verdict::kDataRace;
  card.summary = "write of balance";
  card.event_count = 99;
  card.event_hash = 0xdeadbeefcafef00d;
  card.thread_count = 3;
  card.decisions = DecodeSchedule("T0*3 T1 time weak T2*12 wake:1").value();
  return card;
}

// The text of a card with one member replaced.
[[nodiscard]] std::string With(const std::string& pointer, const json& value) {
  json object = json::parse(CardText(SomeCard()));
  object[json::json_pointer(pointer)] = value;
  return object.dump();
}

TEST(CardTest, SurvivesTheRoundTrip) {
  const Card card = SomeCard();
  const Result<Card> again = ParseCard(CardText(card));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(CardText(again.value()), CardText(card));
  EXPECT_EQ(again.value().decisions, card.decisions);
  EXPECT_EQ(again.value().argv, card.argv);
  EXPECT_EQ(again.value().seed, card.seed);
  EXPECT_EQ(again.value().event_hash, card.event_hash);
  EXPECT_EQ(again.value().detect, card.detect);
}

TEST(CardTest, KeepsTheScheduleThatWasFoundFirstApart) {
  Card card = SomeCard();
  card.found_decisions = DecodeSchedule("T0 T1 T0 T2*40").value();
  const Result<Card> again = ParseCard(CardText(card));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again.value().decisions, card.decisions);
  EXPECT_EQ(again.value().found_decisions, card.found_decisions);
  EXPECT_FALSE(ParseCard(With("/found", {{"decisions", 2}, {"schedule", "T0"}})).ok());
  EXPECT_FALSE(ParseCard(With("/found", {{"decisions", 1}, {"schedule", "X9"}})).ok());
}

TEST(CardTest, KeepsWhatFurtherExecutionsShowed) {
  Card card = SomeCard();
  card.explanation = R"({"suggestion":{"location":{"line":3},"remedy":"hold-lock"}})";
  const Result<Card> again = ParseCard(CardText(card));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again.value().explanation, card.explanation);
  EXPECT_FALSE(ParseCard(With("/explanation", "much")).ok());
}

TEST(CardTest, EveryTruncationIsRefused) {
  std::string text = CardText(SomeCard());
  text.pop_back();  // The newline is no part of the JSON.
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_FALSE(ParseCard(text.substr(0, length)).ok()) << length;
  }
}

TEST(CardTest, EveryMissingMemberIsNamed) {
  const json whole = json::parse(CardText(SomeCard()));
  for (const auto& [name, value] : whole.items()) {
    json object = whole;
    object.erase(name);
    const Result<Card> card = ParseCard(object.dump());
    ASSERT_FALSE(card.ok()) << name;
    EXPECT_EQ(card.error().exit_status, kExitUsage);
    if (name != "format" && name != "version") {
      EXPECT_THAT(card.error().message, HasSubstr("'" + name + "'"));
    }
  }
}

TEST(CardTest, EveryWrongTypeIsRefused) {
  const json whole = json::parse(CardText(SomeCard()));
  for (const auto& [name, value] : whole.items()) {
    for (const json& wrong :
         {json(nullptr), json(-1), json(1.5), json(true), json::array({1}), json(1e300)}) {
      EXPECT_FALSE(ParseCard(With("/" + name, wrong)).ok()) << name << " " << wrong;
    }
  }
  for (const auto& [name, value] : whole["program"].items()) {
    EXPECT_FALSE(ParseCard(With("/program/" + name, 7)).ok()) << name;
  }
  for (const auto& [name, value] : whole["options"].items()) {
    EXPECT_FALSE(ParseCard(With("/options/" + name, json::object())).ok()) << name;
  }
}

TEST(CardTest, RefusesAnotherVersionByNamingBoth) {
  const Result<Card> card = ParseCard(With("/version", 2));
  ASSERT_FALSE(card.ok());
  EXPECT_THAT(card.error().message, HasSubstr("version 2"));
  EXPECT_THAT(card.error().message, HasSubstr("version 1"));
}

TEST(CardTest, RefusesHostileNumbersAndTexts) {
  EXPECT_FALSE(ParseCard(With("/schedule", "T0*4294967295")).ok());
  EXPECT_FALSE(ParseCard(With("/decisions", uint64_t{1} << 60)).ok());
  EXPECT_FALSE(ParseCard(With("/decisions", 1)).ok());  // Not the length of the schedule.
  EXPECT_FALSE(ParseCard(With("/threads", 1u << 30)).ok());
  EXPECT_FALSE(ParseCard(With("/event_hash", "0x12")).ok());
  EXPECT_FALSE(ParseCard(With("/event_hash", std::string(40, 'f'))).ok());
  EXPECT_FALSE(ParseCard(With("/program/path", "")).ok());
  EXPECT_FALSE(ParseCard(With("/program/argv", json::array())).ok());
  EXPECT_FALSE(ParseCard(With("/program/argv", json::array({std::string("a\0b", 3)}))).ok());
  EXPECT_FALSE(ParseCard(With("/program/environment", {{"A=B", "x"}})).ok());
  EXPECT_FALSE(ParseCard(With("/verdict", "none")).ok());
}

TEST(CardTest, RefusesDeepNestingWithoutRecursion) {
  const std::string deep = std::string(500'000, '[');
  EXPECT_FALSE(ParseCard(deep).ok());
  EXPECT_FALSE(ParseCard("{\"format\":" + deep + std::string(500'000, ']') + "}").ok());
}

class CardFileTest : public testing::Test {
 protected:
  CardFileTest() {
    std::string name = testing::TempDir() + "heddle-card-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~CardFileTest() override { std::filesystem::remove_all(directory_); }
  std::filesystem::path directory_;
};

TEST_F(CardFileTest, StoresInADirectoryThatItMakesAndLeavesNothingElse) {
  const std::string path = directory_ / "new" / "a.card";
  ASSERT_TRUE(StoreCard(SomeCard(), path).ok());
  ASSERT_TRUE(LoadCard(path).ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_ / "new"), {}), 1);
}

TEST_F(CardFileTest, SaysWhyAFileCannotBeRead) {
  const Result<Card> missing = LoadCard(directory_ / "missing.card");
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr("No such file"));
  EXPECT_THAT(LoadCard(directory_).error().message, HasSubstr("not a regular file"));
  ASSERT_EQ(mkfifo((directory_ / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(LoadCard(directory_ / "pipe").ok());  // Does not wait for a writer.
}

TEST_F(CardFileTest, RefusesAFileLargerThanAnyCard) {
  const std::string path = directory_ / "huge.card";
  std::ofstream(path) << "{";
  ASSERT_EQ(truncate(path.c_str(), off_t{1} << 40), 0);  // Sparse.
  EXPECT_THAT(LoadCard(path).error().message, HasSubstr("too large"));
}

TEST_F(CardFileTest, SaysWhyACardCannotBeWritten) {
  std::ofstream(directory_ / "file") << "x";
  EXPECT_FALSE(StoreCard(SomeCard(), directory_ / "file" / "a.card").ok());
}

}  // namespace
}  // namespace heddle::driver
