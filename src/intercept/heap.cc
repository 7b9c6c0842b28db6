// The heap: malloc and its relatives, and C++'s operator new and delete.
//
// Blocks come from libc's own allocator, under its internal names, so no look-up is needed and none can recurse. What
// is added for instrumented programs: new memory has no history; freed memory is marked, and kept from being handed out
// again for a while, so that a use after free is seen instead of hitting somebody else's new block.
//
// Covered: malloc, calloc, realloc, reallocarray, free, memalign, aligned_alloc, posix_memalign, valloc, pvalloc, strdup
// (through malloc), operator new and delete in all forms. A program that brings its own allocator inside the executable
// keeps it; a library such as jemalloc that is linked dynamically is replaced by libc's.
#include <dlfcn.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <new>

#include "engine/instrumented_modules.h"
#include "engine/quarantine.h"
#include "intercept/entry.h"

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);
}

namespace heddle::intercept {
namespace {

void* Allocated(void* block, size_t asked, uintptr_t pc) {
  Gate gate;
  if (gate.controlled() && block != nullptr)
    g_engine.OnAllocate(block, malloc_usable_size(block), asked, pc);
  return block;
}

void Free(void* block, uintptr_t pc) {
  if (block == nullptr) return;
  Gate gate;
  if (!gate.controlled()) {
    __libc_free(block);
    return;
  }
  const size_t bytes = malloc_usable_size(block);
  if (!g_engine.OnFree(block, bytes, engine::IsInstrumentedCode(pc), pc)) return;
  if (g_engine.detects_races() && g_engine.detects(trace::kDetectHeap)) {
    engine::g_quarantine.Add(block, bytes);
  } else {
    __libc_free(block);
  }
}

// operator new must throw when there is no memory. This zone cannot; the program's own C++ runtime can.
void* New(size_t bytes, size_t alignment, uintptr_t pc) {
  void* block =
      alignment == 0 ? __libc_malloc(bytes == 0 ? 1 : bytes) : __libc_memalign(alignment, bytes);
  if (block == nullptr) {
    using OperatorNew = void* (*)(size_t);
    const auto real = reinterpret_cast<OperatorNew>(dlsym(RTLD_NEXT, "_Znwm"));
    return real != nullptr ? real(bytes) : nullptr;
  }
  return Allocated(block, bytes, pc);
}

void* NewNothrow(size_t bytes, size_t alignment, uintptr_t pc) {
  return Allocated(
      alignment == 0 ? __libc_malloc(bytes == 0 ? 1 : bytes) : __libc_memalign(alignment, bytes),
      bytes, pc);
}

}  // namespace

HEDDLE_ENTRY void* malloc(size_t bytes) {
  return Allocated(__libc_malloc(bytes), bytes, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY void* calloc(size_t count, size_t bytes) {
  return Allocated(__libc_calloc(count, bytes), count * bytes, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY void free(void* block) { Free(block, HEDDLE_CALLER_PC); }

HEDDLE_ENTRY void* realloc(void* block, size_t bytes) {
  const uintptr_t pc = HEDDLE_CALLER_PC;
  if (block == nullptr) return Allocated(__libc_malloc(bytes), bytes, pc);
  if (!g_engine.active() || !g_engine.detects_races()) return __libc_realloc(block, bytes);
  if (bytes == 0) {
    Free(block, pc);
    return nullptr;
  }
  // Moved always, so that every use of the old address is seen.
  void* moved = Allocated(__libc_malloc(bytes), bytes, pc);
  if (moved == nullptr) return nullptr;
  const size_t old_bytes = malloc_usable_size(block);
  {
    engine::RuntimeScope scope;
    memcpy(moved, block, old_bytes < bytes ? old_bytes : bytes);
  }
  Free(block, pc);
  return moved;
}

HEDDLE_ENTRY void* reallocarray(void* block, size_t count, size_t bytes) {
  size_t total = 0;
  if (__builtin_mul_overflow(count, bytes, &total)) {
    errno = ENOMEM;
    return nullptr;
  }
  return realloc(block, total);
}

HEDDLE_ENTRY void* memalign(size_t alignment, size_t bytes) {
  return Allocated(__libc_memalign(alignment, bytes), bytes, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY void* aligned_alloc(size_t alignment, size_t bytes) {
  return Allocated(__libc_memalign(alignment, bytes), bytes, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int posix_memalign(void** result, size_t alignment, size_t bytes) {
  if (alignment % sizeof(void*) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
    return EINVAL;
  void* block = Allocated(__libc_memalign(alignment, bytes), bytes, HEDDLE_CALLER_PC);
  if (block == nullptr) return ENOMEM;
  *result = block;
  return 0;
}

HEDDLE_ENTRY void* valloc(size_t bytes) {
  return Allocated(__libc_memalign(4096, bytes), bytes, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY void* pvalloc(size_t bytes) {
  return Allocated(__libc_memalign(4096, (bytes + 4095) & ~size_t{4095}), bytes, HEDDLE_CALLER_PC);
}

}  // namespace heddle::intercept

// Mangled names are written out: declaring these functions as C++ would make the compiler treat them as builtins.
#define HEDDLE_NEW(name, parameters, call) \
  HEDDLE_ENTRY void* name parameters { return heddle::intercept::call; }
#define HEDDLE_DELETE(name, parameters) \
  HEDDLE_ENTRY void name parameters { heddle::intercept::Free(block, HEDDLE_CALLER_PC); }

HEDDLE_NEW(_Znwm, (size_t bytes), New(bytes, 0, HEDDLE_CALLER_PC))
HEDDLE_NEW(_Znam, (size_t bytes), New(bytes, 0, HEDDLE_CALLER_PC))
HEDDLE_NEW(_ZnwmRKSt9nothrow_t, (size_t bytes, const void*), NewNothrow(bytes, 0, HEDDLE_CALLER_PC))
HEDDLE_NEW(_ZnamRKSt9nothrow_t, (size_t bytes, const void*), NewNothrow(bytes, 0, HEDDLE_CALLER_PC))
HEDDLE_NEW(_ZnwmSt11align_val_t, (size_t bytes, size_t alignment),
           New(bytes, alignment, HEDDLE_CALLER_PC))
HEDDLE_NEW(_ZnamSt11align_val_t, (size_t bytes, size_t alignment),
           New(bytes, alignment, HEDDLE_CALLER_PC))
HEDDLE_NEW(_ZnwmSt11align_val_tRKSt9nothrow_t, (size_t bytes, size_t alignment, const void*),
           NewNothrow(bytes, alignment, HEDDLE_CALLER_PC))
HEDDLE_NEW(_ZnamSt11align_val_tRKSt9nothrow_t, (size_t bytes, size_t alignment, const void*),
           NewNothrow(bytes, alignment, HEDDLE_CALLER_PC))
HEDDLE_DELETE(_ZdlPv, (void* block))
HEDDLE_DELETE(_ZdaPv, (void* block))
HEDDLE_DELETE(_ZdlPvm, (void* block, size_t))
HEDDLE_DELETE(_ZdaPvm, (void* block, size_t))
HEDDLE_DELETE(_ZdlPvRKSt9nothrow_t, (void* block, const void*))
HEDDLE_DELETE(_ZdaPvRKSt9nothrow_t, (void* block, const void*))
HEDDLE_DELETE(_ZdlPvSt11align_val_t, (void* block, size_t))
HEDDLE_DELETE(_ZdaPvSt11align_val_t, (void* block, size_t))
HEDDLE_DELETE(_ZdlPvmSt11align_val_t, (void* block, size_t, size_t))
HEDDLE_DELETE(_ZdaPvmSt11align_val_t, (void* block, size_t, size_t))
HEDDLE_DELETE(_ZdlPvSt11align_val_tRKSt9nothrow_t, (void* block, size_t, const void*))
HEDDLE_DELETE(_ZdaPvSt11align_val_tRKSt9nothrow_t, (void* block, size_t, const void*))
