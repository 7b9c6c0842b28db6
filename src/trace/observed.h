// What an observing execution notes about one place of memory, so that the driver can say which locks and which orders
// protect it (explain/discipline.h).
//
// An observing execution is an ordinary execution under a schedule of its own, with one place watched: an address that
// is the same in every copy of the checkpointed process (static variables, the first thread's stack), or one offset into
// all blocks that the same code allocates. It notes, in order, each access to the place and each operation on a
// synchronisation object, with what the thread then knew of the others. Judging that is the driver's business.
//
// Thread safety: written by the execution, read by the driver after its reply.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "trace/operation.h"

namespace heddle::trace {

// Where to look. Written by the driver.
struct ObservedPlace {
  uint64_t address;  // of the granule; 0: by allocation
  uint64_t site;     // return address of the allocating call
  uint64_t bytes;    // asked for; other blocks of the same power of two count as well
  uint64_t offset;   // of the granule in the block
};

enum class ObservedKind : uint32_t {
  kAccess,  // of the place
  kSync,    // an operation on an object, or on a thread
  kBlock,  // `address` (of a lock, or of the place) lies in a heap block: start, value bytes, allocated at pc
};

enum ObservedFlag : uint8_t {
  kObservedWrite = 1u << 0,
  kObservedAtomic = 1u << 1,
  kObservedFree = 1u << 2,
  kObservedChanged = 1u << 3,  // kSync: an atomic operation that stored
};

struct ObservedLock {
  uint64_t address;
  uint32_t kind;  // LockKind
  uint32_t reserved;
};

struct ObservedStep {
  ObservedKind kind;
  uint32_t thread;
  OpKind op;
  uint8_t size;
  uint8_t flags;  // ObservedFlag
  uint8_t order;  // kSync: memory order of an atomic operation, as in __ATOMIC_*
  uint32_t result;
  uint64_t address;  // accessed; or of the object
  uint64_t start;    // kAccess, kBlock: of the heap block, 0 if none
  uint64_t value;
  uint64_t pc;
  uint32_t snapshot;  // kAccess, kBlock of the place: stack; kNoIndex if there is no room
  uint32_t lock_count;
  ObservedLock locks[kObservedLocksMax];
  // Clocks count from the beginning of the execution. `known[t]` is what the thread knows of thread t, `created[t]` the
  // same by creating and joining threads alone.
  uint32_t clock, created_clock;
  uint32_t known[kObservedThreadsMax];
  uint32_t created[kObservedThreadsMax];
};

struct Observation {
  ObservedPlace place;
  uint32_t count;
  uint32_t left_out;  // steps for which there was no room, or of threads that are not told apart
  ObservedStep steps[kObservedStepsMax];
};

}  // namespace heddle::trace
