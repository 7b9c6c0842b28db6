// See report_text.h.
#include "report/report_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/sentences.h"
#include "report/text_writer.h"

namespace heddle::report {
namespace {

std::string LineOf(const CaseView& view) {
  const std::string name = Harmless(view.name);
  switch (view.status) {
    case CaseStatus::kHeld:
      return fmt::format("  held      {}{}", name, view.reason.empty() ? "" : ": " + view.reason);
    case CaseStatus::kFinding:
      return fmt::format("  finding   {}: {}", name, Harmless(view.run.findings.front().summary));
    case CaseStatus::kRefused:
      return fmt::format("  refused   {}: {}", name, Harmless(view.reason));
    case CaseStatus::kNotRun:
      return fmt::format("  not run   {}", name);
  }
  return name;
}

}  // namespace

std::string ReportText(const ReportView& report, const TextOptions& options) {
  if (report.cases.size() == 1) return RunText(report.cases.front().run, options);
  const std::string rule(std::clamp<size_t>(options.width, 20, 100), '-');
  std::string text;
  const std::vector<FindingIn> findings = DistinctFindings(report);
  for (const FindingIn& found : findings)
    text += FindingText(*found.finding, options) + rule + "\n";
  TextWriter out(options);
  out.Heading("summary");
  for (const CaseView& view : report.cases) out.Line(LineOf(view));
  for (const CaseView& view : report.cases) {
    for (const std::string& note : view.run.notes)
      out.Line(fmt::format("  note      {}: {}", Harmless(view.name), Harmless(note)));
  }
  out.Line(fmt::format("{} in {}", Count(findings.size(), "finding"),
                       Count(report.cases.size(), report.kind == "cards" ? "card" : "test")));
  return text + out.Take();
}

}  // namespace heddle::report
