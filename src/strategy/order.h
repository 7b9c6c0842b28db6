// A fingerprint of the order in which an execution did what depends on each other. Two executions have the same one exactly
// when one becomes the other by exchanging neighbouring steps that commute (dependence.h): when they are of one kind, of
// which the search without repetitions (dpor.h) would run one only. (Chance makes two kinds meet once in 2^64.)
//
// It is made as the execution goes on. Each thread carries a word for its history, each object one for its last change and
// one for that change and all reads since. A step mixes both into a new word for its thread, so the word stands for all that
// happened before the step; the sum over all steps stands for the execution.
//
//   step                     thread's word         object's words (written, used)
//   T1 writes x              a = mix(T1, x.used)   (a, a)
//   T2 reads x               b = mix(T2, a)        (a, a + b)
//   T3 reads x               c = mix(T3, a)        (a, a + b + c)    in either order
//   T1 writes x              d = mix(a, a + b + c) (d, d)
//
// Nothing has a number here. A thread begins with a word made of its creator's history, and an object with zero, so it does
// not matter when they came into being compared with others. Which object a step uses need not be told: what a thread does
// next follows from what happened before. Where that is not so (Choose, time, who is woken), the outcome is mixed in too, and
// so is the place in the code.
//
// Thread safety: none.
#pragma once

#include <cstdint>

#include "strategy/dependence.h"
#include "trace/operation.h"

namespace heddle::strategy {

// The uses of one object so far.
struct OrderChain {
  uint64_t written = 0;  // the last change
  uint64_t used = 0;     // and all reads since, in no order
};

// The history of a thread that nobody created.
inline constexpr uint64_t kFirstOrder = 0x6a09e667f3bcc908;

// Both halves of a product: every bit of either argument reaches every bit of the result.
[[nodiscard]] inline uint64_t MixOrder(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = Wide{a ^ 0x9e3779b97f4a7c15} * (b ^ 0xbb67ae8584caa73b);
  return static_cast<uint64_t>(product >> 64) ^ static_cast<uint64_t>(product);
}

// The step of a thread with the given history that uses an object. `label` says what the step is; below 2^32.
[[nodiscard]] inline uint64_t OrderOfUse(uint64_t history, uint32_t label, bool writes,
                                         OrderChain* object) {
  const uint64_t seen = writes ? object->used : object->written;
  const uint64_t order = MixOrder(history + label, seen);
  object->used += order;
  if (writes) object->used = object->written = order;
  return order;
}

// The same without an object; `outcome` is what came of it, or the history of whoever made it possible.
[[nodiscard]] inline uint64_t OrderOfOutcome(uint64_t history, uint32_t label, uint64_t outcome) {
  return MixOrder(history + label, outcome);
}

[[nodiscard]] constexpr uint32_t OrderLabel(trace::OpKind kind, uint32_t result, uint16_t site) {
  return static_cast<uint32_t>(kind) << 24 | (result & 0xff) << 16 | site;
}

// How an operation uses its object, as dependence.h has it, once its thread could go on.
enum class OrderUse : uint8_t { kNothing, kReads, kWrites, kOutside };

[[nodiscard]] inline OrderUse OrderUseOf(trace::OpKind kind) {
  constexpr uint32_t kObject = 1;
  const trace::DporOp op = OpOf({kind, kObject, true, 0});
  if (op.access_count == 0) return OrderUse::kNothing;
  if (op.accesses[0].object == kOutsideWorld) return OrderUse::kOutside;
  // Threads are told apart by their creators, so it does not matter who got which number.
  if (op.accesses[0].object != ObjectKey(kObject)) return OrderUse::kNothing;
  return op.accesses[0].writes != 0 ? OrderUse::kWrites : OrderUse::kReads;
}

}  // namespace heddle::strategy
