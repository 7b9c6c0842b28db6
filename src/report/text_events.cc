// The table of the last events before a finding: a column per thread where the terminal is wide enough, so that one sees
// at a glance who ran when; otherwise a list.
#include <fmt/format.h>
#include <string.h>

#include <algorithm>
#include <string>
#include <vector>

#include "report/names.h"
#include "report/text_writer.h"

namespace heddle::report {
namespace {

// A narrower column would cut most operations.
constexpr size_t kColumnMin = 26;

struct Row {
  std::string number;
  uint32_t thread;
  std::string cell;
  std::string place;
};

std::string Cell(const EventView& event) {
  std::string cell = Harmless(event.words);
  if (event.has_value) cell += fmt::format(" = {}", event.value);
  if (event.result != 0) {
    const char* name = strerrorname_np(static_cast<int>(event.result));
    cell += fmt::format(" -> {}", name != nullptr ? name : std::to_string(event.result));
  }
  if (event.blocked) cell += " (after waiting)";
  if (event.is_access_of_finding) cell.insert(0, "* ");
  return cell;
}

Row RowOf(const EventView& event) {
  return {.number = event.is_access_of_finding ? "" : std::to_string(event.index),
          .thread = event.thread,
          .cell = Cell(event),
          .place = event.line == 0 ? event.function : fmt::format("{}:{}", BaseName(event.file), event.line)};
}

std::string Cut(const std::string& text, size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 2) + "..";
}

std::string TrimRight(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string Label(const FindingView& finding, uint32_t index) {
  for (const ThreadView& thread : finding.threads) {
    if (thread.index == index) return Harmless(thread.label);
  }
  return fmt::format("T{}", index);
}

}  // namespace

void AddEventTable(const FindingView& finding, TextWriter* out) {
  if (finding.events.empty()) return;
  const size_t count = std::min<size_t>(finding.events.size(), out->options().event_rows_max);
  const size_t skipped = finding.events.size() - count;

  std::vector<Row> rows;
  std::vector<uint32_t> threads;
  size_t number_width = 0;
  size_t place_width = 0;
  size_t cell_width = 0;
  for (size_t i = skipped; i < finding.events.size(); ++i) {
    rows.push_back(RowOf(finding.events[i]));
    const Row& row = rows.back();
    threads.push_back(row.thread);
    number_width = std::max(number_width, row.number.size());
    place_width = std::max(place_width, row.place.size());
    cell_width = std::max(cell_width, row.cell.size());
  }
  std::sort(threads.begin(), threads.end());
  threads.erase(std::unique(threads.begin(), threads.end()), threads.end());

  out->Line();
  out->Heading("  last events");
  if (const uint64_t earlier = finding.events_left_out + skipped; earlier > 0) {
    out->Line(fmt::format("    {:>{}}  ({} earlier events are not shown)", "", number_width, Grouped(earlier)));
  }

  // Indent, number, a column per thread with two blanks after each, place.
  const size_t fixed = 4 + number_width + 2 + place_width;
  const size_t width = out->options().width;
  const size_t room = width > fixed ? (width - fixed) / std::max<size_t>(threads.size(), 1) : 0;
  const size_t column = std::min(room > 2 ? room - 2 : 0, cell_width);
  const bool columns = column >= std::min(kColumnMin, cell_width);
  if (columns) {
    std::string head = fmt::format("    {:>{}}  ", "", number_width);
    for (const uint32_t thread : threads) head += fmt::format("{:<{}}  ", Cut(Label(finding, thread), column), column);
    out->Line(TrimRight(head));
  }
  for (const Row& row : rows) {
    std::string line = fmt::format("    {:>{}}  ", row.number, number_width);
    if (columns) {
      for (const uint32_t thread : threads) {
        line += fmt::format("{:<{}}  ", thread == row.thread ? Cut(row.cell, column) : "", column);
      }
    } else {
      line += fmt::format("T{:<4} {:<{}}  ", row.thread, row.cell, cell_width);
    }
    out->Line(TrimRight(line + row.place));
  }
}

}  // namespace heddle::report
