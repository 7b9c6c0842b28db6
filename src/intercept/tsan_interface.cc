// The public interface of ThreadSanitizer that programs call themselves: annotations, locks of their own making, fibres,
// and the common __sanitizer_* functions.
//
// Covered: happens-before, ignore and lock annotations, __tsan_acquire/release, __tsan_mutex_* (as a lock the program
// builds from other operations: happens-before only), the sanitizer functions with a sensible answer. Not covered:
// __tsan_switch_to_fiber (exit status 4: the program schedules threads itself), report callbacks (never called: findings
// go to the driver), external tags and Java (accepted, without effect).
#include <malloc.h>
#include <string.h>

#include "base/check.h"
#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

void Release(const volatile void* address) {
  Gate gate;
  if (gate.controlled()) g_engine.AnnotateRelease(reinterpret_cast<uintptr_t>(address));
}
void Acquire(const volatile void* address) {
  Gate gate;
  if (gate.controlled()) g_engine.AnnotateAcquire(reinterpret_cast<uintptr_t>(address));
}
void IgnoreAccesses(bool begin) {
  Gate gate;
  if (gate.controlled()) g_engine.IgnoreAccesses(begin);
}
void IgnoreSync(bool begin) {
  Gate gate;
  if (gate.controlled()) g_engine.IgnoreSync(begin);
}

[[noreturn]] void RefuseFibres() {
  engine::EnterRuntime();
  DieUnsupported("a program that switches fibres itself (__tsan_switch_to_fiber)",
                 "build it with ordinary threads for the exploration");
}

}  // namespace

// --- dynamic annotations (file and line come first) ---
HEDDLE_ENTRY void AnnotateHappensBefore(const char*, int, const volatile void* address) {
  Release(address);
}
HEDDLE_ENTRY void AnnotateHappensAfter(const char*, int, const volatile void* address) {
  Acquire(address);
}
HEDDLE_ENTRY void WTFAnnotateHappensBefore(const char*, int, const volatile void* address) {
  Release(address);
}
HEDDLE_ENTRY void WTFAnnotateHappensAfter(const char*, int, const volatile void* address) {
  Acquire(address);
}
HEDDLE_ENTRY void AnnotateIgnoreReadsBegin(const char*, int) { IgnoreAccesses(true); }
HEDDLE_ENTRY void AnnotateIgnoreReadsEnd(const char*, int) { IgnoreAccesses(false); }
HEDDLE_ENTRY void AnnotateIgnoreWritesBegin(const char*, int) { IgnoreAccesses(true); }
HEDDLE_ENTRY void AnnotateIgnoreWritesEnd(const char*, int) { IgnoreAccesses(false); }
HEDDLE_ENTRY void AnnotateIgnoreSyncBegin(const char*, int) { IgnoreSync(true); }
HEDDLE_ENTRY void AnnotateIgnoreSyncEnd(const char*, int) { IgnoreSync(false); }
HEDDLE_ENTRY void AnnotateEnableRaceDetection(const char*, int, int enable) {
  IgnoreAccesses(enable == 0);
}
HEDDLE_ENTRY void AnnotateRWLockCreate(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotateRWLockCreateStatic(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotateRWLockDestroy(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotateRWLockAcquired(const char*, int, const volatile void* lock, long) {
  Acquire(lock);
}
HEDDLE_ENTRY void AnnotateRWLockReleased(const char*, int, const volatile void* lock, long) {
  Release(lock);
}
HEDDLE_ENTRY void AnnotateCondVarSignal(const char*, int, const volatile void* condition) {
  Release(condition);
}
HEDDLE_ENTRY void AnnotateCondVarSignalAll(const char*, int, const volatile void* condition) {
  Release(condition);
}
HEDDLE_ENTRY void AnnotateCondVarWait(const char*, int, const volatile void* condition,
                                      const volatile void*) {
  Acquire(condition);
}
HEDDLE_ENTRY void AnnotatePCQCreate(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotatePCQDestroy(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotatePCQPut(const char*, int, const volatile void* queue) { Release(queue); }
HEDDLE_ENTRY void AnnotatePCQGet(const char*, int, const volatile void* queue) { Acquire(queue); }
HEDDLE_ENTRY void AnnotatePublishMemoryRange(const char*, int, const volatile void*, long) {}
HEDDLE_ENTRY void AnnotateUnpublishMemoryRange(const char*, int, const volatile void*, long) {}
HEDDLE_ENTRY void AnnotateNewMemory(const char*, int, const volatile void*, long) {}
HEDDLE_ENTRY void AnnotateMemoryIsInitialized(const char*, int, const volatile void*, long) {}
HEDDLE_ENTRY void AnnotateMemoryIsUninitialized(const char*, int, const volatile void*, long) {}
HEDDLE_ENTRY void AnnotateMutexIsUsedAsCondVar(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotateMutexIsNotPHB(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotateTraceMemory(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotateFlushState(const char*, int) {}
HEDDLE_ENTRY void AnnotateNoOp(const char*, int, const volatile void*) {}
HEDDLE_ENTRY void AnnotateFlushExpectedRaces(const char*, int) {}
HEDDLE_ENTRY void AnnotateThreadName(const char*, int, const char*) {}

namespace {

// A place the program declares harmless: its accesses are then atomic ones in the eyes of the detector.
void Benign(const volatile void* address, const char* words) {
  Gate gate;
  if (gate.controlled()) g_engine.NoteUncontrolled("AnnotateBenignRace", words);
  static_cast<void>(address);
}

}  // namespace

HEDDLE_ENTRY void AnnotateExpectRace(const char*, int, const volatile void* address, const char*) {
  Benign(address, "the annotation is accepted, but the race is reported all the same");
}
HEDDLE_ENTRY void AnnotateBenignRace(const char*, int, const volatile void* address, const char*) {
  Benign(address, "the annotation is accepted, but the race is reported all the same");
}
HEDDLE_ENTRY void AnnotateBenignRaceSized(const char*, int, const volatile void* address, long,
                                          const char*) {
  Benign(address, "the annotation is accepted, but the race is reported all the same");
}
HEDDLE_ENTRY void WTFAnnotateBenignRaceSized(const char*, int, const volatile void* address, long,
                                             const char*) {
  Benign(address, "the annotation is accepted, but the race is reported all the same");
}
HEDDLE_ENTRY int RunningOnValgrind() { return 0; }
HEDDLE_ENTRY double ValgrindSlowdown() { return 1.0; }
HEDDLE_ENTRY const char* ThreadSanitizerQuery(const char*) { return ""; }

// --- __tsan_* ---
HEDDLE_ENTRY void __tsan_acquire(void* address) { Acquire(address); }
HEDDLE_ENTRY void __tsan_release(void* address) { Release(address); }
HEDDLE_ENTRY void __tsan_ignore_thread_begin() { IgnoreAccesses(true); }
HEDDLE_ENTRY void __tsan_ignore_thread_end() { IgnoreAccesses(false); }
HEDDLE_ENTRY void __tsan_flush_memory() {}
HEDDLE_ENTRY void __tsan_mutex_create(void*, unsigned) {}
HEDDLE_ENTRY void __tsan_mutex_destroy(void*, unsigned) {}
HEDDLE_ENTRY void __tsan_mutex_pre_lock(void*, unsigned) {}
HEDDLE_ENTRY void __tsan_mutex_post_lock(void* lock, unsigned flags, int) {
  constexpr unsigned kTryLockFailed = 1u << 5;  // __tsan_mutex_try_lock_failed
  if ((flags & kTryLockFailed) == 0) Acquire(lock);
}
HEDDLE_ENTRY int __tsan_mutex_pre_unlock(void* lock, unsigned) {
  Release(lock);
  return 0;
}
HEDDLE_ENTRY void __tsan_mutex_post_unlock(void*, unsigned) {}
HEDDLE_ENTRY void __tsan_mutex_pre_signal(void*, unsigned) {}
HEDDLE_ENTRY void __tsan_mutex_post_signal(void*, unsigned) {}
HEDDLE_ENTRY void __tsan_mutex_pre_divert(void*, unsigned) {}
HEDDLE_ENTRY void __tsan_mutex_post_divert(void*, unsigned) {}
HEDDLE_ENTRY void* __tsan_get_current_fiber() {
  return g_engine.active() ? g_engine.current() : nullptr;
}
HEDDLE_ENTRY void* __tsan_create_fiber(unsigned) { RefuseFibres(); }
HEDDLE_ENTRY void __tsan_destroy_fiber(void*) {}
HEDDLE_ENTRY void __tsan_switch_to_fiber(void*, unsigned) { RefuseFibres(); }
HEDDLE_ENTRY void __tsan_set_fiber_name(void*, const char*) {}
HEDDLE_ENTRY void* __tsan_external_register_tag(const char*) { return reinterpret_cast<void*>(1); }
HEDDLE_ENTRY void __tsan_external_register_header(void*, const char*) {}
HEDDLE_ENTRY void __tsan_external_assign_tag(void*, void*) {}
HEDDLE_ENTRY void __tsan_external_read(void* address, void* pc, void*) {
  Gate gate;
  if (gate.controlled())
    g_engine.AccessMemory(reinterpret_cast<uintptr_t>(address), 1, false,
                          reinterpret_cast<uintptr_t>(pc));
}
HEDDLE_ENTRY void __tsan_external_write(void* address, void* pc, void*) {
  Gate gate;
  if (gate.controlled())
    g_engine.AccessMemory(reinterpret_cast<uintptr_t>(address), 1, true,
                          reinterpret_cast<uintptr_t>(pc));
}
HEDDLE_ENTRY void* __tsan_get_current_report() { return nullptr; }
HEDDLE_ENTRY int __tsan_get_report_data(void*, const char**, int*, int*, int*, int*, int*, int*,
                                        int*, void**, unsigned long) {
  return 0;
}
HEDDLE_ENTRY int __tsan_get_alloc_stack(unsigned long, unsigned long*, unsigned long, int*,
                                        unsigned long*) {
  return 0;
}
HEDDLE_ENTRY const char* __tsan_locate_address(unsigned long, char*, unsigned long, unsigned long*,
                                               unsigned long*) {
  return "";
}

// --- __sanitizer_* ---
HEDDLE_ENTRY void __sanitizer_print_stack_trace() {}
HEDDLE_ENTRY void __sanitizer_set_death_callback(void (*)()) {}
HEDDLE_ENTRY void __sanitizer_set_report_path(const char*) {}
HEDDLE_ENTRY void __sanitizer_set_report_fd(void*) {}
HEDDLE_ENTRY const char* __sanitizer_get_report_path() { return ""; }
HEDDLE_ENTRY void __sanitizer_report_error_summary(const char*) {}
HEDDLE_ENTRY int __sanitizer_acquire_crash_state() { return 1; }
HEDDLE_ENTRY void __sanitizer_sandbox_on_notify(void*) {}
HEDDLE_ENTRY int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*,
                                                                    unsigned long),
                                                           void (*)(const volatile void*)) {
  return 0;
}
HEDDLE_ENTRY unsigned long __sanitizer_get_current_allocated_bytes() { return 0; }
HEDDLE_ENTRY unsigned long __sanitizer_get_heap_size() { return 0; }
HEDDLE_ENTRY unsigned long __sanitizer_get_free_bytes() { return 0; }
HEDDLE_ENTRY unsigned long __sanitizer_get_unmapped_bytes() { return 0; }
HEDDLE_ENTRY unsigned long __sanitizer_get_estimated_allocated_size(unsigned long bytes) {
  return bytes;
}
HEDDLE_ENTRY unsigned long __sanitizer_get_allocated_size(const void* block) {
  return block != nullptr ? malloc_usable_size(const_cast<void*>(block)) : 0;
}
// libc has no way to tell, and a program that asks does so of blocks it has just got.
HEDDLE_ENTRY int __sanitizer_get_ownership(const void* block) { return block != nullptr; }
HEDDLE_ENTRY int __sanitizer_get_module_and_offset_for_pc(void*, char* path, unsigned long bytes,
                                                          void** offset) {
  if (bytes > 0) path[0] = '\0';
  *offset = nullptr;
  return 0;
}
HEDDLE_ENTRY void __sanitizer_symbolize_pc(void*, const char*, char* buffer, unsigned long bytes) {
  if (bytes > 0) buffer[0] = '\0';
}
HEDDLE_ENTRY void __sanitizer_symbolize_global(void*, const char*, char* buffer,
                                               unsigned long bytes) {
  if (bytes > 0) buffer[0] = '\0';
}

#define HEDDLE_UNALIGNED(bits)                                                                  \
  HEDDLE_ENTRY uint##bits##_t __sanitizer_unaligned_load##bits(const void* p) {                 \
    uint##bits##_t value;                                                                       \
    memcpy(&value, p, sizeof value);                                                            \
    Gate gate;                                                                                  \
    if (gate.controlled()) {                                                                    \
      g_engine.AccessMemory(reinterpret_cast<uintptr_t>(p), bits / 8, false, HEDDLE_CALLER_PC); \
    }                                                                                           \
    return value;                                                                               \
  }                                                                                             \
  HEDDLE_ENTRY void __sanitizer_unaligned_store##bits(void* p, uint##bits##_t value) {          \
    Gate gate;                                                                                  \
    if (gate.controlled()) {                                                                    \
      g_engine.AccessMemory(reinterpret_cast<uintptr_t>(p), bits / 8, true, HEDDLE_CALLER_PC);  \
    }                                                                                           \
    memcpy(p, &value, sizeof value);                                                            \
  }

HEDDLE_UNALIGNED(16)
HEDDLE_UNALIGNED(32)
HEDDLE_UNALIGNED(64)

}  // namespace heddle::intercept
