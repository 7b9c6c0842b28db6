// The table of the HTML page that tells what happened, in order: the story as in the text, or the last events where there
// is no story.
#pragma once

#include <string>

#include "report/model.h"
#include "report/source_text.h"

namespace heddle::report {

// HTML of the heading and the table; "" if nothing is known. Paths are shown relative to `directory`.
[[nodiscard]] std::string StoryHtml(const FindingView& finding, const std::string& directory,
                                    SourceText& sources);

}  // namespace heddle::report
