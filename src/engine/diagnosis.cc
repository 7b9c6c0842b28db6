// What only a diagnosing execution records: stacks, and the earlier accesses the driver asked to watch for.
//
// An exploring execution knows of an earlier access only who made it and at what time on that thread's clock. The same
// decisions lead to the same clocks, so the diagnosing execution recognises the access when it happens again, and takes
// its stack and locks then.
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "base/check.h"
#include "engine/engine.h"
#include "sys/raw_syscall.h"

namespace heddle::engine {

using trace::kNoIndex;
using trace::OpKind;

namespace {

struct Watched {
  uintptr_t granule;
  uint32_t thread;
  uint64_t clock;
  bool seen[2];  // [0] read, [1] write
  trace::Access access[2];
};

struct WatchedBlock {
  uintptr_t start;
  uint64_t bytes;
  uint32_t alloc_thread, alloc_snapshot, free_thread, free_snapshot;
  uintptr_t alloc_pc;
};

constinit Watched g_watched[kFindingsMax] = {};
constinit uint32_t g_watched_count = 0;
constinit WatchedBlock g_blocks[kFindingsMax] = {};

}  // namespace

void Engine::StartDiagnosis(const trace::Command& command) {
  g_watched_count = 0;
  for (uint32_t i = 0; i < command.watch_count && i < kFindingsMax; ++i) {
    const trace::Region::Watch& watch = region_->watches[i];
    Watched& watched = g_watched[g_watched_count];
    watched = {};
    watched.granule = watch.address & ~(race::kGranuleBytes - 1);
    watched.thread = watch.thread;
    watched.clock = watch.clock;
    g_blocks[g_watched_count] = {0, 0, kNoIndex, kNoIndex, kNoIndex, kNoIndex, 0};
    ++g_watched_count;
  }
}

void Engine::WatchAccess(const race::AccessInfo& access) {
  if (observing_) return ObserveAccess(access);
  Thread* thread = current_;
  for (uint32_t i = 0; i < g_watched_count; ++i) {
    Watched& watched = g_watched[i];
    if (watched.clock != thread->own_clock || watched.thread != Index(thread->id)) continue;
    if (access.address >= watched.granule + race::kGranuleBytes ||
        access.address + access.bytes <= watched.granule)
      continue;
    if (watched.seen[access.write]) continue;
    watched.seen[access.write] = true;
    trace::Access& record = watched.access[access.write];
    const OpKind op = access.free     ? OpKind::kFree
                      : access.atomic ? (access.write ? OpKind::kAtomicStore : OpKind::kAtomicLoad)
                      : access.write  ? OpKind::kPlainWrite
                                      : OpKind::kPlainRead;
    FillAccess(&record, thread, op, access.pc);
    record.size = static_cast<uint8_t>(access.bytes > 255 ? 255 : access.bytes);
  }
}

void Engine::FillFromWatch(uintptr_t granule, AccessWord previous, trace::Access* access) {
  for (uint32_t i = 0; i < g_watched_count; ++i) {
    const Watched& watched = g_watched[i];
    if (watched.granule != granule || watched.clock != ClockOf(previous) ||
        watched.thread != ThreadOf(previous))
      continue;
    const bool write = (previous & kWriteFlag) != 0;
    if (!watched.seen[write]) continue;
    *access = watched.access[write];
    return;
  }
}

void Engine::WatchAllocation(uintptr_t address, uint64_t bytes, uintptr_t pc) {
  current_->pc = pc;
  if (observing_) return ObserveAllocation(address, bytes, pc);
  for (uint32_t i = 0; i < g_watched_count; ++i) {
    if (g_watched[i].granule < address || g_watched[i].granule >= address + bytes) continue;
    g_blocks[i] = {address,  bytes, Index(current_->id), Snapshot(current_, 16u << 10), kNoIndex,
                   kNoIndex, pc};
  }
}

void Engine::WatchFree(uintptr_t address, uint64_t bytes) {
  if (observing_) return;  // The freeing is an access, and is observed as one.
  for (uint32_t i = 0; i < g_watched_count; ++i) {
    if (g_watched[i].granule < address || g_watched[i].granule >= address + bytes) continue;
    if (g_blocks[i].start == 0)
      g_blocks[i] = {address, bytes, kNoIndex, kNoIndex, kNoIndex, kNoIndex, 0};
    g_blocks[i].free_thread = Index(current_->id);
    g_blocks[i].free_snapshot = Snapshot(current_, 16u << 10);
  }
}

void Engine::FillBlock(trace::HeapBlock* block, uintptr_t address) {
  for (uint32_t i = 0; i < g_watched_count; ++i) {
    const WatchedBlock& known = g_blocks[i];
    if (g_watched[i].granule != (address & ~(race::kGranuleBytes - 1)) || known.start == 0)
      continue;
    *block = {known.start,       known.bytes,         known.alloc_thread, known.alloc_snapshot,
              known.free_thread, known.free_snapshot, known.alloc_pc};
    return;
  }
}

namespace {

// Copies up to `bytes` from `address` on, as far as memory is readable. Returns how many.
uint64_t CopyWhatIsReadable(uint8_t* copy, uint64_t address, uint64_t bytes) {
  constexpr uint64_t kPage = 4096;
  const long pid = sys::Syscall(SYS_getpid);
  uint64_t done = 0;
  while (done < bytes) {
    const uint64_t from = address + done;
    const uint64_t to_page_end = kPage - from % kPage;
    const uint64_t part = to_page_end < bytes - done ? to_page_end : bytes - done;
    const iovec local = {copy + done, part};
    const iovec remote = {reinterpret_cast<void*>(from), part};
    const long got =
        sys::Syscall(SYS_process_vm_readv, pid, sys::Arg(&local), 1, sys::Arg(&remote), 1, 0);
    if (got != static_cast<long>(part)) break;
    done += part;
  }
  return done;
}

}  // namespace

// --- stacks ----------------------------------------------------------------------------------------------------------

uint32_t Engine::Snapshot(Thread* thread, uint32_t bytes_max) {
  sys::Registers registers;
  if (thread == current_ || baton_) {
    sys::CaptureRegisters(&registers);
  } else {
    const auto* saved = static_cast<const sys::SavedRegisters*>(thread->context.stack_pointer);
    registers = {saved->return_address,
                 reinterpret_cast<uint64_t>(saved + 1),
                 saved->rbp,
                 saved->rbx,
                 saved->r12,
                 saved->r13,
                 saved->r14,
                 saved->r15};
  }
  return SnapshotOf(registers, thread, bytes_max);
}

uint32_t Engine::SnapshotOf(const sys::Registers& registers, Thread* thread, uint32_t bytes_max) {
  trace::Execution& execution = region_->execution;
  if (execution.snapshot_count == kSnapshotsMax) return kNoIndex;
  const Identity& identity = *thread->identity;
  const auto low = reinterpret_cast<uintptr_t>(identity.stack_low);
  const uintptr_t high = low + identity.stack_bytes;
  const bool own = registers.rsp >= low && registers.rsp < high;
  uint64_t bytes = own && high - registers.rsp < bytes_max ? high - registers.rsp : bytes_max;
  if (execution.snapshot_bytes + bytes > kSnapshotPoolBytes) return kNoIndex;
  uint8_t* copy = region_->snapshot_pool + execution.snapshot_bytes;
  if (own) {
    memcpy(copy, reinterpret_cast<const void*>(registers.rsp), bytes);
  } else {
    // A stack of the program's own making (ucontext, Boost.Context): where it ends only the kernel knows.
    bytes = CopyWhatIsReadable(copy, registers.rsp, bytes);
  }
  const uint32_t index = execution.snapshot_count++;
  region_->snapshots[index] = {registers.rip,           registers.rsp,
                               registers.rbp,           registers.rbx,
                               registers.r12,           registers.r13,
                               registers.r14,           registers.r15,
                               Index(thread->id),       static_cast<uint32_t>(bytes),
                               execution.snapshot_bytes};
  execution.snapshot_bytes += (bytes + 15) & ~uint64_t{15};
  return index;
}

void Engine::FillThreads() {
  region_->execution.thread_count = thread_count_;
  if (!diagnosing_) return;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    const Thread& thread = threads_[i];
    trace::ThreadRecord& record = region_->threads[i];
    record = {};
    record.parent = Index(thread.parent);
    switch (thread.state) {
      case ThreadState::kUnused:
        record.state = trace::ThreadState::kUnused;
        break;
      case ThreadState::kAlive:
        record.state = enabled_.Contains(thread.id) ? trace::ThreadState::kRunnable
                                                    : trace::ThreadState::kBlocked;
        break;
      case ThreadState::kFinished:
        record.state = trace::ThreadState::kFinished;
        break;
      case ThreadState::kGone:
        record.state = trace::ThreadState::kJoined;
        break;
    }
    record.creation_snapshot = thread.creation_snapshot;
    record.current_snapshot = kNoIndex;
    record.pending = pending_[i].kind;
    record.detached = thread.detached;
    record.object = Index(pending_[i].object);
    record.object_address = thread.waiting_on != nullptr ? thread.waiting_on->address : 0;
    const Thread* owner = thread.state == ThreadState::kAlive ? OwnerOf(thread) : nullptr;
    record.owner = owner != nullptr ? Index(owner->id) : kNoIndex;
    record.lock_count = thread.held_count;
    for (uint32_t k = 0; k < thread.held_count && k < kThreadLocksMax; ++k) {
      const Held& held = thread.held[k];
      record.locks[k] = {Index(held.object->id), held.kind, held.object->address, held.snapshot, 0};
    }
    record.deadline_ns = thread.has_deadline ? thread.deadline_ns : 0;
    record.start_routine = reinterpret_cast<uint64_t>(thread.start_routine);
    memcpy(record.name, thread.name, sizeof record.name);
  }
}

// The stacks of all threads that are still there, for a finding that ends the execution.
void Engine::FillStacks() {
  if (!diagnosing_) return;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    Thread& thread = threads_[i];
    if (thread.state != ThreadState::kAlive) continue;
    if (baton_ && &thread != current_) continue;  // its registers are the kernel's
    region_->threads[i].current_snapshot = Snapshot(&thread, 16u << 10);
  }
}

}  // namespace heddle::engine
