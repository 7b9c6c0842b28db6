// Explores each scenario as reported, where the bug must be found, and as it is fixed, where nothing may be found with the
// same budget.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/gtest.h"
#include "systems/crio/scenarios.h"

namespace crio {
namespace {

using systems::Scenario;
using systems::Variant;

constexpr std::uint64_t kSchedules = 4'000;

const Scenario& Named(std::string_view name) {
  for (const Scenario& each : Scenarios()) {
    if (each.name == name) return each;
  }
  ADD_FAILURE() << "no scenario " << name;
  return Scenarios().front();
}

struct Case {
  std::string_view scenario;
  // Which of these is found first is a matter of the schedule; a scenario can break in several ways.
  std::vector<std::string> verdicts;
};

void PrintTo(const Case& of, std::ostream* out) { *out << of.scenario; }

class CrioRaceTest : public testing::TestWithParam<Case> {};

TEST_P(CrioRaceTest, IsFoundAsReported) {
  const Scenario& scenario = Named(GetParam().scenario);
  const heddle::Result result = heddle::detail::ExploreForTest(
      [&scenario] { scenario.run(Variant::kAsReported); }, {.schedules = kSchedules});
  if (!result.explored()) GTEST_SKIP() << "built without Heddle: nothing is explored";
  ASSERT_FALSE(result.findings().empty()) << result.ToString();
  EXPECT_THAT(GetParam().verdicts, testing::Contains(result.findings().front().verdict))
      << result.ToString();
}

TEST_P(CrioRaceTest, HoldsAsFixed) {
  const Scenario& scenario = Named(GetParam().scenario);
  EXPECT_EXPLORED([&scenario] { scenario.run(Variant::kFixed); }, {.schedules = kSchedules});
}

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {"reported", {"crash"}},
      {"short-lived", {"crash"}},
      {"double-done", {"crash"}},
      {"register-while-closing", {"crash", "deadlock", "lost-wakeup"}},
      {"produce-while-closing", {"crash"}},
      {"shutdown-twice", {"crash"}},
      {"slow-subscriber", {"deadlock", "lost-wakeup"}},
      {"silent-disconnect", {"deadlock", "lost-wakeup"}},
      {"residual-hang", {"deadlock", "lost-wakeup"}},
      {"residual-error-race", {"data-race"}},
      {"residual-late-send", {"crash"}},
  };
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Scenarios, CrioRaceTest, testing::ValuesIn(Cases()),
                         [](const testing::TestParamInfo<Case>& of) {
                           std::string name(of.param.scenario);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(CrioScenarioTest, EachHasARaceTest) { EXPECT_EQ(Cases().size(), Scenarios().size()); }

}  // namespace
}  // namespace crio
