// The summary of a run, and the whole report.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "report/coverage.h"
#include "report/sentences.h"
#include "report/text.h"
#include "report/text_writer.h"

namespace heddle::report {
namespace {

std::string Program(const RunView& run) {
  std::string text;
  for (const std::string& argument : run.program) {
    if (!text.empty()) text += ' ';
    text += Harmless(argument);
  }
  return text;
}

void AddFacts(const RunView& run, TextWriter* out) {
  out->Heading("summary");
  out->Line("  program       " + Program(run));
  out->Line(fmt::format("  strategy      {}, seed {}", run.strategy, run.seed));
  out->Line(
      fmt::format("  executions    {} in {:.2f} s ({} per second), {}", Grouped(run.executions),
                  run.seconds, Grouped(static_cast<uint64_t>(run.executions_per_second + 0.5)),
                  Grouped(run.decisions) + (run.decisions == 1 ? " decision" : " decisions")));
  if (!run.search.empty()) return out->Line("  search        " + run.search);
  if (run.exhausted) out->Line("  complete      every schedule was tried");
}

// Of a run that found something, that is what there is to say.
void AddCoverage(const RunView& run, TextWriter* out) {
  if (!run.coverage.has_value() || !run.findings.empty()) return;
  const char* label = "  coverage      ";
  for (const std::string& line : CoverageLines(*run.coverage)) {
    out->Line(label + line);
    label = "                ";
  }
}

void AddFindings(const RunView& run, TextWriter* out) {
  if (run.findings.empty()) return out->Line("  found         nothing");
  out->Line(fmt::format("  found         {}", Count(run.findings.size(), "finding")));
  size_t width = 0;
  for (const FindingView& finding : run.findings) width = std::max(width, finding.id.size());
  for (const FindingView& finding : run.findings) {
    out->Line(fmt::format(
        "    {:<{}}  in {}, first in number {}", finding.id, width,
        finding.count == 1 ? std::string("1 execution") : Grouped(finding.count) + " executions",
        finding.first_execution));
    out->Line(fmt::format("    {:<{}}  {}", "", width, Harmless(finding.summary)));
  }
}

void AddSuppressed(const RunView& run, TextWriter* out) {
  for (const SuppressedView& entry : run.suppressed) {
    out->Line(fmt::format("  suppressed    {} in {} by {}", Count(entry.findings, "finding"),
                          Count(entry.executions, "execution"), Harmless(entry.rule)));
  }
}

void AddLimits(const RunView& run, TextWriter* out) {
  if (!run.instrumented)
    out->Line("  not covered   no race detection: the program is not instrumented");
  if (!run.uncontrolled.empty()) {
    size_t width = 0;
    for (const UncontrolledView& entry : run.uncontrolled)
      width = std::max(width, entry.name.size());
    out->Line("  not controlled");
    for (const UncontrolledView& entry : run.uncontrolled) {
      out->Line(fmt::format("    {:<{}}  {} ({})", Harmless(entry.name), width,
                            Harmless(entry.treatment),
                            Grouped(entry.count) + (entry.count == 1 ? " time" : " times")));
    }
  }
  for (const std::string& note : run.notes) out->Line("  note          " + Harmless(note));
}

}  // namespace

std::string RunSummaryText(const RunView& run, const TextOptions& options) {
  TextWriter out(options);
  AddFacts(run, &out);
  AddCoverage(run, &out);
  AddFindings(run, &out);
  AddSuppressed(run, &out);
  AddLimits(run, &out);
  return out.Take();
}

std::string RunText(const RunView& run, const TextOptions& options) {
  const std::string rule(std::clamp<size_t>(options.width, 20, 100), '-');
  std::string text;
  for (const FindingView& finding : run.findings)
    text += FindingText(finding, options) + rule + "\n";
  return text + RunSummaryText(run, options);
}

}  // namespace heddle::report
