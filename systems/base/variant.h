// Which of two designs a system uses: the one of the bug report, or the one that this project stands for.
#pragma once

#include <optional>
#include <string_view>

namespace systems {

enum class Variant {
  kAsReported,  // the upstream code's interleavings, bug included
  kFixed,
};

[[nodiscard]] constexpr std::string_view VariantName(Variant variant) {
  return variant == Variant::kFixed ? "fixed" : "as-reported";
}

[[nodiscard]] constexpr std::optional<Variant> ParseVariant(std::string_view name) {
  if (name == "fixed") return Variant::kFixed;
  if (name == "as-reported") return Variant::kAsReported;
  return std::nullopt;
}

}  // namespace systems
