#include "base/text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace heddle {
namespace {

std::string Of(uint64_t value, unsigned base) {
  TextBuffer<80> text;
  text.Number(value, base);
  return text.c_str();
}

TEST(TextTest, StartsEmpty) {
  TextBuffer<8> text;
  EXPECT_STREQ(text.c_str(), "");
  EXPECT_EQ(text.length(), 0u);
}

TEST(TextTest, JoinsWordsAndNumbers) {
  TextBuffer<64> text;
  text.Add("thread ").Number(7).Add(" at ").Hex(0xdeadbeef);
  EXPECT_STREQ(text.c_str(), "thread 7 at 0xdeadbeef");
  EXPECT_EQ(text.length(), std::strlen(text.c_str()));
}

TEST(TextTest, WritesTheSmallestAndLargestNumbers) {
  EXPECT_EQ(Of(0, 10), "0");
  EXPECT_EQ(Of(~uint64_t{0}, 10), "18446744073709551615");
  EXPECT_EQ(Of(~uint64_t{0}, 16), "ffffffffffffffff");
  EXPECT_EQ(Of(~uint64_t{0}, 8), "1777777777777777777777");
}

TEST(TextTest, SaysNullForNoWords) {
  TextBuffer<16> text;
  text.Add(nullptr);
  EXPECT_STREQ(text.c_str(), "(null)");
}

// For each size of the buffer: what fits is a prefix, it is terminated, and the byte behind the buffer is untouched.
TEST(TextTest, CutsOffAndTerminatesInBuffersOfAnySize) {
  const std::string whole = "mutex 1234567 at 0x7f00";
  for (size_t size = 0; size <= whole.size() + 2; ++size) {
    std::string memory(size + 1, '#');
    Text text(memory.data(), size);
    text.Add("mutex ").Number(1234567).Add(" at ").Hex(0x7f00);
    EXPECT_EQ(memory[size], '#') << size;
    if (size == 0) continue;
    const size_t kept = std::min(size - 1, whole.size());
    EXPECT_EQ(text.length(), kept) << size;
    EXPECT_EQ(memory.substr(0, kept + 1), whole.substr(0, kept) + '\0') << size;
  }
}

}  // namespace
}  // namespace heddle
