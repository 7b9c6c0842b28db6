#include "report/caveats.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "report/names.h"
#include "report/trim.h"

namespace heddle::report {
namespace {

using std::string_view;

// Libraries of the system are never instrumented. Those whose synchronisation the loom takes over order all the same.
bool SynchronisesUnseen(const Frame& frame) {
  constexpr std::array<string_view, 3> kSystem = {"/usr/lib/", "/lib/", "/usr/local/lib/"};
  constexpr std::array<string_view, 5> kTakenOver = {"libc.so", "libstdc++.so", "libgcc_s.so",
                                                     "libpthread.so", "ld-linux"};
  const string_view module = frame.module;
  const auto begins = [](string_view text) {
    return [text](string_view start) { return text.substr(0, start.size()) == start; };
  };
  return std::any_of(kSystem.begin(), kSystem.end(), begins(module)) && !IsLoomModule(module) &&
         std::none_of(kTakenOver.begin(), kTakenOver.end(), begins(BaseName(module)));
}

}  // namespace

std::vector<std::string> Caveats(const FindingView& finding) {
  if (finding.verdict != trace::Verdict::kDataRace) return {};
  std::set<std::string> modules;
  for (const AccessView& access : finding.accesses) {
    for (const Frame& frame : access.stack.frames) {
      if (SynchronisesUnseen(frame)) modules.insert(std::string(BaseName(frame.module)));
    }
  }
  std::vector<std::string> caveats;
  for (const std::string& module : modules) {
    caveats.push_back(module +
                      " takes part and was not compiled with -fsanitize=thread: what its atomic "
                      "operations put in order is not seen, so this may be no race");
  }
  return caveats;
}

}  // namespace heddle::report
