// See report_view.h.
#include "report/report_view.h"

#include <string.h>

#include <set>
#include <utility>

#include "report/names.h"
#include "report/trim.h"

namespace heddle::report {

ReportView ReportOf(RunView run, CaseStatus status, std::string reason) {
  ReportView report;
  CaseView view;
  view.name = run.program.empty() ? "" : std::string(BaseName(run.program.front()));
  view.status = status;
  view.reason = std::move(reason);
  view.seconds = run.seconds;
  view.run = std::move(run);
  report.cases.push_back(std::move(view));
  return report;
}

std::vector<FindingIn> DistinctFindings(const ReportView& report) {
  std::vector<FindingIn> findings;
  std::set<std::string> seen;
  for (const CaseView& view : report.cases) {
    for (const FindingView& finding : view.run.findings) {
      if (seen.insert(finding.id).second) findings.push_back({&view, &finding});
    }
  }
  return findings;
}

const Frame* PrimaryFrame(const FindingView& finding) {
  const auto usable = [](const Stack& stack) -> const Frame* {
    const Frame* frame = UserFrame(stack);
    return frame != nullptr && !frame->file.empty() && frame->line != 0 ? frame : nullptr;
  };
  for (const AccessView& access : finding.accesses) {
    if (const Frame* frame = usable(access.stack)) return frame;
  }
  for (const CycleEdge& edge : finding.cycle) {
    if (const Frame* frame = usable(edge.at)) return frame;
  }
  for (const ThreadView& thread : finding.threads) {
    if (thread.index != finding.thread) continue;
    if (const Frame* frame = usable(thread.current)) return frame;
    if (const Frame* frame = usable(thread.created)) return frame;
  }
  for (const ThreadView& thread : finding.threads) {
    if (const Frame* frame = usable(thread.current)) return frame;
  }
  return nullptr;
}

std::string ThreadLabel(const FindingView& finding, uint32_t thread) {
  for (const ThreadView& view : finding.threads) {
    if (view.index == thread) return view.label;
  }
  if (thread == kNoThreadIndex) return "an unknown thread";
  return thread == 0 ? "T0 (main)" : "T" + std::to_string(thread);
}

std::string RelativePath(const std::string& path, const std::string& directory) {
  const bool below = !directory.empty() && path.size() > directory.size() + 1 &&
                     path.starts_with(directory) && path[directory.size()] == '/';
  return below ? path.substr(directory.size() + 1) : path;
}

std::string ErrnoWords(uint32_t result) {
  const char* name = strerrorname_np(static_cast<int>(result));
  return name != nullptr ? name : std::to_string(result);
}

}  // namespace heddle::report
