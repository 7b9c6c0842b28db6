// See html.h.
#include "report/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "report/coverage.h"
#include "report/html_data.h"
#include "report/html_story.h"
#include "report/names.h"
#include "report/page_assets.h"
#include "report/sentences.h"
#include "report/source_text.h"
#include "report/text_writer.h"
#include "report/trim.h"
#include "report/utf8.h"

namespace heddle::report {
namespace {

// Lines of source around an access.
constexpr uint32_t kLinesAround = 6;

// Text for HTML: what XmlText does is right for it, too.
std::string H(std::string_view text) { return XmlText(text); }

const char* StatusWord(CaseStatus status) {
  switch (status) {
    case CaseStatus::kHeld:
      return "held";
    case CaseStatus::kFinding:
      return "finding";
    case CaseStatus::kRefused:
      return "refused";
    case CaseStatus::kNotRun:
      return "not-run";
  }
  return "";
}

class Page {
 public:
  Page(const ReportView& report, const HtmlOptions& options)
      : report_(report), options_(options), findings_(DistinctFindings(report)) {}

  [[nodiscard]] std::string Write() {
    Head();
    Summary();
    for (size_t i = 0; i < findings_.size(); ++i) Finding(i);
    text_ += fmt::format("<script>{}{}</script>\n</body>\n</html>\n", kTimelineScript, kPageScript);
    return std::move(text_);
  }

 private:
  void Add(std::string_view html) { text_.append(html).push_back('\n'); }

  void Head() {
    const std::string title = findings_.empty() ? "Heddle: nothing found"
                                                : "Heddle: " + Count(findings_.size(), "finding");
    Add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">");
    Add("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    // The page needs nothing from anywhere, and this says so to the browser.
    Add("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; script-src 'unsafe-inline'\">");
    Add(fmt::format("<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>", title, kPageStyle));
    Add(
        fmt::format("<header><h1>{}</h1><button id=\"theme\" class=\"no-print\" type=\"button\" "
                    "hidden>light / dark</button></header>",
                    title));
  }

  void Summary() {
    Add("<main>");
    for (const CaseView& view : report_.cases) {
      const RunView& run = view.run;
      std::string program;
      for (const std::string& word : run.program) program += (program.empty() ? "" : " ") + word;
      Add(fmt::format("<p><span class=\"tag {0}\">{0}</span> <b>{1}</b> {2}</p>",
                      StatusWord(view.status), H(view.name), H(view.reason)));
      Add("<dl class=\"facts\">");
      Fact("program", program);
      if (run.executions > 1) {
        Fact("explored",
             fmt::format("{} in {:.2f} s, {} per second{}", Count(run.executions, "execution"),
                         run.seconds, static_cast<uint64_t>(run.executions_per_second + 0.5),
                         run.exhausted ? "; every schedule was tried" : ""));
      }
      if (!run.strategy.empty())
        Fact("strategy", fmt::format("{}, seed {}", run.strategy, run.seed));
      if (!run.search.empty()) Fact("search", run.search);
      if (run.coverage.has_value() && run.findings.empty()) {
        for (const std::string& line : CoverageLines(*run.coverage)) Fact("coverage", line);
      }
      if (!run.instrumented)
        Fact("not covered", "no race detection: the program is not instrumented");
      for (const SuppressedView& entry : run.suppressed)
        Fact("suppressed", fmt::format("{} by {}", Count(entry.findings, "finding"), entry.rule));
      for (const UncontrolledView& entry : run.uncontrolled)
        Fact("not controlled",
             fmt::format("{}: {} ({} times)", entry.name, entry.treatment, entry.count));
      for (const std::string& note : run.notes) Fact("note", note);
      Add("</dl>");
    }
    if (findings_.size() < 2) return;
    Add("<nav><ol>");
    for (size_t i = 0; i < findings_.size(); ++i) {
      Add(fmt::format("<li><a href=\"#finding-{}\">{}</a></li>", i,
                      H(findings_[i].finding->summary)));
    }
    Add("</ol></nav>");
  }
  void Fact(std::string_view name, const std::string& value) {
    if (!value.empty()) Add(fmt::format("<dt>{}</dt><dd>{}</dd>", name, H(value)));
  }

  void Finding(size_t number) {
    const FindingView& finding = *findings_[number].finding;
    Add(fmt::format("<section id=\"finding-{}\"><h2>{}</h2>", number, H(finding.summary)));
    Add(fmt::format("<p><span class=\"tag\">{}</span> {}</p>", trace::VerdictName(finding.verdict),
                    H(trace::VerdictText(finding.verdict))));
    if (!finding.message.empty()) Add("<pre>" + H(finding.message) + "</pre>");
    if (!finding.card.empty()) {
      Add(fmt::format("<p class=\"replay mono\">heddle replay {}</p>", H(finding.card)));
    }
    Sides(finding);
    Advice(finding);
    TimelineView(finding, number);
    text_ += StoryHtml(finding, options_.directory, sources_);
    Threads(finding);
    if (!finding.output_tail.empty())
      Add("<h3>End of the program's output</h3><pre>" + H(finding.output_tail) + "</pre>");
    Add("</section>");
  }

  // Counts, suggestion and harm, in the words of the text.
  void Advice(const FindingView& finding) {
    TextOptions text;
    text.directory = options_.directory;
    TextWriter out(text);
    AddDisciplineText(finding, &out);
    const std::string words = out.Take();
    if (!words.empty()) Add("<h3>What to do</h3><pre>" + H(words) + "</pre>");
  }

  // What happened where: both accesses, or who waits for what, next to each other.
  void Sides(const FindingView& finding) {
    if (finding.accesses.empty() && finding.cycle.empty()) return;
    Add("<div class=\"sides\">");
    for (size_t i = 0; i < finding.accesses.size(); ++i) {
      const AccessView& access = finding.accesses[i];
      std::string head = (i == 0 ? "" : "earlier ") + access.words;
      if (access.op == trace::OpKind::kNone) head = "here";
      if (access.size != 0) head += " of " + Count(access.size, "byte");
      head += " by " + ThreadLabel(finding, access.thread);
      std::string locks;
      for (const LockView& lock : access.locks) {
        locks += (locks.empty() ? "holding " : ", ") + lock.kind + " " + lock.name;
        if (!lock.variable.empty()) locks += " (" + lock.variable + ")";
      }
      Side(head, locks.empty() ? "holding no lock" : locks, access.stack);
    }
    for (const CycleEdge& edge : finding.cycle) {
      const bool order = finding.verdict == trace::Verdict::kLockOrder;
      std::string what =
          fmt::format("{} {} {}", order ? "takes" : "waits for", edge.kind, edge.name);
      if (!edge.variable.empty()) what += " (" + edge.variable + ")";
      Side(ThreadLabel(finding, edge.thread), what, edge.at);
    }
    Add("</div>");
    Place(finding);
  }
  void Place(const FindingView& finding) {
    if (finding.location.kind != LocationKind::kUnknown)
      Add("<p>Location: " + H(LocationWords(finding)) + "</p>");
    if (!finding.heap || finding.heap->allocated.frames.empty()) return;
    Add(fmt::format("<details><summary>allocated by {}</summary>",
                    H(ThreadLabel(finding, finding.heap->alloc_thread))));
    StackList(finding.heap->allocated);
    if (finding.heap->freed) {
      Add("<p>freed by " + H(ThreadLabel(finding, finding.heap->free_thread)) + "</p>");
      StackList(finding.heap->freed_at);
    }
    Add("</details>");
  }
  void Side(const std::string& head, const std::string& more, const Stack& stack) {
    Add(fmt::format("<div class=\"side\"><h4>{}</h4><p class=\"faint\">{}</p>", H(head), H(more)));
    if (const Frame* frame = UserFrame(stack)) Source(*frame);
    StackList(stack);
    Add("</div>");
  }
  void Source(const Frame& frame) {
    const uint32_t from = frame.line > kLinesAround ? frame.line - kLinesAround : 1;
    const std::vector<SourceText::Line> lines =
        sources_.Lines(frame.file, from, frame.line + kLinesAround);
    if (lines.empty() || frame.line == 0) return;
    std::string html = "<pre class=\"source\">";
    for (const SourceText::Line& line : lines) {
      html += fmt::format("<span{}>{:>5}  {}</span>",
                          line.number == frame.line ? " class=\"here\"" : "", line.number,
                          H(line.text));
    }
    Add(html + "</pre>");
  }
  void StackList(const Stack& stack) {
    std::string html = "<pre>";
    for (size_t i = 0; i < stack.frames.size(); ++i) {
      const Frame& frame = stack.frames[i];
      html += fmt::format("#{} {}  <span class=\"faint\">{}</span>\n", i,
                          H(frame.function.empty() ? "??" : WithoutAnonymous(frame.function)),
                          H(PlaceOf(frame)));
    }
    if (stack.frames.empty()) html += "(no stack was recorded)";
    Add(html + "</pre>");
  }
  [[nodiscard]] std::string PlaceOf(const Frame& frame) const {
    if (!frame.file.empty())
      return fmt::format("{}:{}", RelativePath(frame.file, options_.directory), frame.line);
    return fmt::format("{}+{:#x}", frame.module, frame.module_offset);
  }

  void TimelineView(const FindingView& finding, size_t number) {
    Add("<h3>Timeline</h3>");
    if (finding.timeline == nullptr || finding.timeline->events.empty())
      return Add("<p class=\"faint\">The events of this execution are not known.</p>");
    if (finding.timeline->events_left_out > 0) {
      Add(fmt::format("<p class=\"faint\">{} earlier events are not shown.</p>",
                      finding.timeline->events_left_out));
    }
    Add(fmt::format("<div id=\"timeline-{}\"></div>", number));
    Add("<p class=\"faint legend no-print\"><span><i style=\"background:var(--sync)\"></i>"
        "synchronisation</span><span><i style=\"background:var(--atomic)\"></i>atomic</span><span>"
        "<i style=\"background:var(--event)\"></i>other</span><span><i "
        "style=\"background:var(--bad)"
        "\"></i>access of the finding</span><span><i style=\"background:var(--lock)\"></i>lock held"
        "</span><span><i style=\"background:var(--wait)\"></i>waits</span> Click or use the arrow "
        "keys; arrows show what the chosen event follows; wheel zooms, drag moves.</p>");
    text_ +=
        fmt::format("<script type=\"application/json\" data-timeline=\"timeline-{}\">", number);
    text_ += TimelineData(finding, options_.directory, sources_);
    Add("</script>");
  }

  void Threads(const FindingView& finding) {
    if (finding.threads.empty()) return;
    Add("<h3>Threads</h3>");
    for (const ThreadView& thread : finding.threads) {
      std::string words = thread.label;
      if (!thread.waits_for.empty()) {
        words += " waits for " + thread.waits_for;
      } else if (!thread.state.empty()) {
        words += " is " + thread.state;
      }
      if (thread.bystander && !thread.current.frames.empty()) {
        const std::vector<Frame>& frames = thread.current.frames;
        const auto user = std::find_if(frames.begin(), frames.end(), IsUserFrame);
        words += ", meanwhile in " + (user == frames.end() ? frames[0] : *user).function;
      }
      Add("<details><summary>" + H(words) + "</summary>");
      if (!thread.current.frames.empty()) StackList(thread.current);
      if (!thread.created.frames.empty()) {
        Add("<p>created by " + H(ThreadLabel(finding, thread.parent)) + "</p>");
        StackList(thread.created);
      }
      Add("</details>");
    }
  }

  const ReportView& report_;
  const HtmlOptions& options_;
  const std::vector<FindingIn> findings_;
  SourceText sources_;
  std::string text_;
};

}  // namespace

std::string HtmlPage(const ReportView& report, const HtmlOptions& options) {
  return Page(report, options).Write();
}

}  // namespace heddle::report
