// The directory in which a run leaves its results (.heddle): what is in it, how it stays small, how it is emptied.
// docs/formats.md describes the layout.
//
// Only files that bear the name of a card are ever counted or removed: a directory may hold anything else besides.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "driver/status.h"

namespace heddle::driver {

// Cards that one directory keeps. A finding has one card however often it is found, so only a directory that outlives
// many changes of the program gets there.
inline constexpr size_t kCardsKept = 500;

// "data-race-1981fea0.card": a verdict and eight hexadecimal digits.
[[nodiscard]] bool IsCardName(std::string_view name);

// Paths of the cards in the directory and in the directories of tests in it, sorted. An error if it cannot be read.
[[nodiscard]] Result<std::vector<std::string>> ListCards(const std::string& directory);

// Removes the oldest cards directly in the directory until `keep` are left; returns how many went.
size_t PruneCards(const std::string& directory, size_t keep);

// Removes all cards that ListCards names, then directories of tests that are empty, then the directory if it is.
struct Cleaned {
  size_t cards = 0;
  bool directory_removed = false;
};
[[nodiscard]] Result<Cleaned> CleanResults(const std::string& directory);

}  // namespace heddle::driver
