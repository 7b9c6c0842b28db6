// Why a search without repetitions is not complete, and what it supposed, in words.
#pragma once

#include "base/text.h"
#include "trace/dpor_state.h"

namespace heddle::trace {

// REQUIRES: exactly one bit of `what` is set.
[[nodiscard]] constexpr const char* WordsOf(DporLeftOut what) {
  switch (what) {
    case kDporTooDeep:
      return "an execution had more than 8192 steps (kDporDepthMax)";
    case kDporThreads:
      return "an execution had more than 64 threads (kDporThreadsMax)";
    case kDporObjects:
      return "an execution had more than 16384 objects (kDporObjectsMax)";
    case kDporTree:
      return "more than 1048576 branches waited to be explored (kDporTreeMax)";
    case kDporCutShort:
      return "an execution ended while threads could still run";
    case kDporOutside:
      return "the program waited for the outside world or drew random numbers";
    case kDporCancelled:
      return "threads were cancelled, or joined with a time-out or without waiting";
    case kDporWriterFirst:
      return "a read-write lock prefers writers";
    case kDporTwoChoices:
      return "one step of a thread made several choices";
    case kDporTime:
      return "time-outs, sleeps and clocks: time passed only when nothing else could run";
    case kDporBlind:
      return "the program is not instrumented, so atomic operations are not seen";
    case kDporSpins:
      return "loops that read the same values 4 times in a row were made to wait for a change";
    case kDporTries:
      return "a loop that tries again went on only when nothing else could run";
  }
  return "";
}

// REQUIRES: exactly one bit of `what` is set.
[[nodiscard]] constexpr const char* WordsOf(DporSupposed what) {
  switch (what) {
    case kDporSpurious:
      return "at most one wake-up without cause per thread";
    case kDporWeak:
      return "at most one weak compare-exchange per thread fails without cause";
  }
  return "";
}

static_assert(kDporDepthMax == 8192 && kDporThreadsMax == 64 && kDporObjectsMax == 16384 &&
              kDporTreeMax == 1048576);

// Calls `f(words)` for each bit of `bits`.
template <typename Flag, typename F>
void ForEachWords(uint32_t bits, F&& f) {
  for (uint32_t bit = 0; bit < 32; ++bit) {
    if ((bits >> bit & 1) != 0) f(WordsOf(static_cast<Flag>(1u << bit)));
  }
}

// A forecast, as numbers of executions.
struct DporForecast {
  uint64_t about;  // 0: none
  uint64_t low;
  uint64_t high;
};

// Rounded to two digits: more would pretend.
[[nodiscard]] constexpr uint64_t Rounded(double value) {
  constexpr double kMost = 1e18;
  if (!(value < kMost)) return static_cast<uint64_t>(kMost);
  uint64_t unit = 1;
  while (value / static_cast<double>(unit) >= 100) unit *= 10;
  return static_cast<uint64_t>(value / static_cast<double>(unit) + 0.5) * unit;
}

// What the probes say: the mean and two standard errors. None if they say too little, or less than what is done already.
[[nodiscard]] constexpr DporForecast ForecastOf(const DporSearch& search) {
  constexpr uint64_t kProbesLeast = 10;
  const DporEstimate& estimate = search.estimate;
  if (estimate.probes < kProbesLeast) return {};
  const auto probes = static_cast<double>(estimate.probes);
  const double mean = estimate.sum / probes;
  const double square = (estimate.sum_of_squares / probes - mean * mean) / probes;
  double error = square < 1 ? 1 : square;  // Newton's square root: the loom has no libm
  for (int i = 0; i < 100; ++i) error = (error + square / error) / 2;
  const auto done = static_cast<double>(search.executions);
  if (mean + 2 * error <= done) return {};
  const double low = mean - 2 * error;
  return {Rounded(mean > done ? mean : done), low > done ? Rounded(low) : search.executions,
          Rounded(mean + 2 * error)};
}

inline void AddWithCommas(uint64_t number, Text* text) {
  if (number >= 1000) {
    AddWithCommas(number / 1000, text);
    text->Add(number % 1000 < 10 ? ",00" : number % 1000 < 100 ? ",0" : ",").Number(number % 1000);
  } else {
    text->Number(number);
  }
}

// How far the search came: "complete: 6 executions, one for each order of dependent steps". `why_stopped` is what ended it
// from outside, or null.
inline void AddDporWords(const DporSearch& search, const char* why_stopped, Text* text) {
  const bool complete = search.status == DporStatus::kComplete && search.left_out == 0;
  text->Add(complete ? "complete: " : "not complete after ").Number(search.executions);
  text->Add(search.executions == 1 ? " execution" : " executions");
  if (complete) text->Add(", one for each order of dependent steps");
  const DporForecast forecast = ForecastOf(search);
  if (search.status == DporStatus::kRunning && forecast.about != 0) {
    text->Add(" of about ");
    AddWithCommas(forecast.about, text);
    text->Add(" (");
    AddWithCommas(forecast.low, text);
    text->Add(" - ");
    AddWithCommas(forecast.high, text);
    text->Add(")");
  }
  const char* separator = ": ";
  const auto add = [&](const char* words) {
    text->Add(separator).Add(words);
    separator = "; ";
  };
  if (!complete) {
    if (search.status == DporStatus::kDeviated)
      add("the program is not deterministic, so not every execution can be reached");
    ForEachWords<DporLeftOut>(search.left_out, add);
    if (why_stopped != nullptr && search.status != DporStatus::kComplete) add(why_stopped);
  }
  if (search.supposed != 0) {
    text->Add(" (");
    separator = "";
    ForEachWords<DporSupposed>(search.supposed, add);
    text->Add(")");
  }
  if (search.redundant != 0) {
    text->Add("; ").Number(search.redundant).Add(" more were begun in vain and not counted");
  }
}

}  // namespace heddle::trace
