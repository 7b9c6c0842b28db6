// Memory and happens-before: the slow path of plain accesses, atomics, allocation, and the clocks that order them.
#include "base/check.h"
#include "engine/engine.h"
#include "engine/fast_path.h"
#include "engine/library_sight.h"
#include "engine/note_order.h"

namespace heddle::engine {

using trace::OpKind;

constinit AccessWord g_fast_epoch = 0;
constinit AccessWord g_first_touch_below = 0;
constinit const VectorClock* g_fast_clock = nullptr;
constinit uint64_t g_fast_thread_pointer = 0;

// --- happens-before --------------------------------------------------------------------------------------------------

void Engine::Tick(Thread* thread) {
  if (!detects_races_) return;
  ++thread->own_clock;
  HEDDLE_CHECK(thread->own_clock < kClockMax);
  thread->clock.Set(Index(thread->id), thread->own_clock, arena_);
  if (thread->own_clock > highest_clock_) highest_clock_ = thread->own_clock;
  if (thread == current_) UpdateFastPath();
}

void Engine::AcquireFrom(const VectorClock& clock) {
  if (!detects_races_ || current_->ignore_sync != 0) return;
  current_->clock.Join(clock, arena_);
}

// Publishes what the current thread knows. `join`: others published here too and are not forgotten.
void Engine::ReleaseInto(VectorClock* clock, bool join) {
  if (!detects_races_ || current_->ignore_sync != 0) return;
  if (join) {
    clock->Join(current_->clock, arena_);
  } else {
    clock->Assign(current_->clock, arena_);
  }
  Tick(current_);
}

void Engine::OrderByLibrary(VectorClock* clock, bool reads, bool writes) {
  if (reads) AcquireFrom(*clock);
  if (writes) ReleaseInto(clock, true);
}

SyncObject* Engine::FindAtomic(uintptr_t address) {
  return objects_.Find(address, ObjectKind::kAtomic);
}

void Engine::JoinInto(VectorClock* clock, const VectorClock& other) { clock->Join(other, arena_); }

// The word that the fast path compares with: the running thread's epoch, or something no cell holds.
void Engine::UpdateFastPath() {
  const bool watch = detects_races_ && phase_ != Phase::kEnding && current_ != nullptr &&
                     current_->ignore_accesses == 0;
  g_fast_epoch = !watch         ? kNeverEpoch
                 : plain_watch_ ? kEveryAccess
                                : MakeEpoch(current_->own_clock, Index(current_->id));
  g_first_touch_below = watch && !plain_watch_ && !diagnosing_ ? MakeEpoch(base_clock_, 0) : 0;
  if (!watch) return;
  g_fast_clock = &current_->clock;
  g_fast_thread_pointer = current_->identity->thread_pointer;
}

// --- plain accesses --------------------------------------------------------------------------------------------------

void Engine::AccessMemory(uintptr_t address, uint32_t bytes, bool write, uintptr_t pc) {
  if (!detects_races_ || current_->ignore_accesses != 0) return;
  Thread* thread = current_;
  const race::AccessInfo access{address, bytes, write, false, false, pc};
  if (__builtin_expect(recording_, 0)) WatchAccess(access);
  detector_.Access(access, {MakeEpoch(thread->own_clock, Index(thread->id)), &thread->clock});
  if (__builtin_expect(plain_watch_, 0)) NotePlainAccess(pc);
}

void Engine::AccessRange(uintptr_t address, uint64_t bytes, bool write, uintptr_t pc) {
  constexpr uint64_t kChunk = 1u << 30;
  for (; bytes > kChunk; bytes -= kChunk, address += kChunk)
    AccessMemory(address, kChunk, write, pc);
  AccessMemory(address, static_cast<uint32_t>(bytes), write, pc);
}

void Engine::IgnoreAccesses(bool begin) {
  current_->ignore_accesses += begin ? 1 : current_->ignore_accesses > 0 ? -1 : 0;
  UpdateFastPath();
}

void Engine::IgnoreSync(bool begin) {
  current_->ignore_sync += begin ? 1 : current_->ignore_sync > 0 ? -1 : 0;
}

void Engine::AnnotateRelease(uintptr_t address) {
  SyncObject* object = objects_.Find(address, ObjectKind::kSync);
  if (object == nullptr) object = objects_.Make(address, ObjectKind::kSync);
  ReleaseInto(&object->clock, true);
}

void Engine::AnnotateAcquire(uintptr_t address) {
  const SyncObject* object = objects_.Find(address, ObjectKind::kSync);
  if (object != nullptr) AcquireFrom(object->clock);
}

// --- atomics ---------------------------------------------------------------------------------------------------------
//
// Executions are sequentially consistent: an atomic operation acts on memory at its turn. Memory orders decide only what
// happens before what (C++20 [intro.races], [atomics.fences]):
//
//   store, release     the location carries the thread's clock, and nothing else any more
//   store, relaxed     the location carries the clock of the thread's last release fence, if any: the release sequence
//                      of an earlier store ends here
//   read-modify-write  continues the release sequence: the location keeps what it carries and gets the thread's clock
//                      (release) or fence clock (relaxed) in addition
//   load, acquire      the thread gets what the location carries
//   load, relaxed      the same is kept for the thread's next acquire fence

namespace {

bool Acquires(int order) {
  return order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME || order == __ATOMIC_ACQ_REL ||
         order == __ATOMIC_SEQ_CST;
}
bool Releases(int order) {
  return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

}  // namespace

[[gnu::flatten]] SyncObject* Engine::AtomicArrive(uintptr_t address, OpKind op, uintptr_t pc) {
  SyncObject* object = objects_.Find(address, ObjectKind::kAtomic);
  if (object == nullptr) object = objects_.Make(address, ObjectKind::kAtomic);
  Arrive(op, object, false, pc);
  // While others ran, the memory may have been freed and the object with it.
  if (object->kind != ObjectKind::kAtomic || object->address != address) {
    object = objects_.Make(address, ObjectKind::kAtomic);
  }
  return object;
}

void Engine::AtomicDone(SyncObject* object, OpKind op, const AtomicEffect& effect, uintptr_t pc) {
  Thread* thread = current_;
  if (detects_races_) {
    if (__builtin_expect(g_library_sight.on(), 0)) g_library_sight.BeforeAtomic(object);
    if (thread->ignore_accesses == 0) {
      const race::AccessInfo access{object->address, effect.bytes, effect.wrote, true, false, pc};
      if (__builtin_expect(recording_, 0)) WatchAccess(access);
      detector_.Access(access, {MakeEpoch(thread->own_clock, Index(thread->id)), &thread->clock});
    }
    if (thread->ignore_sync == 0) {
      const bool reads = op != OpKind::kAtomicStore;
      const bool modifies = effect.wrote && reads;
      if (reads) {
        if (Acquires(effect.order)) {
          thread->clock.Join(object->clock, arena_);
        } else {
          thread->acquire_fence.Join(object->clock, arena_);
          thread->has_acquire_fence = true;
        }
      }
      if (effect.wrote) {
        if (Releases(effect.order)) {
          ReleaseInto(&object->clock, modifies);
        } else if (thread->has_release_fence) {
          if (modifies) {
            object->clock.Join(thread->release_fence, arena_);
          } else {
            object->clock.Assign(thread->release_fence, arena_);
          }
        } else if (!modifies) {
          object->clock.Reset();
        }
      }
    }
  }
  if (__builtin_expect(recording_, 0)) observed_atomic_ = {effect.order, effect.wrote};
  if (effect.changed) {
    ++object->version;
    NoteProgress(thread);
    NoteChange(object);
  }
  Done(op, object, 0, effect.value, effect.bytes);
  if (effect.changed || effect.without_cause || op == OpKind::kAtomicStore) return;
  NoteSpinRead(object, pc);
}

void Engine::PublishAtomic(uintptr_t address) {
  SyncObject* object = objects_.Find(address, ObjectKind::kAtomic);
  if (object == nullptr) object = objects_.Make(address, ObjectKind::kAtomic);
  ReleaseInto(&object->clock, true);
  NoteUse(OpKind::kGuardRelease, 0, true, &object->order);
  ++object->version;
  NoteChange(object);
}

void Engine::Fence(int order, uintptr_t pc) {
  Thread* thread = current_;
  thread->pc = pc;
  if (!detects_races_ || thread->ignore_sync != 0) return;
  if (Acquires(order) && thread->has_acquire_fence) {
    thread->clock.Join(thread->acquire_fence, arena_);
  }
  // Sequentially consistent fences are totally ordered, but that alone is no happens-before: nothing more is joined.
  if (Releases(order)) {
    thread->release_fence.Assign(thread->clock, arena_);
    thread->has_release_fence = true;
    Tick(thread);
  }
}

// --- the heap --------------------------------------------------------------------------------------------------------

void Engine::OnAllocate(void* block, uint64_t usable, uint64_t asked, uintptr_t pc) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  objects_.Forget(address, usable);
  if (!detects_races_) return;
  detector_.Forget(address, usable);
  if (__builtin_expect(recording_, 0)) WatchAllocation(address, asked, pc);
}

bool Engine::OnFree(void* block, uint64_t bytes, bool check_race, uintptr_t pc) {
  const auto address = reinterpret_cast<uintptr_t>(block);
  Thread* thread = current_;
  thread->pc = pc;
  if (!detects_races_) {
    objects_.Forget(address, bytes);
    return true;
  }
  const race::Accessor accessor{MakeEpoch(thread->own_clock, Index(thread->id)), &thread->clock};
  AccessWord by = 0;
  if (detects(trace::kDetectHeap) && detector_.IsFreed(address, &by)) {
    OnConflict({address, 1, true, false, true, pc},
               {race::ConflictKind::kDoubleFree, address, by | kWriteFlag});
    return false;
  }
  if (__builtin_expect(recording_, 0)) WatchFree(address, bytes);
  if (check_race && thread->ignore_accesses == 0) {
    const race::AccessInfo access{address, static_cast<uint32_t>(bytes), true, false, true, pc};
    if (__builtin_expect(recording_, 0)) WatchAccess(access);
    detector_.Access(access, accessor);
  }
  objects_.Forget(address, bytes);
  if (detects(trace::kDetectHeap)) {
    detector_.MarkFreed(address, bytes, accessor);
  } else {
    detector_.Forget(address, bytes);
  }
  return true;
}

}  // namespace heddle::engine
