// What the pair that matters (explain/swap.h) says about the remedy, where there is no data race: every access is locked, and
// still the order of two events decides. Two shapes are told apart, in the events of the shortest schedule:
//
//   check again      T1 uses O    T2 uses O    T1 uses O       T1 looked, T2 changed, T1 acted
//                                     first        second      (the pair, in the other order it passes)
//
//   too early        T1 uses M    T2 uses M    T2 uses O    T1 uses O
//                    announces    hears           first        second
//
// In the second shape T1 told T2 of something (M is what it released and T2 took afterwards) before it was through with O.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "explain/swap.h"

namespace heddle::explain {

struct Atomicity {
  enum class Shape : uint8_t { kCheckAgain, kTooEarly };
  Shape shape = Shape::kCheckAgain;
  uint64_t earlier = 0;  // event: T1's first use of O; or its release of M
  uint64_t heard = 0;    // event, kTooEarly: T2's taking of M
};

[[nodiscard]] std::optional<Atomicity> ShapeOf(std::span<const trace::Event> events,
                                               const EventPair& pair);

// A signal that was given twice: `thread` holds lock `object` where it fails, which it took at the same place once before, and
// then it notified a condition variable under it. The event of that first notification.
[[nodiscard]] std::optional<uint64_t> SignalledBefore(std::span<const trace::Event> events,
                                                      uint32_t thread, uint32_t object);

}  // namespace heddle::explain
