// See annotations.h. An error at the place of the finding, a notice at each other place, so that both sides of a race are
// marked; a warning for a test that was not explored.
#include "report/annotations.h"

#include <fmt/format.h>

#include <string_view>

#include "report/trim.h"
#include "report/utf8.h"

namespace heddle::report {
namespace {

// Messages keep their lines; property values also must not hold what separates them.
std::string Escaped(std::string_view text, bool property) {
  std::string escaped;
  for (const char c : Utf8(text)) {
    const bool separates = property && (c == ':' || c == ',');
    if (c == '%' || c == '\r' || c == '\n' || separates) {
      escaped += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string Command(std::string_view level, const Frame* frame, const std::string& title,
                    const std::string& message, const std::string& directory) {
  std::string place;
  if (frame != nullptr) {
    place = fmt::format("file={},line={},", Escaped(RelativePath(frame->file, directory), true),
                        frame->line);
    if (frame->column != 0) place += fmt::format("col={},", frame->column);
  }
  return fmt::format("::{} {}title={}::{}\n", level, place, Escaped(title, true),
                     Escaped(message, false));
}

std::string OtherPlaces(const FindingView& finding, const std::string& title,
                        const std::string& directory) {
  std::string text;
  const Frame* primary = PrimaryFrame(finding);
  const auto add = [&](const Stack& stack, uint32_t thread, const std::string& words) {
    const Frame* frame = UserFrame(stack);
    if (frame == nullptr || frame->file.empty() || frame->line == 0 || frame == primary) return;
    text += Command("notice", frame, title,
                    fmt::format("{} by {}", words, ThreadLabel(finding, thread)), directory);
  };
  for (size_t i = 0; i < finding.accesses.size(); ++i) {
    const AccessView& access = finding.accesses[i];
    add(access.stack, access.thread, (i == 0 ? "" : "earlier ") + access.words);
  }
  for (const CycleEdge& edge : finding.cycle)
    add(edge.at, edge.thread, fmt::format("{} {} wanted", edge.kind, edge.name));
  return text;
}

}  // namespace

std::string GithubAnnotations(const ReportView& report, const std::string& directory) {
  std::string text;
  for (const FindingIn& found : DistinctFindings(report)) {
    const FindingView& finding = *found.finding;
    const std::string title = "Heddle: " + finding.id;
    std::string message = finding.summary;
    if (!finding.message.empty()) message += "\n" + finding.message;
    if (!finding.card.empty()) message += "\nreplay: heddle replay " + finding.card;
    text += Command("error", PrimaryFrame(finding), title, message, directory);
    text += OtherPlaces(finding, title, directory);
  }
  for (const CaseView& view : report.cases) {
    if (view.status == CaseStatus::kRefused)
      text += Command("warning", nullptr, "Heddle: not explored", view.name + ": " + view.reason,
                      directory);
  }
  return text;
}

}  // namespace heddle::report
