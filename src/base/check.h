// How the runtime zone gives up. Three kinds, never mixed:
//   HEDDLE_CHECK      a bug in Heddle: says where and what, exit status 3
//   DieOfLimit        a limit of base/limits.h or an arena is used up: names it, exit status 4
//   DieUnsupported    the program asks for something that cannot be controlled: names it, exit status 4
// The handler is installed by the engine, which stores the message where the driver finds it; without one the message
// goes to standard error. In host tests the default handler aborts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle {

enum class DeathKind : uint32_t { kBug = 3, kLimit = 4 };

// Receives the finished message; must not return.
using DeathHandler = void (*)(DeathKind kind, const char* message);
void SetDeathHandler(DeathHandler handler);

[[noreturn]] void Die(DeathKind kind, const char* message);
[[noreturn]] void DieOfCheck(const char* file, int line, const char* condition, uint64_t left,
                             uint64_t right);
[[noreturn]] void DieOfLimit(const char* limit, const char* what, uint64_t value);
[[noreturn]] void DieUnsupported(const char* what, const char* instead);

}  // namespace heddle

#define HEDDLE_CHECK(condition)                      \
  (__builtin_expect(static_cast<bool>(condition), 1) \
       ? static_cast<void>(0)                        \
       : ::heddle::DieOfCheck(__FILE__, __LINE__, #condition, 0, 0))
#define HEDDLE_CHECK_EQ(left, right)                                   \
  (__builtin_expect((left) == (right), 1)                              \
       ? static_cast<void>(0)                                          \
       : ::heddle::DieOfCheck(__FILE__, __LINE__, #left " == " #right, \
                              static_cast<uint64_t>(left), static_cast<uint64_t>(right)))
