// For tests: programs whose threads are words, one letter a step, run along guides without a loom. '.' is a step that does
// not matter. What happened is a trace, two characters a step: thread and letter ("0r1r0w1w").
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "explain/executor.h"

namespace heddle::explain {

struct ToyProgram {
  std::vector<std::string> threads;
  std::function<bool(const std::string& trace)> fails;
};

class ToyExecutor final : public Executor {
 public:
  explicit ToyExecutor(ToyProgram program) : program_(std::move(program)) {}

  // As long as this lasts, and then no more.
  int64_t runs_left = INT64_MAX;
  std::optional<Trial> found_by_search;
  uint32_t tried_below = 0;

  // A digit a step: the thread that takes it; skipped if that is done. Then every thread runs on.
  [[nodiscard]] Trial RunSchedule(const std::string& schedule) {
    size_t at = 0;
    return RunWith([&](uint32_t, uint32_t, const std::vector<bool>& enabled) -> int {
      while (at < schedule.size()) {
        const auto thread = static_cast<uint32_t>(schedule[at++] - '0');
        if (enabled[thread]) return static_cast<int>(thread);
      }
      return -1;
    });
  }

  [[nodiscard]] std::optional<Trial> Run(const Guide& guide) override {
    if (runs_left-- <= 0) return std::nullopt;
    return RunWith([guide = UnusualOnly(guide)](uint32_t thread, uint32_t step,
                                                const std::vector<bool>& enabled) {
      for (const trace::GuidePoint& point : guide) {
        if (point.thread != thread || point.step != step) continue;
        const uint32_t next = trace::ValueOf(point.decision);
        if (next < enabled.size() && enabled[next]) return static_cast<int>(next);
      }
      return -1;
    });
  }

  [[nodiscard]] SearchResult Search(uint32_t) override { return {found_by_search, tried_below}; }

 private:
  // `choose(current thread, its step, who can run)`: a thread, or -1 for the usual one.
  template <typename Choose>
  [[nodiscard]] Trial RunWith(const Choose& choose) {
    const size_t count = program_.threads.size();
    std::vector<uint32_t> done(count, 0);
    std::vector<uint32_t> steps(count, 0);
    std::vector<bool> enabled(count, true);
    std::vector<bool> ran(count, false);
    std::string trace;
    Trial trial;
    uint32_t current = 0;
    for (;;) {
      for (size_t i = 0; i < count; ++i) enabled[i] = done[i] < program_.threads[i].size();
      const auto can_run = std::count(enabled.begin(), enabled.end(), true);
      if (can_run == 0) break;
      ++steps[current];
      uint32_t next = current;
      if (!enabled[current]) {
        do next = (next + 1) % static_cast<uint32_t>(count);
        while (!enabled[next]);
      }
      const uint32_t usual = next;
      if (const int chosen = choose(current, steps[current], enabled); chosen >= 0)
        next = static_cast<uint32_t>(chosen);
      const bool preemptive = enabled[current] && next != current;
      if (can_run > 1 && next != current) {
        const uint32_t flags =
            (preemptive ? trace::kPreemptive : 0u) | (next == usual ? trace::kUsual : 0u);
        trial.guide.push_back({current, steps[current], 0,
                               trace::MakeDecision(trace::DecisionKind::kThread, next), flags});
        trial.cost.unusual += next != usual;
        trial.cost.switches += preemptive;
      }
      current = next;
      if (!ran[current]) ++trial.cost.threads;
      ran[current] = true;
      trace += static_cast<char>('0' + current);
      trace += program_.threads[current][done[current]++];
      if (program_.fails(trace)) {
        trial.fails = true;
        break;
      }
    }
    return trial;
  }

  ToyProgram program_;
};

}  // namespace heddle::explain
