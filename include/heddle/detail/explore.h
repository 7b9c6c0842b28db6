// The implementation of heddle.h: finds the loom in the running program and talks to it (detail/loom.h).
#pragma once

#include <dlfcn.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <type_traits>

#include "heddle/detail/loom.h"

namespace heddle {
namespace detail {

// The loom of this process; all functions are null if there is none. Looked up before main, so that no body does.
inline Loom FindLoom() {
  Loom loom = {};
  const auto find = [](auto& function, const char* name) {
    function =
        reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(RTLD_DEFAULT, name));
  };
  find(loom.explore, "heddle_explore_v1");
  find(loom.choose, "heddle_choose_v1");
  find(loom.fail, "heddle_fail_v1");
  find(loom.sometimes, "heddle_sometimes_v1");
  find(loom.at_end, "heddle_at_end_v1");
  find(loom.now, "heddle_now_v1");
  find(loom.state, "heddle_state_v1");
  return loom;
}
inline const Loom kLoom = FindLoom();

[[nodiscard]] inline bool UnderLoom() { return kLoom.state != nullptr && kLoom.state() != 0; }

// What the one native run of a body stated, where nothing can be explored. Its threads are real ones.
struct NativeRun {
  std::mutex mutex;
  std::vector<Finding> findings;
  std::vector<std::pair<std::string, bool>> sometimes;
  std::vector<std::function<void()>> at_end;
};
inline std::atomic<NativeRun*> g_native_run{nullptr};

// A failing statement: a finding where something is explored, else part of the native run's result, else the end.
inline void Fail(const char* verdict, std::string_view message, const char* file, unsigned line,
                 bool ends) {
  const std::string text(message);
  if (UnderLoom()) {
    kLoom.fail(verdict, text.c_str(), file, line, ends);
    return;
  }
  const std::string place = std::string(file) + ":" + std::to_string(line) + ": " + text;
  if (NativeRun* run = g_native_run.load()) {
    const std::lock_guard lock(run->mutex);
    run->findings.push_back({verdict, verdict, place, "", place + "\n", 0});
    return;
  }
  std::fprintf(stderr, "heddle: %s: %s\n", verdict, place.c_str());
  std::abort();
}

template <typename Body>
void CallBody(void* body) {
  (*static_cast<Body*>(body))();
}

inline void CallAndDelete(void* function) {
  const std::unique_ptr<std::function<void()>> owned(static_cast<std::function<void()>*>(function));
  (*owned)();
}

}  // namespace detail

// One call of Explore or Replay. An implementation detail with the right to fill a Result.
class Exploration {
 public:
  Exploration(const Options& options, const char* file, unsigned line) : options_(options) {
    if (options_.name.empty()) options_.name = std::string(file) + ":" + std::to_string(line);
    result_.name_ = options_.name;
  }

  [[nodiscard]] Result Run(void (*body)(void*), void* argument, const std::string& card) {
    if (detail::kLoom.explore != nullptr) {
      Explore(body, argument, card);
    } else {
      RunNatively(body, argument);
    }
    return std::move(result_);
  }

 private:
  void Explore(void (*body)(void*), void* argument, const std::string& card) {
    detail::LoomRequest request = {};
    request.version = detail::kLoomVersion;
    request.preemption_bound = options_.preemption_bound;
    request.body = body;
    request.argument = argument;
    request.name = options_.name.c_str();
    request.replay_argument = options_.replay_argument.c_str();
    request.strategy = options_.strategy.c_str();
    request.detect = options_.detect.c_str();
    request.no_detect = options_.no_detect.c_str();
    request.cards = options_.cards.c_str();
    request.card = card.c_str();
    request.schedules = options_.schedules;
    request.time_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(options_.time.count(), 0));
    request.hang_ns =
        static_cast<std::uint64_t>(std::max<std::int64_t>(options_.hang_timeout.count(), 1));
    request.seed = options_.seed;
    request.until_saturated = options_.until_saturated;
    request.coverage = options_.coverage;
    request.keep_going = options_.keep_going;
    request.early_time = options_.early_time;
    request.spurious = options_.spurious_wakeups;
    request.weak_failure = options_.weak_failures;
    request.on_finding = [](void* self, const detail::LoomFinding* finding) {
      static_cast<Exploration*>(self)->Keep(*finding);
    };
    request.on_note = [](void* self, const char* note) {
      static_cast<Exploration*>(self)->result_.notes_.emplace_back(note);
    };
    request.on_never = [](void* self, const char* name) {
      static_cast<Exploration*>(self)->result_.never_.emplace_back(name);
    };
    request.context = this;
    detail::LoomOutcome outcome = {};
    detail::kLoom.explore(&request, &outcome);

    DropForetold();
    result_.explored_ = outcome.status != detail::kLoomUsage && outcome.skipped == 0;
    result_.executions_ = outcome.executions;
    result_.decisions_ = outcome.decisions;
    result_.seconds_ = outcome.seconds;
    result_.exhausted_ = outcome.exhausted != 0;
    result_.interrupted_ = outcome.interrupted != 0;
    result_.saturated_ = outcome.saturated != 0;
    result_.distinct_ = outcome.distinct;
    result_.coverage_ = outcome.coverage;
    if (!result_.coverage_.empty()) {
      result_.unseen_ = outcome.unseen;
      result_.unseen_at_most_ = outcome.unseen_at_most;
    }
    if (outcome.status != detail::kLoomDone) result_.error_ = outcome.message;
    if (outcome.skipped != 0)
      result_.notes_.emplace_back("not explored: another exploration is replayed");
    if (result_.explored_ && outcome.instrumented == 0) {
      result_.notes_.emplace_back(
          "memory accesses were not seen: compile with -fsanitize=thread to detect data races");
    }
    if (result_.interrupted_) {
      // What was found so far, and then what Ctrl-C means everywhere else.
      std::fprintf(stderr, "\n%s", result_.ToString().c_str());
      std::raise(SIGINT);
    }
  }

  // The same place may be found in several executions under several addresses: to a person it is one finding.
  void Keep(const detail::LoomFinding& found) {
    for (const Finding& known : result_.findings_) {
      if (known.id == found.id) return;
    }
    result_.findings_.push_back(
        {found.verdict, found.id, found.summary, found.card, found.story, found.execution});
  }

  // The deadlock that a lock order foretold says it all.
  void DropForetold() {
    const auto is = [](const char* verdict) {
      return [verdict](const Finding& finding) { return finding.verdict == verdict; };
    };
    std::vector<Finding>& found = result_.findings_;
    if (!options_.keep_going && std::any_of(found.begin(), found.end(), is("deadlock")))
      std::erase_if(found, is("lock-order"));
  }

  void RunNatively(void (*body)(void*), void* argument) {
    static std::atomic<bool> told{false};
    if (!told.exchange(true)) {
      std::fprintf(stderr,
                   "heddle: this program was built without Heddle: each body runs once, on real "
                   "threads, and nothing is explored\n");
    }
    result_.notes_.emplace_back(
        "nothing was explored: the program was built without Heddle, and the body ran once");
    detail::NativeRun run;
    detail::NativeRun* none = nullptr;
    if (!detail::g_native_run.compare_exchange_strong(none, &run)) {
      result_.error_ = "Explore was called while another Explore runs";
      return;
    }
    const auto begin = std::chrono::steady_clock::now();
    body(argument);
    for (std::size_t i = 0; i < run.at_end.size(); ++i) run.at_end[i]();
    result_.seconds_ =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    detail::g_native_run.store(nullptr);
    result_.executions_ = 1;
    result_.findings_ = std::move(run.findings);
    for (const auto& [name, held] : run.sometimes) {
      if (!held) result_.never_.push_back(name);
    }
  }

  Options options_;
  Result result_;
};

inline std::string Result::ToString() const {
  std::string text;
  for (const Finding& finding : findings_) {
    text += finding.story.empty() ? finding.verdict + ": " + finding.summary + "\n" : finding.story;
    text += "\n";
  }
  char line[256];
  std::snprintf(line, sizeof line, "%llu execution%s, %llu decisions, %.2f s, %.0f executions/s",
                static_cast<unsigned long long>(executions_), executions_ == 1 ? "" : "s",
                static_cast<unsigned long long>(decisions_), seconds_, executions_per_second());
  text += "explored " + name_ + ": " + line;
  text += ok() ? ", nothing found" : "";
  text += exhausted_ ? ", complete" : "";
  text += saturated_ ? ", saturated\n" : "\n";
  if (ok() && !coverage_.empty()) text += "coverage: " + coverage_ + "\n";
  if (!error_.empty()) text += "error: " + error_ + "\n";
  if (interrupted_) text += "interrupted: the budget was not used up\n";
  for (const std::string& name : never_) text += "never: " + name + "\n";
  for (const std::string& note : notes_) text += "note: " + note + "\n";
  return text;
}

template <typename Body>
Result Explore(Body&& body, Options options, const char* file, unsigned line) {
  auto call = [&body]() { body(); };
  Exploration exploration(options, file, line);
  return exploration.Run(&detail::CallBody<decltype(call)>, &call, "");
}

template <typename Body>
Result Replay(const std::string& card, Body&& body, Options options, const char* file,
              unsigned line) {
  auto call = [&body]() { body(); };
  Exploration exploration(options, file, line);
  return exploration.Run(&detail::CallBody<decltype(call)>, &call, card);
}

inline std::uint32_t Choose(std::uint32_t count) {
  return detail::UnderLoom() ? detail::kLoom.choose(count) : 0;
}

inline void Check(bool condition, std::string_view message, const char* file, unsigned line) {
  if (!condition) detail::Fail("invariant", message, file, line, true);
}

inline void Sometimes(bool condition, const char* name) {
  if (detail::UnderLoom()) {
    detail::kLoom.sometimes(condition, name);
  } else if (detail::NativeRun* run = detail::g_native_run.load()) {
    const std::lock_guard lock(run->mutex);
    const auto known = std::find_if(run->sometimes.begin(), run->sometimes.end(),
                                    [name](const auto& entry) { return entry.first == name; });
    if (known == run->sometimes.end()) {
      run->sometimes.emplace_back(name, condition);
    } else {
      known->second |= condition;
    }
  }
}

inline void AtEnd(std::function<void()> function) {
  if (detail::kLoom.state != nullptr && detail::kLoom.state() == 2) {
    detail::kLoom.at_end(&detail::CallAndDelete, new std::function<void()>(std::move(function)));
  } else if (detail::NativeRun* run = detail::g_native_run.load()) {
    const std::lock_guard lock(run->mutex);
    run->at_end.push_back(std::move(function));
  }
}

inline void Yield() { sched_yield(); }

inline std::chrono::nanoseconds Now() {
  if (detail::UnderLoom()) return std::chrono::nanoseconds(detail::kLoom.now());
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace heddle
