// The detector against a naive one that keeps every access with its whole vector clock, byte by byte, on random programs.
// Every second program takes the short ways of race/short_way.h where it can.
//
// What must be equal. Up to the first conflict of an execution the naive detector knows everything that happened, and the real
// one must know enough: it forgets an access only for one that races with all the old one would. So both must find the first
// conflict at the same access, and what the real one calls the earlier access must be one that the naive one knows. After a
// conflict the two may forget different things; then the next execution begins, over the same shadow memory.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/prng.h"
#include "race/detector_harness.h"

namespace heddle::race {
namespace {

constexpr uint32_t kBytes = 32;
constexpr uint32_t kThreads = 4;

class NaiveDetector {
 public:
  using Clock = std::vector<uint64_t>;
  struct Entry {
    uint32_t thread;
    Clock clock;
    bool write;
    bool atomic;
    bool freed;  // the mark of a freed byte, which conflicts with everything
  };

  NaiveDetector()
      : clocks_(kThreads, Clock(kThreads, 0)), syncs_(DetectorHarness::kSyncs, Clock(kThreads, 0)) {
    for (uint32_t thread = 0; thread < kThreads; ++thread) clocks_[thread][thread] = 1;
  }

  void Acquire(uint32_t thread, uint32_t sync) { Join(&clocks_[thread], syncs_[sync]); }
  void Release(uint32_t thread, uint32_t sync) {
    Join(&syncs_[sync], clocks_[thread]);
    ++clocks_[thread][thread];
  }

  // The earlier accesses, with the byte, that this one conflicts with. Then it is remembered.
  std::vector<std::pair<uint32_t, Entry>> Access(uint32_t thread, uint32_t offset, uint32_t bytes,
                                                 bool write, bool atomic) {
    std::vector<std::pair<uint32_t, Entry>> conflicts;
    const Entry mine{thread, clocks_[thread], write, atomic, false};
    for (uint32_t byte = offset; byte < offset + bytes; ++byte) {
      for (const Entry& entry : history_[byte]) {
        const bool races =
            (entry.write || write) && !(entry.atomic && atomic) && !HappensBefore(entry, mine);
        if (entry.freed || races) conflicts.emplace_back(byte, entry);
      }
      history_[byte].push_back(mine);
    }
    return conflicts;
  }

  void MarkFreed(uint32_t thread, uint32_t offset, uint32_t bytes) {
    for (uint32_t byte = offset; byte < offset + bytes; ++byte) {
      history_[byte] = {Entry{thread, clocks_[thread], true, false, true}};
    }
  }
  void Forget(uint32_t offset, uint32_t bytes) {
    for (uint32_t byte = offset; byte < offset + bytes; ++byte) history_[byte].clear();
  }

 private:
  static void Join(Clock* clock, const Clock& other) {
    for (uint32_t i = 0; i < kThreads; ++i) (*clock)[i] = std::max((*clock)[i], other[i]);
  }
  static bool HappensBefore(const Entry& a, const Entry& b) {
    for (uint32_t i = 0; i < kThreads; ++i) {
      if (a.clock[i] > b.clock[i]) return false;
    }
    return true;
  }

  std::vector<Clock> clocks_;
  std::vector<Clock> syncs_;
  std::vector<Entry> history_[kBytes + 8];
};

// What a random program does: how careful it is decides how long its histories grow before something races.
struct Style {
  uint32_t locked_per_mille;  // accesses under the lock of their place
  uint32_t atomic_per_mille;
  uint32_t free_per_mille;
  uint32_t threads;
  uint32_t word_bytes = 0;  // not zero: every access is to a whole word of so many bytes
};

// One execution of a random program, step by step in both detectors.
class Lockstep {
 public:
  Lockstep(DetectorHarness* real, const Style& style, Prng* prng)
      : real_(*real), style_(style), prng_(*prng) {}

  // True when there was a conflict. Fails the test when the detectors disagree.
  bool Run(int steps) {
    for (int step = 0; step < steps && !testing::Test::HasFailure(); ++step) {
      thread_ = prng_.Below(style_.threads);
      if (Step()) return true;
    }
    return false;
  }

 private:
  // Locks are pairs of clocks, as of a read-write lock: what writers published, and what readers did.
  static constexpr uint32_t kLocks = 5;
  static constexpr uint32_t WritersOf(uint32_t lock) { return 2 * lock; }
  static constexpr uint32_t ReadersOf(uint32_t lock) { return 2 * lock + 1; }

  bool Step();
  bool AccessStep(uint32_t offset, uint32_t bytes);
  bool HeapStep();
  bool Compare(const DetectorHarness::Outcome& outcome, uint32_t offset, uint32_t bytes, bool write,
               bool atomic, bool frees);

  void Acquire(uint32_t sync) {
    real_.Acquire(thread_, sync);
    naive_.Acquire(thread_, sync);
  }
  void Release(uint32_t sync) {
    real_.Release(thread_, sync);
    naive_.Release(thread_, sync);
  }

  DetectorHarness& real_;
  NaiveDetector naive_;
  const Style style_;
  Prng& prng_;
  uint32_t thread_ = 0;
};

bool Lockstep::Step() {
  if (prng_.Chance(style_.free_per_mille)) return HeapStep();
  const uint32_t what = prng_.Below(20);
  if (what == 0) Acquire(prng_.Below(2 * kLocks));
  if (what == 1) Release(prng_.Below(2 * kLocks));
  if (what < 2) return false;
  if (style_.word_bytes != 0)
    return AccessStep(style_.word_bytes * prng_.Below(kBytes / style_.word_bytes),
                      style_.word_bytes);
  const uint32_t bytes = 1u << prng_.Below(4);
  const uint32_t offset = prng_.Below(kBytes - bytes + 1);
  return AccessStep(offset, bytes);
}

bool Lockstep::AccessStep(uint32_t offset, uint32_t bytes) {
  const bool write = prng_.Chance(400);
  const bool atomic = prng_.Chance(style_.atomic_per_mille);
  const bool locked = prng_.Chance(style_.locked_per_mille);
  // One lock for the places of each 8 bytes; an access that crosses takes both.
  const uint32_t first = offset / 8;
  const uint32_t last = (offset + bytes - 1) / 8;
  for (uint32_t lock = first; locked && lock <= last; ++lock) {
    Acquire(WritersOf(lock));
    if (write) Acquire(ReadersOf(lock));
  }
  const AccessInfo access{real_.At(offset), bytes, write, atomic, false, 0};
  if (Compare(real_.Access(thread_, access), offset, bytes, write, atomic, false)) return true;
  for (uint32_t lock = first; locked && lock <= last; ++lock)
    Release(write ? WritersOf(lock) : ReadersOf(lock));
  return false;
}

// Frees a block of 8 or 16 bytes after taking all locks (or not), and perhaps allocates it again.
bool Lockstep::HeapStep() {
  const uint32_t offset = 8 * prng_.Below(3);
  const uint32_t bytes = 8u << prng_.Below(2);
  const bool locked = prng_.Chance(style_.locked_per_mille);
  for (uint32_t sync = 0; locked && sync < 2 * kLocks; ++sync) Acquire(sync);
  if (Compare(real_.Free(thread_, offset, bytes), offset, bytes, true, false, true)) return true;
  naive_.MarkFreed(thread_, offset, bytes);
  AccessWord by = 0;
  EXPECT_TRUE(real_.detector().IsFreed(real_.At(offset), &by));
  if (prng_.Chance(900)) {
    real_.Allocate(offset, bytes);
    naive_.Forget(offset, bytes);
    EXPECT_FALSE(real_.detector().IsFreed(real_.At(offset), &by));
  }
  for (uint32_t sync = 0; locked && sync < 2 * kLocks; ++sync) Release(sync);
  return false;
}

// True when both found something.
bool Lockstep::Compare(const DetectorHarness::Outcome& outcome, uint32_t offset, uint32_t bytes,
                       bool write, bool atomic, bool frees) {
  const auto conflicts = naive_.Access(thread_, offset, bytes, write, atomic);
  EXPECT_EQ(outcome.found, !conflicts.empty())
      << (outcome.found ? "a false alarm" : "missed") << ": thread " << thread_
      << (write ? " writes " : " reads ") << bytes << " bytes at " << offset
      << (atomic ? ", atomic" : "") << (frees ? ", free" : "");
  if (!outcome.found) return false;
  const Conflict& conflict = outcome.conflict;
  const AccessWord previous = conflict.previous;
  const bool known = std::ranges::any_of(conflicts, [&](const auto& item) {
    const auto& [byte, entry] = item;
    const bool in_granule = real_.At(byte) - conflict.address < kGranuleBytes;
    const ConflictKind kind = !entry.freed ? ConflictKind::kRace
                              : frees      ? ConflictKind::kDoubleFree
                                           : ConflictKind::kUseAfterFree;
    return in_granule && conflict.kind == kind && ThreadOf(previous) == entry.thread &&
           ((previous & kWriteFlag) != 0) == entry.write &&
           ((previous & kAtomicFlag) != 0) == entry.atomic;
  });
  EXPECT_TRUE(known) << "the earlier access is none that conflicts";
  return true;
}

struct Tally {
  int executions = 0;
  int conflicts = 0;
  uint64_t short_ways = 0;  // accesses that the detector proper was not asked about
};

// Several executions without clearing, for many seeds. Each program has its own detector and its own mood.
Tally RunPrograms(const Style& style, uint64_t first_seed, int programs, int steps) {
  Tally tally;
  const auto harness = std::make_unique<DetectorHarness>();
  for (int program = 0; program < programs; ++program) {
    const uint64_t seed = first_seed + static_cast<uint64_t>(program);
    SCOPED_TRACE("seed " + std::to_string(seed));
    Prng prng(seed);
    harness->set_takes_short_ways(program % 2 == 0);
    for (int execution = 0; execution < 3; ++execution) {
      harness->NextExecution();
      tally.conflicts += Lockstep(harness.get(), style, &prng).Run(steps);
      ++tally.executions;
      if (testing::Test::HasFailure()) return tally;
    }
  }
  tally.short_ways = harness->short_ways_taken();
  return tally;
}

// Each style must show both answers often, or it tests only one of them.
void ExpectBothAnswers(const Tally& tally) {
  EXPECT_GT(tally.conflicts, tally.executions / 50);
  EXPECT_LT(tally.conflicts, tally.executions);
}

TEST(DetectorRandomTest, AgreesOnCarelessPrograms) {
  ExpectBothAnswers(RunPrograms({0, 200, 0, 3}, 1'000'000, 3000, 8));
}

TEST(DetectorRandomTest, AgreesOnProgramsThatMostlyLock) {
  ExpectBothAnswers(RunPrograms({970, 100, 0, 2}, 2'000'000, 1000, 40));
  ExpectBothAnswers(RunPrograms({990, 100, 0, 4}, 3'000'000, 1000, 40));
}

TEST(DetectorRandomTest, AgreesOnProgramsOfAtomics) {
  ExpectBothAnswers(RunPrograms({0, 960, 0, 4}, 4'000'000, 1000, 40));
}

TEST(DetectorRandomTest, AgreesOnProgramsThatLockAndUseAtomicsHalfOfTheTime) {
  ExpectBothAnswers(RunPrograms({950, 500, 0, 3}, 5'000'000, 1000, 40));
}

TEST(DetectorRandomTest, AgreesOnProgramsThatFree) {
  ExpectBothAnswers(RunPrograms({980, 100, 50, 4}, 6'000'000, 1000, 40));
}

TEST(DetectorRandomTest, FindsNothingInProgramsThatAlwaysLock) {
  EXPECT_EQ(RunPrograms({1000, 100, 0, 4}, 7'000'000, 300, 80).conflicts, 0);
}

TEST(DetectorRandomTest, FindsNothingInProgramsOfAtomicsOnly) {
  EXPECT_EQ(RunPrograms({0, 1000, 0, 4}, 8'000'000, 300, 80).conflicts, 0);
}

// Where accesses are to whole words, as nearly all are, the short ways decide.
TEST(DetectorRandomTest, AgreesOnProgramsOfWholeWords) {
  for (const uint32_t bytes : {1u, 2u, 4u, 8u, 16u}) {
    SCOPED_TRACE(bytes);
    const Tally tally = RunPrograms({950, 50, 0, 2, bytes}, 9'000'000 + bytes, 1000, 40);
    ExpectBothAnswers(tally);
    // 500 programs of 3 executions may take them, and make some ten accesses each before the first conflict.
    EXPECT_GT(tally.short_ways, 5'000u);
  }
}

TEST(DetectorRandomTest, AgreesOnProgramsThatFreeWholeWords) {
  ExpectBothAnswers(RunPrograms({980, 50, 50, 3, 4}, 9'500'000, 1000, 40));
}

}  // namespace
}  // namespace heddle::race
