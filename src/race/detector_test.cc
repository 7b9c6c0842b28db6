// Scripts of steps: one idea each. The same detector against a reference on random programs: detector_random_test.cc.
#include "race/detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "race/detector_harness.h"

namespace heddle::race {
namespace {

class DetectorTest : public testing::Test {
 protected:
  // On the heap: the harness is larger than a stack frame should be.
  std::unique_ptr<DetectorHarness> harness_ = std::make_unique<DetectorHarness>();
  DetectorHarness& t = *harness_;
};

// --- two accesses ---

TEST_F(DetectorTest, UnorderedAccessesRaceUnlessBothReadOrBothAreAtomic) {
  for (const bool write1 : {false, true}) {
    for (const bool atomic1 : {false, true}) {
      for (const bool write2 : {false, true}) {
        for (const bool atomic2 : {false, true}) {
          t.NextExecution();
          EXPECT_FALSE(t.Access(1, {t.At(0), 4, write1, atomic1, false, 0}));
          const bool races = (write1 || write2) && !(atomic1 && atomic2);
          EXPECT_EQ(t.Access(2, {t.At(0), 4, write2, atomic2, false, 0}).found, races)
              << write1 << atomic1 << write2 << atomic2;
        }
      }
    }
  }
}

TEST_F(DetectorTest, OrderedAccessesDoNotRace) {
  EXPECT_FALSE(t.Write(1, 0, 8));
  t.Order(1, 2);
  EXPECT_FALSE(t.Write(2, 0, 8));
  t.Order(2, 3);
  EXPECT_FALSE(t.Read(3, 0, 8));
  EXPECT_FALSE(t.Read(1, 64, 8));
}

TEST_F(DetectorTest, AnOrderInTheOtherDirectionDoesNotHelp) {
  EXPECT_FALSE(t.Write(1, 0, 4));
  t.Order(2, 1);
  EXPECT_TRUE(t.Write(2, 0, 4));
}

// A release publishes what was before it, not what comes after.
TEST_F(DetectorTest, AnAccessAfterTheReleaseIsNotPublished) {
  t.Order(1, 2);
  EXPECT_FALSE(t.Write(1, 0, 4));
  EXPECT_TRUE(t.Read(2, 0, 4));
}

TEST_F(DetectorTest, OrderIsTransitive) {
  EXPECT_FALSE(t.Write(1, 0, 4));
  t.Order(1, 2);
  t.Order(2, 3);
  EXPECT_FALSE(t.Write(3, 0, 4));
}

TEST_F(DetectorTest, SaysWhatTheEarlierAccessWas) {
  t.Order(1, 0);  // so that the clock is not the first one
  const uint64_t clock = t.own_clock(1);
  EXPECT_FALSE(t.Store(1, 8, 4));
  const Conflict conflict = t.Read(2, 8, 4).conflict;
  EXPECT_EQ(conflict.kind, ConflictKind::kRace);
  EXPECT_EQ(conflict.address, t.At(8));
  EXPECT_EQ(ThreadOf(conflict.previous), 1u);
  EXPECT_EQ(ClockOf(conflict.previous), clock);
  EXPECT_EQ(conflict.previous & (kWriteFlag | kAtomicFlag | kFreedFlag), kWriteFlag | kAtomicFlag);

  EXPECT_FALSE(t.Read(1, 16, 4));
  EXPECT_EQ(t.Write(2, 16, 4).conflict.previous & (kWriteFlag | kAtomicFlag | kFreedFlag), 0u);
}

// --- bytes ---

TEST_F(DetectorTest, OnlyCommonBytesRace) {
  for (uint32_t first = 0; first <= 12; ++first) {
    for (uint32_t bytes : {1u, 2u, 4u, 8u}) {
      t.NextExecution();
      EXPECT_FALSE(t.Write(1, 7, 3));  // bytes 7, 8 and 9: two granules
      const bool overlap = first < 10 && first + bytes > 7;
      EXPECT_EQ(t.Write(2, first, bytes).found, overlap) << bytes << " bytes at " << first;
    }
  }
}

TEST_F(DetectorTest, NeighbouringBytesOfFourThreadsDoNotRace) {
  for (int round = 0; round < 3; ++round) {
    for (uint32_t thread = 0; thread < 4; ++thread) {
      EXPECT_FALSE(t.Write(thread, thread, 1));
      EXPECT_FALSE(t.Read(thread, thread, 1));
    }
  }
  for (uint32_t thread = 0; thread < 4; ++thread) EXPECT_TRUE(t.Read(thread, (thread + 1) % 4, 1));
}

TEST_F(DetectorTest, ManyBytesGiveOneReport) {
  EXPECT_FALSE(t.Write(1, 0, 256));
  const DetectorHarness::Outcome outcome = t.Write(2, 101, 100);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome.conflict.address, t.At(100)) << "the first common granule";
}

TEST_F(DetectorTest, AnAccessOfNoBytesIsNothing) {
  EXPECT_FALSE(t.Write(1, 0, 4));
  EXPECT_FALSE(t.Write(2, 0, 0));
  EXPECT_FALSE(t.Write(2, 3, 0));
}

// --- nothing that could still race is forgotten ---

// A later atomic write does not hide the plain one before it: another atomic write races only with the plain one.
TEST_F(DetectorTest, AnAtomicWriteDoesNotHideAnEarlierPlainWrite) {
  EXPECT_FALSE(t.Write(1, 0, 4));
  t.Order(1, 2);
  EXPECT_FALSE(t.Store(2, 0, 4));
  const DetectorHarness::Outcome outcome = t.Store(3, 0, 4);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(ThreadOf(outcome.conflict.previous), 1u);
}

TEST_F(DetectorTest, ASmallWriteDoesNotHideALargerOne) {
  EXPECT_FALSE(t.Write(1, 0, 4));
  t.Order(1, 2);
  EXPECT_FALSE(t.Write(2, 1, 1));
  EXPECT_EQ(ThreadOf(t.Read(3, 3, 1).conflict.previous), 1u);
}

TEST_F(DetectorTest, ALaterReadDoesNotHideAnUnorderedOne) {
  EXPECT_FALSE(t.Read(1, 0, 4));
  EXPECT_FALSE(t.Read(2, 0, 4));
  t.Order(2, 3);
  EXPECT_EQ(ThreadOf(t.Write(3, 0, 4).conflict.previous), 1u);
}

// 20 readers need four records of six. A writer that is ordered after all but one of them must find that one.
TEST_F(DetectorTest, EachOfManyReadersIsRemembered) {
  constexpr uint32_t kReaders = 20;
  for (uint32_t missing = 0; missing < kReaders; ++missing) {
    t.NextExecution();
    for (uint32_t reader = 0; reader < kReaders; ++reader) EXPECT_FALSE(t.Read(reader, 0, 4));
    for (uint32_t reader = 0; reader < kReaders; ++reader) {
      if (reader != missing) t.Order(reader, kReaders);
    }
    const DetectorHarness::Outcome outcome = t.Write(kReaders, 0, 4);
    ASSERT_TRUE(outcome) << missing;
    EXPECT_EQ(ThreadOf(outcome.conflict.previous), missing);
  }
}

TEST_F(DetectorTest, AWriterAfterAllReadersReplacesThem) {
  constexpr uint32_t kReaders = 20;
  for (int round = 0; round < 50; ++round) {
    for (uint32_t reader = 0; reader < kReaders; ++reader) {
      t.Order(kReaders, reader);
      EXPECT_FALSE(t.Read(reader, 0, 4)) << round;
    }
    for (uint32_t reader = 0; reader < kReaders; ++reader) t.Order(reader, kReaders);
    EXPECT_FALSE(t.Write(kReaders, 0, 4)) << round;
  }
  EXPECT_EQ(ThreadOf(t.Read(kReaders + 1, 0, 4).conflict.previous), kReaders);
}

TEST_F(DetectorTest, SaysSoWhenThereIsNoRoomForAnotherRecord) {
  harness_.reset();  // its shadow lies where the next one's must
  DetectorHarness small(3 * 56);
  for (size_t cell = 0; cell < 3; ++cell) {
    for (uint32_t thread = 1; thread < 3; ++thread) EXPECT_FALSE(small.Read(thread, 4 * cell, 4));
  }
  EXPECT_FALSE(small.Read(1, 12, 4));
  EXPECT_DEATH(small.Read(2, 12, 4), "limit reached: .*race records = 3");
}

// --- executions ---

TEST_F(DetectorTest, AnEarlierExecutionIsForgotten) {
  for (int execution = 0; execution < 5; ++execution) {
    for (uint32_t thread = 0; thread < 10; ++thread) EXPECT_FALSE(t.Read(thread, 0, 8));
    EXPECT_FALSE(t.Write(1, 16, 8));
    EXPECT_FALSE(t.Free(1, 32, 8));
    t.NextExecution();
    AccessWord by;
    EXPECT_FALSE(t.detector().IsFreed(t.At(32), &by));
    EXPECT_FALSE(t.Write(2, 0, 4)) << "a record";
    EXPECT_FALSE(t.Read(2, 4, 4)) << "a record";
    EXPECT_FALSE(t.Write(2, 16, 8));
    EXPECT_FALSE(t.Write(2, 32, 8));
    EXPECT_TRUE(t.Write(1, 0, 4)) << "this execution is not";
    EXPECT_FALSE(t.Read(1, 4, 4));
    t.NextExecution();
  }
}

// Numbers of records and clocks are unrelated: after an execution with many records and few clocks, a reference to an old
// record has a number that would be a live clock. Taken for an access, it would need a new record each time.
TEST_F(DetectorTest, AReferenceToAnOldRecordIsNotTakenForAnAccess) {
  constexpr uint32_t kCells = 100;
  harness_.reset();  // its shadow lies where the next one's must
  DetectorHarness exact(kCells * 56);
  for (uint32_t execution = 0; execution < 4; ++execution) {
    for (uint32_t cell = 0; cell < kCells; ++cell) {
      const uint32_t simple =
          4 * (execution % 2 * kCells + cell);  // had a record in the execution before
      const uint32_t complex = 4 * ((execution + 1) % 2 * kCells + cell);
      AccessWord by;
      EXPECT_FALSE(exact.detector().IsFreed(exact.At(simple), &by));
      EXPECT_FALSE(exact.Write(1, simple, 4));
      EXPECT_FALSE(exact.Read(1, complex, 4));
      EXPECT_FALSE(exact.Read(2, complex, 4));
    }
    exact.NextExecution();
  }
}

// --- the heap ---

TEST_F(DetectorTest, EveryAccessToFreedMemoryIsFoundHoweverOrdered) {
  EXPECT_FALSE(t.Write(1, 0, 16));
  EXPECT_FALSE(t.Free(1, 0, 16));
  t.Order(1, 2);
  for (uint32_t thread : {1u, 2u, 3u}) {
    const DetectorHarness::Outcome outcome = t.Read(thread, 4 * thread, 1);
    ASSERT_TRUE(outcome) << thread;
    EXPECT_EQ(outcome.conflict.kind, ConflictKind::kUseAfterFree);
    EXPECT_EQ(ThreadOf(outcome.conflict.previous), 1u);
  }
}

TEST_F(DetectorTest, FreeingTwiceIsADoubleFree) {
  EXPECT_FALSE(t.Free(1, 0, 16));
  AccessWord by = 0;
  EXPECT_TRUE(t.detector().IsFreed(t.At(0), &by));
  EXPECT_EQ(ThreadOf(by), 1u);
  EXPECT_FALSE(t.detector().IsFreed(t.At(16), &by));
  t.Order(1, 2);
  EXPECT_EQ(t.Free(2, 0, 16).conflict.kind, ConflictKind::kDoubleFree);
}

TEST_F(DetectorTest, FreeingRacesWithAnUnorderedRead) {
  EXPECT_FALSE(t.Read(1, 12, 1));
  const DetectorHarness::Outcome outcome = t.Free(2, 0, 16);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome.conflict.kind, ConflictKind::kRace);
}

TEST_F(DetectorTest, NewMemoryHasNoHistory) {
  EXPECT_FALSE(t.Free(1, 0, 16));
  for (uint32_t thread = 0; thread < 10; ++thread) EXPECT_FALSE(t.Read(thread, 16, 4));
  t.Allocate(0, 20);
  AccessWord by;
  EXPECT_FALSE(t.detector().IsFreed(t.At(0), &by));
  EXPECT_FALSE(t.Write(2, 0, 20));
  EXPECT_TRUE(t.Read(3, 0, 1)) << "only the past is forgotten";
}

TEST_F(DetectorTest, ALargeRangeIsForgottenAtOnce) {
  EXPECT_FALSE(t.Write(1, 0, kTestArenaBytes));
  t.detector().ForgetLarge(t.At(0), kTestArenaBytes);
  EXPECT_FALSE(t.Write(2, 0, kTestArenaBytes));
  EXPECT_TRUE(t.Write(1, kTestArenaBytes - 1, 1));
}

TEST_F(DetectorTest, AFreedBlockDoesNotReachIntoItsNeighbours) {
  EXPECT_FALSE(t.Free(1, 16, 16));
  EXPECT_FALSE(t.Write(2, 12, 4));
  EXPECT_FALSE(t.Write(2, 32, 4));
  EXPECT_TRUE(t.Write(2, 28, 8));
}

}  // namespace
}  // namespace heddle::race
