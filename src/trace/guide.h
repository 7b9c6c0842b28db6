// A schedule by place instead of by order: each choice stands at a step of a thread, not at a position in a list.
//
// A list of decisions is exact and brittle: leave one out, and all that follow stand in the wrong place. A guide says
// "thread 1, about to take its 7th step, gives way to thread 2". It is followed as far as it fits: what it says about a
// step that never comes, or about a thread that cannot run, is passed over, and wherever it says nothing the *usual*
// choice is made, which is to let each thread run on. So any part of a guide is a schedule, and that is what shrinking
// needs (explain/shrink.h).
//
//   choice                               the usual one
//   who runs next                        the same thread; if it cannot go on or gives way, the next number that can
//   time passes, a wait ends uncaused    no
//   a value (weak failure, waiter, …)    0
//
// A *step* of a thread is an arrival at a decision point, counted from 1 per thread, also where there is no choice.
// Values that are chosen before the first step belong to step 0.
#pragma once

#include <cstdint>

#include "base/limits.h"

namespace heddle::trace {

enum GuideFlag : uint32_t {
  kUsual = 1u << 0,       // the usual choice: a guide need not say it
  kPreemptive = 1u << 1,  // takes the turn from a thread that could go on and did not give way
};

// One choice: an element of a guide, and what an annotated execution notes for each of its decisions, in order.
struct GuidePoint {
  uint32_t thread;   // who arrived
  uint32_t step;     // at its how-manieth step
  uint32_t ordinal;  // of a value: the how-manieth at this step, from 0
  uint32_t decision;
  uint32_t flags;  // GuideFlag
};

}  // namespace heddle::trace
