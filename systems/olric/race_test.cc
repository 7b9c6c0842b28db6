// Heddle finds the bug of the report and its siblings, and finds nothing in the design that holds, within the same budget.
#include <gmock/gmock.h>
#include <heddle/gtest.h>

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include "systems/olric/scenarios.h"

namespace olric {
namespace {

using systems::Variant;

struct Hunt {
  const char* name;
  void (*run)(Variant variant);
  // Any of these is the bug: a race of two accesses may also be seen by what it does when it happens in an order that
  // something else enforces.
  std::vector<std::string> verdicts;
  uint64_t schedules;
};

std::ostream& operator<<(std::ostream& stream, const Hunt& hunt) { return stream << hunt.name; }

class OlricRaceTest : public testing::TestWithParam<Hunt> {
 protected:
  [[nodiscard]] heddle::Result Explore(Variant variant) const {
    const Hunt& hunt = GetParam();
    return heddle::detail::ExploreForTest(
        [&] { hunt.run(variant); },
        {.schedules = hunt.schedules, .time = std::chrono::seconds(60)});
  }
};

TEST_P(OlricRaceTest, IsFoundAsReported) {
  const heddle::Result result = Explore(Variant::kAsReported);
  ASSERT_EQ(result.findings().size(), 1u) << result.ToString();
  EXPECT_THAT(GetParam().verdicts, testing::Contains(result.findings()[0].verdict))
      << result.findings()[0].story;
}

TEST_P(OlricRaceTest, IsNotFoundInTheFixedDesign) {
  const heddle::Result result = Explore(Variant::kFixed);
  EXPECT_TRUE(heddle::detail::NothingFound(result));
  EXPECT_EQ(result.executions(), GetParam().schedules);
}

INSTANTIATE_TEST_SUITE_P(
    Scenarios, OlricRaceTest,
    testing::Values(Hunt{"Reported", Reported, {"data-race"}, 200},
                    Hunt{"FiveMembers", FiveMembers, {"data-race", "crash"}, 40},
                    Hunt{"SharedPushStatus", SharedPushStatus, {"data-race"}, 100},
                    Hunt{"UnlockedMembers", UnlockedMembers, {"data-race"}, 200},
                    Hunt{"LostIncrement", LostIncrement, {"crash"}, 200},
                    Hunt{"IncrementDuringHandover", IncrementDuringHandover, {"crash"}, 200}),
    [](const testing::TestParamInfo<Hunt>& info) { return info.param.name; });

}  // namespace
}  // namespace olric
