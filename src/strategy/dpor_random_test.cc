// Random small programs: the search must run exactly the kinds of execution that there are, each once. The judge is a run
// of every schedule, sorted by kind, which shares only the definition of dependence with the search.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/prng.h"
#include "strategy/dpor_harness_for_test.h"

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

}  // namespace
}  // namespace heddle::strategy
