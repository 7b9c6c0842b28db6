// What further executions showed, as text: the counts, then what to do, then what the race led to. See discipline.h in
// src/explain for what is counted.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "report/sentences.h"
#include "report/text_writer.h"

namespace heddle::report {
namespace {

// Sentences of the discipline that are shown; the JSON has all.
constexpr size_t kStatementsMax = 6;

// One line of text, broken at blanks where the terminal ends.
void AddWrapped(const std::string& first, const std::string& text, TextWriter* out) {
  const std::string words = Harmless(text);
  const size_t indent = first.size();
  const size_t width = std::max<size_t>(out->options().width, indent + 40) - indent;
  std::string prefix = first;
  for (size_t at = 0; at < words.size();) {
    size_t end = words.size();
    if (end - at > width) {
      end = words.rfind(' ', at + width);
      if (end == std::string::npos || end <= at) end = words.find(' ', at);
      if (end == std::string::npos) end = words.size();
    }
    out->Line(prefix + words.substr(at, end - at));
    prefix.assign(indent, ' ');
    at = end < words.size() ? end + 1 : end;
  }
}

void AddDiscipline(const DisciplineView& discipline, TextWriter* out) {
  out->Line();
  out->Heading(
      fmt::format("  discipline, in {}", Count(discipline.executions, "further execution")));
  for (size_t i = 0; i < discipline.statements.size() && i < kStatementsMax; ++i)
    AddWrapped("    ", discipline.statements[i], out);
  if (discipline.left_out > 0)
    out->Line(fmt::format("    ({} not noted: too many)", Count(discipline.left_out, "step")));
}

void AddSuggestion(const FindingView& finding, TextWriter* out) {
  if (!finding.suggestion) {
    // Said only where it was looked for.
    if (!finding.discipline) return;
    out->Line();
    out->Heading("  no suggestion: what was seen does not say which remedy is right");
    return;
  }
  const SuggestionView& suggestion = *finding.suggestion;
  out->Line();
  out->Heading(fmt::format("  suggestion: {} (docs/remedies/{}.md)", Harmless(suggestion.remedy),
                           Harmless(suggestion.remedy)));
  AddWrapped("    ", suggestion.advice, out);
  if (suggestion.line != 0) {
    out->Line(fmt::format("    at {} {}:{}", Harmless(suggestion.function),
                          Harmless(out->Path(suggestion.file)), suggestion.line));
    if (const auto source = out->SourceLine(suggestion.file, suggestion.line))
      out->Line("       | " + *source);
  }
  AddWrapped("    because ", suggestion.evidence, out);
}

void AddHarm(const HarmView& harm, TextWriter* out) {
  out->Line();
  const std::string seen =
      fmt::format("the race happened in {} of {}", harm.raced, Count(harm.executions, "execution"));
  if (harm.consequences.empty()) {
    out->Heading(fmt::format("  harm: no consequence seen; {}", seen));
    return;
  }
  out->Heading(fmt::format("  harm: {}", seen));
  for (const HarmView::Consequence& consequence : harm.consequences) {
    const std::string message = consequence.message.empty() ? "" : ": " + consequence.message;
    AddWrapped(
        "    ",
        fmt::format("{} of these ended with {}{}", consequence.count, consequence.verdict, message),
        out);
  }
}

}  // namespace

void AddDisciplineText(const FindingView& finding, TextWriter* out) {
  if (finding.discipline) AddDiscipline(*finding.discipline, out);
  AddSuggestion(finding, out);
  if (finding.harm) AddHarm(*finding.harm, out);
}

}  // namespace heddle::report
