// How the process that runs a whole suite tells the process of one test what text to render: as its own output would
// look, colour, width and shown paths included. The value of the hidden option --finding-text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/text.h"

namespace heddle::cli {

// "plain:100:/home/me/project".
[[nodiscard]] std::string FindingTextForm(const report::TextOptions& options);
[[nodiscard]] std::optional<report::TextOptions> ParseFindingTextForm(std::string_view form);

}  // namespace heddle::cli
