// A thread of the program as the engine sees it, and the identity it has borrowed.
#pragma once

#include <pthread.h>

#include <cstdint>

#include "base/ids.h"
#include "clock/epoch.h"
#include "clock/vector_clock.h"
#include "engine/object.h"
#include "sys/fibre.h"
#include "trace/operation.h"
#include "trace/region.h"

namespace heddle::engine {

// A real pthread that is parked for good and lends its stack and thread-local storage (DESIGN section 4).
struct Identity {
  pthread_t handle = {};
  uint64_t thread_pointer = 0;  // equals the handle with glibc, but is read from the register
  char* stack_top = nullptr;    // where a fibre's stack begins
  char* stack_low = nullptr;    // lowest address of the mapping, guard included
  uint64_t stack_bytes = 0;     // from stack_low to the end of the mapping, thread block included
  bool pooled = true;           // default attributes: fit for any thread
  uint64_t asked_bytes =
      0;               // not pooled: fit for threads that ask for as large a stack; 0: for no other
  uint32_t baton = 0;  // baton executor: futex word, 1 while this thread may run
  uint32_t ready = 0;  // futex word: 1 once the fields above are valid
  Thread* thread = nullptr;  // who uses it now
  uint32_t uses = 0;       // in this process; from the second on, thread-local storage is laid anew
  uint64_t execution = 0;  // serial number of the execution that used it last
  Identity* next_free = nullptr;
};

enum class ThreadState : uint8_t { kUnused, kAlive, kFinished, kGone };

// One lock that a thread holds.
struct Held {
  SyncObject* object;
  trace::LockKind kind;
  uint32_t count;     // levels of a recursive mutex, or of read locks
  uint32_t snapshot;  // where it was taken (diagnosing only)
  uintptr_t pc;
};

// A value read without change since: how a spin loop is recognised (engine/spin.cc).
struct SpinRead {
  SyncObject* object;
  uint32_t version;
  uint32_t step;  // search without repetitions: the step that read it
};

// A function to call when the thread ends (thread_local destructors).
struct ThreadAtExit {
  void (*function)(void*);
  void* argument;
  ThreadAtExit* next;
};

// Everything about a thread but its lists: what a new thread starts from.
struct ThreadFields {
  // --- who it is ---
  ThreadId id{};
  ThreadId parent{};
  ThreadState state = ThreadState::kUnused;
  bool detached = false;
  bool exiting = false;  // runs its destructors
  Identity* identity = nullptr;
  sys::FibreContext context;
  void* (*start_routine)(void*) = nullptr;
  void* argument = nullptr;
  void* result = nullptr;
  ThreadAtExit* at_exit = nullptr;
  char name[16] = {};

  // --- what it is about to do; the operation itself stands in Engine::pending ---
  SyncObject* waiting_on = nullptr;  // the object in whose list of waiters it stands
  Thread* next_waiter = nullptr;
  Thread* previous_waiter = nullptr;
  SyncObject* announced = nullptr;  // what its next operation is about
  SyncObject* relock = nullptr;     // condition variables: the mutex to take back
  uint64_t deadline_ns = 0;         // virtual time at which waiting ends; 0 is never
  bool has_deadline = false;
  bool woken = false;             // chosen by a signal, a wake or a spurious wake-up
  bool ready = false;             // outside world: the descriptor is ready
  bool waits_for_others = false;  // for the end of every other thread (in-process)
  uint32_t barrier_round = 0;
  uint64_t futex_address = 0;
  uint32_t futex_expected = 0;
  uint32_t futex_bitset = 0;
  uintptr_t pc = 0;          // return address of the operation into the program
  uint64_t switched_at = 0;  // event number when it last got the processor (diagnosing)

  // --- the fingerprint of the order (strategy/order.h) ---
  uint64_t order = strategy::kFirstOrder;  // what happened before its next step
  uint64_t woken_by = 0;  // what the thread knew that ended its wait; 0: nobody did

  // --- happens-before ---
  uint64_t own_clock = 0;
  bool has_acquire_fence = false;
  bool has_release_fence = false;
  uint32_t ignore_accesses = 0;  // nesting of ignore annotations
  uint32_t ignore_sync = 0;

  // --- locks ---
  uint32_t held_count = 0;

  // --- spinning ---
  uint32_t spin_read_count = 0;
  uint32_t spin_repeats = 0;
  uint32_t yields_in_a_row = 0;
  uint32_t spin_rounds = 0;  // how often it was let go on although nothing had changed
  bool spin_reads_clock = false;
  bool spinning = false;

  // --- search without repetitions: what it may still do without cause ---
  bool has_woken_without_cause = false;
  bool has_failed_without_cause = false;

  // --- signals ---
  uint64_t signal_mask = 0;  // what pthread_sigmask set for this thread, in the kernel's form

  // --- cancellation ---
  bool cancel_requested = false;
  bool cancel_disabled = false;
  bool cancel_asynchronous = false;
  void* cleanup_buffers = nullptr;  // innermost pthread_cleanup_push of C code

  uint32_t creation_snapshot = trace::kNoIndex;

  // --- its place in the schedule, while that is annotated (trace/guide.h) ---
  uint32_t steps = 0;   // arrivals at decision points
  uint32_t acts = 0;    // points of the guide about this step that are used up
  uint32_t values = 0;  // values chosen at this step
};

struct Thread : ThreadFields {
  static constexpr uint32_t kHeldInline = 6;
  static constexpr uint32_t kSpinReadsMax = 8;

  // The lists are long, and empty as long as their counts are zero; clocks know how to be empty.
  void Reset() {
    static_cast<ThreadFields&>(*this) = {};
    clock.Reset();
    acquire_fence.Reset();
    release_fence.Reset();
    lineage.Reset();
    held = held_inline;
    held_capacity = kHeldInline;
  }

  VectorClock clock;          // what it knows of all threads
  VectorClock acquire_fence;  // what relaxed loads saw, for a later acquire fence
  VectorClock release_fence;  // what a release fence published, for later relaxed stores
  VectorClock lineage;        // as `clock`, but of creation and joining only (lock order)
  // Locks in the order in which they were taken, held_count of them. A long list moves to the arena: threads are kept
  // small, because each execution of a whole program pays for every page it touches.
  Held* held = held_inline;
  uint32_t held_capacity = kHeldInline;
  Held held_inline[kHeldInline];
  SpinRead spin_reads[kSpinReadsMax];  // spin_read_count of them
};

}  // namespace heddle::engine
