// Operations: what a thread announces before it does it (op.def).
#pragma once

#include <cstdint>

namespace heddle::trace {

enum class OpKind : uint8_t {
#define HEDDLE_OP(enumerator, words, reads, writes) enumerator,
#include "trace/op.def"
#undef HEDDLE_OP
};

inline constexpr uint32_t kOpKindCount = 0
#define HEDDLE_OP(enumerator, words, reads, writes) +1
#include "trace/op.def"
#undef HEDDLE_OP
    ;

// The words a report uses for the operation: "locks mutex".
[[nodiscard]] constexpr const char* OpWords(OpKind kind) {
  switch (kind) {
#define HEDDLE_OP(enumerator, words, reads, writes) \
  case OpKind::enumerator:                          \
    return words;
#include "trace/op.def"
#undef HEDDLE_OP
  }
  return "unknown";
}

// True when the operation may change its object.
[[nodiscard]] constexpr bool OpWrites(OpKind kind) {
  switch (kind) {
#define HEDDLE_OP(enumerator, words, reads, writes) \
  case OpKind::enumerator:                          \
    return (writes) != 0;
#include "trace/op.def"
#undef HEDDLE_OP
  }
  return true;
}

}  // namespace heddle::trace
