// Numbers of executions that can be computed by hand or are published for optimal algorithms.
#include "strategy/dpor.h"

#include <gtest/gtest.h>

#include "strategy/dpor_harness_for_test.h"

namespace heddle::strategy {
namespace {

using trace::DporStatus;

Searched Explore(const std::vector<Code>& program, uint32_t semaphore = 0) {
  return DporHarness(program, semaphore).Search();
}

void ExpectKinds(const Searched& searched, uint64_t expected) {
  EXPECT_EQ(searched.status, DporStatus::kComplete);
  EXPECT_EQ(searched.executions, expected);
  EXPECT_EQ(searched.kinds.size(), expected) << "each execution is of a kind of its own";
  EXPECT_EQ(searched.redundant, 0u);
}

uint64_t Factorial(uint64_t n) { return n < 2 ? 1 : n * Factorial(n - 1); }

TEST(DporTest, UpdatesOfOneVariableComeInAnyOrder) {
  for (uint32_t n = 1; n <= 6; ++n) {
    ExpectKinds(Explore(std::vector<Code>(n, {{Do::kAdd, 0, 1}})), Factorial(n));
  }
}

TEST(DporTest, ThreadsWithoutCommonVariablesHaveOneExecution) {
  std::vector<Code> program;
  for (uint32_t i = 0; i < 8; ++i)
    program.push_back({{Do::kAdd, i, 1}, {Do::kLoad, i}, {Do::kStore, i, 2}});
  ExpectKinds(Explore(program), 1);
}

TEST(DporTest, LoadsCommute) {
  ExpectKinds(Explore({{{Do::kLoad, 0}}, {{Do::kLoad, 0}}, {{Do::kLoad, 0}}}), 1);
}

// One writer, n readers: each reads before or after the write.
TEST(DporTest, ReadersAndAWriter) {
  for (uint32_t n = 1; n <= 8; ++n) {
    std::vector<Code> program(n, {{Do::kLoad, 0}});
    program.push_back({{Do::kStore, 0, 1}});
    ExpectKinds(Explore(program), uint64_t{1} << n);
  }
}

// Two threads store and then load the other's variable: each load comes before or after the other store, and both before is
// what sequential consistency forbids.
TEST(DporTest, StoreBuffering) {
  ExpectKinds(Explore({{{Do::kStore, 0, 1}, {Do::kLoad, 1}}, {{Do::kStore, 1, 1}, {Do::kLoad, 0}}}),
              3);
}

Code Sections(uint32_t count, uint32_t mutex = 0) {
  Code code;
  for (uint32_t i = 0; i < count; ++i) {
    code.push_back({Do::kLock, mutex});
    code.push_back({Do::kUnlock, mutex});
  }
  return code;
}

TEST(DporTest, CriticalSectionsComeInAnyOrder) {
  ExpectKinds(Explore({Sections(1), Sections(1)}), 2);
  ExpectKinds(Explore({Sections(2), Sections(2)}), 6);                // 4! / (2! 2!)
  ExpectKinds(Explore({Sections(2), Sections(2), Sections(2)}), 90);  // 6! / (2! 2! 2!)
  ExpectKinds(Explore({Sections(1), Sections(2), Sections(3)}), 60);
}

TEST(DporTest, FiveThreadsWithTwoSectionsEach) {
  // 10! / (2!)^5. The kinds are not written down: that takes longer than the search.
  DporHarness harness(std::vector<Code>(5, Sections(2)));
  const Searched searched = harness.Search(~uint64_t{0}, false);
  EXPECT_EQ(searched.status, DporStatus::kComplete);
  EXPECT_EQ(searched.executions, 113'400u);
  EXPECT_EQ(searched.redundant, 0u);
}

TEST(DporTest, TwoLocksInBothOrders) {
  const Code ab = {{Do::kLock, 0}, {Do::kLock, 1}, {Do::kUnlock, 1}, {Do::kUnlock, 0}};
  const Code ba = {{Do::kLock, 1}, {Do::kLock, 0}, {Do::kUnlock, 0}, {Do::kUnlock, 1}};
  const Searched searched = Explore({ab, ba});
  ExpectKinds(searched, 3);
  EXPECT_EQ(searched.deadlocks, 1u);
}

// Who never gets the lock may get it first.
TEST(DporTest, ALockThatIsNeverGivenBack) {
  const Searched searched = Explore({{{Do::kLock, 0}}, {{Do::kLock, 0}}, {{Do::kLock, 0}}});
  ExpectKinds(searched, 3);
  EXPECT_EQ(searched.deadlocks, 3u);
}

TEST(DporTest, ASignalThatNobodyHears) {
  const Code waits = {{Do::kLock, 0}, {Do::kWait, 0, 0}, {Do::kUnlock, 0}};
  const Code signals = {{Do::kLock, 0}, {Do::kSignal, 0}, {Do::kUnlock, 0}};
  const Searched searched = Explore({waits, signals});
  EXPECT_EQ(searched.status, DporStatus::kComplete);
  EXPECT_EQ(searched.deadlocks, 1u);
}

TEST(DporTest, EachResultOfAChoiceOnce) {
  const Code chooses = {{Do::kChoose, 0, 3}, {Do::kSkipUnless, 1, 2}, {Do::kStore, 0, 1}};
  ExpectKinds(Explore({chooses}), 3);
  ExpectKinds(Explore({chooses, chooses}),
              9 + 1);  // both store in one of nine cases, in two orders
  ExpectKinds(Explore({chooses, {{Do::kLoad, 0}}}), 4);
}

// The benchmark "lastzero" of Abdulla et al. (2017): one thread looks for the last zero of an array, each other thread i sets
// element i to element i - 1 plus one. Published for optimal DPOR: 64 for 5 writers, 3,328 for 10.
TEST(DporTest, LastZero) {
  for (const uint32_t n : {2u, 3u, 5u, 10u}) {
    Code reader;
    for (uint32_t i = n; i > 0; --i) {
      reader.push_back({Do::kLoad, i});
      reader.push_back({Do::kSkipIf, 100, 0});
    }
    reader.push_back({Do::kLoad, 0});
    std::vector<Code> program = {reader};
    for (uint32_t j = 1; j <= n; ++j)
      program.push_back({{Do::kLoad, j - 1}, {Do::kAddReg, 0, 1}, {Do::kStoreReg, j}});
    ExpectKinds(Explore(program), (n + 3) * (uint64_t{1} << n) / 4);
  }
}

// Flanagan and Godefroid (2005): threads put words into a hash table; up to 11 threads their places differ, and each thread
// from the 12th on meets others in some of its places. With a smaller table the same happens with fewer threads: here the
// n-th thread begins at place 3 n modulo 8 and goes on to the next one where it finds somebody.
TEST(DporTest, IndexerOfDistinctPlaces) {
  std::vector<Code> program;
  for (uint32_t i = 0; i < 6; ++i) {
    program.push_back({{Do::kCas, i, 1}, {Do::kSkipIf, 1, 1}, {Do::kCas, i + 8, 1}});
  }
  ExpectKinds(Explore(program), 1);
  // Three pairs that meet once each.
  program.clear();
  for (uint32_t i = 0; i < 6; ++i) {
    program.push_back({{Do::kCas, i / 2, 1}, {Do::kSkipIf, 1, 1}, {Do::kCas, i + 8, 1}});
  }
  ExpectKinds(Explore(program), 8);
}

// Flanagan and Godefroid (2005): thread i of n takes the lock of inode i mod 32; if the inode has no block, it takes the
// locks of blocks one after the other, from (2 i) mod 26 on, until one is free. Up to 13 threads never meet.
TEST(DporTest, FileSystem) {
  const auto program = [](uint32_t threads, uint32_t inodes, uint32_t blocks) {
    std::vector<Code> code;
    for (uint32_t i = 0; i < threads; ++i) {
      const uint32_t inode = i % inodes;
      const uint32_t block = i * 2 % blocks;
      code.push_back({{Do::kLock, inode},
                      {Do::kLoad, inode},
                      {Do::kSkipUnless, 5, 0},
                      {Do::kLock, 10 + block},
                      {Do::kCas, 10 + block, 1},
                      {Do::kStore, inode, 1},
                      {Do::kUnlock, 10 + block},
                      {Do::kLoad, inode},
                      {Do::kUnlock, inode}});
    }
    return code;
  };
  ExpectKinds(Explore(program(6, 8, 12)), 1);
  // From the 7th on, a thread meets the one whose block it shares: each pair in two orders.
  ExpectKinds(Explore(program(7, 8, 12)), 2);
  ExpectKinds(Explore(program(8, 8, 12)), 4);
}

}  // namespace
}  // namespace heddle::strategy
