// See search_words.h.
#include "cli/search_words.h"

#include <fmt/format.h>

namespace heddle::cli {
namespace {

using driver::SearchProgress;

[[nodiscard]] std::string Counted(uint64_t number, const char* unit) {
  return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
}

// Why it did not come to its end. The order matters: what follows from what comes first.
[[nodiscard]] std::string WhyStopped(const driver::ExplorationResult& result) {
  const SearchProgress& search = *result.search;
  if (search.state == trace::SearchState::kDeviated)
    return "the program is not deterministic, so not every schedule can be reached";
  if (result.failure.has_value()) return "the run ended early";
  if (result.interrupted) return "it was interrupted";
  if (search.too_deep > 0) {
    return fmt::format(
        "{} made more than {} choices (kSearchDepthMax), the later ones not searched",
        Counted(search.too_deep, "execution"), kSearchDepthMax);
  }
  if (!result.findings.empty()) return "a finding ended the search (--keep-going goes on)";
  return "the budget is used up";
}

}  // namespace

std::string SearchWords(const driver::ExplorationResult& result) {
  if (result.reduction.has_value()) {
    if (result.reduction->over) return result.reduction->words;
    return !result.findings.empty() ? result.reduction->words_if_ended
                                    : result.reduction->words_if_stopped;
  }
  const SearchProgress& search = *result.search;
  if (search.complete()) {
    const std::string within =
        search.cut ? " with at most " + Counted(search.bound, "preemption") : "";
    return fmt::format("complete: {} (every schedule{})", Counted(search.executions, "execution"),
                       within);
  }
  return fmt::format("stopped at preemption bound {}, after {} of it: {}", search.bound,
                     Counted(search.executions, "execution"), WhyStopped(result));
}

}  // namespace heddle::cli
