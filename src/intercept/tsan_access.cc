// The compiler's calls before each plain access: __tsan_read4 and its relatives, of gcc 12-14 and clang 14-19.
//
// The fast path is one address computation and one comparison per 4-byte granule: if the cell says that this thread has
// made the same access at the same clock, there is nothing to learn. Everything else goes to the engine. Stacks are not
// recorded, so entering and leaving functions costs a call and nothing more.
#include <string.h>

#include "engine/fast_path.h"
#include "engine/instrumented_modules.h"
#include "intercept/entry.h"
#include "race/shadow.h"

namespace heddle::intercept {
namespace {

[[gnu::noinline, gnu::flatten]] void SlowAccess(uintptr_t address, uint32_t bytes, bool write,
                                                uintptr_t pc) {
  Gate gate;
  if (gate.controlled()) g_engine.AccessMemory(address, bytes, write, pc);
}

// True when the cells say it all already: this thread, at this clock, has made the same access; or, for a read, has
// written the same bytes (whoever races with the read races with the write). Accesses of 4 bytes and more must be 4-byte
// aligned for it, smaller ones must not cross a granule.
template <uint32_t kBytes, bool kWrite>
[[gnu::always_inline]] inline bool Known(uintptr_t address) {
  const race::Cell* cell = race::CellOf(address);
  if constexpr (kBytes < 4) {
    const uintptr_t offset = address & 3;
    const AccessWord wanted = engine::g_fast_epoch | static_cast<AccessWord>((1u << kBytes) - 1)
                                                         << offset;
    const bool inside = kBytes == 1 || offset + kBytes <= 4;
    return inside && (cell->write == wanted || (!kWrite && cell->read == wanted));
  } else {
    const AccessWord wanted = engine::g_fast_epoch | kBytesMask;
    const AccessWord misaligned = address & 3;
    AccessWord unwritten = misaligned;
    for (uint32_t i = 0; i < kBytes / 4; ++i) unwritten |= cell[i].write ^ wanted;
    if (kWrite || unwritten == 0) return unwritten == 0;
    AccessWord unread = misaligned;
    for (uint32_t i = 0; i < kBytes / 4; ++i) unread |= cell[i].read ^ wanted;
    return unread == 0;
  }
}

// Most accesses that are not known are the first to their memory in this execution: there is nothing to compare with.
// Returns whether that was so, and then has noted the access.
template <uint32_t kBytes, bool kWrite>
[[gnu::always_inline]] inline bool FirstTouch(uintptr_t address) {
  if constexpr (kBytes > 8) return false;
  race::Cell* cell = race::CellOf(address);
  const AccessWord limit = engine::g_first_touch_below;
  const uintptr_t offset = address & 3;
  const bool inside = kBytes < 4 ? offset + kBytes <= 4 : offset == 0;
  constexpr uint32_t kCells = kBytes < 4 ? 1 : kBytes / 4;
  bool untouched = inside;
  for (uint32_t i = 0; i < kCells; ++i) {
    untouched &= cell[i].write < limit;
    untouched &= cell[i].read < limit;
    // A reference to a record carries the record's number where others have their clock.
    untouched &= ThreadOf(cell[i].write) != kExpandedTag;
  }
  if (!untouched || engine::g_runtime_depth != 0 ||
      sys::ThreadPointer() != engine::g_fast_thread_pointer)
    return false;
  const AccessWord bytes =
      kBytes < 4 ? static_cast<AccessWord>((1u << kBytes) - 1) << offset : kBytesMask;
  const AccessWord mine = engine::g_fast_epoch | bytes;
  for (uint32_t i = 0; i < kCells; ++i)
    cell[i] = kWrite ? race::Cell{mine, 0} : race::Cell{0, mine};
  return true;
}

template <uint32_t kBytes, bool kWrite>
[[gnu::always_inline]] inline void Access(const void* memory, uintptr_t pc) {
  const auto address = reinterpret_cast<uintptr_t>(memory);
  if (__builtin_expect(Known<kBytes, kWrite>(address), 1)) return;
  if (FirstTouch<kBytes, kWrite>(address)) return;
  SlowAccess(address, kBytes, kWrite, pc);
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
  engine::NoteInstrumentedModule(HEDDLE_CALLER_PC);
  g_engine.set_instrumented();
}

}  // namespace heddle::intercept
