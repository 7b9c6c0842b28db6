// From a diagnosed region to the view of a finding.
//
// The region speaks in thread numbers, object numbers, addresses and raw snapshots; the view in names, places and
// sentences. What the region does not know (kNoIndex) stays empty in the view.
#pragma once

#include <cstdint>
#include <string>

#include "report/model.h"
#include "report/symbols.h"
#include "trace/region.h"

namespace heddle::report {

// Whether the view gets its timeline: all events of the execution, which takes a while where there are many.
enum class Detail : uint8_t { kEvents, kTimeline };

// The view of findings[index], with signature, id and summary set. Works for a lean region too: it then has fewer
// stacks. first_execution, count, card and output_tail are left to the caller.
// REQUIRES: index < kFindingsMax.
[[nodiscard]] FindingView BuildFinding(const trace::Region& diagnosed, uint32_t index,
                                       Symbolizer& symbolizer, Detail detail = Detail::kEvents);

// Equal for findings that a person would call the same: verdict and places, never addresses, thread numbers or
// execution numbers. Order-independent for the two sides of a race and for the edges of a cycle.
[[nodiscard]] std::string Signature(const FindingView& finding);

// A short name for a signature: the verdict and eight hex digits, fit for a file name.
[[nodiscard]] std::string FindingId(const FindingView& finding);

}  // namespace heddle::report
