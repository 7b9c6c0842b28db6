#include "report/caveats.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "report/names.h"
#include "report/unseen_atomics.h"

namespace heddle::report {
namespace {

using std::string_view;

// Libraries of the system are never instrumented.
bool SynchronisesUnseen(const Frame& frame) {
  constexpr std::array<string_view, 3> kSystem = {"/usr/lib/", "/lib/", "/usr/local/lib/"};
  const string_view module = frame.module;
  return !TakenOver(module) &&
         std::any_of(kSystem.begin(), kSystem.end(),
                     [module](string_view start) { return module.starts_with(start); });
}

// "a, b and 3 others"
std::string Listed(const std::vector<std::string>& names) {
  constexpr size_t kNamesMax = 3;
  std::string text = names[0];
  const size_t shown = std::min(names.size(), kNamesMax);
  for (size_t i = 1; i < shown; ++i) text += (i + 1 == names.size() ? " and " : ", ") + names[i];
  if (names.size() > shown) text += " and " + std::to_string(names.size() - shown) + " others";
  return text;
}

}  // namespace

std::vector<std::string> Caveats(const FindingView& finding) {
  if (finding.verdict != trace::Verdict::kDataRace) return {};
  if (finding.libraries_seen) {
    if (finding.unseen_libraries.empty()) return {};
    return {"confirmed: also when every load and store in " + Listed(finding.unseen_libraries) +
            " counts as synchronisation, these accesses are in no order"};
  }
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
  if (caveats.empty() && !finding.unseen_libraries.empty()) {
    const bool one = finding.unseen_libraries.size() == 1;
    caveats.push_back(Listed(finding.unseen_libraries) + (one ? " has" : " have") +
                      " atomic operations of " + (one ? "its" : "their") + " own and " +
                      (one ? "was" : "were") +
                      " not compiled with -fsanitize=thread: if a lock made of them orders these "
                      "accesses, this is no race");
  }
  return caveats;
}

}  // namespace heddle::report
