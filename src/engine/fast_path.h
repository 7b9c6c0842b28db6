// What the fast path of plain accesses compares a shadow cell with: the epoch of the running thread, flags and bytes
// zero. The engine keeps it up to date whenever the running thread or its clock changes; while accesses are not to be
// looked at it is a value that no cell ever holds, so every access takes the slow path, which knows why.
#pragma once

#include <cstdint>

#include "clock/epoch.h"
#include "clock/vector_clock.h"

namespace heddle::engine {

extern AccessWord g_fast_epoch;

// Clock zero and the tag thread: neither is ever stored in a cell.
inline constexpr AccessWord kNeverEpoch = static_cast<AccessWord>(kExpandedTag) << kThreadShift;

// Every access is to be looked at, also one that the cell knows already (plain spin loops, engine/spin.cc).
inline constexpr AccessWord kEveryAccess = static_cast<AccessWord>(kExpandedTag - 1)
                                           << kThreadShift;

// Words below are of earlier executions, that is: nothing (clock/epoch.h). A cell with two such words is touched for the
// first time, and the access is simply noted. Zero while that is not enough (diagnosing, plain spin loops, nobody looks).
extern AccessWord g_first_touch_below;

// What the running thread knows of the others. Valid while g_first_touch_below is not zero.
extern const VectorClock* g_fast_clock;

// The thread pointer of the running thread: what other threads do is none of the loom's business.
extern uint64_t g_fast_thread_pointer;

}  // namespace heddle::engine
