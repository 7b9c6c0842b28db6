// Synchronisation objects of the running execution, found by address.
//
// The program's own memory of a mutex, semaphore … is never written: what it means is kept here, so copies, static
// initialisers and memory that was never initialised are all the same to us, and an execution that is abandoned leaves
// nothing behind. Objects get their numbers in order of first use, which is the same in every process.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/arena.h"
#include "base/ids.h"
#include "clock/vector_clock.h"
#include "model/barrier.h"
#include "model/condition.h"
#include "model/mutex.h"
#include "model/once.h"
#include "model/rwlock.h"
#include "model/semaphore.h"
#include "strategy/order.h"

namespace heddle::engine {

struct Thread;

enum class ObjectKind : uint8_t {
  kNone,
  kMutex,
  kCondition,
  kRwLock,
  kSemaphore,
  kBarrier,
  kOnce,
  kAtomic,      // any location accessed atomically, and futexes
  kThread,      // what a joiner waits for
  kDescriptor,  // a file descriptor, or another thing of the outside world
  kSync,        // an address named by an annotation
};

struct SyncObject {
  uintptr_t address = 0;
  ObjectId id = kNoObject;
  ObjectKind kind = ObjectKind::kNone;
  bool destroyed = false;
  clockid_t clock_id = 0;  // conditions: the clock of pthread_cond_timedwait
  uint32_t version = 0;    // grows whenever a value that a spinning thread could read changes
  Thread* first_waiter =
      nullptr;  // threads whose pending operation may depend on this object, in order of arrival
  Thread* last_waiter = nullptr;
  strategy::OrderChain order;        // who used it in which order, for the fingerprint
  strategy::OrderChain queue_order;  // the same of a futex's queue
  VectorClock clock;                 // what is handed to whoever acquires
  VectorClock read_clock;            // rwlocks: what the readers hand to the next writer
  union {
    model::Mutex mutex;
    model::RwLock rwlock;
    model::Semaphore semaphore;
    model::Barrier barrier;
    model::Once once;
    model::Condition condition;
  };

  SyncObject() : mutex() {}
};

// Thread safety: none; used only by the holder of the run token.
class ObjectTable {
 public:
  // Adopts the memory for `capacity` objects and a hash table of up to `slot_count` slots (both zeroed).
  void Init(SyncObject* objects, uint32_t capacity, uint64_t* slots, uint32_t slot_count);

  // Forgets all objects. Constant time: slots carry the number of the execution.
  void StartExecution();

  // The object at `address`; null if there is none of this kind. An object of another kind at that address is gone:
  // the memory was reused.
  [[nodiscard]] SyncObject* Find(uintptr_t address, ObjectKind kind);

  // Makes a new object; an old one at the address is gone.
  SyncObject* Make(uintptr_t address, ObjectKind kind);

  // Forgets the objects in the given memory, which was freed.
  void Forget(uintptr_t address, uint64_t bytes);

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] SyncObject& At(uint32_t index) { return objects_[index]; }

 private:
  // A slot: execution number (32 bits) and index + 1 of the object (32 bits).
  [[nodiscard]] uint32_t Probe(uintptr_t address) const;
  void Grow();

  SyncObject* objects_ = nullptr;
  uint64_t* slots_ = nullptr;
  uint32_t capacity_ = 0;
  uint32_t slot_mask_ =
      0;  // slots in use - 1; they begin with one page, because most programs have few objects
  uint32_t slot_count_max_ = 0;
  uint32_t count_ = 0;
  uint32_t execution_ = 0;
  uintptr_t lowest_ = 0,
            highest_ = 0;  // bounds of the addresses, so that most calls of Forget cost nothing
};

}  // namespace heddle::engine
