#include "strategy/portfolio.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "strategy/simulator.h"

namespace heddle::strategy {
namespace {

using trace::OpKind;
using trace::StrategyKind;
using trace::StrategySpec;

constexpr StrategySpec kPortfolio{StrategyKind::kPortfolio, 0, 0};

std::tuple<StrategyKind, uint32_t, uint32_t> Of(const StrategySpec& spec) {
  return {spec.kind, spec.switch_per_mille, spec.depth};
}

// Cards and reports name an execution by its number: changing the round changes what the number means.
TEST(PortfolioTest, GoesThroughItsRoundByExecutionNumber) {
  const StrategySpec round[] = {
      {StrategyKind::kRandom, 1000, 0}, {StrategyKind::kPct, 0, 2}, {StrategyKind::kPos, 0, 0},
      {StrategyKind::kRandom, 200, 0},  {StrategyKind::kPct, 0, 3}, {StrategyKind::kRandom, 50, 0},
      {StrategyKind::kSurw, 0, 0},      {StrategyKind::kPct, 0, 5},
  };
  for (uint64_t execution = 0; execution < 32; ++execution) {
    EXPECT_EQ(Of(Portfolio::Resolve(kPortfolio, execution)), Of(round[execution % 8])) << execution;
  }
  EXPECT_EQ(Of(Portfolio::Resolve(kPortfolio, ~uint64_t{0})), Of(round[7]));
}

TEST(PortfolioTest, LeavesOtherSpecificationsAlone) {
  for (const StrategyKind kind : {StrategyKind::kRandom, StrategyKind::kPct, StrategyKind::kPos,
                                  StrategyKind::kSurw, StrategyKind::kDfs, StrategyKind::kReplay}) {
    const StrategySpec spec{kind, 123, 7};
    for (uint64_t execution = 0; execution < 9; ++execution)
      EXPECT_EQ(Of(Portfolio::Resolve(spec, execution)), Of(spec));
  }
}

class PortfolioSelectTest : public testing::Test {
 protected:
  PortfolioSelectTest() {
    for (int i = 0; i < 3; ++i) simulator_.AddThread(kOps, 6);
  }
  std::string Run(Strategy* strategy, uint64_t seed) {
    return simulator_.Run(strategy, seed, 18).threads;
  }

  static constexpr PendingOp kOps[6] = {
      {OpKind::kAtomicRmw, ObjectId{1}},   {OpKind::kAtomicLoad, ObjectId{1}},
      {OpKind::kAtomicStore, ObjectId{2}}, {OpKind::kAtomicRmw, ObjectId{1}},
      {OpKind::kAtomicLoad, ObjectId{2}},  {OpKind::kAtomicStore, ObjectId{1}}};
  Simulator simulator_;
  std::unique_ptr<Portfolio> portfolio_ = std::make_unique<Portfolio>();
};

// Select must configure what it hands out: the same schedules as a strategy made by hand.
TEST_F(PortfolioSelectTest, HandsOutTheStrategyOfTheRoundConfigured) {
  const auto pct = std::make_unique<Pct>();
  const auto pos = std::make_unique<Pos>();
  Surw surw;  // without a profile, as in this portfolio
  RandomWalk walk;
  for (uint64_t execution = 0; execution < 64; ++execution) {
    const StrategySpec spec = Portfolio::Resolve(kPortfolio, execution);
    pct->set_depth(spec.depth);
    walk.set_switch_per_mille(spec.switch_per_mille);
    Strategy* expected = spec.kind == StrategyKind::kPct    ? static_cast<Strategy*>(pct.get())
                         : spec.kind == StrategyKind::kPos  ? static_cast<Strategy*>(pos.get())
                         : spec.kind == StrategyKind::kSurw ? static_cast<Strategy*>(&surw)
                                                            : &walk;
    EXPECT_EQ(Run(portfolio_->Select(kPortfolio, execution), execution), Run(expected, execution))
        << execution;
  }
}

// Looms take executions in different orders and numbers: what came before must not matter.
TEST_F(PortfolioSelectTest, AnExecutionDoesNotDependOnTheOnesBefore) {
  std::vector<std::string> upwards;
  for (uint64_t i = 0; i < 24; ++i) upwards.push_back(Run(portfolio_->Select(kPortfolio, i), i));
  for (uint64_t i = 24; i-- > 0;)
    EXPECT_EQ(Run(portfolio_->Select(kPortfolio, i), i), upwards[i]) << i;
}

TEST_F(PortfolioSelectTest, TakesParametersThatMakeNoSenseAsTheNearestThatDo) {
  const auto run = [&](StrategySpec spec) { return Run(portfolio_->Select(spec, 0), 4); };
  EXPECT_EQ(run({StrategyKind::kRandom, 0, 0}), run({StrategyKind::kRandom, 1000, 0}));
  EXPECT_EQ(run({StrategyKind::kRandom, 9999, 0}), run({StrategyKind::kRandom, 1000, 0}));
  EXPECT_EQ(run({StrategyKind::kPct, 0, 0}), run({StrategyKind::kPct, 0, 1}));
  EXPECT_EQ(run({StrategyKind::kPct, 0, 9999}), run({StrategyKind::kPct, 0, Pct::kDepthMax}));
}

TEST(ConflictTest, NeedsTheSameObjectAndAWrite) {
  const PendingOp load{OpKind::kAtomicLoad, ObjectId{1}};
  const PendingOp store{OpKind::kAtomicStore, ObjectId{1}};
  const PendingOp elsewhere{OpKind::kAtomicStore, ObjectId{2}};
  const PendingOp nowhere{OpKind::kAtomicStore, kNoObject};
  EXPECT_TRUE(Conflict(store, store));
  EXPECT_TRUE(Conflict(store, load));
  EXPECT_TRUE(Conflict(load, store));
  EXPECT_FALSE(Conflict(load, load));
  EXPECT_FALSE(Conflict(store, elsewhere));
  EXPECT_FALSE(Conflict(nowhere, nowhere));
}

}  // namespace
}  // namespace heddle::strategy
