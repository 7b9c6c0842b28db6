// Explores a program's schedules within a budget and collects what is wrong.
//
// Execution numbers are dealt to the jobs like cards (job j of J gets j, j+J, j+2J, …), and what an execution does
// depends on its number alone. So the set of executions that a budget of N covers, and the first finding in it, are the
// same for every number of jobs.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/diagnosis.h"
#include "driver/job.h"
#include "driver/loom_process.h"
#include "driver/order_counter.h"
#include "driver/second_look.h"
#include "driver/standard_input.h"
#include "driver/status.h"

namespace heddle::driver {

struct ExplorationOptions {
  LoomSettings loom;
  uint64_t schedules_max = 10'000;  // budget: how many executions …
  std::chrono::nanoseconds time_max =
      std::chrono::seconds(10);  // … or how long; 0 is no limit of time
  double until_saturated =
      0;  // end when at most this part of the orders is unseen; 0: not for that
  uint32_t jobs = 1;
  bool keep_going = false;        // collect findings instead of stopping at the first
  uint32_t ignored_verdicts = 0;  // bit 1 << verdict: not a finding for this user
  bool judge = false;             // the observer may say of a finding that it does not count
  bool show_output = false;       // hand the output of every execution to the observer
  std::chrono::nanoseconds start_timeout = std::chrono::seconds(60);
};

// One finding, however often it appeared.
struct FoundFinding {
  std::string signature;
  trace::Verdict verdict = trace::Verdict::kNone;
  uint64_t first_execution = 0;
  uint64_t count = 0;       // executions in which it appeared
  Recording recording;      // of the first of them
  bool suppressed = false;  // it does not count
  bool confirmed = true;    // a second run gave the same
  std::vector<std::string> notes;
  size_t view = 0;  // the observer's handle
};

// The same schedule ran differently the second time.
struct Nondeterminism {
  uint64_t execution = 0;
  std::string difference;
  Recording recording;
};

// How far a systematic search came (trace::Search).
struct SearchProgress {
  trace::SearchState state = trace::SearchState::kUnused;
  uint32_t bound = 0;       // of the last iteration
  bool cut = false;         // that iteration left schedules out because of the bound
  uint64_t executions = 0;  // of that iteration
  uint64_t too_deep = 0;    // of them with more choices than kSearchDepthMax
  // Every schedule within the bound was tried.
  [[nodiscard]] bool complete() const {
    return state == trace::SearchState::kComplete && too_deep == 0;
  }
};

// How far a search without repetitions came (trace::DporSearch).
struct ReductionProgress {
  bool over = false;
  bool complete = false;
  std::string words;             // … if it came to an end
  std::string words_if_ended;    // … if a finding ended it
  std::string words_if_stopped;  // … if the budget did
};

// A race that is none when one sees what uninstrumented libraries do (driver/second_look.h).
struct WithdrawnRace {
  size_t view = 0;  // the observer's handle
  uint64_t executions = 0;
};

struct ExplorationResult {
  uint64_t executions = 0;
  uint64_t decisions = 0;
  uint64_t choices = 0;  // decisions besides the settings that every execution begins with
  double seconds = 0;
  bool exhausted = false;  // there is nothing else to try
  bool interrupted = false;
  bool saturated = false;         // ended because of until_saturated
  trace::OrderStatistics orders;  // of executions that ended, also of findings that do not count
  bool explored_itself = false;   // the program called heddle::Explore: it was run once per job
  uint32_t hello_flags = 0;       // HelloFlag
  std::vector<FoundFinding> findings;              // by first execution
  std::map<std::string, WithdrawnRace> withdrawn;  // by signature
  std::vector<trace::Uncontrolled> uncontrolled;
  std::vector<std::string> notes;
  std::optional<Nondeterminism> nondeterminism;
  std::optional<SearchProgress> search;        // strategy dfs only
  std::optional<ReductionProgress> reduction;  // strategy dpor only
  uint64_t limited_executions = 0;             // cut short by a limit or something unsupported
  std::string limit_message;
  std::optional<Error>
      failure;  // what ended the run early; findings made before are still in `findings`
};

// What the exploration tells while it runs. Lives longer than the Exploration.
class ExplorationObserver {
 public:
  struct Described {
    std::string signature;    // equal for findings that are the same to a person
    size_t view;              // handle for the observer's own use
    bool suppressed = false;  // does not count, and does not end the exploration
  };
  // findings[index] of the loom's region is diagnosed; the process is alive, so its modules can be read.
  [[nodiscard]] virtual Described Describe(const LoomProcess& loom, uint32_t index) = 0;
  // A few times a second.
  virtual void Progress(uint64_t executions, uint64_t orders, size_t findings, double seconds) = 0;
  // With show_output: what one execution printed.
  virtual void ExecutionOutput(uint64_t execution, const std::string& output) = 0;

 protected:
  ~ExplorationObserver() = default;
};

class Exploration {
 public:
  Exploration(const ExplorationOptions& options, const Invocation& invocation,
              const StandardInput& input, ExplorationObserver& observer);

  // An error if the program could not be started or taken over.
  [[nodiscard]] Result<ExplorationResult> Run();

 private:
  // The share of the numbers that one job explores.
  struct Share {
    std::unique_ptr<Job> job;
    uint64_t next = 0;
    uint64_t batches = 0;
    bool done = false;
    std::optional<Recording> finding;  // the first one, waiting until no lower number can have one
  };

  [[nodiscard]] Status StartJobs();
  void StartBatch(Share& share);
  void WaitForReplies();
  void HandleReply(Share& share, const trace::Reply& reply);
  void CountOrders(const Share& share);
  void HandleFinding(Share& share, uint64_t execution);
  [[nodiscard]] bool WithdrawRaces(Share& share, Recording* recording);
  void CheckDeterminism(Share& share, uint64_t execution);
  void NoteSearch(Share& share, uint64_t last_execution);
  void NoteReduction(Share& share, uint64_t last_execution);
  void DiagnoseAndKeep(Job& job, const Recording& recording);
  void Keep(const LoomProcess& loom, uint32_t index, const Recording& recording,
            const Diagnosis& diagnosis);
  [[nodiscard]] bool AllSuppressed(Job& job, const Recording& recording);
  void FinishFirstFinding();
  void Fail(Share& share, const Error& error);
  void CollectUncontrolled();
  void NoteLimit(const trace::Execution& execution);
  void HandleInterrupt();
  void HandleOverrun();
  void StopAll();

  [[nodiscard]] bool Ignored(trace::Verdict verdict) const;
  [[nodiscard]] bool OnlyIgnored(const Recording& recording) const;
  [[nodiscard]] std::chrono::nanoseconds Elapsed() const { return Clock::now() - begin_; }
  [[nodiscard]] uint64_t LastNumber() const;  // the highest number still worth exploring
  [[nodiscard]] std::chrono::nanoseconds TimeLeft() const;
  [[nodiscard]] bool AllDone() const;

  ExplorationOptions options_;
  const Invocation& invocation_;
  const StandardInput& input_;
  ExplorationObserver& observer_;

  std::vector<Share> shares_;
  SecondLook second_look_;
  std::vector<uint64_t> known_;  // keys of findings that looms shall not report again
  OrderCounter orders_;
  std::map<std::string, size_t> by_signature_;  // index into result_.findings
  uint64_t hunt_on_until_ = UINT64_MAX;    // after a lock-order finding: the last number to try
  std::optional<uint64_t> first_finding_;  // lowest number with a finding, without keep_going
  std::chrono::nanoseconds found_after_{};
  Clock::time_point begin_{};
  Clock::time_point interrupted_at_{};
  ExplorationResult result_;
};

}  // namespace heddle::driver
