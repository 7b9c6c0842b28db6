// What the tests of the detector share: shadow memory for one small arena, and threads that exist only as clocks.
//
// The arena is an address, not memory: the detector never touches what it watches. Its shadow is the only fixed address that
// is taken, so the tests run under AddressSanitizer too, whose own shadow lies in the detector's reservation.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

#include "base/arena.h"
#include "clock/vector_clock.h"
#include "race/detector.h"
#include "race/short_way.h"

namespace heddle::race {

inline constexpr uintptr_t kTestArena = 0x7f12'3456'0000;
inline constexpr size_t kTestArenaBytes = 4096;

// Maps zeroed shadow for the arena for as long as it lives.
class TestShadow {
 public:
  TestShadow() {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE;
    memory_ = mmap(CellOf(kTestArena), kTestArenaBytes * kShadowScale, PROT_READ | PROT_WRITE,
                   flags, -1, 0);
    EXPECT_EQ(memory_, static_cast<void*>(CellOf(kTestArena)))
        << "the place of the shadow is taken";
  }
  ~TestShadow() { munmap(memory_, kTestArenaBytes * kShadowScale); }
  TestShadow(const TestShadow&) = delete;
  TestShadow& operator=(const TestShadow&) = delete;

 private:
  void* memory_;
};

// Threads and the things they synchronise with. Each call of an access says what the detector found.
class DetectorHarness final : private Detector::Listener {
 public:
  static constexpr uint32_t kThreads = 24;
  static constexpr uint32_t kSyncs = 24;
  static constexpr size_t kRecordBytes = size_t{512} << 10;

  struct Outcome {
    bool found = false;
    Conflict conflict = {};
    explicit operator bool() const { return found; }
  };

  explicit DetectorHarness(size_t record_bytes = kRecordBytes) {
    arena_.Adopt(arena_memory_, sizeof(arena_memory_), "test arena");
    detector_.Init(this, record_memory_, record_bytes);
    NextExecution();
  }

  // All threads start anew, above every clock there was; nothing is cleared.
  void NextExecution() {
    ++highest_clock_;
    base_clock_ = highest_clock_;
    detector_.StartExecution(base_clock_);
    arena_.Rewind();
    for (VectorClock& sync : syncs_) sync.Reset();
    for (uint32_t thread = 0; thread < kThreads; ++thread) {
      clocks_[thread].Reset();
      own_clocks_[thread] = highest_clock_;
      clocks_[thread].Set(thread, highest_clock_, arena_);
    }
  }

  void Acquire(uint32_t thread, uint32_t sync) { clocks_[thread].Join(syncs_[sync], arena_); }
  void Release(uint32_t thread, uint32_t sync) {
    syncs_[sync].Join(clocks_[thread], arena_);
    clocks_[thread].Set(thread, ++own_clocks_[thread], arena_);
    if (own_clocks_[thread] > highest_clock_) highest_clock_ = own_clocks_[thread];
  }
  // What `from` did so far happens before what `to` does from now on. Uses the last sync.
  void Order(uint32_t from, uint32_t to) {
    syncs_[kSyncs - 1].Assign(VectorClock(), arena_);
    Release(from, kSyncs - 1);
    Acquire(to, kSyncs - 1);
  }

  Outcome Read(uint32_t thread, size_t offset, uint32_t bytes) {
    return Access(thread, {At(offset), bytes, false, false, false, 0});
  }
  Outcome Write(uint32_t thread, size_t offset, uint32_t bytes) {
    return Access(thread, {At(offset), bytes, true, false, false, 0});
  }
  Outcome Load(uint32_t thread, size_t offset, uint32_t bytes) {
    return Access(thread, {At(offset), bytes, false, true, false, 0});
  }
  Outcome Store(uint32_t thread, size_t offset, uint32_t bytes) {
    return Access(thread, {At(offset), bytes, true, true, false, 0});
  }

  // As the engine frees: an access that conflicts with everything unordered, then the mark.
  Outcome Free(uint32_t thread, size_t offset, uint32_t bytes) {
    const Outcome outcome = Access(thread, {At(offset), bytes, true, false, true, 0});
    detector_.MarkFreed(At(offset), bytes, AccessorOf(thread));
    return outcome;
  }
  void Allocate(size_t offset, size_t bytes) { detector_.Forget(At(offset), bytes); }

  Outcome Access(uint32_t thread, const AccessInfo& access) {
    outcome_ = {};
    reports_ = 0;
    if (takes_short_ways_ && !access.atomic && !access.free && TakesShortWay(thread, access))
      return outcome_;
    detector_.Access(access, AccessorOf(thread));
    EXPECT_LE(reports_, 1) << "one access, one report";
    return outcome_;
  }

  [[nodiscard]] static constexpr uintptr_t At(size_t offset) { return kTestArena + offset; }
  [[nodiscard]] uint64_t own_clock(uint32_t thread) const { return own_clocks_[thread]; }
  [[nodiscard]] Detector& detector() { return detector_; }

  // Whether plain accesses try the short ways first, as the program's do.
  void set_takes_short_ways(bool takes) { takes_short_ways_ = takes; }
  [[nodiscard]] uint64_t short_ways_taken() const { return short_ways_taken_; }

 private:
  template <uint32_t kBytes, bool kWrite>
  [[nodiscard]] bool TakesShortWayOf(uint32_t thread, uintptr_t address) {
    const AccessWord epoch = AccessorOf(thread).epoch;
    const AccessWord old_below = MakeEpoch(base_clock_, 0);
    return Known<kBytes, kWrite>(address, epoch) ||
           FirstTouch<kBytes, kWrite>(address, epoch, old_below) ||
           OrderedTouch<kBytes, kWrite>(address, epoch, old_below, clocks_[thread]);
  }
  template <uint32_t kBytes>
  [[nodiscard]] bool TakesShortWayOf(uint32_t thread, const AccessInfo& access) {
    return access.write ? TakesShortWayOf<kBytes, true>(thread, access.address)
                        : TakesShortWayOf<kBytes, false>(thread, access.address);
  }
  [[nodiscard]] bool TakesShortWay(uint32_t thread, const AccessInfo& access) {
    bool taken = false;
    if (access.bytes == 1) taken = TakesShortWayOf<1>(thread, access);
    if (access.bytes == 2) taken = TakesShortWayOf<2>(thread, access);
    if (access.bytes == 4) taken = TakesShortWayOf<4>(thread, access);
    if (access.bytes == 8) taken = TakesShortWayOf<8>(thread, access);
    if (access.bytes == 16) taken = TakesShortWayOf<16>(thread, access);
    short_ways_taken_ += taken;
    return taken;
  }

  [[nodiscard]] Accessor AccessorOf(uint32_t thread) const {
    return {MakeEpoch(own_clocks_[thread], thread), &clocks_[thread]};
  }
  void OnConflict(const AccessInfo&, const Conflict& conflict) override {
    ++reports_;
    outcome_ = {true, conflict};
  }

  TestShadow shadow_;
  Detector detector_;
  Outcome outcome_;
  int reports_ = 0;
  uint64_t highest_clock_ = 0;
  uint64_t base_clock_ = 0;
  bool takes_short_ways_ = false;
  uint64_t short_ways_taken_ = 0;
  uint64_t own_clocks_[kThreads] = {};
  VectorClock clocks_[kThreads];
  VectorClock syncs_[kSyncs];
  Arena arena_;
  alignas(16) char arena_memory_[256 << 10];
  alignas(16) char record_memory_[kRecordBytes];
};

}  // namespace heddle::race
