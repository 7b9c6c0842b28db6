// Replays a card in gdb.
#pragma once

#include "cli/hunt.h"
#include "driver/card.h"

namespace heddle::cli {

// Becomes gdb; returns only if that fails, with the exit status. Without a driver the loom runs the program directly, on
// its real threads (the baton executor), and follows the decisions in a file.
[[nodiscard]] int ReplayInGdb(const driver::Card& card, const Prepared& prepared);

}  // namespace heddle::cli
