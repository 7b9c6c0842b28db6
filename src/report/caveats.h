// What a reader has to know before believing a finding.
#pragma once

#include <string>
#include <vector>

#include "report/model.h"

namespace heddle::report {

// Sentences; empty when there is nothing to say.
[[nodiscard]] std::vector<std::string> Caveats(const FindingView& finding);

}  // namespace heddle::report
