// The story as a table: a column per thread in the order in which they appear, time runs downwards. A row starts in the
// column of its thread and may go on to the right, where nobody else stands; the source line follows below it.
#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "report/names.h"
#include "report/text_writer.h"

namespace heddle::report {
namespace {

constexpr size_t kIndent = 4;
constexpr size_t kColumnMin = 12;
constexpr size_t kColumnMax = 40;
// The last column has at least this much room for its words.
constexpr size_t kLastColumnMin = 36;

class StoryWriter {
 public:
  StoryWriter(const FindingView& finding, TextWriter* out) : finding_(finding), out_(*out) {
    for (const StoryRow& row : finding.story) {
      if (row.kind != StoryKind::kFold) Meet(row.event.thread);
      number_width_ = std::max(number_width_, std::to_string(row.event.index).size());
    }
    const size_t first = kIndent + number_width_ + 2;
    const size_t width = std::max<size_t>(out->options().width, first + kLastColumnMin);
    const size_t others = threads_.size() > 1 ? threads_.size() - 1 : 1;
    column_ = std::clamp((width - first - kLastColumnMin) / others, kColumnMin, kColumnMax);
  }

  void Write() {
    AddHead();
    for (const StoryRow& row : finding_.story) AddRow(row);
    const size_t max = out_.options().story_lines_max;
    out_.Line();
    out_.Heading("  the story");
    if (max == 0 || lines_.size() <= max) {
      for (const std::string& line : lines_) out_.Line(line);
      return;
    }
    // The beginning says who is who, the end how it came about.
    const size_t before = max / 4;
    const size_t after = max - before - 1;
    for (size_t i = 0; i < before; ++i) out_.Line(lines_[i]);
    out_.Line(fmt::format("{:{}}{} {} lines left out; `heddle explain --lines 0` shows them {}", "",
                          kIndent, Dots(), lines_.size() - before - after, Dots()));
    for (size_t i = lines_.size() - after; i < lines_.size(); ++i) out_.Line(lines_[i]);
  }

 private:
  void Meet(uint32_t thread) {
    if (thread != kNoThreadIndex &&
        std::find(threads_.begin(), threads_.end(), thread) == threads_.end())
      threads_.push_back(thread);
  }

  [[nodiscard]] std::string_view Dots() const { return out_.options().ascii ? "..." : "…"; }
  [[nodiscard]] std::string_view Arrow() const { return out_.options().ascii ? "->" : "→"; }

  [[nodiscard]] std::string Label(uint32_t thread) const {
    for (const ThreadView& view : finding_.threads) {
      if (view.index == thread) return Harmless(view.label);
    }
    return thread == 0 ? "T0 (main)" : fmt::format("T{}", thread);
  }

  [[nodiscard]] size_t OffsetOf(uint32_t thread) const {
    const auto place = std::find(threads_.begin(), threads_.end(), thread);
    const auto column = place == threads_.end() ? 0 : static_cast<size_t>(place - threads_.begin());
    const size_t room = std::max<size_t>(out_.options().width, kLastColumnMin) - kLastColumnMin;
    // With very many threads the last ones share a column, rather than leave the page.
    return std::min(kIndent + number_width_ + 2 + column * column_,
                    std::max(kIndent + number_width_ + 2, room));
  }

  void AddHead() {
    std::string head;
    for (const uint32_t thread : threads_) {
      const size_t offset = OffsetOf(thread);
      if (offset < head.size() && thread != threads_.front()) continue;
      head.resize(std::max(offset, head.size()), ' ');
      head += Label(thread).substr(0, column_ - 1);
      head += ' ';
    }
    head.erase(head.find_last_not_of(' ') + 1);
    lines_.push_back(std::move(head));
  }

  // Words of the tool from a column on, in as many lines as they need.
  void AddCell(const std::string& number, size_t offset, std::string text) {
    const size_t room = std::max<size_t>(out_.options().width, offset + kLastColumnMin) - offset;
    std::string front = fmt::format("{:{}}{:>{}}", "", kIndent, number, number_width_);
    size_t indent = 0;
    while (true) {
      front.resize(offset, ' ');
      size_t length = text.size();
      if (length > room) {
        const size_t blank = text.rfind(' ', room);
        // A blank that only indents breaks nothing: what is left would stay as long as it is.
        length = blank == std::string::npos || blank <= indent ? room : blank;
      }
      lines_.push_back(front + text.substr(0, length));
      if (length == text.size()) return;
      text.erase(0, length);
      text.erase(0, text.find_first_not_of(' '));
      text.insert(0, "  ");
      indent = 2;
      front.clear();
    }
  }

  void AddSource(const EventView& event, size_t offset) {
    if (event.line == 0 || event.file.empty()) return;
    const std::pair<std::string, uint32_t> place(event.file, event.line);
    if (last_place_ == place && last_thread_ == event.thread) return;
    last_place_ = place;
    last_thread_ = event.thread;
    std::string text = fmt::format("| {}:{}", BaseName(event.file), event.line);
    if (const auto source = out_.SourceLine(event.file, event.line); source) text += "  " + *source;
    const size_t room = std::max<size_t>(out_.options().width, offset + kLastColumnMin) - offset;
    if (text.size() > room) text = text.substr(0, room - 3) + "...";
    lines_.push_back(std::string(offset, ' ') + text);
  }

  [[nodiscard]] static std::string WordsOf(const EventView& event) {
    std::string words = Harmless(event.words);
    if (event.has_value) words += fmt::format(" = {}", event.value);
    if (event.result != 0) {
      const char* name = strerrorname_np(static_cast<int>(event.result));
      words += fmt::format(" -> {}", name != nullptr ? name : std::to_string(event.result));
    }
    return words;
  }

  void AddRow(const StoryRow& row) {
    const size_t offset = OffsetOf(row.event.thread);
    switch (row.kind) {
      case StoryKind::kEvent: {
        const bool access = row.event.is_access_of_finding;
        AddCell(access ? "*" : std::to_string(row.event.index), offset, WordsOf(row.event));
        AddSource(row.event, offset);
        return;
      }
      case StoryKind::kSwitch: {
        // What it did not come to do is told, its outcome is not known yet.
        const std::string words = Harmless(row.event.words);
        std::string text = row.preemptive ? "== switch, although it could go on" : "-- switch";
        if (!words.empty()) text += row.preemptive ? "; next it " + words : ": before it " + words;
        AddCell("", offset, fmt::format("{} {} T{}", text, Arrow(), row.next));
        return;
      }
      case StoryKind::kFold:
        lines_.push_back(fmt::format("{:{}}{} {} {}", "", kIndent + number_width_ + 2, Dots(),
                                     row.folded == 1 ? "1 event" : Grouped(row.folded) + " events",
                                     Dots()));
        last_place_ = {};
        return;
      case StoryKind::kBlocked:
        AddCell("", offset, Harmless(row.event.words));
        return;
      case StoryKind::kFinding:
        AddCell("", offset, "*** " + row.event.words);
        return;
    }
  }

  const FindingView& finding_;
  TextWriter& out_;
  std::vector<uint32_t> threads_;
  size_t number_width_ = 1;
  size_t column_ = kColumnMin;
  std::pair<std::string, uint32_t> last_place_;
  uint32_t last_thread_ = kNoThreadIndex;
  std::vector<std::string> lines_;
};

}  // namespace

void AddStoryText(const FindingView& finding, TextWriter* out) {
  StoryWriter(finding, out).Write();
}

}  // namespace heddle::report
