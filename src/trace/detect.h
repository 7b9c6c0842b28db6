// Sets of verdicts, as `--detect` and heddle::Options name them, and the detectors that they need.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace/region.h"
#include "trace/verdict.h"

namespace heddle::trace {

// A set of verdicts has bit 1 << verdict for each.
using VerdictSet = uint32_t;
[[nodiscard]] constexpr VerdictSet Only(Verdict verdict) {
  return 1u << static_cast<uint32_t>(verdict);
}

// Every verdict but kNone.
[[nodiscard]] VerdictSet AllVerdicts();

// The verdict of that name; kNone if there is none, and for "none" itself.
[[nodiscard]] Verdict FindVerdict(const char* name, size_t length);

// "data-race,deadlock" or "all". False if a word is no verdict; `bad` and `bad_length` are then that word.
[[nodiscard]] bool FindVerdicts(const char* list, size_t length, VerdictSet* set, const char** bad,
                                size_t* bad_length);

// The detectors (DetectFlag) that the wanted verdicts need. Allow flags are not among them.
[[nodiscard]] uint32_t DetectorsFor(VerdictSet wanted);

// One flag of DetectFlag and the word that cards use for it.
struct DetectWord {
  uint32_t flag;
  const char* word;
  VerdictSet verdicts;  // found by this detector; 0: an allow flag
};
inline constexpr DetectWord kDetectWords[] = {
    {kDetectRaces, "races", Only(Verdict::kDataRace)},
    {kDetectLockOrder, "lock-order", Only(Verdict::kLockOrder)},
    {kDetectHeap, "heap",
     Only(Verdict::kUseAfterFree) | Only(Verdict::kDoubleFree) | Only(Verdict::kOutOfBounds)},
    {kDetectThreadLeak, "thread-leak", Only(Verdict::kThreadLeak)},
    {kDetectExitStatus, "exit-status", Only(Verdict::kExitStatus)},
    {kDetectMutexMisuse, "mutex-misuse", Only(Verdict::kMutexMisuse)},
    {kDetectLivelock, "livelock", Only(Verdict::kLivelock)},
    {kAllowSpurious, "spurious-wake-ups", 0},
    {kAllowWeakFailure, "weak-failures", 0},
    {kAllowEarlyTime, "early-time", 0},
};

}  // namespace heddle::trace
