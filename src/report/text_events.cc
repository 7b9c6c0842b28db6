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

// In a narrower column most operations would take three lines.
constexpr size_t kColumnMin = 18;

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
          .place = event.line == 0 ? event.function
                                   : fmt::format("{}:{}", BaseName(event.file), event.line)};
}

// The text in lines of at most `width` characters, broken at blanks where there are any.
std::vector<std::string> Wrap(std::string text, size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    const size_t blank = text.rfind(' ', width);
    const bool found = blank != std::string::npos && blank > 0;
    lines.push_back(text.substr(0, found ? blank : width));
    text.erase(0, found ? blank + 1 : width);
  }
  lines.push_back(std::move(text));
  return lines;
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

// How the table is laid out: number, a column per thread (or the thread's name and one column for all), place.
struct Layout {
  size_t number_width = 0;
  size_t place_width = 0;
  size_t cell_width = 0;          // the widest operation
  std::vector<uint32_t> threads;  // ascending
  size_t column = 0;              // width of a thread's column, 0: a list
};

Layout LayOut(const std::vector<Row>& rows, size_t width) {
  Layout layout;
  for (const Row& row : rows) {
    layout.threads.push_back(row.thread);
    layout.number_width = std::max(layout.number_width, row.number.size());
    layout.place_width = std::max(layout.place_width, row.place.size());
    layout.cell_width = std::max(layout.cell_width, row.cell.size());
  }
  std::vector<uint32_t>& threads = layout.threads;
  std::sort(threads.begin(), threads.end());
  threads.erase(std::unique(threads.begin(), threads.end()), threads.end());
  // Indent, number and two blanks, two blanks after each column, place.
  const size_t fixed = 4 + layout.number_width + 2 + layout.place_width;
  const size_t room = width > fixed ? (width - fixed) / std::max<size_t>(threads.size(), 1) : 0;
  const size_t column = std::min(room > 2 ? room - 2 : 0, layout.cell_width);
  if (column >= std::min(kColumnMin, layout.cell_width)) layout.column = column;
  return layout;
}

void AddColumns(const FindingView& finding, const std::vector<Row>& rows, const Layout& layout,
                TextWriter* out) {
  const std::string indent(4 + layout.number_width + 2, ' ');
  std::string head = indent;
  for (const uint32_t thread : layout.threads) {
    head += fmt::format("{:<{}}  ", Label(finding, thread).substr(0, layout.column), layout.column);
  }
  out->Line(TrimRight(head));
  for (const Row& row : rows) {
    const std::vector<std::string> lines = Wrap(row.cell, layout.column);
    for (size_t i = 0; i < lines.size(); ++i) {
      std::string line =
          i == 0 ? fmt::format("    {:>{}}  ", row.number, layout.number_width) : indent;
      for (const uint32_t thread : layout.threads) {
        line += fmt::format("{:<{}}  ", thread == row.thread ? lines[i] : "", layout.column);
      }
      out->Line(TrimRight(i == 0 ? line + row.place : line));
    }
  }
}

void AddList(const std::vector<Row>& rows, const Layout& layout, TextWriter* out) {
  for (const Row& row : rows) {
    out->Line(
        TrimRight(fmt::format("    {:>{}}  T{:<4} {:<{}}  {}", row.number, layout.number_width,
                              row.thread, row.cell, layout.cell_width, row.place)));
  }
}

}  // namespace

void AddEventTable(const FindingView& finding, TextWriter* out) {
  if (finding.events.empty()) return;
  const size_t count = std::min<size_t>(finding.events.size(), out->options().event_rows_max);
  const size_t skipped = finding.events.size() - count;
  std::vector<Row> rows;
  for (size_t i = skipped; i < finding.events.size(); ++i) rows.push_back(RowOf(finding.events[i]));
  const Layout layout = LayOut(rows, out->options().width);

  out->Line();
  out->Heading("  last events");
  if (const uint64_t earlier = finding.events_left_out + skipped; earlier > 0) {
    out->Line(fmt::format("    {:>{}}  ({} earlier events are not shown)", "", layout.number_width,
                          Grouped(earlier)));
  }
  if (layout.column > 0) {
    AddColumns(finding, rows, layout, out);
  } else {
    AddList(rows, layout, out);
  }
}

}  // namespace heddle::report
