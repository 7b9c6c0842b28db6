// What heddle.h and the loom (libheddle.so) say to each other. Not for direct use: plain C data, found by name when the
// program runs, so that the same binary works with the loom and without it.
//
// Every structure begins with its version. A loom answers a request of a version that it does not know with an error
// that says so; neither side reads beyond what the other one has.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::detail {

inline constexpr std::uint32_t kLoomVersion = 2;

// One finding, told while the loom waits. The texts live until the call returns.
struct LoomFinding {
  const char* verdict;
  const char* id;
  const char* summary;
  const char* card;   // "" if none could be written
  const char* story;  // the report, several lines
  std::uint64_t execution;
};

struct LoomRequest {
  std::uint32_t version;
  std::int32_t preemption_bound;  // -1: none
  void (*body)(void* argument);
  void* argument;
  const char* name;  // what cards and messages call this exploration
  const char*
      replay_argument;  // appended to the program's arguments when a card is replayed; "" for none
  const char* strategy;
  const char* detect;     // verdicts, a list; "" is the default
  const char* no_detect;  // verdicts, a list
  const char* cards;      // directory
  const char* card;       // follow this card instead of exploring; "" explores
  std::uint64_t schedules;
  std::uint64_t time_ns;  // 0: no limit
  std::uint64_t hang_ns;  // real time without a decision after which an execution counts as hung
  std::uint64_t seed;
  double until_saturated;  // ends when at most this part of the orders is unseen; 0: never for that
  std::uint8_t coverage;   // count orders
  std::uint8_t keep_going;
  std::uint8_t early_time;    // time may pass although threads could run
  std::uint8_t spurious;      // condition variables may wake without cause
  std::uint8_t weak_failure;  // weak compare-exchange may fail without cause
  // Called on the caller's own stack, between two executions.
  void (*on_finding)(void* context, const LoomFinding* finding);
  void (*on_note)(void* context, const char* note);
  void (*on_never)(void* context, const char* name);  // a Sometimes that never held
  void* context;
};

enum LoomStatus : std::uint32_t {
  kLoomDone = 0,
  kLoomUsage = 2,        // the call makes no sense: LoomOutcome::message says why
  kLoomUnsupported = 4,  // the body does something that cannot be explored, or a limit was reached
};

struct LoomOutcome {
  std::uint32_t version;
  std::uint32_t status;  // LoomStatus
  std::uint64_t executions;
  std::uint64_t decisions;
  std::uint64_t findings;  // executions with a finding
  double seconds;
  std::uint8_t exhausted;    // nothing else is left to try
  std::uint8_t interrupted;  // by Ctrl-C
  std::uint8_t instrumented;
  std::uint8_t skipped;    // another exploration of this program is being replayed
  std::uint8_t saturated;  // ended because until_saturated was reached
  std::uint64_t distinct;  // orders of dependent steps
  double unseen;           // part of what the strategy would see; 1 if nothing is known
  double unseen_at_most;   // with 95% confidence
  char coverage[320];      // the same in words; "" if nothing was explored
  char message[1024];
};

// The functions of the loom, by their exported names.
struct Loom {
  void (*explore)(const LoomRequest* request, LoomOutcome* outcome);  // heddle_explore_v1
  std::uint32_t (*choose)(std::uint32_t count);                       // heddle_choose_v1
  // Notes that what the test states does not hold. `verdict` is "invariant" or "assertion". With `ends` it does not
  // return if an execution is under way.
  void (*fail)(const char* verdict, const char* message, const char* file, std::uint32_t line,
               std::uint8_t ends);                                   // heddle_fail_v1
  void (*sometimes)(std::uint8_t condition, const char* name);       // heddle_sometimes_v1
  void (*at_end)(void (*function)(void* argument), void* argument);  // heddle_at_end_v1
  std::uint64_t (*now)();                                            // heddle_now_v1
  // 0: no execution is under way, 1: the whole program is explored, 2: the body of an Explore.
  std::uint32_t (*state)();  // heddle_state_v1
};

}  // namespace heddle::detail
