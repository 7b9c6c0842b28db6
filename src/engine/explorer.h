// One exploration in this process, from the request to the outcome: what to run next, and what becomes of what is found.
#pragma once

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/check.h"
#include "base/text.h"
#include "engine/budget.h"
#include "engine/crash_handlers.h"
#include "engine/describe.h"
#include "engine/engine.h"
#include "engine/explore_request.h"
#include "engine/explore_session.h"
#include "engine/hang_timer.h"
#include "engine/library_sight.h"
#include "engine/second_look.h"
#include "strategy/dpor_probe.h"
#include "sys/raw_syscall.h"
#include "trace/dpor_words.h"
#include "trace/order_words.h"

namespace heddle::engine {

// What is explored: called as thread 0 of each execution.
struct Body {
  void (*function)(void*);
  void* argument;
};

class Explorer {
 public:
  Explorer(Engine& engine, const detail::LoomRequest& request, detail::LoomOutcome* outcome)
      : engine_(engine),
        request_(request),
        outcome_(*outcome),
        body_{request.body, request.argument} {}

  // False if the request makes no sense; the outcome says why.
  [[nodiscard]] bool Understand() {
    return ReadRequest(request_, &plan_, outcome_.message, sizeof outcome_.message);
  }

  void Run() {
    shared_ = MakeSharedRegion();
    engine_.region_ = shared_.region;
    engine_.CountOrders(request_.coverage != 0);
    region().uncontrolled_count = 0;
    region().known_count = 0;
    g_session.Begin(request_.name);
    FillInProcess();
    if (plan_.card != nullptr && !LoadCard()) return;
    if (plan_.card != nullptr) {
      ReplayCard();
    } else {
      region().search.state = trace::SearchState::kUnused;
      region().search.bound = 0;
      strategy::RestartSearchIteration(&region().search);
      strategy::RestartDpor(&region().dpor);
      Probe();
      ExploreAll();
    }
    outcome_.seconds = budget_.Seconds() - describing_seconds_;
    outcome_.instrumented = engine_.instrumented_;
    TellCoverage();
    TellNotes();
  }

 private:
  using Command = trace::Command;
  using CommandKind = trace::CommandKind;

  // Bodies in which nothing can be chosen are the same in every execution.
  static constexpr uint64_t kExecutionsWithoutChoice = 16;

  // After a lock-order finding, executions that may still run into the deadlock itself.
  static constexpr uint64_t kExecutionsAfterLockOrder = 1000;

  trace::Region& region() { return *shared_.region; }

  // Leaves in the region only what this user wants to know of.
  static void DropUnwanted(trace::Region* region, trace::VerdictSet wanted) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < region->execution.finding_count; ++i) {
      if ((wanted & trace::Only(region->findings[i].verdict)) == 0) continue;
      if (kept != i) region->findings[kept] = region->findings[i];
      ++kept;
    }
    region->execution.finding_count = kept;
  }

  [[nodiscard]] static bool OnlyLockOrder(const trace::Region& region) {
    for (uint32_t i = 0; i < region.execution.finding_count; ++i) {
      if (region.findings[i].verdict != trace::Verdict::kLockOrder) return false;
    }
    return true;
  }

  void FillInProcess() {
    trace::InProcess& told = region().in_process;
    told.pid = static_cast<int32_t>(sys::Syscall(SYS_getpid));
    // Who names a card in the program means this body, however often it was explored before.
    const bool named = plan_.card != nullptr && !plan_.card_from_environment;
    told.occurrence = named ? 0 : g_session.occurrence();
    Text(told.name, sizeof told.name).Add(request_.name);
    Text(told.replay_argument, sizeof told.replay_argument).Add(request_.replay_argument);
    told.strategy = plan_.command.strategy;
    told.seed = plan_.command.seed;
    told.detect = plan_.command.detect;
    told.instrumented = engine_.instrumented_;
  }

  // One execution, twice if a thread of it spins on a plain variable (engine/spin.cc). Its end may have been a signal.
  void RunOnce(const Command& command, uint64_t number) {
    for (;;) {
      engine_.ExploreOnce(command, number, &body_);
      const trace::Execution& execution = region().execution;
      const bool again = execution.wants_plain_watch != 0;
      if (engine_.crashed_ || engine_.hung_ || again || execution.limit_hit != 0) handlers_.Rearm();
      if (!again) return;
      engine_.watch_plain_accesses();
      // What the search knows, it knows of executions that were not watched.
      strategy::RestartSearchIteration(&region().search);
      strategy::RestartDpor(&region().dpor);
    }
  }

  // How long is an execution? PCT wants to know, as in a whole program (docs/decisions/0008). What else this one does,
  // an execution that counts will do again.
  void Probe() {
    Command probe = plan_.command;
    probe.strategy = {trace::StrategyKind::kRandom, 1, 0};
    probe.flags |= trace::kProfileObjects;
    probe.detect &= ~(trace::kAllowSpurious | trace::kAllowWeakFailure | trace::kAllowEarlyTime);
    engine_.set_expected_decisions(1);
    RunOnce(probe, 0);
    engine_.set_expected_decisions(region().execution.decision_count);
  }

  [[nodiscard]] bool Searching() const {
    return plan_.command.strategy.kind == trace::StrategyKind::kDfs;
  }

  [[nodiscard]] bool Reducing() const {
    return plan_.command.strategy.kind == trace::StrategyKind::kDpor;
  }

  // The search moves on. False if it is over.
  bool SearchGoesOn() {
    if (Searching()) {
      strategy::FinishSearchExecution(&region().search, plan_.command.strategy.preemption_bound);
      return region().search.state == trace::SearchState::kRunning;
    }
    if (!Reducing()) return true;
    strategy::FinishDporExecution(&region().dpor);
    return strategy::DporGoesOn(region().dpor);
  }

  void ExploreAll() {
    uint64_t last = request_.schedules;
    uint64_t choices = 0;
    for (uint64_t number = 0; number < last; ++number) {
      if (Reducing() && strategy::IsTimeToProbe(region().dpor) && !ProbeSearch()) return;
      RunOnce(plan_.command, number);
      if (!Account()) return;
      const bool search_goes_on = SearchGoesOn();
      choices += region().execution.decision_count - 1;
      if (request_.coverage != 0) orders_.Add(region().execution.order);
      if (region().execution.finding_count > 0) DropUnwanted(&region(), plan_.wanted);
      if (second_look_.Wanted(region())) LookTwice(number);
      if (region().execution.finding_count > 0) {
        const bool lock_order = OnlyLockOrder(region());
        const bool counts = Describe(number);
        if (counts) ++outcome_.findings;
        if (engine_.crashed_) return;  // what it left in memory is not to be trusted
        if (counts && request_.keep_going == 0) {
          if (!lock_order) return;
          if (last - number > kExecutionsAfterLockOrder) last = number + kExecutionsAfterLockOrder;
        }
      }
      if (!search_goes_on) {
        outcome_.exhausted =
            Reducing() ? strategy::DporIsComplete(region().dpor) : SearchComplete();
        return;
      }
      if (budget_.Due()) {
        if (budget_.UsedUp()) return;
        if (InterruptScope::Requested()) {
          outcome_.interrupted = 1;
          return;
        }
        engine_.BeatForDriver();
      }
      if (IsSaturated()) {
        outcome_.saturated = 1;
        return;
      }
      if (choices == 0 && !Reducing() && outcome_.executions >= kExecutionsWithoutChoice) {
        outcome_.exhausted = 1;
        return;
      }
    }
  }

  [[nodiscard]] bool IsSaturated() const {
    constexpr uint64_t kExecutionsBetween = 64;  // looking costs more than an execution
    return request_.until_saturated > 0 && orders_.executions() % kExecutionsBetween == 0 &&
           orders_.IsSaturated(request_.until_saturated);
  }

  // How long will the search be? (strategy/dpor_probe.h) False if a probe crashed: it is then the last execution.
  bool ProbeSearch() {
    Command probe = plan_.command;
    probe.flags |= trace::kProbeSearch;
    const Budget probing(strategy::kProbingNsMax);
    for (uint64_t i = 0; i < strategy::kProbes; ++i) {
      strategy::BeginProbe(&region().dpor_probe);
      RunOnce(probe, 0);
      strategy::FinishProbe(&region().dpor_probe, &region().dpor.estimate);
      if (engine_.crashed_) {
        if (!Account()) return false;
        DropUnwanted(&region(), plan_.wanted);
        ++outcome_.findings;
        Describe(outcome_.executions);
        return false;
      }
      if (region().execution.limit_hit != 0) return Account();
      if (probing.Seconds() * 1e9 > double{strategy::kProbingNsMax}) break;
    }
    return true;
  }

  // Counts the execution that has just ended. False if it ended by something that cannot be explored.
  bool Account() {
    const trace::Execution& execution = region().execution;
    if (execution.limit_hit != 0) {
      outcome_.status = detail::kLoomUnsupported;
      Text(outcome_.message, sizeof outcome_.message).Add(execution.limit_message);
      return false;
    }
    ++outcome_.executions;
    outcome_.decisions += execution.decision_count;
    return true;
  }

  // --- cards ---

  bool LoadCard() {
    const char* const arguments[] = {"__load-card", plan_.card, nullptr};
    const CommandAnswer answer = AskCommand(arguments, shared_.descriptor);
    if (answer.bytes > 0 && answer.words[0] == 'O' && plan_.card_from_environment) {
      outcome_.skipped = 1;  // it belongs to another exploration of this program
      return false;
    }
    if (answer.bytes > 0 && answer.words[0] == 'C') {
      const trace::InProcess& card = region().in_process;
      plan_.command.strategy = card.strategy;
      plan_.command.seed = card.seed;
      plan_.command.detect = card.detect;
      return true;
    }
    outcome_.status = detail::kLoomUsage;
    Text(outcome_.message, sizeof outcome_.message)
        .Add(answer.bytes > 1 ? answer.words + 1 : answer.problem);
    return false;
  }

  void ReplayCard() {
    const uint64_t execution = region().in_process.execution;
    Command command = plan_.command;
    command.kind = CommandKind::kReplay;
    command.strategy = {trace::StrategyKind::kReplay, 0, 0};
    command.decision_count = region().in_process.decision_count;
    RunOnce(command, execution);
    if (!Account()) return;
    DropUnwanted(&region(), plan_.wanted);
    outcome_.findings = region().execution.finding_count > 0;
    const bool diverged = region().execution.diverged != 0;
    if (outcome_.findings == 0 && diverged) {
      outcome_.status = detail::kLoomUnsupported;
      Text(outcome_.message, sizeof outcome_.message)
          .Add("the schedule of the card no longer fits the body: ")
          .Add(region().execution.diverged_message);
    }
    Describe(execution);
  }

  // --- findings ---

  // Takes away the races that are none when one sees what uninstrumented libraries do.
  void LookTwice(uint64_t number) {
    if (engine_.crashed_ || engine_.hung_) return;
    second_look_.Begin(region());
    Command command = plan_.command;
    command.kind = CommandKind::kReplay;
    command.flags = trace::kSeeLibraries;
    command.strategy = {trace::StrategyKind::kReplay, 0, 0};
    command.decision_count = static_cast<uint32_t>(region().execution.decision_count);
    command.first_execution = number;
    RunOnce(command, number);
    g_library_sight.End();
    second_look_.End(&region());
  }

  // Runs the same decisions again, with stacks. Heap blocks may lie elsewhere than in the execution before (what that
  // left behind is still there), so what to watch for is taken from one diagnosing execution for the next, until the
  // earlier access of every race was seen.
  void Diagnose(uint64_t number) {
    constexpr int kTries = 4;
    for (int i = 0; i < kTries; ++i) {
      Command command = plan_.command;
      command.kind = CommandKind::kReplay;
      command.flags = trace::kDiagnose | trace::kAnnotate;
      command.strategy = {trace::StrategyKind::kReplay, 0, 0};
      command.decision_count = static_cast<uint32_t>(region().in_process.end.decision_count);
      command.first_execution = number;
      constexpr uint64_t kEventsWithStack = 100;
      const uint64_t events = region().in_process.end.event_count;
      command.snapshot_events_from = events > kEventsWithStack ? events - kEventsWithStack : 0;
      // Clocks go on from execution to execution; what counts is how far into the execution they are.
      const uint64_t shift = engine_.NextBaseClock() - engine_.base_clock_;
      for (uint32_t k = 0; k < region().execution.finding_count; ++k) {
        const trace::Finding& finding = region().findings[k];
        if (finding.address == 0 || finding.previous.clock == 0) continue;
        region().watches[command.watch_count++] = {finding.address, finding.previous.thread, k,
                                                   finding.previous.clock + shift};
      }
      if (engine_.crashed_) {
        DiagnoseInCopy(command, number);
        return;
      }
      RunOnce(command, number);
      const bool broken = engine_.crashed_ || engine_.hung_ || region().execution.limit_hit != 0;
      if (broken || !EarlierAccessMissing()) return;
    }
  }

  bool EarlierAccessMissing() {
    for (uint32_t i = 0; i < region().execution.finding_count; ++i) {
      const trace::Finding& finding = region().findings[i];
      if (finding.verdict == trace::Verdict::kDataRace &&
          finding.previous.snapshot == trace::kNoIndex)
        return true;
    }
    return false;
  }

  // After a crash nothing in this process is to be trusted with a second one.
  void DiagnoseInCopy(const Command& command, uint64_t number) {
    const long pid = sys::Syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (pid == 0) {
      constexpr long kSecondsMax = 20;
      sys::Syscall(SYS_alarm, kSecondsMax);
      handlers_.Rearm();
      engine_.ExploreOnce(command, number, &body_);
      sys::Syscall(SYS_exit_group, 0);
    }
    int status = 0;
    while (pid > 0 && sys::Syscall(SYS_wait4, pid, sys::Arg(&status), 0, 0) == -EINTR) {
    }
  }

  // False if none of the execution's findings counts, because suppressions or a baseline say so.
  bool Describe(uint64_t number) {
    if (request_.on_finding == nullptr) {
      RememberKnown();
      return true;
    }
    const Budget describing(0);
    trace::InProcess& told = region().in_process;
    told.execution = number;
    told.end = region().execution;
    for (uint32_t i = 0; i < told.end.finding_count; ++i) told.findings[i] = region().findings[i];
    RememberKnown();
    const uint32_t known = region().known_count;
    region().known_count = 0;  // the second run is to find them again
    // What hung was seen while it hung; a second run would take as long.
    if (!engine_.hung_ && told.end.finding_count > 0) Diagnose(number);
    region().known_count = known;
    const char* const explored[] = {"__describe", "--cards", plan_.cards, nullptr};
    const char* const replayed[] = {"__describe", "--replay", plan_.card, nullptr};
    const CommandAnswer answer =
        AskCommand(plan_.card != nullptr ? replayed : explored, shared_.descriptor);
    if (plan_.card_from_environment && answer.status >= 0)
      sys::Syscall(SYS_exit_group, answer.status);  // the command has said it all
    const bool counts = answer.bytes == 0 || TellAnswer(answer);
    if (answer.bytes == 0) TellWithoutCommand(answer.problem);
    describing_seconds_ += describing.Seconds();
    return counts;
  }

  void RememberKnown() {
    for (uint32_t i = 0; i < region().execution.finding_count; ++i) {
      if (region().known_count < kKnownRacesMax)
        region().known[region().known_count++] = region().findings[i].key;
    }
  }

  // The answer is a row of words: "F" id verdict summary card story, "S" note on a finding that does not count, or "N" note.
  // False if there are findings, and none of them counts.
  bool TellAnswer(const CommandAnswer& answer) {
    bool counts = false;
    bool suppressed = false;
    const char* at = answer.words;
    const char* end = answer.words + answer.bytes;
    const auto next = [&at, end]() {
      const char* word = at < end ? at : "";
      while (at < end && *at != '\0') ++at;
      ++at;
      return word;
    };
    while (at < end) {
      const char* kind = next();
      if (kind[0] == 'F') {
        detail::LoomFinding finding = {};
        finding.id = next();
        finding.verdict = next();
        finding.summary = next();
        finding.card = next();
        finding.story = next();
        finding.execution = region().in_process.execution;
        request_.on_finding(request_.context, &finding);
        counts = true;
      } else {
        suppressed |= kind[0] == 'S';
        request_.on_note(request_.context, next());
      }
    }
    return counts || !suppressed;
  }

  void TellWithoutCommand(const char* problem) {
    const trace::InProcess& told = region().in_process;
    for (uint32_t i = 0; i < told.end.finding_count; ++i) {
      const trace::Finding& found = told.findings[i];
      const char* name = trace::VerdictName(found.verdict);
      const char* summary =
          found.message[0] != '\0' ? found.message : trace::VerdictText(found.verdict);
      const detail::LoomFinding finding = {name, name, summary, "", "", told.execution};
      request_.on_finding(request_.context, &finding);
    }
    request_.on_note(request_.context, problem);
  }

  [[nodiscard]] bool SearchComplete() {
    const trace::Search& search = region().search;
    return search.state == trace::SearchState::kComplete && search.too_deep == 0;
  }

  // How far strategy dfs got.
  void TellSearch() {
    const trace::Search& search = region().search;
    TextBuffer<200> text;
    if (SearchComplete()) {
      text.Add("complete: ").Number(search.executions).Add(" executions (every schedule");
      if (search.cut != 0) text.Add(" with at most ").Number(search.bound).Add(" preemptions");
      text.Add(")");
    } else {
      text.Add("dfs stopped at preemption bound ").Number(search.bound);
      text.Add(", after ").Number(search.executions).Add(" executions of it");
      if (search.state == trace::SearchState::kDeviated)
        text.Add(": the body is not deterministic, so not every schedule can be reached");
      else if (search.too_deep > 0)
        text.Add(": executions made more than kSearchDepthMax choices");
    }
    request_.on_note(request_.context, text.c_str());
  }

  void TellReduction() {
    TextBuffer<1000> text;
    const char* why = outcome_.findings > 0 ? "a finding ended the search (keep_going goes on)"
                                            : "the budget is used up";
    trace::AddDporWords(region().dpor, why, &text);
    request_.on_note(request_.context, text.c_str());
  }

  void TellCoverage() {
    if (orders_.executions() == 0) return;
    const trace::OrderStatistics orders = orders_.Statistics();
    const trace::OrderSource source = outcome_.exhausted != 0 ? trace::OrderSource::kComplete
                                      : trace::IsDrawn(plan_.command.strategy.kind)
                                          ? trace::OrderSource::kDrawn
                                          : trace::OrderSource::kSearched;
    outcome_.distinct = orders.distinct;
    outcome_.unseen = outcome_.unseen_at_most = source == trace::OrderSource::kComplete ? 0 : 1;
    if (source == trace::OrderSource::kDrawn) {
      outcome_.unseen = orders.unseen;
      outcome_.unseen_at_most = orders.unseen_high;
    }
    Text text(outcome_.coverage, sizeof outcome_.coverage);
    trace::AddOrdersSeen(orders, source, &text);
    text.Add("; ");
    trace::AddUnseen(orders, source, &text);
  }

  void TellNotes() {
    if (request_.on_note == nullptr) return;
    if (Searching() && plan_.card == nullptr) TellSearch();
    if (Reducing() && plan_.card == nullptr) TellReduction();
    // What was cut short by a finding says nothing about what can happen.
    if (outcome_.findings == 0 && plan_.card == nullptr) g_session.ReportNever(request_);
    if (g_session.too_many_names())
      request_.on_note(request_.context,
                       "Sometimes was called with more different names than are kept (256)");
    if (second_look_.withdrawn() > 0) {
      TextBuffer<200> text;
      text.Add("withdrawn: ").Number(second_look_.withdrawn()).Add(" data race(s): libraries ");
      text.Add("without instrumentation put the accesses in order");
      request_.on_note(request_.context, text.c_str());
    }
    for (uint32_t i = 0; i < region().uncontrolled_count; ++i) {
      const trace::Uncontrolled& entry = region().uncontrolled[i];
      TextBuffer<300> text;
      text.Add("not controlled: ").Add(entry.name).Add(": ").Add(entry.treatment);
      request_.on_note(request_.context, text.c_str());
    }
  }

  Engine& engine_;
  const detail::LoomRequest& request_;
  detail::LoomOutcome& outcome_;
  Body body_;
  ExplorePlan plan_;
  SharedRegion shared_;
  CrashHandlerScope handlers_;
  InterruptScope interrupts_;
  HangTimer hang_timer_{request_.hang_ns};
  Budget budget_{request_.time_ns};
  SecondLook second_look_;
  trace::OrderCount& orders_ = g_session.orders();
  double describing_seconds_ = 0;
};

}  // namespace heddle::engine
