#include "trace/operation.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace heddle::trace {
namespace {

constexpr OpKind kAll[] = {
#define HEDDLE_OP(enumerator, words, reads, writes) OpKind::enumerator,
#include "trace/op.def"
#undef HEDDLE_OP
};

TEST(OperationTest, WordsTellOperationsApart) {
  std::set<std::string> words;
  for (const OpKind kind : kAll) {
    const std::string word = OpWords(kind);
    EXPECT_FALSE(word.empty()) << static_cast<int>(kind);
    EXPECT_TRUE(words.insert(word).second) << "twice: " << word;
    EXPECT_EQ(words.count("unknown"), 0u);
  }
}

// The numbers are part of the hash of events: cards of today must replay tomorrow. A new operation goes to the end.
TEST(OperationTest, NumbersStay) {
  int number = 0;
  for (const OpKind kind : kAll) EXPECT_EQ(static_cast<int>(kind), number++) << OpWords(kind);
  EXPECT_EQ(static_cast<int>(OpKind::kNone), 0);
  EXPECT_EQ(static_cast<int>(OpKind::kMutexLock), 7);
  EXPECT_EQ(static_cast<int>(OpKind::kCondWait), 11);
  EXPECT_EQ(static_cast<int>(OpKind::kBarrierWait), 26);
  EXPECT_EQ(static_cast<int>(OpKind::kAtomicLoad), 37);
  EXPECT_EQ(static_cast<int>(OpKind::kPlainRead), 51);
  EXPECT_EQ(static_cast<int>(OpKind::kExit), 57);
}

// Strategies commute what only reads. A write that is called a read would hide schedules.
TEST(OperationTest, WhatChangesItsObjectWrites) {
  for (const OpKind kind :
       {OpKind::kMutexLock, OpKind::kMutexTryLock, OpKind::kMutexUnlock, OpKind::kCondWait,
        OpKind::kCondSignal, OpKind::kRwUnlock, OpKind::kBarrierWait, OpKind::kSemPost,
        OpKind::kOnce, OpKind::kFutexWake, OpKind::kAtomicStore, OpKind::kAtomicRmw,
        OpKind::kAtomicCas, OpKind::kPlainWrite, OpKind::kFree, OpKind::kThreadExit}) {
    EXPECT_TRUE(OpWrites(kind)) << OpWords(kind);
  }
  for (const OpKind kind :
       {OpKind::kAtomicLoad, OpKind::kPlainRead, OpKind::kSemGetValue, OpKind::kThreadJoin,
        OpKind::kFutexWait, OpKind::kYield, OpKind::kSleep}) {
    EXPECT_FALSE(OpWrites(kind)) << OpWords(kind);
  }
}

TEST(OperationTest, NumbersBeyondTheListAreHandled) {
  EXPECT_STREQ(OpWords(static_cast<OpKind>(255)), "unknown");
  EXPECT_TRUE(OpWrites(static_cast<OpKind>(255))) << "the careful answer";
}

}  // namespace
}  // namespace heddle::trace
