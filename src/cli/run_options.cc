#include "cli/run_options.h"

#include <sched.h>

#include <algorithm>
#include <charconv>

#include "cli/console.h"
#include "cli/finding_text.h"
#include "cli/parse.h"
#include "cli/test_options.h"
#include "driver/quantity.h"
#include "trace/order_words.h"

namespace heddle::cli {
namespace {

using driver::Error;
using driver::kExitUsage;
using driver::Result;
using driver::VerdictSet;
using trace::Verdict;

constexpr uint64_t kSchedulesDefault = 10'000;
constexpr std::chrono::nanoseconds kTimeDefault = std::chrono::seconds(10);
constexpr uint32_t kJobsMax = 256;

// The words as CLI11 delivers them; empty where the option was not given.
struct Words {
  std::string strategy = "portfolio";
  std::string seed = "1";
  std::string schedules, time, detect, no_detect, shrink_time, observe_time, hang_timeout,
      start_timeout, environment_keep;
  std::string preemption_bound, until_saturated;
  uint32_t jobs = 0;
  std::string output = "finding";
  std::string finding_text;
  TestWords tests;
  bool no_early_time = false, no_spurious = false, no_weak_failure = false;
};

void AddFilterOptions(CLI::App& app, RunOptions& options) {
  constexpr const char* kGroup = "Findings that do not count";
  app.add_option("--suppressions", options.filter.suppressions_path,
                 "Leave out findings that this file names, in ThreadSanitizer's format")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option("--baseline", options.filter.baseline_path,
                 "Only findings that are new against this file count")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option("--write-baseline", options.write_baseline,
                 "Write the findings of this run, and those of --baseline, into this file")
      ->type_name("FILE")
      ->group(kGroup);
}

void AddOptions(CLI::App& app, Words& words, RunOptions& options) {
  app.add_option("--schedules", words.schedules,
                 "Explore at most N executions (default 10000; of each test of a suite: 1000)")
      ->type_name("N");
  app.add_option("--time", words.time,
                 "Explore for at most this long: 500ms, 30s, 5m, 2h (default 10s); all tests of a "
                 "suite share it (default: 10s each)")
      ->type_name("DURATION");
  app.add_option("--strategy", words.strategy,
                 "random[:PERMILLE], pct[:DEPTH], pos, surw or portfolio, which mixes them, or "
                 "dfs, which tries "
                 "every schedule (default portfolio)")
      ->type_name("NAME");
  app.add_option("--preemption-bound", words.preemption_bound,
                 "dfs: try only schedules with at most K preemptions, fewest first")
      ->type_name("K");
  app.add_option(
         "--until-saturated", words.until_saturated,
         "End when at most this part of the orders that the strategy would show is unseen, with "
         "95% confidence (1% if none is named): --until-saturated=0.1%; within the other limits")
      ->type_name("PERCENT")
      ->expected(0, 1);
  app.add_option("--seed", words.seed,
                 "Seed of all choices; the same seed explores the same executions (default 1)")
      ->type_name("N");
  app.add_option(
         "--jobs", words.jobs,
         "Processes that explore side by side (default: one per processor); of a suite, one "
         "for each of N tests")
      ->type_name("N")
      ->check(CLI::Range(1u, kJobsMax));
  app.add_flag("--keep-going", options.exploration.keep_going,
               "Collect findings instead of stopping at the first");
  app.add_option("--detect", words.detect,
                 "Only these verdicts are findings (a list; `all` adds nondeterminism)")
      ->type_name("VERDICTS");
  app.add_option("--no-detect", words.no_detect, "These verdicts are no findings")
      ->type_name("VERDICTS");
  app.add_flag("--no-early-time", words.no_early_time, "Let time pass only when no thread can run");
  app.add_flag("--no-spurious", words.no_spurious,
               "Explore no spurious wake-ups of condition variables");
  app.add_flag("--no-weak-failure", words.no_weak_failure,
               "Let weak compare-exchange never fail without cause");
  app.add_option("--shrink-time", words.shrink_time,
                 "Make the schedules of all findings shorter for at most this long (default 2s); 0 "
                 "reports them as found")
      ->type_name("DURATION");
  app.add_option("--observe-time", words.observe_time,
                 "Run further executions for at most this long to see which discipline races break "
                 "(default 2s); 0 is none")
      ->type_name("DURATION");
  app.add_option("--json", options.json_path, "Write the report as JSON; - is standard output")
      ->type_name("FILE");
  AddRenderingOptions(app, options.renderings);
  AddFilterOptions(app, options);
  app.add_flag("--timeline", options.timeline,
               "Put all events of a finding's execution into the JSON")
      ->group("");  // Between our own processes.
  app.add_option("--cards", options.cards_directory,
                 "Where to write the cards of findings (default .heddle)")
      ->type_name("DIR");
  app.add_option("--output", words.output,
                 "What the program prints: show all of it, only that of a finding, or hide it "
                 "(default finding)")
      ->type_name("show|finding|hide")
      ->check(CLI::IsMember({"show", "finding", "hide"}));
  app.add_option(
         "--hang-timeout", words.hang_timeout,
         "Real time without a decision after which an execution counts as hung (default 10s)")
      ->type_name("DURATION");
  app.add_option("--start-timeout", words.start_timeout,
                 "Real time that the program has to reach main (default 60s)")
      ->type_name("DURATION");
  app.add_option("--env-keep", words.environment_keep,
                 "Environment variables to record in cards, a list; only LD_LIBRARY_PATH is "
                 "recorded otherwise")
      ->type_name("NAMES");
  AddTestOptions(app, words.tests);
  app.add_option("--finding-text", words.finding_text)->group("");  // Between our own processes.
}

[[nodiscard]] std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

[[nodiscard]] uint32_t ProcessorCount() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::clamp<uint32_t>(static_cast<uint32_t>(CPU_COUNT(&set)), 1, kJobsMax);
}

[[nodiscard]] std::optional<Error> ApplyBudget(const Words& words,
                                               driver::ExplorationOptions& options) {
  // Whoever names one budget means that one: the other default does not cut it short.
  options.schedules_max = words.time.empty() ? kSchedulesDefault : UINT64_MAX / 2;
  options.time_max = words.schedules.empty() ? kTimeDefault : std::chrono::nanoseconds(0);
  if (!words.schedules.empty()) {
    const Result<uint64_t> count = driver::ParseCount(words.schedules);
    if (!count.ok()) return count.error();
    options.schedules_max = count.value();
  }
  const auto apply = [](const std::string& text,
                        std::chrono::nanoseconds& target) -> std::optional<Error> {
    if (text.empty()) return std::nullopt;
    const Result<uint64_t> duration = driver::ParseDuration(text);
    if (!duration.ok()) return duration.error();
    target = std::chrono::nanoseconds(duration.value());
    return std::nullopt;
  };
  if (std::optional<Error> error = apply(words.time, options.time_max)) return error;
  if (std::optional<Error> error = apply(words.hang_timeout, options.loom.hang_timeout))
    return error;
  if (std::optional<Error> error = apply(words.start_timeout, options.start_timeout)) return error;
  options.jobs = words.jobs != 0 ? words.jobs : ProcessorCount();
  return std::nullopt;
}

[[nodiscard]] std::optional<Error> ApplyDetectors(const Words& words, RunOptions& options) {
  // Nondeterminism is told as a note unless somebody asks for it as a finding.
  options.wanted = driver::AllVerdicts() & ~driver::Only(Verdict::kNondeterminism);
  if (!words.detect.empty()) {
    const Result<VerdictSet> only = driver::ParseVerdicts(words.detect);
    if (!only.ok()) return only.error();
    options.wanted = only.value();
  }
  if (!words.no_detect.empty()) {
    const Result<VerdictSet> without = driver::ParseVerdicts(words.no_detect);
    if (!without.ok()) return without.error();
    options.wanted &= ~without.value();
  }
  if (options.wanted == 0) {
    return Error{kExitUsage, "no verdict is left to look for",
                 "leave out --no-detect, or name verdicts in --detect"};
  }
  options.exploration.ignored_verdicts = ~options.wanted;
  uint32_t detect = driver::DetectorsFor(options.wanted);
  if (!words.no_early_time) detect |= trace::kAllowEarlyTime;
  if (!words.no_spurious) detect |= trace::kAllowSpurious;
  if (!words.no_weak_failure) detect |= trace::kAllowWeakFailure;
  options.exploration.loom.detect = detect;
  return std::nullopt;
}

// `--preemption-bound K` is `--strategy dfs:K` in other words.
[[nodiscard]] Result<trace::StrategySpec> StrategyOf(const Words& words) {
  if (words.preemption_bound.empty()) return driver::ParseStrategy(words.strategy);
  if (words.strategy != "dfs") {
    return Error{kExitUsage, "--preemption-bound goes with --strategy dfs only",
                 "pct:DEPTH is the strategy that draws few preemptions at random"};
  }
  return driver::ParseStrategy("dfs:" + words.preemption_bound);
}

[[nodiscard]] std::optional<Error> Apply(const Words& words, RunOptions& options) {
  const Result<trace::StrategySpec> strategy = StrategyOf(words);
  if (!strategy.ok()) return strategy.error();
  options.exploration.loom.strategy = strategy.value();
  const char* end = words.seed.data() + words.seed.size();
  const std::from_chars_result seed =
      std::from_chars(words.seed.data(), end, options.exploration.loom.seed);
  if (seed.ec != std::errc() || seed.ptr != end) {
    return Error{kExitUsage,
                 "the seed '" + Printable(words.seed) + "' is not a number from 0 to 2^64-1", ""};
  }
  if (std::optional<Error> error = ApplyBudget(words, options.exploration)) return error;
  const bool searches = strategy.value().kind == trace::StrategyKind::kDfs ||
                        strategy.value().kind == trace::StrategyKind::kDpor;
  options.one_job_only = words.jobs > 1 && searches;
  if (searches) options.exploration.jobs = 1;
  if (std::optional<Error> error = ApplyDetectors(words, options)) return error;
  for (const auto& [text, time] : {std::pair(&words.shrink_time, &options.shrink_time),
                                   std::pair(&words.observe_time, &options.observe_time)}) {
    if (text->empty()) continue;
    const Result<uint64_t> duration =
        *text == "0" ? Result<uint64_t>(uint64_t{0}) : driver::ParseDuration(*text);
    if (!duration.ok()) return duration.error();
    *time = std::chrono::nanoseconds(duration.value());
  }
  options.output = words.output == "show"   ? OutputMode::kShow
                   : words.output == "hide" ? OutputMode::kHide
                                            : OutputMode::kFinding;
  options.exploration.show_output = options.output == OutputMode::kShow;
  options.kept_variables = SplitList(words.environment_keep);
  if (!words.finding_text.empty()) {
    options.finding_text = ParseFindingTextForm(words.finding_text);
    if (!options.finding_text.has_value())
      return Error{kExitUsage, "--finding-text is not understood", ""};
  }
  return std::nullopt;
}

[[nodiscard]] std::optional<Error> ApplySaturation(const CLI::App& app, const Words& words,
                                                   driver::ExplorationOptions& options) {
  if (app.count("--until-saturated") == 0) return std::nullopt;
  // CLI11's word for an option without its value.
  const bool named = !words.until_saturated.empty() && words.until_saturated != "true";
  const Result<double> part = driver::ParsePart(named ? words.until_saturated : "1%");
  if (!part.ok()) return part.error();
  if (!trace::IsDrawn(options.loom.strategy.kind)) {
    return Error{kExitUsage,
                 "--until-saturated is for strategies that draw at random, and " + words.strategy +
                     " is a search that ends by itself",
                 "leave it out, or name another strategy"};
  }
  options.until_saturated = part.value();
  return std::nullopt;
}

// With a whole suite the budgets mean something else, and there need be no program.
[[nodiscard]] std::optional<Error> ApplySuite(const CLI::App& app, const Words& words,
                                              RunOptions& options) {
  const Result<std::optional<TestSuite>> suite = SuiteOf(app, words.tests, options.program);
  if (!suite.ok()) return suite.error();
  options.suite = suite.value();
  if (!options.suite.has_value()) return std::nullopt;
  NamedBudget budget;
  if (!words.schedules.empty()) budget.schedules = options.exploration.schedules_max;
  if (!words.time.empty()) budget.time = options.exploration.time_max;
  options.suite->time_max =
      std::chrono::duration_cast<std::chrono::milliseconds>(options.exploration.start_timeout);
  options.tests = TestRunOptionsOf(app, budget);
  options.tests.jobs = options.exploration.jobs;
  options.tests.cards_directory = options.cards_directory;
  return std::nullopt;
}

}  // namespace

std::variant<RunOptions, int> ParseRunOptions(const Arguments& arguments,
                                              const char* environment_options) {
  RunOptions options;
  Words words;
  CLI::App app("Explores the schedules of a program: heddle run [options] -- PROGRAM [arguments]",
               "run");
  Configure(app);
  AddOptions(app, words, options);
  app.footer(
      "Exit status: 0 nothing found in the budget, 1 a finding, 2 bad usage or input, 3 a bug in "
      "Heddle,\n"
      "4 something it does not support, or a limit. HEDDLE_OPTIONS may hold options; the command "
      "line wins.");
  Result<Arguments> defaults = driver::Result<Arguments>(Arguments{});
  if (environment_options != nullptr) defaults = SplitOptions(environment_options);
  if (!defaults.ok()) return PrintError(defaults.error());
  for (std::string& word : defaults.value()) {
    // As in TSAN_OPTIONS: suppressions=FILE.
    if (!word.starts_with('-') && word.find('=') != std::string::npos) word.insert(0, "--");
    if (word == "--")
      return PrintError(Error{kExitUsage, "HEDDLE_OPTIONS names a program", "leave options only"});
  }
  if (const std::optional<int> ended =
          ParseWithProgram(app, defaults.value(), arguments, options.program)) {
    return *ended;
  }
  if (std::optional<Error> error = Apply(words, options)) return PrintError(*error);
  if (std::optional<Error> error = ApplySaturation(app, words, options.exploration))
    return PrintError(*error);
  if (std::optional<Error> error = ApplySuite(app, words, options)) return PrintError(*error);
  if (const driver::Status writable = CheckOutputs(
          options.renderings,
          {{"--json", options.json_path}, {"--write-baseline", options.write_baseline}});
      !writable.ok())
    return PrintError(writable.error());
  if (driver::Status loaded = LoadFilter(options.filter); !loaded.ok())
    return PrintError(loaded.error());
  options.exploration.judge = options.filter.active();
  const bool of_ctest = options.suite.has_value() && options.suite->kind == TestKind::kCtest;
  if (options.program.empty() && !of_ctest) {
    return PrintError(
        Error{kExitUsage, "no program was named", "heddle run [options] -- ./program [arguments]"});
  }
  return options;
}

}  // namespace heddle::cli
