// Findings: what is noted when something is wrong, and how an execution ends because of it.
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "engine/breakpoint.h"
#include "engine/engine.h"
#include "engine/gate.h"
#include "engine/instrumented_modules.h"
#include "engine/library_range.h"

namespace heddle::engine {

using trace::Finding;
using trace::kNoIndex;
using trace::OpKind;
using trace::Verdict;

namespace {

uint64_t Mix(uint64_t a, uint64_t b) { return SplitMix64(a ^ SplitMix64(b)); }

void CopyMessage(char* target, size_t size, const char* message) {
  Text(target, size).Add(message);
}

}  // namespace

Finding* Engine::NoteFinding(Verdict verdict, uint64_t key, uintptr_t pc) {
  key = Mix(key, static_cast<uint64_t>(verdict));
  for (uint32_t i = 0; i < region_->known_count && i < kKnownRacesMax; ++i) {
    if (region_->known[i] == key) return nullptr;
  }
  trace::Execution& execution = region_->execution;
  for (uint32_t i = 0; i < execution.finding_count; ++i) {
    if (region_->findings[i].key == key) return nullptr;
  }
  if (execution.finding_count == kFindingsMax) return nullptr;
  Finding* finding = &region_->findings[execution.finding_count++];
  *finding = {};
  finding->verdict = verdict;
  finding->thread = Index(current_->id);
  finding->event = execution.event_count;
  finding->decision = execution.decision_count;
  finding->key = key;
  NoteScheduleOf(finding);
  finding->block.alloc_snapshot = kNoIndex;
  finding->block.free_snapshot = kNoIndex;
  finding->block.alloc_thread = kNoIndex;
  finding->block.free_thread = kNoIndex;
  finding->previous.thread = kNoIndex;
  finding->previous.snapshot = kNoIndex;
  FillAccess(&finding->current, current_, pending_[Index(current_->id)].kind, pc);
  FillThreads();
  HeddleFindingBreakpoint();
  return finding;
}

void Engine::FillAccess(trace::Access* access, Thread* thread, OpKind op, uintptr_t pc) {
  access->thread = Index(thread->id);
  access->op = op;
  access->pc = pc;
  access->clock = thread->own_clock;
  access->event = region_->execution.event_count;
  access->snapshot = diagnosing_ ? Snapshot(thread, kSnapshotBytesMax) : kNoIndex;
  access->lock_count = 0;
  for (uint32_t i = 0; i < thread->held_count && i < kHeldLocksMax; ++i) {
    const Held& held = thread->held[i];
    access->locks[access->lock_count++] = {Index(held.object->id), held.kind, held.object->address,
                                           held.snapshot, 0};
  }
}

void Engine::FailExecution(Verdict verdict, const char* message, uintptr_t pc) {
  if (Finding* finding = NoteFinding(verdict, pc, pc); finding != nullptr) {
    CopyMessage(finding->message, sizeof finding->message, message);
    FillStacks();
  }
  EndExecution();
}

void Engine::FailStatement(const Statement& statement, uintptr_t pc) {
  // By the statement, not by the address: without optimisation all of them come from one place in the header.
  uint64_t key = statement.line;
  for (const char* at = statement.file; *at != '\0'; ++at)
    key = Mix(key, static_cast<unsigned char>(*at));
  if (Finding* finding = NoteFinding(statement.verdict, key, pc); finding != nullptr) {
    Text(finding->message, sizeof finding->message)
        .Add(statement.file)
        .Add(":")
        .Number(statement.line)
        .Add(": ")
        .Add(statement.message);
    if (statement.ends) FillStacks();
  }
  if (statement.ends) EndExecution();
}

void Engine::NoteMisuse(SyncObject* object, const char* message, uintptr_t pc) {
  if (!detects(trace::kDetectMutexMisuse) || phase_ != Phase::kRunning) return;
  Finding* finding =
      NoteFinding(Verdict::kMutexMisuse, Mix(pc, static_cast<uint64_t>(message[0])), pc);
  if (finding == nullptr) return;
  CopyMessage(finding->message, sizeof finding->message, message);
  if (object != nullptr) finding->address = object->address;
}

// A race or a use of freed memory. The execution goes on: what the race does may be the more telling finding.
void Engine::OnConflict(const race::AccessInfo& current, const race::Conflict& conflict) {
  if (phase_ == Phase::kEnding) return;
  const bool previous_write = (conflict.previous & kWriteFlag) != 0;
  Verdict verdict = Verdict::kDataRace;
  switch (conflict.kind) {
    case race::ConflictKind::kRace:
      break;
    case race::ConflictKind::kUseAfterFree:
      if (!detects(trace::kDetectHeap)) return;
      verdict = Verdict::kUseAfterFree;
      break;
    case race::ConflictKind::kDoubleFree:
      if (!detects(trace::kDetectHeap)) return;
      verdict = Verdict::kDoubleFree;
      break;
  }
  const uint64_t key = Mix(current.pc, uint64_t{previous_write} << 1 | current.write);
  Finding* finding = NoteFinding(verdict, key, current.pc);
  if (finding == nullptr) return;
  finding->address = conflict.address;
  finding->current.op = current.free ? OpKind::kFree
                        : current.atomic
                            ? (current.write ? OpKind::kAtomicStore : OpKind::kAtomicLoad)
                        : current.write ? OpKind::kPlainWrite
                                        : OpKind::kPlainRead;
  finding->current.size = static_cast<uint8_t>(current.bytes > 255 ? 255 : current.bytes);
  trace::Access& previous = finding->previous;
  previous.thread = ThreadOf(conflict.previous);
  previous.clock = ClockOf(conflict.previous);
  const bool atomic = (conflict.previous & kAtomicFlag) != 0;
  previous.op = (conflict.previous & kFreedFlag) != 0 ? OpKind::kFree
                : atomic         ? (previous_write ? OpKind::kAtomicStore : OpKind::kAtomicLoad)
                : previous_write ? OpKind::kPlainWrite
                                 : OpKind::kPlainRead;
  if (diagnosing_) {
    FillFromWatch(conflict.address, conflict.previous, &previous);
    FillBlock(&finding->block, conflict.address);
  }
}

// --- ends ------------------------------------------------------------------------------------------------------------

void Engine::FailIfDeadlocked(Thread* thread) {
  if (phase_ != Phase::kRunning) return;
  uint32_t threads[kCycleMax];
  uint32_t objects[kCycleMax];
  uint32_t count = 0;
  if (!ClosesCycle(thread, threads, objects, &count)) return;
  uint64_t key = 0;
  for (uint32_t i = 0; i < count; ++i) key += SplitMix64(threads_[threads[i]].pc);
  Finding* finding = NoteFinding(Verdict::kDeadlock, key, thread->pc);
  if (finding != nullptr) {
    finding->cycle_count = count;
    for (uint32_t i = 0; i < count; ++i) {
      finding->cycle_threads[i] = threads[i];
      finding->cycle_objects[i] = objects[i];
      finding->cycle_snapshots[i] = kNoIndex;
    }
    CopyMessage(
        finding->message, sizeof finding->message,
        count == 1 ? "a thread waits for itself" : "threads wait for each other in a cycle");
    FillStacks();
  }
  EndExecution();
}

// Nobody can go on, and nothing will change that. Which verdict it is depends on what they wait for.
void Engine::ReportStuck() {
  uint64_t key = 0;
  bool spins = false;
  bool notified = false;
  bool lock_behind_wait = false;
  for (uint32_t i = 0; i < thread_count_; ++i) {
    Thread& thread = threads_[i];
    if (thread.state != ThreadState::kAlive) continue;
    key += SplitMix64(thread.pc);
    const SyncObject* object = thread.waiting_on;
    switch (pending_[i].kind) {
      case OpKind::kSpin:
        spins = true;
        break;
      case OpKind::kCondWait:
        notified |= object->condition.unheard() > 0 || object->condition.heard() > 0;
        break;
      case OpKind::kFutexWait:
        notified |= __atomic_load_n(reinterpret_cast<const uint32_t*>(thread.futex_address),
                                    __ATOMIC_RELAXED) != thread.futex_expected;
        break;
      case OpKind::kMutexLock:
      case OpKind::kSpinLock:
      case OpKind::kReadLock:
      case OpKind::kWriteLock:
        lock_behind_wait = true;
        break;
      default:
        break;
    }
  }
  const bool timers_only = deadline_count_ > 0;
  const Verdict verdict = spins || timers_only            ? Verdict::kLivelock
                          : notified && !lock_behind_wait ? Verdict::kLostWakeup
                                                          : Verdict::kDeadlock;
  Finding* finding = NoteFinding(verdict, key, current_->pc);
  if (finding != nullptr) {
    const char* message = "every thread waits, and nobody is left to wake one";
    if (in_process_ && threads_[0].waits_for_others)
      message = "the body has returned, and a thread that it left behind waits for ever";
    if (spins) message = "threads spin on values that nobody is left to change";
    if (timers_only)
      message = "only timers are left alive: nothing else has happened for 20,000 of them";
    if (verdict == Verdict::kLostWakeup)
      message = "a thread waits for a notification that came when it did not wait for it";
    CopyMessage(finding->message, sizeof finding->message, message);
    FillStacks();
  }
  EndExecution();
}

void Engine::OnCrash(int signal, uintptr_t fault_address, const sys::Registers& at_fault) {
  sys::Registers registers = at_fault;
  if (registers.rip == 0) {
    // A call through a null pointer: the caller is what is of interest, and its address was just pushed.
    registers.rip = *reinterpret_cast<const uint64_t*>(registers.rsp);
    registers.rsp += sizeof(uint64_t);
  }
  const bool ours = InLoomCode(registers.rip) && !TouchingProgramMemory();
  if (ours || current_ == nullptr) {
    TextBuffer<256> text;
    text.Add("bug in Heddle: signal ")
        .Number(static_cast<uint64_t>(signal))
        .Add(" inside the loom at offset ");
    text.Hex(registers.rip - LoomBase()).Add(", address ").Hex(fault_address);
    Die(DeathKind::kBug, text.c_str());
  }
  EnterRuntime();
  crashed_ = true;
  if (Finding* finding = NoteFinding(
          Verdict::kCrash, Mix(registers.rip, static_cast<uint64_t>(signal)), registers.rip);
      finding != nullptr) {
    finding->signal = signal;
    finding->address = fault_address;
    // The handler's own frames are of no interest; the interrupted place is.
    if (diagnosing_) finding->current.snapshot = SnapshotOf(registers, current_, kSnapshotBytesMax);
    FillStacks();
  }
  EndExecution();
}

void Engine::OnHang(const sys::Registers& registers) {
  EnterRuntime();
  hung_ = true;
  if (const char* library = UnseenLibraryAt(registers.rip); instrumented_ && library != nullptr) {
    TextBuffer<400> text;
    text.Add("a thread ran on in ")
        .Add(library)
        .Add(" without reaching a decision point (--hang-timeout). ");
    text.Add(
        "That library was not compiled with -fsanitize=thread, so what it waits for is not seen: "
        "compile it ");
    text.Add("so, or give a long computation more time");
    Die(DeathKind::kLimit, text.c_str());
  }
  if (!plain_watch_ && !replaying_ && instrumented_ && enabled_.count() > 1) {
    // Others could go on, if only this thread let them: try again with its plain accesses counted.
    region_->execution.wants_plain_watch = 1;
    EndExecution();
  }
  if (!instrumented_ && enabled_.count() > 1) {
    // It may be waiting for one of the others in a way that cannot be seen: no verdict about the program.
    Die(DeathKind::kLimit,
        "a thread ran on without reaching a decision point while others could have run "
        "(--hang-timeout). Without "
        "instrumentation atomics are not seen, so a loop that waits on one cannot be told from one "
        "that never ends: "
        "build with -fsanitize=thread, or give a long computation more time");
  }
  if (Finding* finding = NoteFinding(Verdict::kLivelock, registers.rip, registers.rip);
      finding != nullptr) {
    CopyMessage(
        finding->message, sizeof finding->message,
        "the running thread did not reach a decision point in the time allowed (--hang-timeout)");
    // A hang is noticed by the clock on the wall, so its stack is taken at once: a second run may not stop here.
    finding->current.snapshot = SnapshotOf(registers, current_, kSnapshotBytesMax);
  }
  EndExecution();
}

void Engine::NoteUncontrolled(const char* name, const char* treatment) {
  if (region_ == nullptr) return;
  for (uint32_t i = 0; i < region_->uncontrolled_count; ++i) {
    if (__builtin_strcmp(region_->uncontrolled[i].name, name) == 0) {
      ++region_->uncontrolled[i].count;
      return;
    }
  }
  if (region_->uncontrolled_count == kUncontrolledMax) return;
  trace::Uncontrolled& entry = region_->uncontrolled[region_->uncontrolled_count];
  CopyMessage(entry.name, sizeof entry.name, name);
  CopyMessage(entry.treatment, sizeof entry.treatment, treatment);
  entry.count = 1;
  ++region_->uncontrolled_count;
}

}  // namespace heddle::engine
