// Mutexes, spin locks and read-write locks: operations on the models in model/, held locks, deadlocks.
#include <errno.h>

#include "base/check.h"
#include "engine/engine.h"

namespace heddle::engine {

using model::LockResult;
using model::MutexKind;
using model::UnlockResult;
using trace::OpKind;

SyncObject* Engine::MutexAt(const void* address, MutexKind kind) {
  const auto place = reinterpret_cast<uintptr_t>(address);
  SyncObject* object = objects_.Find(place, ObjectKind::kMutex);
  if (object != nullptr) return object;
  object = objects_.Make(place, ObjectKind::kMutex);
  object->mutex.Reset(kind);
  return object;
}

int Engine::LockMutex(SyncObject* mutex, OpKind op, const uint64_t* deadline_ns, uintptr_t pc) {
  Thread* thread = current_;
  if (detects(trace::kDetectLockOrder) && thread->held_count > 0)
    NoteLockOrder(mutex, trace::LockKind::kMutex, pc);
  SetDeadline(thread, deadline_ns);
  Arrive(op, mutex, true, pc);
  ClearDeadline(thread);
  const LockResult result = mutex->mutex.Lock(thread->id);
  int error = 0;
  switch (result) {
    case LockResult::kAcquired:
      if (mutex->mutex.depth() == 1) {
        AcquireFrom(mutex->clock);
        NoteProgress(thread);
      }
      PushHeld(mutex, op == OpKind::kSpinLock ? trace::LockKind::kSpin : trace::LockKind::kMutex,
               pc);
      if (mutex->first_waiter != nullptr) Refresh(mutex);
      break;
    case LockResult::kBusy:
      error = ETIMEDOUT;  // only a deadline lets a thread arrive here
      break;
    case LockResult::kDeadlock:
      error = EDEADLK;
      break;
    case LockResult::kTooDeep:
      error = EAGAIN;
      break;
  }
  Done(op, mutex, static_cast<uint32_t>(error), 0);
  return error;
}

int Engine::TryLockMutex(SyncObject* mutex, OpKind op, uintptr_t pc) {
  Thread* thread = current_;
  Arrive(op, mutex, false, pc);
  int error = 0;
  switch (mutex->mutex.TryLock(thread->id)) {
    case LockResult::kAcquired:
      if (mutex->mutex.depth() == 1) {
        AcquireFrom(mutex->clock);
        NoteProgress(thread);
      }
      PushHeld(mutex, op == OpKind::kSpinTryLock ? trace::LockKind::kSpin : trace::LockKind::kMutex,
               pc);
      if (mutex->first_waiter != nullptr) Refresh(mutex);
      break;
    case LockResult::kBusy:
    case LockResult::kDeadlock:
      error = EBUSY;
      break;
    case LockResult::kTooDeep:
      error = EAGAIN;
      break;
  }
  Done(op, mutex, static_cast<uint32_t>(error), 0);
  if (error == EBUSY) NoteSpinRead(mutex, pc);
  return error;
}

int Engine::UnlockMutex(SyncObject* mutex, OpKind op, uintptr_t pc) {
  Thread* thread = current_;
  Arrive(op, mutex, false, pc);
  const bool checks =
      mutex->mutex.kind() == MutexKind::kErrorCheck || mutex->mutex.kind() == MutexKind::kRecursive;
  int error = 0;
  switch (mutex->mutex.Unlock(thread->id)) {
    case UnlockResult::kReleased:
      ReleaseInto(&mutex->clock, false);
      PopHeld(mutex);
      ++mutex->version;
      NoteProgress(thread);
      NoteChange(mutex);
      Refresh(mutex);
      break;
    case UnlockResult::kStillHeld:
      PopHeld(mutex);
      break;
    case UnlockResult::kNotLocked:
      // For the types that check, POSIX defines the answer, and a program may ask for it.
      error = checks ? EPERM : 0;
      if (!checks) NoteMisuse(mutex, "unlock of a mutex that is not locked", pc);
      break;
    case UnlockResult::kNotOwner:
      error = checks ? EPERM : 0;
      if (!checks) {
        NoteMisuse(mutex, "unlock of a mutex that another thread holds", pc);
        // A normal mutex is free afterwards in practice, whoever unlocked it.
        Thread& owner = threads_[Index(mutex->mutex.owner())];
        if (Held* held = FindHeld(&owner, mutex); held != nullptr)
          *held = owner.held[--owner.held_count];
        mutex->mutex.ForceUnlock();
        ReleaseInto(&mutex->clock, true);
        ++mutex->version;
        NoteChange(mutex);
        Refresh(mutex);
      }
      break;
  }
  Done(op, mutex, static_cast<uint32_t>(error), 0);
  return error;
}

SyncObject* Engine::RwLockAt(const void* address, bool prefers_writers) {
  const auto place = reinterpret_cast<uintptr_t>(address);
  SyncObject* object = objects_.Find(place, ObjectKind::kRwLock);
  if (object != nullptr) return object;
  object = objects_.Make(place, ObjectKind::kRwLock);
  object->rwlock.Reset(prefers_writers);
  if (prefers_writers) LeaveOut(trace::kDporWriterFirst);
  return object;
}

// The first thread that waits to write, or null.
Thread* Engine::BlockedWriter(const SyncObject* lock) const {
  for (Thread* thread = lock->first_waiter; thread != nullptr; thread = thread->next_waiter) {
    const OpKind kind = pending_[Index(thread->id)].kind;
    const bool writes = kind == OpKind::kWriteLock || kind == OpKind::kTimedWriteLock;
    if (writes && !enabled_.Contains(thread->id)) return thread;
  }
  return nullptr;
}

int Engine::LockRw(SyncObject* lock, bool write, const uint64_t* deadline_ns, uintptr_t pc) {
  Thread* thread = current_;
  const auto kind = write ? trace::LockKind::kRwWrite : trace::LockKind::kRwRead;
  const OpKind op = write ? (deadline_ns != nullptr ? OpKind::kTimedWriteLock : OpKind::kWriteLock)
                          : (deadline_ns != nullptr ? OpKind::kTimedReadLock : OpKind::kReadLock);
  if (detects(trace::kDetectLockOrder) && thread->held_count > 0) NoteLockOrder(lock, kind, pc);
  SetDeadline(thread, deadline_ns);
  Arrive(op, lock, true, pc);
  ClearDeadline(thread);
  const LockResult result =
      write ? lock->rwlock.WriteLock(thread->id) : lock->rwlock.ReadLock(thread->id);
  int error = 0;
  if (result == LockResult::kAcquired) {
    AcquireFrom(lock->clock);
    if (write) AcquireFrom(lock->read_clock);
    NoteProgress(thread);
    PushHeld(lock, kind, pc);
    if (lock->first_waiter != nullptr) Refresh(lock);
  } else {
    error = result == LockResult::kDeadlock ? EDEADLK : ETIMEDOUT;
    Refresh(lock);  // a writer that gave up keeps nobody out any more
  }
  Done(op, lock, static_cast<uint32_t>(error), 0);
  return error;
}

int Engine::TryLockRw(SyncObject* lock, bool write, uintptr_t pc) {
  Thread* thread = current_;
  const OpKind op = write ? OpKind::kTryWriteLock : OpKind::kTryReadLock;
  Arrive(op, lock, false, pc);
  const bool kept_out =
      !write && !lock->rwlock.CanReadLock(thread->id, BlockedWriter(lock) != nullptr);
  const LockResult result = write      ? lock->rwlock.WriteLock(thread->id)
                            : kept_out ? LockResult::kBusy
                                       : lock->rwlock.ReadLock(thread->id);
  int error = 0;
  if (result == LockResult::kAcquired) {
    AcquireFrom(lock->clock);
    if (write) AcquireFrom(lock->read_clock);
    NoteProgress(thread);
    PushHeld(lock, write ? trace::LockKind::kRwWrite : trace::LockKind::kRwRead, pc);
    if (lock->first_waiter != nullptr) Refresh(lock);
  } else {
    error = EBUSY;
  }
  Done(op, lock, static_cast<uint32_t>(error), 0);
  if (error == EBUSY) NoteSpinRead(lock, pc);
  return error;
}

int Engine::UnlockRw(SyncObject* lock, uintptr_t pc) {
  Thread* thread = current_;
  Arrive(OpKind::kRwUnlock, lock, false, pc);
  const bool was_writer = lock->rwlock.writer() == thread->id;
  const Held* held = FindHeld(thread, lock);
  const UnlockResult result = lock->rwlock.Unlock(thread->id, held != nullptr);
  int error = 0;
  if (result == UnlockResult::kReleased || result == UnlockResult::kStillHeld) {
    if (was_writer) {
      ReleaseInto(&lock->clock, false);
    } else {
      // Readers hand over to the next writer only, not to each other.
      ReleaseInto(&lock->read_clock, true);
    }
    PopHeld(lock);
    ++lock->version;
    NoteProgress(thread);
    NoteChange(lock);
    Refresh(lock);
  } else {
    error = EPERM;
    NoteMisuse(lock,
               result == UnlockResult::kNotLocked
                   ? "unlock of a read-write lock that is not locked"
                   : "unlock of a read-write lock that this thread does not hold",
               pc);
  }
  Done(OpKind::kRwUnlock, lock, static_cast<uint32_t>(error), 0);
  return error;
}

void Engine::DestroyLock(const void* address, ObjectKind kind, uintptr_t pc) {
  SyncObject* object = objects_.Find(reinterpret_cast<uintptr_t>(address), kind);
  if (object == nullptr) return;
  const bool held = kind == ObjectKind::kMutex
                        ? object->mutex.held()
                        : kind == ObjectKind::kRwLock && object->rwlock.held();
  if (held) {
    NoteMisuse(object, "a lock is destroyed while it is held", pc);
  } else if (object->first_waiter != nullptr) {
    NoteMisuse(object, "a synchronisation object is destroyed while threads wait on it", pc);
    return;
  }
  objects_.Forget(object->address, 1);
}

// --- held locks ------------------------------------------------------------------------------------------------------

Held* Engine::FindHeld(Thread* thread, SyncObject* object) {
  for (uint32_t i = thread->held_count; i-- > 0;) {
    if (thread->held[i].object == object) return &thread->held[i];
  }
  return nullptr;
}

void Engine::PushHeld(SyncObject* object, trace::LockKind kind, uintptr_t pc) {
  Thread* thread = current_;
  if (Held* held = FindHeld(thread, object); held != nullptr) {
    ++held->count;
    return;
  }
  if (thread->held_count == thread->held_capacity) {
    auto* larger = arena_.AllocateArray<Held>(2 * thread->held_capacity);
    for (uint32_t i = 0; i < thread->held_count; ++i) larger[i] = thread->held[i];
    thread->held = larger;
    thread->held_capacity *= 2;
  }
  const uint32_t snapshot = diagnosing_ ? Snapshot(thread, 4u << 10) : trace::kNoIndex;
  thread->held[thread->held_count++] = {object, kind, 1, snapshot, pc};
}

void Engine::PopHeld(SyncObject* object) {
  Thread* thread = current_;
  Held* held = FindHeld(thread, object);
  if (held == nullptr || --held->count > 0) return;
  // The order of the others is the order in which they were taken: reports and edges rely on it.
  Held* last = &thread->held[--thread->held_count];
  for (; held != last; ++held) *held = held[1];
}

void Engine::NoteLockOrder(SyncObject* object, trace::LockKind kind, uintptr_t pc) {
  Thread* thread = current_;
  if (FindHeld(thread, object) != nullptr) return;
  for (uint32_t i = 0; i < thread->held_count; ++i) {
    const Held& held = thread->held[i];
    // Two read locks never exclude each other.
    if (kind == trace::LockKind::kRwRead && held.kind == trace::LockKind::kRwRead) continue;
    const uint32_t from = Index(held.object->id);
    const uint32_t to = Index(object->id);
    if (lock_order_.Knows(from, to, thread->id)) continue;
    auto* edge = arena_.AllocateArray<race::LockEdge>(1);
    *edge = {};
    edge->from = from;
    edge->to = to;
    edge->thread = thread->id;
    edge->lineage.Assign(thread->lineage, arena_);
    edge->lineage_clock = thread->lineage.Get(Index(thread->id));
    edge->pc = pc;
    edge->snapshot = diagnosing_ ? Snapshot(thread, 8u << 10) : trace::kNoIndex;
    for (uint32_t k = 0; k < thread->held_count && edge->guard_count < race::LockEdge::kGuardsMax;
         ++k) {
      if (k != i) edge->guards[edge->guard_count++] = Index(thread->held[k].object->id);
    }
    const race::LockEdge* cycle[race::LockOrder::kCycleMax];
    const uint32_t length = lock_order_.Add(edge, cycle);
    if (length == 0) continue;
    uint64_t key = 0;
    for (uint32_t k = 0; k < length; ++k) key += SplitMix64(cycle[k]->pc);
    trace::Finding* finding = NoteFinding(trace::Verdict::kLockOrder, key, pc);
    if (finding == nullptr) continue;
    finding->cycle_count = length;
    for (uint32_t k = 0; k < length; ++k) {
      finding->cycle_threads[k] = Index(cycle[k]->thread);
      finding->cycle_objects[k] = cycle[k]->to;
      finding->cycle_snapshots[k] = cycle[k]->snapshot;
    }
  }
}

// --- deadlocks -------------------------------------------------------------------------------------------------------

// Who could let `waiting` go on, if it is one certain thread.
Thread* Engine::OwnerOf(const Thread& waiting) const {
  const SyncObject* object = waiting.waiting_on;
  ThreadId owner = kNoThread;
  switch (pending_[Index(waiting.id)].kind) {
    case OpKind::kMutexLock:
    case OpKind::kSpinLock:
    case OpKind::kCondRelock:
      if (object != nullptr) owner = object->mutex.owner();
      break;
    case OpKind::kReadLock:
      if (object == nullptr) break;
      owner = object->rwlock.writer();
      if (owner == kNoThread && object->rwlock.prefers_writers()) return BlockedWriter(object);
      break;
    case OpKind::kWriteLock:
      if (object == nullptr) break;
      owner = object->rwlock.writer();
      if (owner == kNoThread && object->rwlock.readers() == 1) {
        for (uint32_t i = 0; i < thread_count_ && owner == kNoThread; ++i) {
          for (uint32_t k = 0; k < threads_[i].held_count; ++k) {
            if (threads_[i].held[k].object == object) owner = threads_[i].id;
          }
        }
      }
      break;
    case OpKind::kOnce:
    case OpKind::kGuardAcquire:
      if (object != nullptr) owner = object->once.runner();
      break;
    case OpKind::kThreadJoin:
      return reinterpret_cast<Thread*>(waiting.relock);
    default:
      break;
  }
  return owner == kNoThread ? nullptr : &threads_[Index(owner)];
}

// Follows who waits for whom from `start`. True when that leads back to `start`: a deadlock, even while other threads run
// on. The last thread of a cycle to wait closes it, so it is enough to look when a thread begins to wait.
bool Engine::ClosesCycle(Thread* start, uint32_t* threads, uint32_t* objects, uint32_t* count) {
  Thread* thread = start;
  for (uint32_t length = 0; length < kCycleMax;) {
    const bool waits = thread->state == ThreadState::kAlive && !enabled_.Contains(thread->id) &&
                       !thread->has_deadline;
    if (!waits) return false;
    threads[length] = Index(thread->id);
    objects[length] = Index(pending_[Index(thread->id)].object);
    ++length;
    thread = OwnerOf(*thread);
    if (thread == nullptr) return false;
    if (thread == start) {
      *count = length;
      return true;
    }
  }
  return false;
}

}  // namespace heddle::engine
