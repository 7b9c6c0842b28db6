#include "driver/job.h"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cstring>

namespace heddle::driver {
namespace {

using trace::Command;
using trace::CommandKind;

// The loom itself ends executions that hang. Only when it stays silent for twice its own time-out and this long has it
// failed: long enough for a probe that hangs before the first execution (6 s), for the two seconds in which an execution
// may answer, and for a loaded machine, or for a large program to die.
constexpr std::chrono::seconds kSilenceBeyondHang(15);

constexpr size_t kOutputKeptBytes = 16u << 10;

// Live counters are written by the loom while we read them.
[[nodiscard]] uint64_t Load(const uint64_t& counter) {
  return std::atomic_ref<uint64_t>(const_cast<uint64_t&>(counter)).load(std::memory_order_relaxed);
}

[[nodiscard]] Command BasicCommand(CommandKind kind, const LoomSettings& settings) {
  Command command{};
  command.kind = kind;
  command.detect = settings.detect;
  command.strategy = settings.strategy;
  command.seed = settings.seed;
  command.stride = 1;
  command.count = 1;
  command.hang_ns = static_cast<uint64_t>(settings.hang_timeout.count());
  return command;
}

}  // namespace

Command Job::Explore(const LoomSettings& settings, uint64_t first, uint64_t stride, uint64_t count,
                     std::chrono::nanoseconds budget) {
  Command command = BasicCommand(CommandKind::kExplore, settings);
  command.flags = trace::kStopAtFinding;
  command.first_execution = first;
  command.stride = stride;
  command.count = count;
  command.budget_ns = static_cast<uint64_t>(std::max<int64_t>(budget.count(), 1));
  return command;
}

Command Job::Replay(const LoomSettings& settings, const Recording& recording, bool diagnose) {
  trace::Region& region = loom_->region();
  Command command = BasicCommand(CommandKind::kReplay, settings);
  command.strategy.kind = trace::StrategyKind::kReplay;
  command.first_execution = recording.execution;
  const size_t count = std::min<size_t>(recording.decisions.size(), kDecisionsMax);
  std::copy_n(recording.decisions.begin(), count, region.decisions);
  command.decision_count = static_cast<uint32_t>(count);
  if (!diagnose) return command;
  command.flags = trace::kDiagnose | trace::kAnnotate;
  // Most shrunk executions have fewer. What decides a finding happened shortly before it; stacks of all events of a
  // long one would cost more than the execution.
  constexpr uint64_t kEventsWithStack = 1'000;
  const uint64_t events = recording.end.event_count;
  command.snapshot_events_from = events > kEventsWithStack ? events - kEventsWithStack : 0;
  for (uint32_t i = 0; i < recording.findings.size() && command.watch_count < kFindingsMax; ++i) {
    const trace::Access& earlier = recording.findings[i].previous;
    if (recording.findings[i].address == 0 || earlier.clock == 0) continue;
    region.watches[command.watch_count++] = {recording.findings[i].address, earlier.thread, i,
                                             earlier.clock};
  }
  return command;
}

Command Job::SeeLibraries(const LoomSettings& settings, const Recording& recording) {
  Command command = Replay(settings, recording, false);
  command.flags = trace::kSeeLibraries;
  return command;
}

Command Job::Annotate(const LoomSettings& settings, const Recording& recording) {
  Command command = Replay(settings, recording, false);
  command.flags = trace::kAnnotate;
  return command;
}

Command Job::Guide(const LoomSettings& settings, std::vector<trace::GuidePoint> points,
                   uint64_t steps_max) {
  trace::Region& region = loom_->region();
  Command command = BasicCommand(CommandKind::kReplay, settings);
  command.strategy.kind = trace::StrategyKind::kReplay;
  command.flags = trace::kAnnotate | trace::kGuided;
  command.steps_max = steps_max;
  // Points about the same step stay in their order.
  std::stable_sort(points.begin(), points.end(),
                   [](const trace::GuidePoint& a, const trace::GuidePoint& b) {
                     return a.thread != b.thread ? a.thread < b.thread : a.step < b.step;
                   });
  const size_t count = std::min<size_t>(points.size(), kGuideMax);
  std::copy_n(points.begin(), count, region.guide);
  command.guide_count = static_cast<uint32_t>(count);
  return command;
}

Status Job::Begin(const Command& command) {
  silence_max_ = 2 * std::chrono::nanoseconds(command.hang_ns) + kSilenceBeyondHang;
  last_pulse_ = Pulse();
  last_change_ = Clock::now();
  busy_ = true;
  return loom_->Send(command);
}

uint64_t Job::Pulse() const {
  const trace::Live& live = loom_->region().live;
  return Load(live.heartbeat) + Load(live.executions) + Load(live.decisions);
}

Result<std::optional<trace::Reply>> Job::Poll() {
  Result<std::optional<trace::Reply>> reply = loom_->TryReceive();
  if (!reply.ok() || reply.value().has_value()) {
    busy_ = false;
    return reply;
  }
  const Clock::time_point now = Clock::now();
  if (const uint64_t pulse = Pulse(); pulse != last_pulse_) {
    last_pulse_ = pulse;
    last_change_ = now;
  } else if (now - last_change_ > silence_max_) {
    busy_ = false;
    loom_->Kill();
    return Error{
        kExitBug,
        "an execution did not move for " +
            std::to_string(std::chrono::duration_cast<std::chrono::seconds>(silence_max_).count()) +
            " s and Heddle's own time-out did not end it; it was killed",
        ""};
  }
  return reply;
}

Result<trace::Reply> Job::Transact(const Command& command) {
  if (Status sent = Begin(command); !sent.ok()) return sent.error();
  while (true) {
    Result<std::optional<trace::Reply>> reply = Poll();
    if (!reply.ok()) return reply.error();
    if (reply.value().has_value()) {
      if (reply.value()->kind == trace::ReplyKind::kRefused) return RefusalError(*reply.value());
      return *reply.value();
    }
    pollfd waiting{loom_->channel(), POLLIN, 0};
    poll(&waiting, 1, 100);
  }
}

Recording Job::Record(uint64_t execution) const {
  const trace::Region& region = loom_->region();
  Recording recording;
  recording.execution = execution;
  recording.end = region.execution;
  const uint32_t findings = std::min(region.execution.finding_count, kFindingsMax);
  recording.findings.assign(region.findings, region.findings + findings);
  const uint64_t decisions = std::min<uint64_t>(region.execution.decision_count, kDecisionsMax);
  recording.decisions.assign(region.decisions, region.decisions + decisions);
  recording.output = loom_->Output(kOutputKeptBytes);
  return recording;
}

void Job::TeachKnown(const std::vector<uint64_t>& keys) {
  trace::Region& region = loom_->region();
  for (size_t i = region.known_count; i < keys.size() && i < kKnownRacesMax; ++i) {
    region.known[i] = keys[i];
    region.known_count = static_cast<uint32_t>(i + 1);
  }
}

Error RefusalError(const trace::Reply& reply) {
  const bool bug = reply.exit_status == kExitBug;
  std::string why = RegionText(reply.message, sizeof(reply.message));
  if (why.empty()) why = "the loom gave no reason";
  return Error{bug ? kExitBug : kExitUnsupported, (bug ? "bug in Heddle: " : "") + why, ""};
}

std::string RegionText(const char* text, size_t size) { return {text, strnlen(text, size)}; }

}  // namespace heddle::driver
