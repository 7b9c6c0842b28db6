// heddle doctor: checks on this machine, with real programs, that Heddle finds what it must find.
//
// A tool whose hooks are not live reports nothing and looks like a clean run. So the doctor does not ask whether parts
// are installed; it runs canaries, tiny programs with a planted bug, built in each way that a user's program may be.
#include <fmt/format.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/console.h"
#include "cli/hunt.h"
#include "cli/parse.h"
#include "cli/temporary_directory.h"
#include "driver/interrupt.h"
#include "driver/libraries.h"
#include "driver/version.h"
#include "trace/verdict.h"

namespace heddle::cli {
namespace {

using driver::Result;
using trace::Verdict;

// Bugs this small show up within a handful of schedules; the budget is for a loaded machine.
constexpr uint64_t kCanarySchedules = 500;
constexpr std::chrono::seconds kCanaryTime(20);

struct Way {
  std::string_view name;  // in the file name
  std::string_view text;
  bool races;  // instrumented: the race canary exists
};
constexpr std::array<Way, 3> kWays = {
    {{"gcc", "built by g++ -fsanitize=thread", true},
     {"clang", "built by clang, linked with Heddle's library", true},
     {"plain", "built without instrumentation", false}}};

struct Canary {
  std::string_view name;
  Verdict verdict;
};
constexpr std::array<Canary, 3> kCanaries = {{{"race", Verdict::kDataRace},
                                              {"deadlock", Verdict::kDeadlock},
                                              {"lost_wakeup", Verdict::kLostWakeup}}};

enum class Health { kGood, kNote, kBad };

void PrintRow(Health health, std::string_view what, std::string_view result) {
  const std::string_view mark = health == Health::kGood   ? "ok"
                                : health == Health::kNote ? "--"
                                                          : "BAD";
  fmt::print("  {:4}{:<48}{}\n", mark, what, result);
}

// Each check prints its row and answers whether Heddle can work in spite of it.
[[nodiscard]] bool CheckThreadPointer() {
#if defined(__x86_64__)
  constexpr unsigned long kFsgsbase = 2;  // HWCAP2_FSGSBASE of the kernel's x86 headers
  const bool fast = (getauxval(AT_HWCAP2) & kFsgsbase) != 0;
  PrintRow(fast ? Health::kGood : Health::kNote, "switching threads in user space (FSGSBASE)",
           fast ? "available" : "not available: switches take a system call each and are slower");
#endif
  return true;
}

[[nodiscard]] bool CheckShadow() {
  constexpr size_t kShadowBytes = size_t{64} << 40;
  void* memory =
      mmap(nullptr, kShadowBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory != MAP_FAILED) {
    munmap(memory, kShadowBytes);
    PrintRow(Health::kGood, "address space for shadow memory (64 TiB)", "available");
    return true;
  }
  PrintRow(Health::kBad, "address space for shadow memory (64 TiB)",
           fmt::format("not available: {} (is there a limit, ulimit -v?)", std::strerror(errno)));
  return false;
}

[[nodiscard]] bool CheckMemfd() {
  const int fd = memfd_create("heddle-doctor", MFD_CLOEXEC);
  const bool works = fd >= 0 && ftruncate(fd, static_cast<off_t>(trace::kRegionBytes)) == 0;
  PrintRow(works ? Health::kGood : Health::kBad, "shared memory (memfd_create)",
           works ? "available" : fmt::format("not available: {}", std::strerror(errno)));
  if (fd >= 0) close(fd);
  return works;
}

[[nodiscard]] std::optional<std::string> FoundWithin(const report::RunView& run, Verdict verdict) {
  for (const report::FindingView& finding : run.findings) {
    if (finding.verdict == verdict) {
      return fmt::format("found in execution {} ({:.0f} executions/s)", finding.first_execution,
                         run.executions_per_second);
    }
  }
  return std::nullopt;
}

// Runs one canary; true unless the planted bug was missed.
[[nodiscard]] bool RunCanary(const std::string& directory, const Way& way, const Canary& canary,
                             const std::string& cards) {
  const std::string file = fmt::format("{}/canary_{}_{}", directory, way.name, canary.name);
  const std::string what = fmt::format("{}: {}", way.name, trace::VerdictName(canary.verdict));
  if (access(file.c_str(), F_OK) != 0) {
    PrintRow(Health::kNote, what, fmt::format("not available: {} was not built", file));
    return true;
  }
  RunOptions options;
  options.program = {file};
  options.cards_directory = cards;
  options.output = OutputMode::kHide;
  options.wanted = driver::Only(canary.verdict);
  options.exploration.ignored_verdicts = ~options.wanted;
  options.exploration.schedules_max = kCanarySchedules;
  options.exploration.time_max = kCanaryTime;
  options.exploration.loom.strategy = {trace::StrategyKind::kPortfolio, 0, 0};
  const Result<Hunt> hunt = HuntFindings(options, driver::StandardInput::Empty());
  if (!hunt.ok()) {
    PrintRow(Health::kBad, what, fmt::format("not found: {}", hunt.error().message));
    return false;
  }
  if (const std::optional<std::string> found = FoundWithin(hunt.value().run, canary.verdict)) {
    PrintRow(Health::kGood, what, *found);
    return true;
  }
  std::string why = fmt::format("not found in {} executions", hunt.value().run.executions);
  if (hunt.value().failure.has_value()) why += ": " + hunt.value().failure->message;
  PrintRow(Health::kBad, what, why);
  return false;
}

[[nodiscard]] bool RunCanaries(const std::string& directory) {
  const Result<TemporaryDirectory> cards = TemporaryDirectory::Make();
  if (!cards.ok()) {
    PrintError(cards.error());
    return false;
  }
  bool healthy = true;
  bool any = false;
  for (const Way& way : kWays) {
    fmt::print("\nA program {}:\n", way.text);
    for (const Canary& canary : kCanaries) {
      if (canary.verdict == Verdict::kDataRace && !way.races) {
        PrintRow(Health::kNote, fmt::format("{}: data-race", way.name),
                 "not available: races are seen in instrumented programs only");
        continue;
      }
      any = any || access(fmt::format("{}/canary_{}_{}", directory, way.name, canary.name).c_str(),
                          F_OK) == 0;
      if (driver::Interrupted()) return false;
      healthy = RunCanary(directory, way, canary, cards.value().path()) && healthy;
    }
  }
  // Without a single canary nothing was shown to work.
  return healthy && any;
}

}  // namespace

int DoctorCommand(const Arguments& arguments) {
  CLI::App app("Checks that Heddle works on this machine: heddle doctor", "doctor");
  Configure(app);
  app.footer("Exit status: 0 all that is available works, 1 something does not.");
  if (const std::optional<int> ended = Parse(app, arguments)) return *ended;
  driver::InstallInterruptHandlers();

  fmt::print("Heddle {}\n\nThis machine:\n", driver::Version());
  bool healthy = CheckThreadPointer();
  healthy = CheckShadow() && healthy;
  healthy = CheckMemfd() && healthy;
  PrintRow(Health::kGood, "ptrace, performance counters, root", "not needed");
  const Result<driver::LoomLibrary> library = driver::FindLoomLibrary();
  PrintRow(library.ok() ? Health::kGood : Health::kBad, "Heddle's library",
           library.ok() ? library.value().file : library.error().message);
  const Result<std::string> libexec = driver::FindLibexec();
  if (!libexec.ok()) {
    PrintRow(Health::kBad, "canaries", libexec.error().message);
    healthy = false;
  } else if (library.ok()) {
    healthy = RunCanaries(libexec.value() + "/canary") && healthy;
  }
  healthy = healthy && library.ok();
  fmt::print("\n{}\n", healthy ? "Heddle works here." : "Heddle does not work here as it should.");
  return healthy ? driver::kExitClean : driver::kExitFinding;
}

}  // namespace heddle::cli
