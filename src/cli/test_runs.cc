#include "cli/test_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "cli/child_process.h"
#include "cli/test_budget.h"
#include "driver/interrupt.h"

namespace heddle::cli {
namespace {

using driver::Result;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

constexpr size_t kFileNameBytesMax = 100;
constexpr milliseconds kWaitMax(1000);

[[nodiscard]] std::string Join(const std::string& list, const std::string& more) {
  return list.empty() || more.empty() ? list + more : list + "," + more;
}

class Runner {
 public:
  Runner(const std::vector<ListedTest>& tests, const TestRunOptions& options,
         const std::string& scratch, const TestRunCallbacks& callbacks)
      : tests_(tests),
        options_(options),
        scratch_(scratch),
        callbacks_(callbacks),
        budget_(options.time_total, options.jobs, tests.size()),
        outcomes_(tests.size()) {}

  [[nodiscard]] Result<std::vector<TestOutcome>> Run() {
    for (size_t i = 0; i < tests_.size(); ++i) outcomes_[i].name = tests_[i].name;
    while (next_ < tests_.size() || !running_.empty()) {
      while (running_.size() < options_.jobs && next_ < tests_.size() && !driver::Interrupted()) {
        if (driver::Status begun = Begin(next_++); !begun.ok()) return begun.error();
      }
      if (running_.empty()) break;  // Interrupted, and nothing left to wait for.
      std::vector<const ChildProcess*> children;
      for (const Running& running : running_) children.push_back(&running.process);
      WaitForChildren(children, kWaitMax);
      if (driver::Interrupted()) AskToEnd();
      Collect();
    }
    return std::move(outcomes_);
  }

 private:
  struct Running {
    size_t index;
    ChildProcess process;
    nanoseconds begun;
    nanoseconds share;
    std::string files;  // beginning of the names of its files
  };

  [[nodiscard]] nanoseconds Now() const { return steady_clock::now() - start_; }

  [[nodiscard]] driver::Status Begin(size_t index) {
    const ListedTest& test = tests_[index];
    callbacks_.begun(test);
    const nanoseconds now = Now();
    const nanoseconds share = budget_.Begin(now);
    if (!test.refusal.empty()) {
      budget_.End(now, share);
      outcomes_[index].status = TestStatus::kRefused;
      outcomes_[index].reason = test.refusal;
      callbacks_.ended(outcomes_[index]);
      return driver::Ok();
    }
    const std::string files = fmt::format("{}/{}", scratch_, index);
    Result<ChildProcess> process = ChildProcess::Start(CommandFor(test, share, files));
    if (!process.ok()) return process.error();
    running_.push_back({index, std::move(process.value()), now, share, files});
    return driver::Ok();
  }

  // A name per test, also when two tests differ only in what file names cannot show.
  [[nodiscard]] std::string CardsFor(const std::string& name) {
    const std::string base = FileNameFor(name);
    std::string chosen = base;
    for (int n = 2; !cards_taken_.insert(chosen).second; ++n)
      chosen = fmt::format("{}.{}", base, n);
    return options_.cards_directory + "/" + chosen;
  }

  [[nodiscard]] ChildCommand CommandFor(const ListedTest& test, nanoseconds share,
                                        const std::string& files) {
    ChildCommand command;
    command.file = "/proc/self/exe";
    command.argv = {"heddle", "run", "--jobs", "1", "--json", files + ".json"};
    std::vector<std::string>& argv = command.argv;
    argv.insert(argv.end(), options_.passed_options.begin(), options_.passed_options.end());
    if (options_.schedules_max != 0)
      argv.insert(argv.end(), {"--schedules", std::to_string(options_.schedules_max)});
    nanoseconds time = options_.time_each;
    if (options_.time_total.count() != 0) time = share;
    if (time.count() != 0) {
      const int64_t count = std::chrono::duration_cast<milliseconds>(time).count();
      argv.insert(argv.end(), {"--time", fmt::format("{}ms", std::max<int64_t>(count, 1))});
    }
    std::string kept = options_.kept_variables;
    for (const auto& [name, value] : test.set_variables) kept = Join(kept, name);
    if (!kept.empty()) argv.insert(argv.end(), {"--env-keep", kept});
    const std::string ignored =
        Join(options_.ignored_verdicts, test.exit_status_counts ? "" : "exit-status");
    if (!ignored.empty()) argv.insert(argv.end(), {"--no-detect", ignored});
    std::string cards = CardsFor(test.name);
    std::error_code error;
    // It is read in the directory of the test.
    if (!test.directory.empty()) cards = std::filesystem::absolute(cards, error).string();
    argv.insert(argv.end(), {"--cards", cards, "--"});
    argv.insert(argv.end(), test.argv.begin(), test.argv.end());
    command.directory = test.directory;
    command.set_variables = test.set_variables;
    command.unset_variables = test.unset_variables;
    command.unset_variables.emplace_back("HEDDLE_OPTIONS");  // They are among the passed options.
    command.stdout_path = files + ".out";
    command.stderr_path = files + ".err";
    return command;
  }

  void AskToEnd() {
    if (std::exchange(asked_, true)) return;
    for (const Running& running : running_) running.process.Signal(SIGINT);
  }

  void Collect() {
    for (size_t i = 0; i < running_.size();) {
      const std::optional<int> status = running_[i].process.Ended();
      if (!status.has_value()) {
        ++i;
        continue;
      }
      const Running& running = running_[i];
      TestOutcome& outcome = outcomes_[running.index];
      outcome =
          ReadOutcome(tests_[running.index].name, *status, FileContents(running.files + ".json"),
                      FileContents(running.files + ".err"), asked_);
      outcome.printed = FileContents(running.files + ".out");
      budget_.End(running.begun, running.share);
      std::error_code ignored;
      for (const char* suffix : {".json", ".err", ".out"})
        std::filesystem::remove(running.files + suffix, ignored);
      callbacks_.ended(outcome);
      running_.erase(running_.begin() + static_cast<ptrdiff_t>(i));
    }
  }

  const std::vector<ListedTest>& tests_;
  const TestRunOptions& options_;
  const std::string& scratch_;
  const TestRunCallbacks& callbacks_;
  TestBudget budget_;
  const steady_clock::time_point start_ = steady_clock::now();
  std::vector<TestOutcome> outcomes_;
  std::vector<Running> running_;
  std::set<std::string> cards_taken_;
  size_t next_ = 0;     // the first test that has not begun
  bool asked_ = false;  // The running ones were told to end.
};

}  // namespace

std::string FileNameFor(std::string_view test_name) {
  std::string name(test_name.substr(0, kFileNameBytesMax));
  std::replace_if(
      name.begin(), name.end(),
      [](unsigned char c) {
        return c >= 0x80 || (std::isalnum(c) == 0 && c != '.' && c != '-' && c != '_');
      },
      '_');
  // Not a hidden file, not the directory above, not an option.
  if (name.empty() || name.front() == '.' || name.front() == '-') name.insert(0, "_");
  return name;
}

Result<std::vector<TestOutcome>> RunTests(const std::vector<ListedTest>& tests,
                                          const TestRunOptions& options, const std::string& scratch,
                                          const TestRunCallbacks& callbacks) {
  return Runner(tests, options, scratch, callbacks).Run();
}

}  // namespace heddle::cli
