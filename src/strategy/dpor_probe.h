// How many executions the search without repetitions (dpor.h) will make, before it has made them.
//
// An execution in which sleeping steps are never done (sleep sets, without anything else) belongs to a tree whose leaves are of
// two sorts: executions that came to their end, exactly one of each kind, and executions in which all that is left sleeps.
// A probe goes down that tree at random. It takes a way of probability p at each node and multiplies 1/p along its path; at a
// sleeping end it counts 0. The mean over many probes is then the number of kinds: that is Knuth's estimator ("Estimating the
// efficiency of backtrack programs", Math. Comp. 29, 1975), and it is right on average whatever the probabilities are.
//
//   T1: x = 1   T2: x = 2     first T1 (p = 1/2), then T2 (p = 1): 2;  first T2, then T1, which x = 2 has woken: 2
//   T1: x = 1   T2: y = 2     first T1, then T2: 2;  first T2, and T1 sleeps for ever: 0;  on average 1
//
// How much single probes differ is another matter, and the probabilities are chosen for that: a step that touches nothing goes
// first, and of threads that have nothing to do with each other those of one group nearly always, because what is put to sleep
// otherwise would never be woken. Who has to do with whom is learned from earlier probes. The spread that is told is two standard errors of the mean; where few
// probes stand for most of the weight it is too small, as every estimate from samples is.
#pragma once

#include "trace/dpor_state.h"

namespace heddle::strategy {

// After so many executions a search is worth a forecast …
inline constexpr uint64_t kProbeAfterExecutions = 500;
// … of so many probes.
inline constexpr uint64_t kProbes = 400;

// … and of so much real time at most.
inline constexpr uint64_t kProbingNsMax = 500'000'000;

// Whether the search is to be probed now.
[[nodiscard]] inline bool IsTimeToProbe(const trace::DporSearch& search) {
  return search.estimate.probes == 0 && search.executions == kProbeAfterExecutions &&
         search.status == trace::DporStatus::kRunning;
}

// The next execution, of a search of its own at `probe`, is a probe.
void BeginProbe(trace::DporSearch* probe);

// It is over: adds what it says to what is known.
void FinishProbe(trace::DporSearch* probe, trace::DporEstimate* estimate);

}  // namespace heddle::strategy
