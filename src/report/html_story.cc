#include "report/html_story.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "report/names.h"
#include "report/report_view.h"
#include "report/sentences.h"
#include "report/utf8.h"

namespace heddle::report {
namespace {

// Rows of a page that a browser still lays out at once. The beginning says who is who, the end how it came about.
constexpr size_t kRowsMax = 2000;

class StoryTable {
 public:
  StoryTable(const FindingView& finding, const std::string& directory, SourceText& sources)
      : finding_(finding), directory_(directory), sources_(sources) {}

  [[nodiscard]] std::string Write(const std::vector<StoryRow>& rows, uint64_t left_out) {
    for (const StoryRow& row : rows) {
      if (row.kind != StoryKind::kFold) Meet(row.event.thread);
    }
    html_ = "<h3>What happened, in order</h3>\n";
    if (left_out > 0) {
      html_ += fmt::format("<p class=\"faint\">{} earlier events are not shown.</p>\n", left_out);
    }
    html_ += "<div class=\"scroll\" tabindex=\"0\"><table class=\"story\"><thead><tr><th>#</th>";
    for (const uint32_t thread : threads_)
      html_ += "<th>" + XmlText(ThreadLabel(finding_, thread)) + "</th>";
    html_ += "<th>place</th></tr></thead><tbody>\n";
    const size_t skipped = rows.size() > kRowsMax ? rows.size() - kRowsMax : 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (skipped > 0 && i == kRowsMax / 4) {
        AcrossAll(Count(skipped, "row") + " left out");
        i += skipped;
      }
      AddRow(rows[i]);
    }
    return std::move(html_ += "</tbody></table></div>\n");
  }

 private:
  void Meet(uint32_t thread) {
    if (std::find(threads_.begin(), threads_.end(), thread) == threads_.end())
      threads_.push_back(thread);
  }

  void AddRow(const StoryRow& row) {
    const std::string& words = row.event.words;
    switch (row.kind) {
      case StoryKind::kEvent:
        return AddEvent(row.event);
      case StoryKind::kSwitch: {
        std::string text = row.preemptive ? "switch, although it could go on" : "switch";
        if (!words.empty()) text += (row.preemptive ? "; next it " : ": before it ") + words;
        return AddCell(row.preemptive ? "preempted" : "switch", "", row.event.thread,
                       text + " → " + ThreadWords(row.next), "");
      }
      case StoryKind::kFold:
        return AcrossAll("… " + Count(row.folded, "event") + " …");
      case StoryKind::kBlocked:
        return AddCell("", "", row.event.thread, words, "");
      case StoryKind::kFinding:
        return AddCell("access", "", row.event.thread, "*** " + words, "");
    }
  }

  void AcrossAll(const std::string& words) {
    html_ +=
        fmt::format("<tr class=\"fold\"><td></td><td class=\"faint\" colspan=\"{}\">{}</td></tr>\n",
                    threads_.size() + 1, XmlText(words));
  }

  // `place` is HTML already.
  void AddCell(std::string_view kind, const std::string& number, uint32_t thread,
               const std::string& words, const std::string& place) {
    html_ += fmt::format("<tr class=\"{}\"><td class=\"faint\">{}</td>", kind, number);
    for (const uint32_t column : threads_)
      html_ += "<td>" + (column == thread ? XmlText(words) : "") + "</td>";
    html_ += "<td>" + place + "</td></tr>\n";
  }

  void AddEvent(const EventView& event) {
    std::string words = event.words;
    if (event.has_value) words += fmt::format(" = {}", event.value);
    if (event.result != 0) words += " -> " + ErrnoWords(event.result);
    if (event.blocked) words += " (after waiting)";
    std::string place =
        event.line == 0 ? event.function
                        : fmt::format("{}:{}", RelativePath(event.file, directory_), event.line);
    place = "<span class=\"faint\">" + XmlText(place) + "</span>";
    if (const std::string source = sources_.Trimmed(event.file, event.line); !source.empty())
      place += "<br>" + XmlText(source);
    const bool access = event.is_access_of_finding;
    AddCell(access                                     ? "access"
            : event.switched && finding_.story.empty() ? "switch"
                                                       : "",
            access ? "*" : std::to_string(event.index), event.thread, words, place);
  }

  const FindingView& finding_;
  const std::string& directory_;
  SourceText& sources_;
  std::vector<uint32_t> threads_;
  std::string html_;
};

}  // namespace

std::string StoryHtml(const FindingView& finding, const std::string& directory,
                      SourceText& sources) {
  StoryTable table(finding, directory, sources);
  if (!finding.story.empty()) return table.Write(finding.story, 0);
  if (finding.events.empty()) return "";
  std::vector<StoryRow> rows;
  for (const EventView& event : finding.events) {
    StoryRow row;
    row.event = event;
    rows.push_back(std::move(row));
  }
  return table.Write(rows, finding.events_left_out);
}

}  // namespace heddle::report
