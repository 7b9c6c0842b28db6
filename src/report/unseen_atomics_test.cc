// Instructions that locks are made of, and who needs no word.
#include "report/unseen_atomics.h"

#include <gtest/gtest.h>

namespace heddle::report {
namespace {

using std::string_view;
using namespace std::literals;

TEST(UnseenAtomicsTest, ALockedCompareExchangeIsOne) {
  EXPECT_TRUE(HasLockInstructions("\x90\xf0\x0f\xb1\x0f\x74"sv));      // lock cmpxchg %ecx,(%rdi)
  EXPECT_TRUE(HasLockInstructions("\xf0\x48\x0f\xb1\x0f"sv));          // lock cmpxchg %rcx,(%rdi)
  EXPECT_TRUE(HasLockInstructions("\xf0\xf0\x48\x0f\xba\x2f\x00"sv));  // lock btsq $0,(%rdi)
}

TEST(UnseenAtomicsTest, ReferenceCountsAndOtherBytesAreNone) {
  EXPECT_FALSE(HasLockInstructions("\xf0\x0f\xc1\x07\x90"sv));  // lock xadd %eax,(%rdi)
  EXPECT_FALSE(HasLockInstructions("\xf0\x83\x2f\x01\x90"sv));  // lock subl $1,(%rdi)
  EXPECT_FALSE(HasLockInstructions("\xf0\x0f\xb1"sv));          // cut off
  EXPECT_FALSE(HasLockInstructions("\x0f\xb1\x0f\xf0"sv));
  EXPECT_FALSE(HasLockInstructions(""sv));
}

TEST(UnseenAtomicsTest, WhatTheLoomTakesOverNeedsNoWord) {
  EXPECT_TRUE(TakenOver("/usr/lib/x86_64-linux-gnu/libc.so.6"));
  EXPECT_TRUE(TakenOver("/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30"));
  EXPECT_FALSE(TakenOver("/usr/lib/x86_64-linux-gnu/libcrypto.so.3"));
}

TEST(UnseenAtomicsTest, NoProcessHasNone) {
  EXPECT_TRUE(LibrariesWithUnseenAtomics(nullptr).empty());
}

}  // namespace
}  // namespace heddle::report
