// Finds data races: two accesses to the same byte by different threads, at least one a write, at least one not atomic,
// and neither happens before the other (C++20 [intro.races]).
//
// FastTrack (Flanagan and Freund, PLDI 2009) with two deviations. Epochs go on over executions, so nothing is cleared
// between them (clock/epoch.h). And where one word for writes and one for reads cannot hold the truth (several readers
// that are not ordered, or accesses to different bytes of a granule), the cell becomes a reference to a record, a list
// of accesses, that forgets nothing that could still race. So a report never depends on an eviction.
//
//   accesses to one granule                     cell.write        cell.read
//   T1 writes bytes 0-3 at clock 7              7|T1|1111         -
//   T1 reads                                    unchanged (same epoch: whoever races with the read races with the write)
//   T2, ordered after, reads                    7|T1|1111         9|T2|1111
//   T3, ordered after T1 only, reads            -> record {T1 w 7, T2 r 9, T3 r 4}
//   T1, ordered after all, writes               record {T1 w 12}  (stays a record until the next execution)
//
// An access that is equal to what the cell holds (same thread, same clock, same bytes) is answered in the caller's fast
// path (intercept/tsan_access.cc) and does not come here.
//
// Thread safety: none; used only by the holder of the run token.
#pragma once

#include <cstdint>

#include "base/arena.h"
#include "clock/epoch.h"
#include "clock/vector_clock.h"
#include "race/shadow.h"

namespace heddle::race {

// One access, as the detector needs it.
struct AccessInfo {
  uintptr_t address;
  uint32_t bytes;
  bool write;
  bool atomic;
  bool free;  // the "access" is the freeing of the memory
  uintptr_t pc;
};

// The accessing thread: its epoch (clock and number, flags and bytes zero) and what it knows of the others.
struct Accessor {
  AccessWord epoch;
  const VectorClock* clock;
};

enum class ConflictKind : uint8_t { kRace, kUseAfterFree, kDoubleFree };

struct Conflict {
  ConflictKind kind;
  uintptr_t address;    // first byte of the granule that both touch
  AccessWord previous;  // with kWriteFlag if it was a write
};

class Detector {
 public:
  // What happens when a conflict is found. Called during Access; must not access memory through the detector.
  class Listener {
   public:
    virtual void OnConflict(const AccessInfo& current, const Conflict& conflict) = 0;

   protected:
    ~Listener() = default;
  };

  void Init(Listener* listener, void* record_memory, uint64_t record_bytes);

  // Everything older than `base_clock` is forgotten.
  void StartExecution(uint64_t base_clock);

  // Checks and remembers an access of any size and alignment. Reports at most one conflict per call.
  void Access(const AccessInfo& access, const Accessor& accessor);

  // The bytes are new memory: nothing that happened to them before counts.
  void Forget(uintptr_t address, uint64_t bytes);

  // The same for a large, page-aligned range (a stack): the shadow pages are given back instead of written.
  void ForgetLarge(uintptr_t address, uint64_t bytes);

  // Marks the bytes as freed. Later accesses in this execution are uses after free.
  void MarkFreed(uintptr_t address, uint64_t bytes, const Accessor& accessor);

  // From now on, in this execution, no access to the granule is answered without asking the detector, not even one that
  // tells nothing new: its cell becomes a record.
  void AlwaysAsk(uintptr_t address);

  // True when the granule at `address` was freed in this execution; `by` is then the freeing access.
  [[nodiscard]] bool IsFreed(uintptr_t address, AccessWord* by) const;

 private:
  struct Record {
    static constexpr uint32_t kEntries = 6;
    AccessWord entries[kEntries];
    uint32_t count;
    uint32_t
        next;  // number of the record that goes on, relative to the execution's first; 0 is none
  };
  static_assert(sizeof(Record) == 56);

  [[nodiscard]] bool Live(AccessWord word) const { return ClockOf(word) >= base_clock_; }
  [[nodiscard]] bool Expanded(const Cell& cell) const {
    return ThreadOf(cell.write) == kExpandedTag && ClockOf(cell.write) >= record_base_;
  }
  [[nodiscard]] bool StaleReference(const Cell& cell) const {
    return ThreadOf(cell.write) == kExpandedTag && ClockOf(cell.write) < record_base_;
  }
  [[nodiscard]] Record& RecordOf(const Cell& cell) {
    return records_[ClockOf(cell.write) - record_base_];
  }

  void AccessGranule(Cell* cell, uintptr_t granule, AccessWord mine, const AccessInfo& access,
                     const Accessor& accessor, bool* reported);
  [[gnu::noinline]] void AccessRecord(Record* record, uintptr_t granule, AccessWord mine,
                                      const AccessInfo& access, const Accessor& accessor,
                                      bool* reported);
  [[nodiscard, gnu::noinline]] Record* Expand(Cell* cell);
  void Append(Record* record, AccessWord entry);
  [[nodiscard]] uint32_t NewRecord();
  [[gnu::noinline]] void Report(uintptr_t granule, AccessWord previous, const AccessInfo& access,
                                bool* reported);

  Listener* listener_ = nullptr;
  uint64_t base_clock_ = 1;

  // Records of this execution; references count on over executions so that old ones are recognised.
  Record* records_ = nullptr;
  uint64_t records_max_ = 0;
  uint64_t record_base_ = 1;
  uint64_t records_used_ = 0;
};

}  // namespace heddle::race
