// For tests: all executions that the search without repetitions makes of a machine's program, and all that there are.
#pragma once

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "strategy/dpor.h"
#include "strategy/dpor_machine_for_test.h"
#include "strategy/dpor_probe.h"

namespace heddle::strategy {

struct Searched {
  std::map<std::string, uint32_t> kinds;  // how often each was explored
  uint64_t executions = 0;
  uint64_t deadlocks = 0;
  uint64_t redundant = 0;
  uint32_t branches_most = 0;
  uint32_t depth_most = 0;
  trace::DporStatus status = trace::DporStatus::kUnused;
};

class DporHarness {
 public:
  explicit DporHarness(std::vector<Code> program, uint32_t semaphore = 0)
      : program_(std::move(program)), semaphore_(semaphore) {
    dpor_->Attach(search_.get());
  }

  // Until nothing is left or `most` executions are done.
  Searched Search(uint64_t most = 1'000'000, bool notes_kinds = true,
                  trace::DporMode mode = trace::DporMode::kOptimal) {
    Searched searched;
    RestartDpor(search_.get());
    search_->mode = mode;
    do {
      Machine machine(program_, semaphore_);
      RunOnce(machine);
      const bool counts = search_->redundant_now == 0;
      FinishDporExecution(search_.get());
      if (!counts) continue;
      if (notes_kinds) ++searched.kinds[machine.Kind()];
      searched.deadlocks += !machine.AllEnded();
      ++searched.executions;
    } while (search_->status == trace::DporStatus::kRunning && searched.executions < most);
    searched.status = search_->status;
    searched.redundant = search_->redundant;
    searched.branches_most = search_->branches_most;
    searched.depth_most = search_->depth_most;
    return searched;
  }

  // What so many probes say.
  trace::DporEstimate Probe(uint64_t probes) {
    trace::DporEstimate estimate{};
    search_->executions = 0;
    for (uint64_t i = 0; i < probes; ++i) {
      BeginProbe(search_.get());
      Machine machine(program_, semaphore_);
      RunOnce(machine);
      FinishProbe(search_.get(), &estimate);
    }
    return estimate;
  }

  // Every schedule there is; empty if there are more than `most`.
  std::map<std::string, uint32_t> Naive(uint64_t most) {
    std::map<std::string, uint32_t> kinds;
    const bool all =
        ForEachSchedule(most, [&](const Machine& machine) { ++kinds[machine.Kind()]; });
    return all ? kinds : std::map<std::string, uint32_t>();
  }

  // Calls `f(machine)` at the end of every schedule, of `most` at most. False if there are more.
  template <typename F>
  bool ForEachSchedule(uint64_t most, F&& f) {
    std::vector<uint32_t> path;
    std::vector<uint32_t> options;
    for (uint64_t run = 0;; ++run) {
      if (run == most) return false;
      Machine machine(program_, semaphore_);
      size_t at = 0;
      const auto choose = [&](uint32_t count) {
        if (at == path.size()) {
          path.push_back(0);
          options.push_back(count);
        }
        return path[at++];
      };
      for (;;) {
        std::vector<uint32_t> enabled;
        for (uint32_t i = 0; i < machine.threads(); ++i) {
          if (machine.Enabled(i)) enabled.push_back(i);
        }
        if (enabled.empty()) break;
        machine.Run(enabled[choose(static_cast<uint32_t>(enabled.size()))], choose);
      }
      f(std::as_const(machine));
      while (!path.empty() && path.back() + 1 == options.back()) {
        path.pop_back();
        options.pop_back();
      }
      if (path.empty()) return true;
      ++path.back();
    }
  }

 private:
  void RunOnce(Machine& machine) {
    dpor_->StartExecution({0, 1});
    for (uint32_t i = 0; i < machine.threads(); ++i) {
      dpor_->OnThreadCreated(ThreadId{i});
      if (!machine.Ended(i)) dpor_->Announce(ThreadId{i}, machine.NextOf(i));
      if (machine.Ended(i)) dpor_->NoteEnded(ThreadId{i});
    }
    ThreadId current{0};
    for (;;) {
      ThreadSet enabled;
      for (uint32_t i = 0; i < machine.threads(); ++i) {
        if (machine.Enabled(i)) enabled.Insert(ThreadId{i});
      }
      if (enabled.empty()) return;
      current = dpor_->Pick(enabled, current, 1000);
      dpor_->NoteAvailable(machine.Available(Index(current)));
      machine.Run(Index(current), [&](uint32_t count) { return dpor_->PickValue(count); });
      for (uint32_t i = 0; i < machine.threads(); ++i) {
        if (machine.EnabledBy(i) != trace::kDporNone)
          dpor_->SetEnabledBy(ThreadId{i}, machine.EnabledBy(i));
      }
      if (machine.Ended(Index(current))) {
        dpor_->NoteEnded(current);
      } else {
        dpor_->Announce(current, machine.NextOf(Index(current)));
      }
    }
  }

  std::vector<Code> program_;
  uint32_t semaphore_;
  // Most of it is never touched, so it is not cleared by hand.
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<trace::DporSearch, Free> search_{
      static_cast<trace::DporSearch*>(std::calloc(1, sizeof(trace::DporSearch)))};
  std::unique_ptr<Dpor> dpor_ = std::make_unique<Dpor>();
};

}  // namespace heddle::strategy
