// One loom at work: sends it commands and waits for the answers without ever hanging with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/loom_process.h"
#include "driver/status.h"
#include "trace/region.h"

namespace heddle::driver {

// What every command to every loom of one run has in common.
struct LoomSettings {
  trace::StrategySpec strategy{trace::StrategyKind::kPortfolio, 0, 0};
  uint64_t seed = 1;
  uint32_t detect = trace::kDetectAll;  // DetectFlag
  std::chrono::nanoseconds hang_timeout = std::chrono::seconds(10);
};

// What an execution left in the region, copied out before the next command overwrites it.
struct Recording {
  uint64_t execution = 0;
  trace::Execution end{};
  std::vector<trace::Finding> findings;
  std::vector<trace::Decision> decisions;
  std::string output;  // end of what the program printed
  bool libraries_seen =
      false;  // its races are races also with what uninstrumented libraries do in sight
};

class Job {
 public:
  explicit Job(std::unique_ptr<LoomProcess> loom) : loom_(std::move(loom)) {}

  // Sends; the reply comes through Poll.
  [[nodiscard]] Status Begin(const trace::Command& command);

  // The reply if it has come. An error if the loom ended, or has been silent for too long and was ended.
  [[nodiscard]] Result<std::optional<trace::Reply>> Poll();

  // Begin, and wait for the reply. kRefused is an error.
  [[nodiscard]] Result<trace::Reply> Transact(const trace::Command& command);

  // The commands.
  [[nodiscard]] static trace::Command Explore(const LoomSettings& settings, uint64_t first,
                                              uint64_t stride, uint64_t count,
                                              std::chrono::nanoseconds budget);
  // Follows the decisions of `recording` again; writes them into the region. With `diagnose`, also asks for the stacks
  // of the earlier accesses of its findings.
  [[nodiscard]] trace::Command Replay(const LoomSettings& settings, const Recording& recording,
                                      bool diagnose);

  // The same, lean, with what uninstrumented libraries do in sight.
  [[nodiscard]] trace::Command SeeLibraries(const LoomSettings& settings,
                                            const Recording& recording);

  // The same, lean, with notes about its schedule.
  [[nodiscard]] trace::Command Annotate(const LoomSettings& settings, const Recording& recording);
  // Follows a guide, which is sorted here, and notes what became of it.
  [[nodiscard]] trace::Command Guide(const LoomSettings& settings,
                                     std::vector<trace::GuidePoint> points, uint64_t steps_max);

  // Copies the last execution.
  [[nodiscard]] Recording Record(uint64_t execution) const;

  // Tells the loom which findings not to report again; only those that it does not know yet are written.
  void TeachKnown(const std::vector<uint64_t>& keys);

  [[nodiscard]] LoomProcess& loom() { return *loom_; }
  [[nodiscard]] const LoomProcess& loom() const { return *loom_; }
  [[nodiscard]] bool busy() const { return busy_; }

 private:
  // Changes as long as the loom does anything.
  [[nodiscard]] uint64_t Pulse() const;

  std::unique_ptr<LoomProcess> loom_;
  bool busy_ = false;
  uint64_t last_pulse_ = 0;
  Clock::time_point last_change_{};
  Clock::duration silence_max_{};
};

// The message of a kRefused reply as an error.
[[nodiscard]] Error RefusalError(const trace::Reply& reply);

// A text of the region: at most `size` bytes, up to the first zero.
[[nodiscard]] std::string RegionText(const char* text, size_t size);

}  // namespace heddle::driver
