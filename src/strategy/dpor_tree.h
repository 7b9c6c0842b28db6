// Wake-up trees: at each node of the path, the orders of steps that are still to be tried from there. See dpor.h.
#pragma once

#include "trace/dpor_state.h"

namespace heddle::strategy {

// The node at `depth` takes the first branch of its tree; what lies below it is carried to the node that comes next.
// REQUIRES: the node has a branch.
void BeginBranch(trace::DporSearch* search, uint32_t depth);

// The smallest value from `from` on that need not sleep at `node`.
[[nodiscard]] uint32_t NextValue(const trace::DporNode& node, uint32_t from, uint32_t count);

// A new branch at the end of the list at `*place`: a step of `thread` with a result, or kDporAnyValue. Returns kDporNoBranch
// when there is no room.
[[nodiscard]] uint32_t AddBranch(trace::DporSearch* search, uint32_t* place,
                                 const trace::DporEvent& step, uint32_t value);

}  // namespace heddle::strategy
