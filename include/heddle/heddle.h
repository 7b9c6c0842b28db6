// Heddle in a unit test: runs a piece of code with threads under one schedule after the other, in this process.
//
//   #include <heddle/heddle.h>
//
//   const heddle::Result result = heddle::Explore([] {
//     Queue queue;
//     std::thread producer([&] { queue.Push(1); });
//     std::thread consumer([&] { heddle::Check(queue.Pop() == 1, "what was pushed is popped"); });
//     producer.join();
//     consumer.join();
//   });
//   if (!result.ok()) std::cerr << result.ToString();
//
// The program explores if the loom is there: compiled and linked with heddle_instrument (CMake) or `heddle c++`, or
// started by `heddle run`. In any other build the same source still compiles and runs; Explore then runs the body once,
// on real threads, and says so.
//
// What a body may do
// - It makes its threads and everything they share inside, and runs from the same state each time: what it changes in
//   statics, files or globals stays changed for the next execution. A finding that depends on it may not replay.
// - Threads that it leaves behind are run to their end before the execution is over. One that never ends is a finding
//   (deadlock, lost-wakeup, livelock), and so is one that nobody joins (thread-leak). A thread pool in a static must
//   therefore be shut down by the body.
// - An exception that leaves the body or one of its threads is a finding (uncaught-exception); so are abort, a failing
//   assert, exit (exit-status) and a crash. Each ends the execution. Exploring goes on if it is to (keep_going), but not
//   after a crash or a hang, because of what that may have left in memory.
// - When an execution ends early, its threads just stop: no destructors run, and what they had allocated is lost.
// - It must not fork, and not call Explore: both end the exploration with an error.
// - Time is virtual: sleeping costs nothing, clocks show what the loom says.
// - The caller of Explore must be the only running thread of the process.
//
// Header only; needs C++20 and nothing but the standard library. Everything here may be called by any thread of a body.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heddle {

// How to explore. An aggregate: Explore(body, {.schedules = 100'000, .strategy = "pct:3"}).
struct Options {
  // Budget: how many executions …
  std::uint64_t schedules = 10'000;
  // … and how long, whichever is used up first; zero is no limit of time.
  std::chrono::nanoseconds time = std::chrono::seconds(10);
  // As `heddle run --strategy` spells it.
  std::string strategy = "portfolio";
  // The same seed explores the same executions.
  std::uint64_t seed = 1;
  // For strategy "dfs": preemptions at most in one execution; -1 is no bound.
  int preemption_bound = -1;
  // Stop when at most this part of what the strategy would see is still unseen, such as 0.01 (with 95% confidence); 0 goes
  // on until the budget is used up. Not for "dfs" and "dpor", which end by themselves.
  double until_saturated = 0;
  // Count the orders (Result::distinct, unseen), which costs a few nanoseconds per operation.
  bool coverage = true;
  // Collects findings instead of stopping at the first.
  bool keep_going = false;
  // Verdicts that are findings, and verdicts that are not: lists as `--detect` and `--no-detect` take them.
  std::string detect = {};
  std::string no_detect = {};
  // What the environment may do: let time pass although threads could run, wake condition variables without cause, let
  // weak compare-exchange fail without cause.
  bool early_time = true;
  bool spurious_wakeups = true;
  bool weak_failures = true;
  // Real time without a decision after which an execution counts as hung.
  std::chrono::nanoseconds hang_timeout = std::chrono::seconds(10);
  // Directory of the cards of findings; made if it does not exist.
  std::string cards = ".heddle";
  // What messages and cards call this exploration; "" is the place of the call.
  std::string name = {};
  // Appended to the program's arguments by `heddle replay`, to get to this exploration soon.
  std::string replay_argument = {};
};

// One thing that is wrong, however often it appeared.
struct Finding {
  std::string verdict;  // "data-race", "deadlock", "invariant", …: as in every report of Heddle
  std::string id;       // the same for the same finding in another run
  std::string summary;  // one line
  std::string card;     // file for `heddle replay` and for Replay; "" if none could be written
  std::string story;    // the report: what happened, by whom, where
  std::uint64_t execution = 0;  // the first in which it appeared
};

// What came of an exploration.
class Result {
 public:
  // True if something was explored and nothing found. A result of a build that cannot explore is ok if the one native run
  // of the body did what it states.
  [[nodiscard]] bool ok() const { return findings_.empty() && error_.empty(); }
  // False in a build that cannot explore: the body ran once, natively.
  [[nodiscard]] bool explored() const { return explored_; }
  [[nodiscard]] const std::vector<Finding>& findings() const { return findings_; }
  // Why nothing, or not all, could be explored; "" if everything went well.
  [[nodiscard]] const std::string& error() const { return error_; }
  // Names given to Sometimes whose condition never held.
  [[nodiscard]] const std::vector<std::string>& never() const { return never_; }
  // What else a person should know: what was not controlled, what was not covered.
  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

  [[nodiscard]] std::uint64_t executions() const { return executions_; }
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }
  [[nodiscard]] double seconds() const { return seconds_; }
  [[nodiscard]] double executions_per_second() const {
    return seconds_ > 0 ? static_cast<double>(executions_) / seconds_ : 0;
  }
  // Nothing else is left to try: every schedule was explored (within the preemption bound, if there was one).
  [[nodiscard]] bool exhausted() const { return exhausted_; }
  // How many different orders of dependent operations the executions showed, and about how large a part of what this
  // strategy would see they leave unseen: the chance that one more execution shows a new order. It says nothing about
  // schedules that the strategy hardly ever draws. 0 if every schedule was explored; 1 if nothing is known, as during a
  // search ("dfs", "dpor") that is not over.
  [[nodiscard]] std::uint64_t distinct() const { return distinct_; }
  [[nodiscard]] double unseen() const { return unseen_; }
  // As unseen(), with 95% confidence.
  [[nodiscard]] double unseen_at_most() const { return unseen_at_most_; }
  // Ended because of Options::until_saturated.
  [[nodiscard]] bool saturated() const { return saturated_; }
  // The same in words; "" if nothing was explored.
  [[nodiscard]] const std::string& coverage() const { return coverage_; }
  // Ended by Ctrl-C.
  [[nodiscard]] bool interrupted() const { return interrupted_; }

  // For a person: the stories of all findings, then one line about the exploration.
  [[nodiscard]] std::string ToString() const;

 private:
  friend class Exploration;

  bool explored_ = false;
  bool exhausted_ = false;
  bool interrupted_ = false;
  bool saturated_ = false;
  std::uint64_t distinct_ = 0;
  double unseen_ = 1;
  double unseen_at_most_ = 1;
  std::uint64_t executions_ = 0;
  std::uint64_t decisions_ = 0;
  double seconds_ = 0;
  std::string name_;
  std::string coverage_;
  std::string error_;
  std::vector<Finding> findings_;
  std::vector<std::string> never_;
  std::vector<std::string> notes_;
};

// Runs `body` under one schedule after the other until the budget is used up, or something is found. The body is called
// once per execution, and what it captures is shared by all of them.
template <typename Body>
[[nodiscard]] Result Explore(Body&& body, Options options = {}, const char* file = __builtin_FILE(),
                             unsigned line = __builtin_LINE());

// Runs `body` under the one schedule of a card that Explore wrote for the same body. ok() if the schedule fits and the body
// does what it states; an error if the card belongs to something else, or its schedule no longer fits.
template <typename Body>
[[nodiscard]] Result Replay(const std::string& card, Body&& body, Options options = {},
                            const char* file = __builtin_FILE(), unsigned line = __builtin_LINE());

// --- inside a body (Choose, Check, Yield and Now also in any program under `heddle run`) ---

// A number from 0 to count-1, any of which the explored code must be able to deal with: every one is tried. 0 where
// nothing is explored, and for a count of 0 or 1.
[[nodiscard]] std::uint32_t Choose(std::uint32_t count);

// States that something holds now. If it does not, the execution ends with the finding `invariant`. Where nothing is
// explored, the Result of the native run says so; outside of Explore the program is aborted with the message.
void Check(bool condition, std::string_view message = "a condition does not hold",
           const char* file = __builtin_FILE(), unsigned line = __builtin_LINE());

// States that `condition` holds at this place in at least one execution; Result::never lists the names for which it never
// did. A test whose interesting case never happens proves nothing.
void Sometimes(bool condition, const char* name);

// Has `function` called when the body has returned and all threads are done, in the order of the calls: the place to check
// what must hold at the end.
void AtEnd(std::function<void()> function);

// Lets others go first.
void Yield();

// Virtual time since the execution began; real time since some fixed point where nothing is explored.
[[nodiscard]] std::chrono::nanoseconds Now();

}  // namespace heddle

#include "heddle/detail/explore.h"
