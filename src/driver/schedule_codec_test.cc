#include "driver/schedule_codec.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace heddle::driver {
namespace {

using trace::Decision;
using trace::DecisionKind;
using trace::MakeDecision;

[[nodiscard]] Decision Thread(uint32_t id) { return MakeDecision(DecisionKind::kThread, id); }

TEST(ScheduleCodecTest, WritesRunsOnceWithTheirLength) {
  const std::vector<Decision> decisions = {
      Thread(0), Thread(0), Thread(0), Thread(1), MakeDecision(DecisionKind::kAdvanceTime, 0),
      Thread(2)};
  EXPECT_EQ(EncodeSchedule(decisions), "T0*3 T1 time T2");
}

TEST(ScheduleCodecTest, EveryKindSurvivesTheRoundTrip) {
  std::vector<Decision> decisions = {MakeDecision(DecisionKind::kAdvanceTime, 0),
                                     MakeDecision(DecisionKind::kWeakFailure, 0),
                                     MakeDecision(DecisionKind::kWeakFailure, 1)};
  for (const DecisionKind kind :
       {DecisionKind::kThread, DecisionKind::kSpuriousWake, DecisionKind::kWaiter,
        DecisionKind::kChoice, DecisionKind::kReadiness, DecisionKind::kSetting}) {
    for (const uint32_t value : {0u, 1u, 3999u, (1u << trace::kDecisionValueBits) - 1}) {
      decisions.push_back(MakeDecision(kind, value));
      decisions.push_back(MakeDecision(kind, value));
    }
  }
  const Result<std::vector<Decision>> again = DecodeSchedule(EncodeSchedule(decisions));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again.value(), decisions);
}

TEST(ScheduleCodecTest, NoDecisionsAreAnEmptyText) {
  EXPECT_EQ(EncodeSchedule({}), "");
  EXPECT_TRUE(DecodeSchedule(" \n\t ").value().empty());
}

TEST(ScheduleCodecTest, RefusesWhatIsNoDecision) {
  for (const char* text :
       {"X3", "T", "T-1", "T1x", "T 1", "T0x10", "T99999999999999999999", "T268435456", "time:3",
        "T0*", "T0*0", "T0*-1", "T0**2", "*3", "wake:", "weak*x", "unknown:4026531840"}) {
    EXPECT_FALSE(DecodeSchedule(text).ok()) << text;
  }
}

TEST(ScheduleCodecTest, RefusesMoreDecisionsThanAnExecutionCanHave) {
  EXPECT_TRUE(DecodeSchedule("T0*" + std::to_string(kDecisionsMax)).ok());
  EXPECT_FALSE(DecodeSchedule("T0*" + std::to_string(kDecisionsMax) + " T0").ok());
  EXPECT_FALSE(DecodeSchedule("T0*4294967295 T0*4294967295").ok());
}

TEST(ScheduleCodecTest, NamesTheTokenThatIsWrongWithoutControlCharacters) {
  const Result<std::vector<Decision>> decoded = DecodeSchedule("T0 T1 \033[31mbad");
  ASSERT_FALSE(decoded.ok());
  EXPECT_NE(decoded.error().message.find("token 3"), std::string::npos);
  EXPECT_EQ(decoded.error().message.find('\033'), std::string::npos);
}

}  // namespace
}  // namespace heddle::driver
