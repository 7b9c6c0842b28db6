// Random small programs: the search must run exactly the kinds of execution that there are, each once. The judge is a run
// of every schedule, sorted by kind, which shares only the definition of dependence with the search.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "base/prng.h"
#include "strategy/dpor_harness_for_test.h"
#include "strategy/order.h"

namespace heddle::strategy {
namespace {

std::vector<Code> RandomProgram(uint64_t seed) {
  Prng random(seed);
  const uint32_t threads = 2 + random.Below(2);
  const uint32_t flavour = random.Below(6);
  std::vector<Code> program(threads);
  for (uint32_t t = 0; t < threads; ++t) {
    const uint32_t length = 2 + random.Below(threads == 2 ? 4 : 3);
    for (uint32_t i = 0; i < length; ++i) {
      const uint32_t cell = random.Below(2);
      const uint32_t mutex = random.Below(2);
      Code& code = program[t];
      const uint32_t draw = flavour == 0   ? random.Below(5)
                            : flavour == 1 ? 5 + random.Below(3)
                            : flavour == 2 ? 5 + random.Below(6)
                            : flavour == 3 ? 11 + random.Below(3)
                                           : random.Below(16);
      switch (draw) {
        case 0:
          code.push_back({Do::kLoad, cell});
          break;
        case 1:
          code.push_back({Do::kStore, cell, 1 + random.Below(2)});
          break;
        case 2:
          code.push_back({Do::kAdd, cell, 1});
          break;
        case 3:
          code.push_back({Do::kCas, cell, 1});
          break;
        case 4:
          code.push_back({Do::kLoad, cell});
          code.push_back(
              {random.Below(2) == 0 ? Do::kSkipIf : Do::kSkipUnless, 1, random.Below(2)});
          break;
        case 5:
          code.push_back({Do::kLock, mutex});
          break;
        case 6:
          code.push_back({Do::kUnlock, mutex});
          break;
        case 7:
          code.push_back({Do::kTryLock, mutex});
          code.push_back({Do::kSkipUnless, 1, random.Below(2)});
          break;
        case 8:
          code.push_back({Do::kWait, 0, mutex});
          break;
        case 9:
          code.push_back({Do::kSignal, 0});
          break;
        case 10:
          code.push_back({Do::kBroadcast, 0});
          break;
        case 11:
          code.push_back({Do::kPost, 0});
          break;
        case 12:
          code.push_back({Do::kSemWait, 0});
          break;
        case 13:
          code.push_back({Do::kChoose, 0, 2});
          code.push_back({Do::kSkipIf, 1, random.Below(2)});
          break;
        case 14:
          if (t > 0) {
            code.push_back({Do::kJoin, t - 1});
          } else {
            code.push_back({Do::kStoreReg, cell});
          }
          break;
        case 15:
          code.push_back({Do::kLock, mutex});
          code.push_back({Do::kLoad, cell});
          code.push_back({Do::kUnlock, mutex});
          break;
      }
    }
  }
  return program;
}

TEST(DporRandomTest, ExactlyTheKindsThatThereAre) {
  const char* const words = std::getenv("HEDDLE_DPOR_PROGRAMS");
  const char* const first = std::getenv("HEDDLE_DPOR_FIRST");
  const uint64_t programs = words != nullptr ? std::strtoull(words, nullptr, 10) : 200;
  const uint64_t begin = first != nullptr ? std::strtoull(first, nullptr, 10) : 0;
  uint64_t compared = 0;
  uint64_t executions = 0;
  uint64_t redundant = 0;
  uint64_t in_vain = 0;
  for (uint64_t seed = begin; seed < begin + programs; ++seed) {
    const std::vector<Code> program = RandomProgram(seed);
    DporHarness harness(program, seed % 3 == 0);
    const std::map<std::string, uint32_t> all = harness.Naive(8000);
    if (all.empty()) continue;
    ++compared;
    const Searched searched = harness.Search();
    ASSERT_EQ(searched.status, trace::DporStatus::kComplete) << "program " << seed;
    redundant += searched.redundant;
    executions += searched.executions;
    EXPECT_EQ(searched.executions, searched.kinds.size())
        << "program " << seed << ": one kind twice";
    EXPECT_EQ(searched.kinds.size(), all.size()) << "program " << seed;
    for (const auto& [kind, count] : all) {
      EXPECT_EQ(searched.kinds.count(kind), 1u) << "program " << seed << " missed " << kind;
    }
    const Searched source = harness.Search(~uint64_t{0}, true, trace::DporMode::kSource);
    EXPECT_EQ(source.kinds, searched.kinds) << "program " << seed << " without trees";
    in_vain += source.redundant;
    if (HasFailure()) return;
  }
  printf("%lu programs, %lu executions, %lu redundant, %lu without trees\n", compared, executions,
         redundant, in_vain);
  EXPECT_EQ(redundant, 0u);
  EXPECT_GT(compared, programs / 2);
}

// The fingerprint of what a machine did, made as the engine makes it: from one step to the next.
uint64_t OrderOf(const Machine& machine) {
  std::vector<uint64_t> histories;
  for (uint32_t i = 0; i < machine.threads(); ++i)
    histories.push_back(OrderOfOutcome(kFirstOrder, 0, i));
  std::vector<uint64_t> before;  // by step: what its thread knew
  std::map<uint32_t, OrderChain> objects;
  uint64_t sum = 0;
  for (const Machine::Step& step : machine.steps()) {
    uint64_t& history = histories[step.thread];
    before.push_back(history);
    if (step.enabled_by != trace::kDporNone)
      sum += history = OrderOfOutcome(history, 1, before[step.enabled_by]);
    const uint32_t label = OrderLabel(static_cast<trace::OpKind>(step.op.kind), step.value, 0);
    if (step.op.access_count == 0) sum += history = OrderOfOutcome(history, label, 0);
    for (uint32_t i = 0; i < step.op.access_count; ++i) {
      const trace::DporAccess& access = step.op.accesses[i];
      sum += history = OrderOfUse(history, label, access.writes != 0, &objects[access.object]);
    }
  }
  return sum;
}

// Over every schedule: as many fingerprints as kinds, each kind with one of its own.
TEST(OrderTest, OneFingerprintForEachKind) {
  const char* const words = std::getenv("HEDDLE_DPOR_PROGRAMS");
  const uint64_t programs = words != nullptr ? std::strtoull(words, nullptr, 10) : 200;
  uint64_t schedules = 0;
  uint64_t kinds = 0;
  for (uint64_t seed = 0; seed < programs; ++seed) {
    DporHarness harness(RandomProgram(seed), seed % 3 == 0);
    std::map<std::string, uint64_t> orders;
    std::set<uint64_t> different;
    harness.ForEachSchedule(3000, [&](const Machine& machine) {
      const uint64_t order = OrderOf(machine);
      const auto [entry, is_new] = orders.try_emplace(machine.Kind(), order);
      EXPECT_EQ(entry->second, order) << "program " << seed << ": " << entry->first;
      different.insert(order);
      ++schedules;
    });
    EXPECT_EQ(different.size(), orders.size()) << "program " << seed;
    kinds += orders.size();
    if (HasFailure()) return;
  }
  printf("%lu schedules, %lu kinds\n", schedules, kinds);
  EXPECT_LT(kinds, schedules / 5);
}

}  // namespace
}  // namespace heddle::strategy
