// The compiler's calls before each plain access: __tsan_read4 and its relatives, of gcc 12-14 and clang 14-19.
//
// The fast path is one address computation and one comparison per 4-byte granule: if the cell says that this thread has
// made the same access at the same clock, there is nothing to learn. The two other short ways of race/short_way.h follow;
// everything else goes to the engine. Stacks are not recorded, so entering and leaving functions costs a call and nothing
// more.
#include <string.h>

#include "engine/fast_path.h"
#include "engine/instrumented_modules.h"
#include "intercept/entry.h"
#include "race/short_way.h"

namespace heddle::intercept {
namespace {

[[gnu::noinline, gnu::flatten]] void SlowAccess(uintptr_t address, uint32_t bytes, bool write,
                                                uintptr_t pc) {
  Gate gate;
  if (gate.controlled()) g_engine.AccessMemory(address, bytes, write, pc);
}

// Whether the calling thread is the running one, outside of the loom: what others do is none of our business.
[[gnu::always_inline]] inline bool Counts() {
  return engine::g_runtime_depth == 0 && sys::ThreadPointer() == engine::g_fast_thread_pointer;
}

// Apart from the entry points: it is long, and the second most frequent case.
template <uint32_t kBytes, bool kWrite>
[[gnu::noinline]] void LookedAt(uintptr_t address, uintptr_t pc) {
  if (Counts() &&
      race::OrderedTouch<kBytes, kWrite>(address, engine::g_fast_epoch, engine::g_first_touch_below,
                                         *engine::g_fast_clock))
    return;
  SlowAccess(address, kBytes, kWrite, pc);
}

template <uint32_t kBytes, bool kWrite>
[[gnu::always_inline]] inline void Access(const void* memory, uintptr_t pc) {
  const auto address = reinterpret_cast<uintptr_t>(memory);
  if (__builtin_expect(race::Known<kBytes, kWrite>(address, engine::g_fast_epoch), 1)) return;
  if (kBytes <= 8 && Counts() &&
      race::FirstTouch<kBytes, kWrite>(address, engine::g_fast_epoch, engine::g_first_touch_below))
    return;
  LookedAt<kBytes, kWrite>(address, pc);
}

}  // namespace

#define HEDDLE_ACCESS(bytes)                                                                   \
  HEDDLE_ENTRY void __tsan_read##bytes(void* p) { Access<bytes, false>(p, HEDDLE_CALLER_PC); } \
  HEDDLE_ENTRY void __tsan_write##bytes(void* p) { Access<bytes, true>(p, HEDDLE_CALLER_PC); } \
  HEDDLE_ENTRY void __tsan_read_write##bytes(void* p) {                                        \
    Access<bytes, false>(p, HEDDLE_CALLER_PC);                                                 \
    Access<bytes, true>(p, HEDDLE_CALLER_PC);                                                  \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_read##bytes##_pc(void* p, void* pc) {                               \
    Access<bytes, false>(p, reinterpret_cast<uintptr_t>(pc));                                  \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_write##bytes##_pc(void* p, void* pc) {                              \
    Access<bytes, true>(p, reinterpret_cast<uintptr_t>(pc));                                   \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_volatile_read##bytes(void* p) {                                     \
    Access<bytes, false>(p, HEDDLE_CALLER_PC);                                                 \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_volatile_write##bytes(void* p) {                                    \
    Access<bytes, true>(p, HEDDLE_CALLER_PC);                                                  \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_unaligned_read##bytes(void* p) {                                    \
    Access<bytes, false>(p, HEDDLE_CALLER_PC);                                                 \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_unaligned_write##bytes(void* p) {                                   \
    Access<bytes, true>(p, HEDDLE_CALLER_PC);                                                  \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_unaligned_read_write##bytes(void* p) {                              \
    Access<bytes, false>(p, HEDDLE_CALLER_PC);                                                 \
    Access<bytes, true>(p, HEDDLE_CALLER_PC);                                                  \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_unaligned_volatile_read##bytes(void* p) {                           \
    Access<bytes, false>(p, HEDDLE_CALLER_PC);                                                 \
  }                                                                                            \
  HEDDLE_ENTRY void __tsan_unaligned_volatile_write##bytes(void* p) {                          \
    Access<bytes, true>(p, HEDDLE_CALLER_PC);                                                  \
  }

HEDDLE_ACCESS(1)
HEDDLE_ACCESS(2)
HEDDLE_ACCESS(4)
HEDDLE_ACCESS(8)
HEDDLE_ACCESS(16)

HEDDLE_ENTRY void __tsan_read_range(void* p, unsigned long bytes) {
  Gate gate;
  if (gate.controlled())
    g_engine.AccessRange(reinterpret_cast<uintptr_t>(p), bytes, false, HEDDLE_CALLER_PC);
}
HEDDLE_ENTRY void __tsan_write_range(void* p, unsigned long bytes) {
  Gate gate;
  if (gate.controlled())
    g_engine.AccessRange(reinterpret_cast<uintptr_t>(p), bytes, true, HEDDLE_CALLER_PC);
}
HEDDLE_ENTRY void __tsan_read_range_pc(void* p, unsigned long bytes, void* pc) {
  Gate gate;
  if (gate.controlled())
    g_engine.AccessRange(reinterpret_cast<uintptr_t>(p), bytes, false,
                         reinterpret_cast<uintptr_t>(pc));
}
HEDDLE_ENTRY void __tsan_write_range_pc(void* p, unsigned long bytes, void* pc) {
  Gate gate;
  if (gate.controlled())
    g_engine.AccessRange(reinterpret_cast<uintptr_t>(p), bytes, true,
                         reinterpret_cast<uintptr_t>(pc));
}

// The pointer to the virtual functions. A store of the value that is there already is what every destructor of a class
// without derived classes does; it harms nobody.
HEDDLE_ENTRY void __tsan_vptr_update(void** place, void* value) {
  if (*place != value) Access<8, true>(place, HEDDLE_CALLER_PC);
}
HEDDLE_ENTRY void __tsan_vptr_read(void** place) { Access<8, false>(place, HEDDLE_CALLER_PC); }

HEDDLE_ENTRY void __tsan_func_entry(void*) {}
HEDDLE_ENTRY void __tsan_func_exit() {}

// gcc's binaries call it from .preinit_array, before libc knows the environment: too early to start the loom.
HEDDLE_ENTRY void __tsan_init() {
  engine::NoteInstrumentedModules();
  g_engine.set_instrumented();
}

}  // namespace heddle::intercept
