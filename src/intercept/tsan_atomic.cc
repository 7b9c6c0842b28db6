// The compiler's calls instead of atomic operations: __tsan_atomic8_load … __tsan_atomic128_compare_exchange_val.
//
// Each is a decision point: announced, carried out on memory at its turn, then reported with its memory order. Outside
// of control they are what they say, with the strongest order.
#include <string.h>

#include "engine/library_range.h"
#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

using engine::Engine;
using engine::ProgramMemoryScope;
using engine::SyncObject;

using A8 = uint8_t;
using A16 = uint16_t;
using A32 = uint32_t;
using A64 = uint64_t;
__extension__ using A128 = unsigned __int128;

// C11's memory_order as the compilers pass it: relaxed, consume, acquire, release, acq_rel, seq_cst, in this order.
// gcc may add high bits for hardware lock elision.
int Order(int order) {
  constexpr int kOrders[] = {__ATOMIC_RELAXED, __ATOMIC_CONSUME, __ATOMIC_ACQUIRE,
                             __ATOMIC_RELEASE, __ATOMIC_ACQ_REL, __ATOMIC_SEQ_CST};
  const int low = order & 0x7fff;
  return low >= 0 && low <= 5 ? kOrders[low] : __ATOMIC_SEQ_CST;
}

// Plain C++ access: under control only one thread runs. Outside of control real threads may run, and 16 bytes need care.
template <typename T>
T RealLoad(const volatile T* place) {
  if constexpr (sizeof(T) == 16) {
    return __sync_val_compare_and_swap(const_cast<volatile T*>(place), T{0}, T{0});
  } else {
    return __atomic_load_n(place, __ATOMIC_SEQ_CST);
  }
}

template <typename T>
bool RealCompareExchange(volatile T* place, T* expected, T desired) {
  if constexpr (sizeof(T) == 16) {
    const T old = __sync_val_compare_and_swap(place, *expected, desired);
    const bool swapped = old == *expected;
    *expected = old;
    return swapped;
  } else {
    return __atomic_compare_exchange_n(place, expected, desired, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
  }
}

template <typename T>
uint64_t Value(T value) {
  return static_cast<uint64_t>(value);
}

template <typename T>
T Load(const volatile T* place, int order, uintptr_t pc) {
  Gate gate;
  if (!gate.controlled()) return RealLoad(place);
  SyncObject* object =
      g_engine.AtomicArrive(reinterpret_cast<uintptr_t>(place), OpKind::kAtomicLoad, pc);
  T value;
  {
    ProgramMemoryScope scope;
    value = *place;
  }
  g_engine.AtomicDone(object, OpKind::kAtomicLoad,
                      {sizeof(T), false, false, Order(order), Value(value)}, pc);
  return value;
}

template <typename T>
void Store(volatile T* place, T value, int order, uintptr_t pc) {
  Gate gate;
  if (!gate.controlled()) {
    T old = RealLoad(place);
    while (!RealCompareExchange(place, &old, value)) {
    }
    return;
  }
  SyncObject* object =
      g_engine.AtomicArrive(reinterpret_cast<uintptr_t>(place), OpKind::kAtomicStore, pc);
  bool changed = false;
  {
    ProgramMemoryScope scope;
    changed = *place != value;
    *place = value;
  }
  g_engine.AtomicDone(object, OpKind::kAtomicStore,
                      {sizeof(T), true, changed, Order(order), Value(value)}, pc);
}

// `update` computes the new value from the old one.
template <typename T, typename F>
T Modify(volatile T* place, int order, uintptr_t pc, F update) {
  Gate gate;
  if (!gate.controlled()) {
    T old = RealLoad(place);
    while (!RealCompareExchange(place, &old, update(old))) {
    }
    return old;
  }
  SyncObject* object =
      g_engine.AtomicArrive(reinterpret_cast<uintptr_t>(place), OpKind::kAtomicRmw, pc);
  T old;
  bool changed = false;
  {
    ProgramMemoryScope scope;
    old = *place;
    const T value = update(old);
    changed = value != old;
    *place = value;
  }
  g_engine.AtomicDone(object, OpKind::kAtomicRmw,
                      {sizeof(T), true, changed, Order(order), Value(old)}, pc);
  return old;
}

template <typename T>
bool CompareExchange(volatile T* place, T* expected, T desired, bool weak, int order,
                     int failure_order, uintptr_t pc) {
  Gate gate;
  if (!gate.controlled()) return RealCompareExchange(place, expected, desired);
  SyncObject* object =
      g_engine.AtomicArrive(reinterpret_cast<uintptr_t>(place), OpKind::kAtomicCas, pc);
  T old;
  {
    ProgramMemoryScope scope;
    old = *place;
  }
  const bool equal = old == *expected;
  const bool success = equal && !(weak && g_engine.WeakFailure());
  const bool changed = success && old != desired;
  if (success) {
    *place = desired;
  } else {
    *expected = old;
  }
  const int effective = Order(success ? order : failure_order);
  g_engine.AtomicDone(object, OpKind::kAtomicCas,
                      {sizeof(T), success, changed, effective, Value(old), equal && !success}, pc);
  return success;
}

}  // namespace

#define HEDDLE_PC HEDDLE_CALLER_PC
#define HEDDLE_MODIFY(bits, name, expression)                                                    \
  HEDDLE_ENTRY A##bits __tsan_atomic##bits##_##name(volatile A##bits* p, A##bits v, int order) { \
    return Modify<A##bits>(p, order, HEDDLE_PC,                                                  \
                           [v](A##bits old) { return static_cast<A##bits>(expression); });       \
  }

#define HEDDLE_ATOMIC(bits)                                                                  \
  HEDDLE_ENTRY A##bits __tsan_atomic##bits##_load(const volatile A##bits* p, int order) {    \
    return Load<A##bits>(p, order, HEDDLE_PC);                                               \
  }                                                                                          \
  HEDDLE_ENTRY void __tsan_atomic##bits##_store(volatile A##bits* p, A##bits v, int order) { \
    Store<A##bits>(p, v, order, HEDDLE_PC);                                                  \
  }                                                                                          \
  HEDDLE_MODIFY(bits, exchange, (static_cast<void>(old), v))                                 \
  HEDDLE_MODIFY(bits, fetch_add, old + v)                                                    \
  HEDDLE_MODIFY(bits, fetch_sub, old - v)                                                    \
  HEDDLE_MODIFY(bits, fetch_and, old& v)                                                     \
  HEDDLE_MODIFY(bits, fetch_or, old | v)                                                     \
  HEDDLE_MODIFY(bits, fetch_xor, old ^ v)                                                    \
  HEDDLE_MODIFY(bits, fetch_nand, ~(old & v))                                                \
  HEDDLE_ENTRY int __tsan_atomic##bits##_compare_exchange_strong(                            \
      volatile A##bits* p, A##bits* expected, A##bits v, int order, int failure_order) {     \
    return CompareExchange<A##bits>(p, expected, v, false, order, failure_order, HEDDLE_PC); \
  }                                                                                          \
  HEDDLE_ENTRY int __tsan_atomic##bits##_compare_exchange_weak(                              \
      volatile A##bits* p, A##bits* expected, A##bits v, int order, int failure_order) {     \
    return CompareExchange<A##bits>(p, expected, v, true, order, failure_order, HEDDLE_PC);  \
  }                                                                                          \
  HEDDLE_ENTRY A##bits __tsan_atomic##bits##_compare_exchange_val(                           \
      volatile A##bits* p, A##bits expected, A##bits v, int order, int failure_order) {      \
    A##bits old = expected;                                                                  \
    CompareExchange<A##bits>(p, &old, v, false, order, failure_order, HEDDLE_PC);            \
    return old;                                                                              \
  }

HEDDLE_ATOMIC(8)
HEDDLE_ATOMIC(16)
HEDDLE_ATOMIC(32)
HEDDLE_ATOMIC(64)
HEDDLE_ATOMIC(128)

HEDDLE_ENTRY void __tsan_atomic_thread_fence(int order) {
  Gate gate;
  if (gate.controlled()) {
    g_engine.Fence(Order(order), HEDDLE_PC);
  } else {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
  }
}

// Orders a thread with its own signal handlers: nothing for other threads to see.
HEDDLE_ENTRY void __tsan_atomic_signal_fence(int) {}

}  // namespace heddle::intercept
