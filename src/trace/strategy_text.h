// The strategies as `--strategy` and heddle::Options spell them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace/region.h"

namespace heddle::trace {

enum class StrategyTextError : uint8_t {
  kNone,
  kUnknown,  // no strategy of that name
  kRate,     // random: the switch rate is not a number from 1 to 1000
  kDepth,    // pct: the depth is not a number from 1 to 64
  kBound,    // dfs: the preemption bound is not a number from 0 to 1000
};

// For messages: what may be asked for.
inline constexpr char kStrategyWords[] =
    "random, random:PERMILLE, pct:DEPTH, pos, surw, dfs, dfs:PREEMPTIONS, dpor or portfolio";

// "random", "random:PERMILLE", "pct", "pct:D", "pos", "surw", "dfs", "dfs:K", "dpor", "portfolio". On an error `spec` is not written.
[[nodiscard]] StrategyTextError FindStrategy(const char* text, size_t length, StrategySpec* spec);

}  // namespace heddle::trace
