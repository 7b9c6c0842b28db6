// The closed list of verdicts (verdict.def) as an enumeration.
#pragma once

#include <cstdint>

namespace heddle::trace {

enum class Verdict : uint32_t {
#define HEDDLE_VERDICT(enumerator, name, text) enumerator,
#include "trace/verdict.def"
#undef HEDDLE_VERDICT
};

// The name used on the command line, in JSON, in cards and in folder names: "data-race".
[[nodiscard]] constexpr const char* VerdictName(Verdict verdict) {
  switch (verdict) {
#define HEDDLE_VERDICT(enumerator, name, text) \
  case Verdict::enumerator:                    \
    return name;
#include "trace/verdict.def"
#undef HEDDLE_VERDICT
  }
  return "unknown";
}

// One line that tells a person what the verdict means.
[[nodiscard]] constexpr const char* VerdictText(Verdict verdict) {
  switch (verdict) {
#define HEDDLE_VERDICT(enumerator, name, text) \
  case Verdict::enumerator:                    \
    return text;
#include "trace/verdict.def"
#undef HEDDLE_VERDICT
  }
  return "unknown";
}

}  // namespace heddle::trace
