// Remedies that a finding's verdict and shape name by themselves, without further executions: a cycle of locks wants an
// order, a thread that nobody joins wants a join. Only where the finding leaves one reading; else nothing.
#pragma once

#include <optional>

#include "report/model.h"

namespace heddle::report {

[[nodiscard]] std::optional<SuggestionView> KnownRemedy(const FindingView& finding);

// Puts the innermost place of the program on a stack into the suggestion.
void SetPlace(const Stack& stack, SuggestionView* suggestion);

}  // namespace heddle::report
