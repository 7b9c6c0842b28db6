// What all examples share: one budget for the broken variant and for its repaired twin, and how a test says that
// something must be found.
#pragma once

#include <string>
#include <utility>

#include "heddle/gtest.h"

namespace examples {

inline constexpr std::uint64_t kSchedules = 20'000;

// Explores a variant with a bug: passes if a finding of that verdict is made. The story goes to the test's output, so that
// the reader sees what a failing test would show.
template <typename Body>
void ExpectFound(const std::string& verdict, Body&& body) {
  const heddle::Result result =
      heddle::detail::ExploreForTest(std::forward<Body>(body), {.schedules = kSchedules});
  if (!result.explored()) GTEST_SKIP() << "built without Heddle: nothing is explored";
  ASSERT_FALSE(result.findings().empty()) << result.ToString();
  EXPECT_EQ(result.findings().front().verdict, verdict) << result.ToString();
  std::printf("%s", result.ToString().c_str());
}

}  // namespace examples
