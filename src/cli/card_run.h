// What every command that runs a card needs: the card's program as this machine has it, and its options.
#pragma once

#include <string>

#include "cli/hunt.h"
#include "driver/card.h"
#include "driver/job.h"

namespace heddle::cli {

// The invocation that the card describes, as far as this machine has it. `named_program` is run instead of the card's, or
// is "". What is not as it was is told in notes.
[[nodiscard]] driver::Result<Prepared> PrepareFromCard(const driver::Card& card,
                                                       const std::string& named_program);

[[nodiscard]] driver::LoomSettings SettingsOf(const driver::Card& card);

}  // namespace heddle::cli
