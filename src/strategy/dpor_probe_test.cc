// Probes are right on average: their means are compared with numbers of executions that are known.
#include "strategy/dpor_probe.h"

#include <gtest/gtest.h>

#include <cmath>

#include "strategy/dpor_harness_for_test.h"

namespace heddle::strategy {
namespace {

double Mean(const trace::DporEstimate& estimate) {
  return estimate.sum / static_cast<double>(estimate.probes);
}

double StandardError(const trace::DporEstimate& estimate) {
  const auto probes = static_cast<double>(estimate.probes);
  const double mean = estimate.sum / probes;
  return std::sqrt((estimate.sum_of_squares / probes - mean * mean) / probes);
}

Code Sections(uint32_t count, uint32_t mutex) {
  Code code;
  for (uint32_t i = 0; i < count; ++i) {
    code.push_back({Do::kLock, mutex});
    code.push_back({Do::kUnlock, mutex});
  }
  return code;
}

TEST(DporProbeTest, UpdatesOfOneVariableAreForeseenExactly) {
  DporHarness harness(std::vector<Code>(5, {{Do::kAdd, 0, 1}}));
  const trace::DporEstimate estimate = harness.Probe(10);
  EXPECT_DOUBLE_EQ(Mean(estimate), 120);
  EXPECT_NEAR(StandardError(estimate), 0, 1e-6);
}

// Nothing is shared: after the first probe that is known, and nearly every probe comes to its end.
TEST(DporProbeTest, ThreadsWithoutCommonVariables) {
  std::vector<Code> program;
  for (uint32_t i = 0; i < 6; ++i) program.push_back({{Do::kAdd, i, 1}, {Do::kStore, i, 2}});
  EXPECT_NEAR(Mean(DporHarness(program).Probe(kProbes)), 1, 0.2);
}

// 113,400 executions; as many probes as a search makes.
TEST(DporProbeTest, FiveThreadsWithTwoSectionsEach) {
  const trace::DporEstimate estimate =
      DporHarness(std::vector<Code>(5, Sections(2, 0))).Probe(kProbes);
  EXPECT_NEAR(Mean(estimate), 113'400, 113'400 * 0.15);
  EXPECT_LT(StandardError(estimate), 113'400 * 0.1);
}

// Half of the threads do not know of the other half.
TEST(DporProbeTest, TwoIndependentHalves) {
  std::vector<Code> program;
  for (uint32_t i = 0; i < 4; ++i) program.push_back(Sections(2, i / 2));
  const trace::DporEstimate estimate = DporHarness(program).Probe(4 * kProbes);
  EXPECT_NEAR(Mean(estimate), 36, 4 * StandardError(estimate));
  EXPECT_LT(StandardError(estimate), 12);
}

// Steps of every sort in one program: the mean of many probes is the number that the search comes to.
TEST(DporProbeTest, MeanIsTheNumberOfExecutions) {
  const std::vector<Code> program = {
      {{Do::kLock, 0}, {Do::kWait, 0, 0}, {Do::kLoad, 0}, {Do::kUnlock, 0}},
      {{Do::kChoose, 0, 3}, {Do::kLock, 0}, {Do::kSignal, 0}, {Do::kUnlock, 0}, {Do::kAdd, 0, 1}},
      {{Do::kTryLock, 0}, {Do::kSkipUnless, 1, 1}, {Do::kUnlock, 0}, {Do::kCas, 0, 1}}};
  const Searched searched = DporHarness(program).Search();
  ASSERT_EQ(searched.status, trace::DporStatus::kComplete);
  const trace::DporEstimate estimate = DporHarness(program).Probe(20'000);
  EXPECT_NEAR(Mean(estimate), static_cast<double>(searched.executions),
              4 * StandardError(estimate));
  EXPECT_LT(StandardError(estimate), 0.1 * static_cast<double>(searched.executions));
}

}  // namespace
}  // namespace heddle::strategy
