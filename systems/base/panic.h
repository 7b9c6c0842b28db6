// The end of the process for a broken rule of the program itself, as Go's panic: the systems rebuilt here have some.
#pragma once

#include <string_view>

namespace systems {

// Prints "panic: <message>" on stderr and aborts.
[[noreturn]] void Panic(std::string_view message);

// Panics unless `condition` holds: for rules that hold in every execution, in every build.
inline void Ensure(bool condition, std::string_view message) {
  if (!condition) Panic(message);
}

}  // namespace systems
