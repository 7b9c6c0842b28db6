// Replays a card in gdb.
#pragma once

#include <string>

#include "cli/hunt.h"
#include "driver/card.h"

namespace heddle::cli {

// Becomes gdb; returns only if that fails, with the exit status. Without a driver the loom runs the program directly, on
// its real threads (the baton executor), and follows the decisions in a file.
[[nodiscard]] int ReplayInGdb(const driver::Card& card, const Prepared& prepared);

// The same for the card of a body in a test: the program explores by itself, so it follows the card by itself, on fibres.
// gdb sees the stack of the thread that runs; all the program's threads are one to it.
[[nodiscard]] int ReplayExplorationInGdb(const driver::Card& card, const std::string& card_path,
                                         const Prepared& prepared);

}  // namespace heddle::cli
