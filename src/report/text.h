// The report as text for a terminal or a log: what `heddle run` prints.
#pragma once

#include <cstdint>
#include <string>

#include "report/model.h"

namespace heddle::report {

struct TextOptions {
  bool color = false;
  uint32_t width = 100;   // columns of the terminal: the table of events adapts to it
  std::string directory;  // paths below it are shown relative to it; "" shows all as they are
  uint32_t event_rows_max = 40;   // of the table of events
  uint32_t story_lines_max = 80;  // of the story; what does not fit is left out in its middle
  bool ascii = true;              // no other characters than ASCII in what is not the program's
  bool source_lines = true;       // quote the source under the top frame if the file can be read
};

// One finding; its first and last line say how to replay it. Ends with a newline.
[[nodiscard]] std::string FindingText(const FindingView& finding, const TextOptions& options);

// Only how it came about: summary, schedule and story, between two lines that say how to replay it. Ends with a newline.
[[nodiscard]] std::string StoryText(const FindingView& finding, const TextOptions& options);

// The summary of a run without the findings' details: what was run, how fast, what was found, what was not covered.
// Ends with a newline.
[[nodiscard]] std::string RunSummaryText(const RunView& run, const TextOptions& options);

// All findings, then the summary.
[[nodiscard]] std::string RunText(const RunView& run, const TextOptions& options);

}  // namespace heddle::report
