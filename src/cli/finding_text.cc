#include "cli/finding_text.h"

#include <fmt/format.h>

#include <charconv>

namespace heddle::cli {
namespace {

constexpr std::string_view kPlain = "plain:";
constexpr std::string_view kColor = "color:";

}  // namespace

std::string FindingTextForm(const report::TextOptions& options) {
  return fmt::format("{}{}:{}", options.color ? kColor : kPlain, options.width, options.directory);
}

std::optional<report::TextOptions> ParseFindingTextForm(std::string_view form) {
  report::TextOptions options;
  options.color = form.starts_with(kColor);
  if (!options.color && !form.starts_with(kPlain)) return std::nullopt;
  form.remove_prefix(kPlain.size());
  static_assert(kPlain.size() == kColor.size());
  const char* end = form.data() + form.size();
  const std::from_chars_result read = std::from_chars(form.data(), end, options.width);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != ':') return std::nullopt;
  options.directory = std::string(read.ptr + 1, end);
  return options;
}

}  // namespace heddle::cli
