// Discipline, suggestion and harm of a finding as JSON, and back: members of a finding in a report, and the `explanation`
// of a card, so that what further executions showed need not be looked for again. docs/formats.md describes the members.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "report/model.h"

namespace heddle::report {

// Adds the members that are known to the object.
void AddDisciplineJson(const FindingView& finding, nlohmann::json* object);

// Fills what the object has; what it lacks, or has in another form, stays as it is.
void ReadDiscipline(const nlohmann::json& object, FindingView* finding);

// The same for a card: "" if nothing is known.
[[nodiscard]] std::string ExplanationText(const FindingView& finding);
void ReadExplanation(std::string_view text, FindingView* finding);

}  // namespace heddle::report
