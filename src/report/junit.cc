// See junit.h. One failure element per case, whatever the number of findings: most readers show the first only.
#include "report/junit.h"

#include <fmt/format.h>

#include "report/sentences.h"
#include "report/text.h"
#include "report/utf8.h"

namespace heddle::report {
namespace {

struct Totals {
  size_t failures = 0;
  size_t errors = 0;
  size_t skipped = 0;
  double seconds = 0;
};

Totals TotalsOf(const ReportView& report) {
  Totals totals;
  for (const CaseView& view : report.cases) {
    totals.failures += view.status == CaseStatus::kFinding ? 1 : 0;
    totals.errors += view.status == CaseStatus::kRefused ? 1 : 0;
    totals.skipped += view.status == CaseStatus::kNotRun ? 1 : 0;
    totals.seconds += view.seconds;
  }
  return totals;
}

std::string CountsOf(const ReportView& report, const Totals& totals) {
  return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.3f}")",
                     report.cases.size(), totals.failures, totals.errors, totals.skipped,
                     totals.seconds);
}

// "Suite.Name" is the name Name in class Suite; anything else is in the class of its kind.
struct CaseName {
  std::string class_name;
  std::string name;
};
CaseName NameOf(const ReportView& report, const CaseView& view) {
  const size_t dot = view.name.rfind('.');
  if (report.kind == "gtest" && dot != std::string::npos && dot > 0)
    return {view.name.substr(0, dot), view.name.substr(dot + 1)};
  return {"heddle." + report.kind, view.name};
}

std::string Failure(const CaseView& view, const TextOptions& options) {
  const std::vector<FindingView>& findings = view.run.findings;
  if (findings.empty()) return "";
  std::string message = findings.front().summary;
  if (findings.size() > 1) message += fmt::format(", and {} more", findings.size() - 1);
  std::string text;
  for (const FindingView& finding : findings) text += FindingText(finding, options) + "\n";
  return fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                     trace::VerdictName(findings.front().verdict), XmlText(message), XmlText(text));
}

std::string Case(const ReportView& report, const CaseView& view, const TextOptions& options) {
  const CaseName name = NameOf(report, view);
  std::string xml = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\">\n",
                                XmlText(name.class_name), XmlText(name.name), view.seconds);
  switch (view.status) {
    case CaseStatus::kHeld:
      break;
    case CaseStatus::kFinding:
      xml += Failure(view, options);
      break;
    case CaseStatus::kRefused:
      xml += fmt::format("      <error type=\"refused\" message=\"{}\"/>\n", XmlText(view.reason));
      break;
    case CaseStatus::kNotRun:
      xml += "      <skipped message=\"interrupted before it was explored\"/>\n";
      break;
  }
  if (!view.run.program.empty()) {
    xml += fmt::format("      <system-out>{}</system-out>\n",
                       XmlText(RunSummaryText(view.run, options)));
  }
  return xml + "    </testcase>\n";
}

}  // namespace

std::string JunitXml(const ReportView& report, const std::string& directory) {
  const TextOptions options{.directory = directory};
  const std::string counts = CountsOf(report, TotalsOf(report));
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  xml += fmt::format("<testsuites name=\"heddle\" {}>\n", counts);
  xml += fmt::format("  <testsuite name=\"heddle.{}\" {}>\n", XmlText(report.kind), counts);
  for (const CaseView& view : report.cases) xml += Case(report, view, options);
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace heddle::report
