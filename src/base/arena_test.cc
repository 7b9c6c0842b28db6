#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace heddle {
namespace {

class ArenaTest : public testing::Test {
 protected:
  ArenaTest() { arena_.Adopt(memory_, sizeof(memory_), "test arena"); }

  alignas(4096) char memory_[4096];
  Arena arena_;
};

TEST_F(ArenaTest, GivesAlignedBlocksThatDoNotOverlap) {
  char* end = memory_;
  for (size_t bytes = 1; bytes <= 64; ++bytes) {
    char* block = static_cast<char*>(arena_.Allocate(bytes));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 16, 0u) << bytes;
    EXPECT_GE(block, end) << bytes;
    end = block + bytes;
    EXPECT_LE(end, memory_ + arena_.used()) << bytes;
  }
}

TEST_F(ArenaTest, RoundsEachBlockUpTo16Bytes) {
  EXPECT_EQ(arena_.Allocate(0), memory_);
  EXPECT_EQ(arena_.used(), 0u);
  EXPECT_EQ(arena_.Allocate(1), memory_);
  EXPECT_EQ(arena_.used(), 16u);
  EXPECT_EQ(arena_.Allocate(17), memory_ + 16);
  EXPECT_EQ(arena_.used(), 48u);
}

TEST_F(ArenaTest, CanBeUsedUpToItsLastByteAndAgainAfterARewind) {
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(arena_.Allocate(2048), memory_);
    EXPECT_EQ(arena_.AllocateArray<uint64_t>(256), static_cast<void*>(memory_ + 2048));
    EXPECT_EQ(arena_.used(), sizeof(memory_));
    arena_.Rewind();
    EXPECT_EQ(arena_.used(), 0u);
  }
}

TEST_F(ArenaTest, NamesItselfWhenItIsUsedUp) {
  [[maybe_unused]] void* block = arena_.Allocate(4080);
  EXPECT_DEATH(block = arena_.Allocate(17), "limit reached: .*test arena = 4096");
}

}  // namespace
}  // namespace heddle
