// From a region, filled by hand as a loom would, to a finding; and when two findings count as one.
#include "report/build.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "report/names.h"
#include "report/snapshot_for_test.h"
#include "report/text.h"
#include "report/trim.h"
#include "report/view_for_test.h"

// Variables and locks of a program under test.
int racy_counter = 0;
struct Pair {
  long first;
  long second;
} racy_pair;
pthread_mutex_t lock_a = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t lock_b = PTHREAD_MUTEX_INITIALIZER;

namespace heddle::report {
namespace {

// A region as the loom gets it: zeros, of which only what is written takes memory.
class RegionForTest {
 public:
  RegionForTest()
      : region_(
            static_cast<trace::Region*>(mmap(nullptr, trace::kRegionBytes, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
  }
  ~RegionForTest() { munmap(region_, trace::kRegionBytes); }
  RegionForTest(const RegionForTest&) = delete;
  RegionForTest& operator=(const RegionForTest&) = delete;

  trace::Region* operator->() { return region_; }
  const trace::Region& operator*() const { return *region_; }

  // Records the stack of the caller as that of `thread`.
  [[gnu::always_inline]] inline uint32_t Record(uint32_t thread) {
    std::vector<uint8_t> stack;
    trace::StackSnapshot snapshot = TakeSnapshot(&stack, thread);
    return Add(snapshot, stack);
  }

  trace::ThreadRecord& AddThread(uint32_t parent, trace::ThreadState state) {
    trace::ThreadRecord& record = region_->threads[region_->execution.thread_count++];
    record.parent = parent;
    record.state = state;
    record.creation_snapshot = record.current_snapshot = record.owner = trace::kNoIndex;
    return record;
  }

  // A finding in which nothing is known.
  trace::Finding& AddFinding(trace::Verdict verdict) {
    trace::Finding& finding = region_->findings[region_->execution.finding_count++];
    finding.verdict = verdict;
    for (trace::Access* access : {&finding.current, &finding.previous}) {
      access->thread = access->snapshot = trace::kNoIndex;
    }
    finding.block.alloc_thread = finding.block.alloc_snapshot = trace::kNoIndex;
    finding.block.free_thread = finding.block.free_snapshot = trace::kNoIndex;
    return finding;
  }

 private:
  uint32_t Add(trace::StackSnapshot snapshot, const std::vector<uint8_t>& stack) {
    trace::Execution& execution = region_->execution;
    snapshot.pool_offset = execution.snapshot_bytes;
    std::copy(stack.begin(), stack.end(), region_->snapshot_pool + execution.snapshot_bytes);
    execution.snapshot_bytes += stack.size();
    region_->snapshots[execution.snapshot_count] = snapshot;
    return execution.snapshot_count++;
  }

  trace::Region* region_;
};

[[gnu::noinline]] uint32_t Deposit(RegionForTest& region, uint32_t thread) {
  const uint32_t index = region.Record(thread);
  asm volatile("" ::: "memory");
  return index;
}

[[gnu::noinline]] uint32_t Audit(RegionForTest& region, uint32_t thread) {
  const uint32_t index = region.Record(thread);
  asm volatile("" ::: "memory");
  return index;
}

template <typename T>
uint64_t AddressOf(const T& object) {
  return reinterpret_cast<uint64_t>(&object);
}

// T1 writes and T2 reads racy_counter; T1 holds lock_a.
void FillRace(RegionForTest& region, trace::Finding& finding) {
  region.AddThread(trace::kNoIndex, trace::ThreadState::kRunnable);
  region.AddThread(0, trace::ThreadState::kRunnable).creation_snapshot = Audit(region, 0);
  std::strcpy(region.AddThread(0, trace::ThreadState::kRunnable).name, "auditor");
  finding.thread = 2;
  finding.address = AddressOf(racy_counter);
  finding.event = 2;
  finding.previous.thread = 1;
  finding.previous.op = trace::OpKind::kPlainWrite;
  finding.previous.size = 4;
  finding.previous.event = 1;
  finding.previous.snapshot = Deposit(region, 1);
  finding.previous.lock_count = 1;
  finding.previous.locks[0] = {.object = 9,
                               .kind = trace::LockKind::kMutex,
                               .address = AddressOf(lock_a),
                               .snapshot = Deposit(region, 1),
                               .reserved = 0};
  finding.current.thread = 2;
  finding.current.op = trace::OpKind::kPlainRead;
  finding.current.size = 4;
  finding.current.event = 2;
  finding.current.snapshot = Audit(region, 2);
  for (uint32_t i = 0; i < 2; ++i) {
    trace::Event& event = region->events[i];
    event.thread = i;
    event.op = i == 0 ? trace::OpKind::kThreadCreate : trace::OpKind::kMutexLock;
    event.object = i == 0 ? 0 : 9;
    event.address = i == 0 ? 0 : AddressOf(lock_a);
  }
  region->execution.kept_event_count = 2;
}

TEST(BuildFindingTest, ARaceHasPlacesLocksVariableThreadsAndEvents) {
  RegionForTest region;
  FillRace(region, region.AddFinding(trace::Verdict::kDataRace));
  Symbolizer symbolizer(getpid());
  const FindingView view = BuildFinding(*region, 0, symbolizer);

  ASSERT_EQ(view.accesses.size(), 2u);
  EXPECT_NE(UserFrame(view.accesses[1].stack), nullptr);
  ASSERT_EQ(view.accesses[1].locks.size(), 1u);
  EXPECT_EQ(view.accesses[1].locks[0].name, "M1");
  EXPECT_EQ(view.accesses[1].locks[0].variable, "lock_a");
  EXPECT_FALSE(view.accesses[1].locks[0].taken.frames.empty());
  EXPECT_TRUE(view.accesses[0].locks.empty());
  EXPECT_EQ(view.location.kind, LocationKind::kGlobal);
  EXPECT_EQ(view.location.name, "racy_counter");
  EXPECT_EQ(BaseName(view.location.file), "build_test.cc");
  ASSERT_EQ(view.threads.size(), 2u);
  EXPECT_EQ(view.threads[0].label, "T1");
  EXPECT_FALSE(view.threads[0].created.frames.empty());
  EXPECT_EQ(view.threads[1].label, "T2 (auditor)");
  EXPECT_TRUE(view.threads[1].created.frames.empty());
  EXPECT_EQ(view.summary.rfind("data race on global 'racy_counter' (4 bytes): read in ", 0), 0u)
      << view.summary;

  std::vector<std::string> words;
  for (const EventView& event : view.events) words.push_back(event.words);
  EXPECT_EQ(words, (std::vector<std::string>{"creates thread", "writes racy_counter",
                                             "locks mutex M1 (lock_a)", "reads racy_counter"}));
}

TEST(BuildFindingTest, ADeadlockNamesHeldAndAwaitedLocks) {
  RegionForTest region;
  region.AddThread(trace::kNoIndex, trace::ThreadState::kBlocked).pending =
      trace::OpKind::kThreadJoin;
  region->threads[0].owner = 1;
  for (uint32_t i = 1; i <= 2; ++i) {
    trace::ThreadRecord& record = region.AddThread(0, trace::ThreadState::kBlocked);
    record.pending = trace::OpKind::kMutexLock;
    record.object = 20 + i;
    record.object_address = i == 1 ? AddressOf(lock_b) : AddressOf(lock_a);
    record.owner = 3 - i;
    record.current_snapshot = i == 1 ? Deposit(region, i) : Audit(region, i);
  }
  trace::Finding& finding = region.AddFinding(trace::Verdict::kDeadlock);
  finding.thread = 2;
  finding.cycle_count = 2;
  for (uint32_t i = 0; i < 2; ++i) {
    finding.cycle_threads[i] = i + 1;
    finding.cycle_objects[i] = 21 + i;
  }
  Symbolizer symbolizer(getpid());
  const FindingView view = BuildFinding(*region, 0, symbolizer);
  EXPECT_EQ(view.summary,
            "deadlock: T1 holds mutex M1 (lock_a) and waits for M2 (lock_b), "
            "T2 holds M2 (lock_b) and waits for M1 (lock_a)");
  ASSERT_EQ(view.threads.size(), 3u);
  EXPECT_EQ(view.threads[0].waits_for, "the end of T1");
  EXPECT_EQ(view.threads[1].waits_for, "mutex M2 (lock_b)");
  EXPECT_EQ(view.threads[1].owner, 2u);
  EXPECT_FALSE(view.threads[2].current.frames.empty());
  EXPECT_EQ(view.id.rfind("deadlock-", 0), 0u);
}

TEST(BuildFindingTest, OtherThreadsStandBesideACrash) {
  RegionForTest region;
  for (uint32_t i = 0; i < 4; ++i) {
    region.AddThread(i == 0 ? trace::kNoIndex : 0, trace::ThreadState::kRunnable).current_snapshot =
        i == 3 ? trace::kNoIndex : Audit(region, i);
  }
  region->threads[2].state = trace::ThreadState::kFinished;
  trace::Finding& finding = region.AddFinding(trace::Verdict::kCrash);
  finding.thread = finding.current.thread = 1;
  finding.current.snapshot = Deposit(region, 1);
  Symbolizer symbolizer(getpid());
  const FindingView view = BuildFinding(*region, 0, symbolizer);
  // T2 has ended, and where T3 stood is not known.
  ASSERT_EQ(view.threads.size(), 2u);
  EXPECT_FALSE(view.threads[0].bystander);
  EXPECT_EQ(view.threads[1].label, "T0 (main)");
  EXPECT_TRUE(view.threads[1].bystander);
  EXPECT_NE(FindingText(view, {}).find("T0 (main) is runnable, meanwhile in"), std::string::npos);
}

TEST(BuildFindingTest, AnExitStatusHasNoStacks) {
  RegionForTest region;
  // As an earlier execution left it.
  region.AddThread(trace::kNoIndex, trace::ThreadState::kRunnable).current_snapshot =
      Audit(region, 0);
  trace::Finding& finding = region.AddFinding(trace::Verdict::kExitStatus);
  finding.thread = 0;
  finding.current.thread = trace::kNoIndex;
  finding.current.snapshot = trace::kNoIndex;
  Symbolizer symbolizer(getpid());
  const FindingView view = BuildFinding(*region, 0, symbolizer);
  ASSERT_EQ(view.threads.size(), 1u);
  EXPECT_TRUE(view.threads[0].current.frames.empty());
}

TEST(BuildFindingTest, NothingIsInventedForAnEmptyFinding) {
  RegionForTest region;
  region.AddFinding(trace::Verdict::kDataRace).thread = trace::kNoIndex;
  Symbolizer symbolizer(getpid());
  const FindingView view = BuildFinding(*region, 0, symbolizer);
  EXPECT_TRUE(view.threads.empty());
  EXPECT_FALSE(view.heap.has_value());
  EXPECT_EQ(view.location.kind, LocationKind::kUnknown);
  for (const AccessView& access : view.accesses) EXPECT_TRUE(access.stack.frames.empty());
  EXPECT_FALSE(FindingText(view, {}).empty());
}

TEST(BuildFindingTest, AStackOfAnotherThreadIsRefused) {
  RegionForTest region;
  trace::Finding& finding = region.AddFinding(trace::Verdict::kDataRace);
  finding.current.thread = 1;
  finding.current.snapshot = Audit(region, 2);
  Symbolizer symbolizer(getpid());
  EXPECT_TRUE(BuildFinding(*region, 0, symbolizer).accesses.at(0).stack.frames.empty());
}

TEST(BuildFindingTest, AnAddressWithinASnapshotIsOnThatThreadsStack) {
  RegionForTest region;
  trace::Finding& finding = region.AddFinding(trace::Verdict::kDataRace);
  finding.current.thread = 0;
  finding.current.snapshot = Audit(region, 0);
  finding.address = region->snapshots[0].rsp + 64;
  Symbolizer symbolizer(getpid());
  const FindingView view = BuildFinding(*region, 0, symbolizer);
  EXPECT_EQ(view.location.kind, LocationKind::kStack);
  EXPECT_EQ(view.location.thread, 0u);
}

TEST(BuildFindingTest, CountsOutOfRangeAreCut) {
  RegionForTest region;
  trace::Finding& finding = region.AddFinding(trace::Verdict::kDeadlock);
  std::memset(static_cast<void*>(&finding), 0xff, sizeof(finding));
  finding.verdict = trace::Verdict::kDeadlock;
  region->execution.thread_count = region->execution.snapshot_count =
      region->execution.kept_event_count = 0xffffffff;
  for (uint32_t i = 0; i < 8; ++i)
    std::memset(static_cast<void*>(&region->threads[i]), 0xff, sizeof(trace::ThreadRecord));
  Symbolizer symbolizer(getpid());
  const FindingView view = BuildFinding(*region, 0, symbolizer);
  EXPECT_LE(view.cycle.size(), kCycleMax);
  EXPECT_FALSE(FindingText(view, {}).empty());
  EXPECT_EQ(BuildFinding(*region, kFindingsMax, symbolizer).verdict, trace::Verdict::kNone);
}

TEST(SignatureTest, DoesNotDependOnWhichSideOfARaceCameFirst) {
  FindingView one = RaceForTest();
  FindingView other = one;
  std::swap(other.accesses[0], other.accesses[1]);
  EXPECT_EQ(Signature(one), Signature(other));
  EXPECT_EQ(FindingId(one), FindingId(other));
}

TEST(SignatureTest, DoesNotDependOnAddressesThreadsOrExecutions) {
  const FindingView one = RaceForTest();
  FindingView other = one;
  other.address += 0x7000;
  other.first_execution = 99;
  other.event += 5;
  for (AccessView& access : other.accesses) {
    access.thread += 3;
    for (Frame& frame : access.stack.frames) frame.address += 0x7000;
    for (Frame& frame : access.stack.frames) frame.file.insert(0, "/elsewhere");
  }
  EXPECT_EQ(Signature(one), Signature(other));
}

TEST(SignatureTest, TellsPlacesAndVerdictsApart) {
  const FindingView one = RaceForTest();
  FindingView line = one;
  line.accesses[0].stack.frames[0].line += 1;
  EXPECT_NE(Signature(one), Signature(line));
  FindingView verdict = one;
  verdict.verdict = trace::Verdict::kUseAfterFree;
  EXPECT_NE(Signature(one), Signature(verdict));
}

TEST(SignatureTest, ACycleIsTheSameFromEveryStart) {
  FindingView one = DeadlockForTest();
  FindingView other = one;
  std::rotate(other.cycle.begin(), other.cycle.begin() + 1, other.cycle.end());
  EXPECT_EQ(Signature(one), Signature(other));
}

TEST(SignatureTest, NumbersInAMessageDoNotCount) {
  FindingView one;
  one.verdict = trace::Verdict::kAssertion;
  one.message = "queue 0x55aa holds 3 of 2";
  FindingView other = one;
  other.message = "queue 0x1b3f40 holds 17 of 2";
  EXPECT_EQ(Signature(one), Signature(other));
  other.message = "queue 0x55aa lost 3 of 2";
  EXPECT_NE(Signature(one), Signature(other));
}

TEST(SignatureTest, TheIdIsShortAndFitForAFileName) {
  const std::string id = FindingId(RaceForTest());
  EXPECT_EQ(id, "data-race-388d478c");
}

}  // namespace
}  // namespace heddle::report
