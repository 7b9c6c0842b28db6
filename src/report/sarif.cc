// See sarif.h. One run for all cases: a case is an invocation, and each result names the one that it comes from.
#include "report/sarif.h"

#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "report/sentences.h"
#include "report/trim.h"
#include "report/utf8.h"

namespace heddle::report {
namespace {

using nlohmann::json;
using trace::Verdict;

constexpr char kRoot[] = "SRCROOT";

json Message(const std::string& text) { return {{"text", Utf8(text)}}; }

// What may be harmless in every execution that happens is a warning.
const char* LevelOf(Verdict verdict) {
  const bool warning = verdict == Verdict::kLockOrder || verdict == Verdict::kThreadLeak ||
                       verdict == Verdict::kNondeterminism;
  return warning ? "warning" : "error";
}

class Writer {
 public:
  Writer(const ReportView& report, const SarifOptions& options)
      : report_(report), options_(options) {}

  [[nodiscard]] json Write() {
    json results = json::array();
    for (const FindingIn& found : DistinctFindings(report_)) results.push_back(Result(found));
    json run = {{"tool", {{"driver", Driver()}}},
                {"columnKind", "unicodeCodePoints"},
                {"invocations", Invocations()},
                {"results", std::move(results)}};
    if (!options_.directory.empty()) {
      const std::string slash = options_.directory.ends_with('/') ? "" : "/";
      run["originalUriBaseIds"] = {
          {kRoot, {{"uri", "file://" + UriPath(options_.directory) + slash}}}};
    }
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", json::array({std::move(run)})}};
  }

 private:
  // REQUIRES: the results were written, they say which rules there are.
  [[nodiscard]] json Driver() const {
    json rules = json::array();
    for (const Verdict verdict : rules_) {
      rules.push_back({{"id", trace::VerdictName(verdict)},
                       {"shortDescription", {{"text", trace::VerdictText(verdict)}}},
                       {"defaultConfiguration", {{"level", LevelOf(verdict)}}}});
    }
    return {{"name", "Heddle"}, {"version", options_.heddle_version}, {"rules", std::move(rules)}};
  }

  [[nodiscard]] size_t RuleIndex(Verdict verdict) {
    for (size_t i = 0; i < rules_.size(); ++i) {
      if (rules_[i] == verdict) return i;
    }
    rules_.push_back(verdict);
    return rules_.size() - 1;
  }

  [[nodiscard]] json Invocations() const {
    json invocations = json::array();
    for (const CaseView& view : report_.cases) {
      json notifications = json::array();
      const auto notify = [&notifications](const char* level, const std::string& text) {
        notifications.push_back({{"level", level}, {"message", Message(text)}});
      };
      if (!view.reason.empty()) notify("error", view.name + ": " + view.reason);
      for (const SuppressedView& entry : view.run.suppressed) {
        notify("note",
               fmt::format("{} suppressed by {}", Count(entry.findings, "finding"), entry.rule));
      }
      for (const std::string& note : view.run.notes) notify("note", note);
      json arguments = json::array();
      std::string command_line;
      for (const std::string& word : view.run.program) {
        if (!command_line.empty()) arguments.push_back(Utf8(word));
        command_line += (command_line.empty() ? "" : " ") + Utf8(word);
      }
      json invocation = {{"executionSuccessful",
                          view.status == CaseStatus::kHeld || view.status == CaseStatus::kFinding},
                         {"arguments", std::move(arguments)},
                         {"properties",
                          {{"case", Utf8(view.name)},
                           {"strategy", view.run.strategy},
                           {"seed", view.run.seed},
                           {"executions", view.run.executions}}}};
      if (!command_line.empty()) invocation["commandLine"] = command_line;
      if (!notifications.empty())
        invocation["toolExecutionNotifications"] = std::move(notifications);
      invocations.push_back(std::move(invocation));
    }
    return invocations;
  }

  // Only what lies in a file of sources has a physical place.
  [[nodiscard]] json Physical(const std::string& file, uint32_t line, uint32_t column) const {
    const std::string relative = RelativePath(file, options_.directory);
    json artifact;
    if (relative != file) {
      artifact = {{"uri", UriPath(relative)}, {"uriBaseId", kRoot}};
    } else {
      artifact = {{"uri", (file.starts_with('/') ? "file://" : "") + UriPath(file)}};
    }
    json region = {{"startLine", line}};
    if (column != 0) region["startColumn"] = column;
    return {{"artifactLocation", std::move(artifact)}, {"region", std::move(region)}};
  }

  [[nodiscard]] json Location(const Frame& frame, const std::string& message) const {
    json location = json::object();
    if (!frame.file.empty() && frame.line != 0)
      location["physicalLocation"] = Physical(frame.file, frame.line, frame.column);
    if (!frame.function.empty()) {
      location["logicalLocations"] =
          json::array({{{"fullyQualifiedName", Utf8(frame.function)}, {"kind", "function"}}});
    }
    if (!message.empty()) location["message"] = Message(message);
    return location;
  }

  [[nodiscard]] json StackOf(const Stack& stack, uint32_t thread, const std::string& words) const {
    json frames = json::array();
    for (const Frame& frame : stack.frames) {
      json entry = {{"location", Location(frame, "")}};
      if (!frame.module.empty()) entry["module"] = Utf8(frame.module);
      if (thread != kNoThreadIndex) entry["threadId"] = thread;
      frames.push_back(std::move(entry));
    }
    return {{"message", Message(words)}, {"frames", std::move(frames)}};
  }

  // Stacks of a finding with what they show, the most important first.
  struct Told {
    const Stack* stack;
    uint32_t thread;
    std::string words;
  };
  [[nodiscard]] static std::vector<Told> StacksOf(const FindingView& finding) {
    std::vector<Told> told;
    for (const AccessView& access : finding.accesses) {
      told.push_back({&access.stack, access.thread,
                      fmt::format("{}{} by {}", told.empty() ? "" : "earlier ", access.words,
                                  ThreadLabel(finding, access.thread))});
      for (const LockView& lock : access.locks) {
        told.push_back({&lock.taken, access.thread,
                        fmt::format("{} {} was taken by {}", lock.kind, lock.name,
                                    ThreadLabel(finding, access.thread))});
      }
    }
    for (const CycleEdge& edge : finding.cycle) {
      told.push_back({&edge.at, edge.thread,
                      fmt::format("{} {} {} {}", ThreadLabel(finding, edge.thread),
                                  finding.verdict == Verdict::kLockOrder ? "takes" : "waits for",
                                  edge.kind, edge.name)});
    }
    if (finding.heap) {
      told.push_back({&finding.heap->allocated, finding.heap->alloc_thread, "allocated here"});
      if (finding.heap->freed)
        told.push_back({&finding.heap->freed_at, finding.heap->free_thread, "freed here"});
    }
    for (const ThreadView& thread : finding.threads) {
      told.push_back({&thread.current, thread.index, thread.label + " stood here"});
      told.push_back({&thread.created, thread.parent, thread.label + " was created here"});
    }
    std::erase_if(told, [](const Told& entry) { return entry.stack->frames.empty(); });
    return told;
  }

  [[nodiscard]] json Step(const FindingView& finding, const EventView& event, size_t order) const {
    std::string words = fmt::format("{}: {}", ThreadLabel(finding, event.thread), event.words);
    if (event.has_value) words += fmt::format(" = {}", event.value);
    if (event.result != 0) words += " -> " + ErrnoWords(event.result);
    if (event.blocked) words += " (after waiting)";
    Frame frame;
    frame.file = event.file;
    frame.line = event.line;
    frame.function = event.function;
    return {{"location", Location(frame, words)},
            {"executionOrder", order},
            {"importance", event.is_access_of_finding ? "essential" : "important"}};
  }

  // Twice: in the order in which it happened, for readers that show one list; and thread by thread.
  [[nodiscard]] json CodeFlows(const FindingView& finding) const {
    json all = json::array();
    std::map<uint32_t, json> threads;
    for (size_t i = 0; i < finding.events.size(); ++i) {
      const EventView& event = finding.events[i];
      json step = Step(finding, event, i + 1);
      // Without a place there is nothing to show in a source.
      if (event.line != 0) all.push_back(step);
      threads[event.thread].push_back(std::move(step));
    }
    if (all.empty()) return json::array();
    json by_thread = json::array();
    for (auto& [thread, steps] : threads) {
      by_thread.push_back({{"id", fmt::format("T{}", thread)},
                           {"message", Message(ThreadLabel(finding, thread))},
                           {"locations", std::move(steps)}});
    }
    return json::array(
        {{{"message", Message("the interleaving, in the order in which it happened")},
          {"threadFlows", json::array({{{"id", "all"}, {"locations", std::move(all)}}})}},
         {{"message", Message("the same, thread by thread")},
          {"threadFlows", std::move(by_thread)}}});
  }

  [[nodiscard]] size_t InvocationOf(const CaseView* in) const {
    return static_cast<size_t>(in - report_.cases.data());
  }

  [[nodiscard]] json Result(const FindingIn& found) {
    const FindingView& finding = *found.finding;
    json properties = {{"card", Utf8(finding.card)},
                       {"case", Utf8(found.in->name)},
                       {"firstExecution", finding.first_execution}};
    std::string text = finding.summary;
    if (!finding.message.empty()) text += "\n" + finding.message;
    if (finding.suggestion) {
      text += fmt::format("\nsuggestion ({}): {}, because {}", finding.suggestion->remedy,
                          finding.suggestion->advice, finding.suggestion->evidence);
      properties["remedy"] = Utf8(finding.suggestion->remedy);
    }
    if (!finding.card.empty()) text += "\nreplay: heddle replay " + finding.card;
    json result = {{"ruleId", trace::VerdictName(finding.verdict)},
                   {"ruleIndex", RuleIndex(finding.verdict)},
                   {"level", LevelOf(finding.verdict)},
                   {"message", Message(text)},
                   {"occurrenceCount", finding.count},
                   {"partialFingerprints", {{"heddleFinding/v1", finding.id}}},
                   {"provenance", {{"invocationIndex", InvocationOf(found.in)}}},
                   {"properties", std::move(properties)}};
    result["locations"] = json::array();
    if (const Frame* frame = PrimaryFrame(finding))
      result["locations"].push_back(Location(*frame, finding.summary));
    json related = json::array();
    json stacks = json::array();
    for (const Told& told : StacksOf(finding)) {
      stacks.push_back(StackOf(*told.stack, told.thread, told.words));
      const Frame* frame = UserFrame(*told.stack);
      if (frame == nullptr || frame->line == 0 || frame->file.empty()) continue;
      json location = Location(*frame, told.words);
      location["id"] = related.size() + 1;
      related.push_back(std::move(location));
    }
    if (!related.empty()) result["relatedLocations"] = std::move(related);
    if (!stacks.empty()) result["stacks"] = std::move(stacks);
    if (json flows = CodeFlows(finding); !flows.empty()) result["codeFlows"] = std::move(flows);
    return result;
  }

  const ReportView& report_;
  const SarifOptions& options_;
  std::vector<Verdict> rules_;
};

}  // namespace

json SarifJson(const ReportView& report, const SarifOptions& options) {
  return Writer(report, options).Write();
}

std::string UriPath(const std::string& path) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/+@";
  std::string uri;
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

}  // namespace heddle::report
