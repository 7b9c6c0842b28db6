// Heddle finds each race in the version of upstream that has it, and nothing in the design that holds, with the same budget.
#include <string>
#include <string_view>

#include "heddle/gtest.h"
#include "systems/base/variant.h"
#include "systems/longhorn/scenarios.h"

namespace longhorn {
namespace {

using systems::Variant;

struct Race {
  std::string_view scenario;
  std::string_view verdict;
  uint64_t schedules;
};

// How a test is called in GoogleTest's output, where a hyphen may not stand.
std::string TestName(const testing::TestParamInfo<Race>& info) {
  std::string name(info.param.scenario);
  for (char& letter : name) {
    if (letter == '-') letter = '_';
  }
  return name;
}

class RaceTest : public testing::TestWithParam<Race> {
 protected:
  // By its name in the file of a card, both variants of a scenario are told apart.
  [[nodiscard]] static heddle::Result Hunt(Variant variant) {
    const systems::Scenario& scenario = ScenarioNamed(GetParam().scenario);
    return heddle::detail::ExploreForTest([&] { scenario.run(variant); },
                                          {.schedules = GetParam().schedules});
  }
};

TEST_P(RaceTest, IsFoundAsReported) {
  const heddle::Result result = Hunt(Variant::kAsReported);
  if (!result.explored()) GTEST_SKIP() << "built without Heddle: nothing is explored";
  ASSERT_FALSE(result.findings().empty()) << result.ToString();
  EXPECT_EQ(result.findings().front().verdict, GetParam().verdict) << result.ToString();
  std::printf("%s", result.ToString().c_str());
}

TEST_P(RaceTest, IsAbsentFromTheFixedDesign) {
  const heddle::Result result = Hunt(Variant::kFixed);
  EXPECT_TRUE(result.ok()) << result.ToString();
}

INSTANTIATE_TEST_SUITE_P(Longhorn, RaceTest,
                         testing::Values(Race{"reported", "abort", 2000},
                                         Race{"returned", "abort", 2000},
                                         Race{"same-name", "abort", 1000},
                                         Race{"shadow", "abort", 2000},
                                         Race{"resurrected", "abort", 4000},
                                         Race{"early-notice", "abort", 1000},
                                         Race{"backing-image", "abort", 1000},
                                         Race{"starved", "abort", 1000},
                                         Race{"downgrade", "abort", 500},
                                         Race{"nested-locks", "deadlock", 1000},
                                         Race{"volumes", "abort", 500}),
                         TestName);

}  // namespace
}  // namespace longhorn
