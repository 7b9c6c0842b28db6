// Heddle finds each race in the version of upstream that has it, and nothing in the design that holds, with the same budget.
#include <cstdio>
#include <ostream>
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

void PrintTo(const Race& race, std::ostream* out) { *out << race.scenario; }

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

INSTANTIATE_TEST_SUITE_P(
    Longhorn, RaceTest,
    testing::Values(Race{"reported", "crash", 1000}, Race{"returned", "crash", 1000},
                    Race{"same-name", "crash", 1000}, Race{"shadow", "crash", 1000},
                    Race{"resurrected", "crash", 1000}, Race{"early-notice", "crash", 1000},
                    Race{"backing-image", "crash", 1000}, Race{"starved", "crash", 1000},
                    Race{"downgrade", "crash", 200}, Race{"nested-locks", "deadlock", 500},
                    Race{"volumes", "crash", 50}),
    TestName);

}  // namespace
}  // namespace longhorn
