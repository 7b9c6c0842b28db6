// Snapshots of a program that has destroyed its own stack: whatever the bytes, the host process goes on.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "report/snapshot_for_test.h"
#include "report/symbols.h"
#include "report/unwind.h"

namespace heddle::report {
namespace {

// Seeds are fixed: the same snapshots in every run.
using Random = std::mt19937_64;

[[gnu::noinline]] trace::StackSnapshot Here(std::vector<uint8_t>* pool) {
  trace::StackSnapshot snapshot = TakeSnapshot(pool);
  asm volatile("" ::: "memory");
  return snapshot;
}

TEST(UnwindFuzzTest, SurvivesDamagedStacks) {
  std::vector<uint8_t> pool;
  const trace::StackSnapshot snapshot = Here(&pool);
  Symbolizer symbolizer(getpid());
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<uint8_t> damaged = pool;
    const size_t writes = 1 + random() % 64;
    for (size_t i = 0; i < writes; ++i) {
      // Near the top, where the frames are; with words that look like code, like stack, or like nothing.
      const size_t at = random() % (std::min<size_t>(damaged.size(), 2048) - 8);
      uint64_t word = random();
      if (random() % 3 == 0) word = snapshot.rsp + random() % 4096;
      if (random() % 3 == 0) word = snapshot.rip + random() % 65536;
      std::memcpy(damaged.data() + at, &word, sizeof(word));
    }
    const Stack stack = symbolizer.UnwindAll(snapshot, damaged);
    EXPECT_FALSE(stack.frames.empty());
  }
}

TEST(UnwindFuzzTest, SurvivesDamagedRegistersAndExtents) {
  std::vector<uint8_t> pool;
  const trace::StackSnapshot snapshot = Here(&pool);
  Symbolizer symbolizer(getpid());
  Random random(2);
  for (int round = 0; round < 3000; ++round) {
    trace::StackSnapshot damaged = snapshot;
    auto* bytes = reinterpret_cast<uint8_t*>(&damaged);
    const size_t writes = 1 + random() % 16;
    for (size_t i = 0; i < writes; ++i)
      bytes[random() % sizeof(damaged)] = static_cast<uint8_t>(random());
    if (random() % 4 == 0) damaged.rip = random();
    if (random() % 4 == 0) damaged.rsp = ~uint64_t{0} - random() % 16;
    EXPECT_FALSE(symbolizer.UnwindAll(damaged, pool).frames.empty());
    EXPECT_FALSE(symbolizer.Unwind(damaged, pool).frames.empty());
  }
}

TEST(UnwindFuzzTest, AChainThatEndsNowhereIsCut) {
  // Every word of the stack is a return address with a frame pointer to itself.
  std::vector<uint8_t> pool;
  const trace::StackSnapshot snapshot = Here(&pool);
  for (size_t at = 0; at + 8 <= pool.size(); at += 8) {
    const uint64_t word = at % 16 == 0 ? snapshot.rip : snapshot.rsp + at;
    std::memcpy(pool.data() + at, &word, sizeof(word));
  }
  Symbolizer symbolizer(getpid());
  const Stack stack = symbolizer.UnwindAll(snapshot, pool);
  EXPECT_FALSE(stack.frames.empty());
  // Each physical frame may carry inlined ones.
  EXPECT_LE(stack.frames.size(), kStackFramesMax * 16);
}

}  // namespace
}  // namespace heddle::report
