// When two findings are the same for a person: equal verdict and equal places.
//
// A place is the innermost function of the program with file name and line, so that neither the memory layout nor the
// thread numbers, nor the execution, nor the directory of the build changes it. Where there is no line, the address
// within the module stands for it, which is the same for the same build.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "report/build.h"
#include "report/names.h"
#include "report/trim.h"

namespace heddle::report {
namespace {

using trace::Verdict;

std::string Place(const Stack& stack) {
  const Frame* frame = UserFrame(stack);
  if (frame == nullptr) return "?";
  const std::string name = QualifiedName(frame->function);
  if (!frame->file.empty())
    return fmt::format("{}@{}:{}", name, BaseName(frame->file), frame->line);
  if (!frame->module.empty())
    return fmt::format("{}@{}+{:x}", name, BaseName(frame->module), frame->module_offset);
  return "?";
}

// Numbers in a message are addresses, thread ids and values of one execution.
std::string WithoutNumbers(const std::string& message) {
  const auto is_digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const auto is_hex_digit = [](char c) {
    return std::isxdigit(static_cast<unsigned char>(c)) != 0;
  };
  const std::string line = message.substr(0, message.find('\n'));
  std::string text;
  for (auto at = line.begin(); at != line.end();) {
    if (!is_digit(*at)) {
      text += *at++;
      continue;
    }
    const bool is_hex = *at == '0' && std::next(at) != line.end() && *std::next(at) == 'x';
    at = is_hex ? std::find_if_not(at + 2, line.end(), is_hex_digit)
                : std::find_if_not(at, line.end(), is_digit);
    text += '#';
  }
  return text;
}

std::string Join(const std::string& verdict, const std::vector<std::string>& places) {
  std::string text = verdict;
  for (const std::string& place : places) text += "|" + place;
  return text;
}

std::vector<std::string> SortedUnique(std::vector<std::string> places) {
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

const ThreadView* FindThread(const FindingView& finding, uint32_t index) {
  const auto found =
      std::find_if(finding.threads.begin(), finding.threads.end(),
                   [index](const ThreadView& thread) { return thread.index == index; });
  return found == finding.threads.end() ? nullptr : &*found;
}

std::vector<std::string> AccessPlaces(const FindingView& finding) {
  std::vector<std::string> places;
  for (const AccessView& access : finding.accesses) places.push_back(Place(access.stack));
  // Not unique: a line that races with itself is another finding than one with an unknown other side.
  std::sort(places.begin(), places.end());
  return places;
}

std::vector<std::string> WaitPlaces(const FindingView& finding) {
  std::vector<std::string> places;
  for (const CycleEdge& edge : finding.cycle) places.push_back(Place(edge.at));
  if (places.empty()) {
    for (const ThreadView& thread : finding.threads) {
      if (thread.state == "blocked") places.push_back(Place(thread.current));
    }
  }
  return SortedUnique(std::move(places));
}

// The one place of a finding that has one.
std::string MainPlace(const FindingView& finding) {
  if (!finding.accesses.empty()) return Place(finding.accesses.front().stack);
  const ThreadView* thread = FindThread(finding, finding.thread);
  return thread == nullptr ? "?" : Place(thread->current);
}

std::vector<std::string> RunningPlaces(const FindingView& finding) {
  std::vector<std::string> places;
  for (const ThreadView& thread : finding.threads) {
    if (thread.state == "runnable") places.push_back(Place(thread.current));
  }
  if (places.empty()) places.push_back(MainPlace(finding));
  return SortedUnique(std::move(places));
}

}  // namespace

std::string Signature(const FindingView& finding) {
  const std::string verdict = trace::VerdictName(finding.verdict);
  switch (finding.verdict) {
    case Verdict::kDataRace:
      return Join(verdict, AccessPlaces(finding));
    case Verdict::kDeadlock:
    case Verdict::kLockOrder:
    case Verdict::kLostWakeup:
      return Join(verdict, WaitPlaces(finding));
    case Verdict::kLivelock:
      return Join(verdict, RunningPlaces(finding));
    case Verdict::kCrash:
      return Join(verdict, {std::to_string(finding.signal), MainPlace(finding)});
    case Verdict::kExitStatus:
      return Join(verdict, {std::to_string(finding.exit_status)});
    case Verdict::kThreadLeak: {
      const ThreadView* thread = FindThread(finding, finding.thread);
      return Join(verdict, {thread == nullptr ? "?" : Place(thread->created)});
    }
    case Verdict::kUseAfterFree:
    case Verdict::kDoubleFree:
    case Verdict::kOutOfBounds:
      return Join(verdict,
                  {MainPlace(finding), finding.heap ? Place(finding.heap->freed_at) : "?"});
    case Verdict::kUncaughtException:
    case Verdict::kAssertion:
    case Verdict::kMutexMisuse:
    case Verdict::kInvariant:
    case Verdict::kNotLinearizable:
    case Verdict::kNondeterminism:
    case Verdict::kNone:
      return Join(verdict, {MainPlace(finding), WithoutNumbers(finding.message)});
  }
  return verdict;
}

std::string FindingId(const FindingView& finding) {
  return fmt::format("{}-{:08x}", trace::VerdictName(finding.verdict),
                     static_cast<uint32_t>(StableHash(Signature(finding))));
}

}  // namespace heddle::report
