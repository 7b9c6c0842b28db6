// See detector.h for what this does and why it never forgets.
#include "race/detector.h"

#include <sys/mman.h>

#include "base/check.h"

namespace heddle::race {
namespace {

// True when `previous` happens before everything the accessor does from now on.
[[gnu::always_inline]] inline bool Ordered(AccessWord previous, const Accessor& accessor) {
  const uint32_t thread = ThreadOf(previous);
  return thread == ThreadOf(accessor.epoch) || ClockOf(previous) <= accessor.clock->Get(thread);
}

// True when remembering `mine` instead of `old` loses nothing: a plain access conflicts with all that an atomic one does.
bool Replaces(AccessWord mine, AccessWord old) {
  return (mine & kAtomicFlag) == 0 || (old & kAtomicFlag) != 0;
}

AccessWord BytesOf(uintptr_t first, uintptr_t last, uintptr_t granule) {
  const uintptr_t begin = first > granule ? first - granule : 0;
  const uintptr_t end = last < granule + kGranuleBytes ? last - granule : kGranuleBytes;
  return ((AccessWord{1} << end) - 1) & ~((AccessWord{1} << begin) - 1) & kBytesMask;
}

}  // namespace

void Detector::Init(Listener* listener, void* record_memory, uint64_t record_bytes) {
  listener_ = listener;
  records_ = static_cast<Record*>(record_memory);
  records_max_ = record_bytes / sizeof(Record);
}

void Detector::StartExecution(uint64_t base_clock) {
  HEDDLE_CHECK(base_clock >= base_clock_);
  base_clock_ = base_clock;
  record_base_ += records_used_;
  records_used_ = 0;
}

void Detector::Access(const AccessInfo& access, const Accessor& accessor) {
  if (access.bytes == 0) return;
  const uintptr_t end = access.address + access.bytes;
  const AccessWord flags = (access.atomic ? kAtomicFlag : 0) | (access.free ? kFreedFlag : 0);
  bool reported = false;
  for (uintptr_t granule = access.address & ~(kGranuleBytes - 1); granule < end;
       granule += kGranuleBytes) {
    const AccessWord mine = accessor.epoch | flags | BytesOf(access.address, end, granule);
    Cell* cell = CellOf(granule);
    if (cell->write == mine && access.write) continue;
    if (!access.write && (cell->read == mine || cell->write == mine)) continue;
    AccessGranule(cell, granule, mine, access, accessor, &reported);
  }
}

void Detector::AccessGranule(Cell* cell, uintptr_t granule, AccessWord mine,
                             const AccessInfo& access, const Accessor& accessor, bool* reported) {
  if (Expanded(*cell)) {
    AccessRecord(&RecordOf(*cell), granule, mine, access, accessor, reported);
    return;
  }
  if (StaleReference(*cell)) *cell = {0, 0};
  if (!Live(cell->write) && !Live(cell->read)) {
    // First touched in this execution: most of all accesses that get here.
    *cell = access.write ? Cell{mine, 0} : Cell{0, mine};
    return;
  }

  const AccessWord write = Live(cell->write) ? cell->write : 0;
  const AccessWord read = Live(cell->read) ? cell->read : 0;
  const bool both_atomic_write = (write & mine & kAtomicFlag) != 0;
  bool keep_write = false;  // the old word still says something that the new one does not
  if (write != 0) {
    const bool overlap = (write & mine & kBytesMask) != 0;
    const bool ordered = Ordered(write, accessor);
    if (overlap && (write & kFreedFlag) != 0) {
      Report(granule, write | kWriteFlag, access, reported);
    } else if (overlap && !ordered && !both_atomic_write) {
      Report(granule, write | kWriteFlag, access, reported);
    } else if (access.write) {
      const bool covered = (write & ~mine & kBytesMask) == 0;
      keep_write = !(covered && ordered && Replaces(mine, write));
    }
  }
  bool keep_read = false;
  if (read != 0) {
    const bool overlap = (read & mine & kBytesMask) != 0;
    const bool ordered = Ordered(read, accessor);
    const bool covered = (read & ~mine & kBytesMask) == 0;
    if (access.write && overlap && !ordered && (read & mine & kAtomicFlag) == 0) {
      Report(granule, read, access, reported);
    } else {
      keep_read = !(covered && ordered && Replaces(mine, read));
    }
  }

  AccessWord* place = access.write ? &cell->write : &cell->read;
  const AccessWord old = access.write ? write : read;
  const bool same_epoch = old != 0 && ((old ^ mine) & ~kBytesMask) == 0;
  if (same_epoch) {
    // The same thread went on with other bytes of the granule: one word still tells it all.
    *place = old | mine;
    return;
  }
  if (access.write ? !keep_write : !keep_read) {
    *place = mine;
    if (access.write && !keep_read) cell->read = 0;
    return;
  }
  Record* record = Expand(cell);
  AccessRecord(record, granule, mine, access, accessor, reported);
}

Detector::Record* Detector::Expand(Cell* cell) {
  const uint32_t number = NewRecord();
  Record* record = &records_[number];
  if (Live(cell->write)) Append(record, cell->write | kWriteFlag);
  if (Live(cell->read)) Append(record, cell->read);
  cell->write = MakeEpoch(record_base_ + number, kExpandedTag);
  cell->read = 0;
  return record;
}

uint32_t Detector::NewRecord() {
  if (records_used_ == records_max_)
    DieOfLimit("race records", "memory cells with a complex history", records_max_);
  records_[records_used_].count = 0;
  records_[records_used_].next = 0;
  return static_cast<uint32_t>(records_used_++);
}

void Detector::Append(Record* record, AccessWord entry) {
  while (record->count == Record::kEntries) {
    if (record->next == 0) {
      const uint32_t next = NewRecord();
      record->next = next;
    }
    record = &records_[record->next];
  }
  record->entries[record->count++] = entry;
}

void Detector::AccessRecord(Record* record, uintptr_t granule, AccessWord mine,
                            const AccessInfo& access, const Accessor& accessor, bool* reported) {
  const AccessWord entry = mine | (access.write ? kWriteFlag : 0);
  bool merged = false;
  for (Record* part = record;; part = &records_[part->next]) {
    for (uint32_t i = 0; i < part->count; ++i) {
      AccessWord& old = part->entries[i];
      const bool overlap = (old & mine & kBytesMask) != 0;
      const bool conflicting = (old & kWriteFlag) != 0 || access.write;
      const bool ordered = Ordered(old, accessor);
      if (overlap && (old & kFreedFlag) != 0) {
        Report(granule, old, access, reported);
      } else if (overlap && conflicting && !ordered && (old & mine & kAtomicFlag) == 0) {
        Report(granule, old, access, reported);
        old &= ~(mine & kBytesMask);
      } else if (overlap && ordered && Replaces(mine, old) &&
                 (access.write || (old & kWriteFlag) == 0)) {
        old &= ~(mine & kBytesMask);
      }
      if (!merged && ((old ^ entry) & ~kBytesMask) == 0) {
        old |= entry;
        merged = true;
      }
      if ((old & kBytesMask) == 0) {
        part->entries[i--] = part->entries[--part->count];
      }
    }
    if (part->next == 0) break;
  }
  if (!merged) Append(record, entry);
}

void Detector::Report(uintptr_t granule, AccessWord previous, const AccessInfo& access,
                      bool* reported) {
  if (*reported) return;
  *reported = true;
  const ConflictKind kind = (previous & kFreedFlag) == 0 ? ConflictKind::kRace
                            : access.free                ? ConflictKind::kDoubleFree
                                                         : ConflictKind::kUseAfterFree;
  listener_->OnConflict(access, Conflict{kind, granule, previous});
}

void Detector::Forget(uintptr_t address, uint64_t bytes) {
  const uintptr_t end = address + bytes;
  for (uintptr_t granule = address & ~(kGranuleBytes - 1); granule < end;
       granule += kGranuleBytes) {
    Cell* cell = CellOf(granule);
    if ((cell->write | cell->read) != 0) *cell = {0, 0};
  }
}

void Detector::ForgetLarge(uintptr_t address, uint64_t bytes) {
  // Shadow of a page-aligned range is page-aligned, and untouched anonymous memory reads as zero: nothing.
  madvise(CellOf(address), bytes * kShadowScale, MADV_DONTNEED);
}

void Detector::MarkFreed(uintptr_t address, uint64_t bytes, const Accessor& accessor) {
  const uintptr_t end = address + bytes;
  for (uintptr_t granule = address & ~(kGranuleBytes - 1); granule < end;
       granule += kGranuleBytes) {
    *CellOf(granule) = {accessor.epoch | kFreedFlag | kBytesMask, 0};
  }
}

void Detector::AlwaysAsk(uintptr_t address) {
  Cell* cell = CellOf(address);
  if (Expanded(*cell)) return;
  if (StaleReference(*cell)) *cell = {0, 0};
  [[maybe_unused]] const Record* record = Expand(cell);
}

bool Detector::IsFreed(uintptr_t address, AccessWord* by) const {
  const AccessWord word = CellOf(address)->write;
  if (!Live(word) || ThreadOf(word) == kExpandedTag || (word & kFreedFlag) == 0) return false;
  *by = word;
  return true;
}

}  // namespace heddle::race
