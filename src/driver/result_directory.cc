// See result_directory.h.
#include "driver/result_directory.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "driver/loom_options.h"

namespace heddle::driver {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".card";
constexpr size_t kDigits = 8;

[[nodiscard]] bool IsCard(const fs::directory_entry& entry) {
  std::error_code error;
  return entry.symlink_status(error).type() == fs::file_type::regular &&
         IsCardName(entry.path().filename().string());
}

// Cards directly in the directory.
void AddCards(const fs::path& directory, std::vector<std::string>& cards, std::error_code& error) {
  fs::directory_iterator entries(directory, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    if (IsCard(*entries)) cards.push_back(entries->path().string());
  }
}

// Directories of tests: real ones, not links to elsewhere.
[[nodiscard]] std::vector<fs::path> TestDirectories(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code ignored;
    if (entries->symlink_status(ignored).type() == fs::file_type::directory)
      found.push_back(entries->path());
  }
  return found;
}

[[nodiscard]] Error CannotRead(const std::string& directory, const std::error_code& error) {
  return {kExitUsage, "cannot read the directory '" + directory + "': " + error.message(), ""};
}

}  // namespace

bool IsCardName(std::string_view name) {
  if (!name.ends_with(kSuffix)) return false;
  name.remove_suffix(kSuffix.size());
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || name.size() - dash - 1 != kDigits) return false;
  if (name.find_first_not_of("0123456789abcdef", dash + 1) != std::string_view::npos) return false;
  return ParseVerdict(name.substr(0, dash)).has_value();
}

Result<std::vector<std::string>> ListCards(const std::string& directory) {
  std::vector<std::string> cards;
  std::error_code error;
  AddCards(directory, cards, error);
  if (error) return CannotRead(directory, error);
  for (const fs::path& test : TestDirectories(directory)) {
    std::error_code ignored;  // Somebody else's directory.
    AddCards(test, cards, ignored);
  }
  std::sort(cards.begin(), cards.end());
  return cards;
}

size_t PruneCards(const std::string& directory, size_t keep) {
  std::vector<std::string> cards;
  std::error_code error;
  AddCards(directory, cards, error);
  if (error || cards.size() <= keep) return 0;
  std::vector<std::pair<fs::file_time_type, std::string>> by_age;
  for (const std::string& card : cards) {
    std::error_code ignored;
    by_age.emplace_back(fs::last_write_time(card, ignored), card);
  }
  std::sort(by_age.begin(), by_age.end());
  by_age.resize(by_age.size() - keep);
  size_t removed = 0;
  for (const auto& [time, card] : by_age) {
    std::error_code ignored;
    removed += fs::remove(card, ignored) ? 1 : 0;
  }
  return removed;
}

Result<Cleaned> CleanResults(const std::string& directory) {
  const Result<std::vector<std::string>> cards = ListCards(directory);
  if (!cards.ok()) return cards.error();
  Cleaned cleaned;
  for (const std::string& card : cards.value()) {
    std::error_code error;
    if (fs::remove(card, error)) ++cleaned.cards;
    if (error)
      return Error{kExitUsage, "cannot remove '" + card + "': " + error.message(),
                   "check who owns the directory"};
  }
  std::error_code ignored;
  // Only directories that held cards: an empty one of somebody else's is not ours.
  for (const std::string& card : cards.value()) {
    const fs::path parent = fs::path(card).parent_path();
    if (parent != fs::path(directory)) fs::remove(parent, ignored);
  }
  const bool held_cards = !cards.value().empty();
  cleaned.directory_removed = held_cards && fs::remove(directory, ignored);
  return cleaned;
}

}  // namespace heddle::driver
