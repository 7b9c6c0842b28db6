// What `heddle c++` and `heddle cc` hand to the compiler.
//
// clang links its own ThreadSanitizer into every program, and that cannot be replaced later. The wrapper lets it
// instrument as usual but link against Heddle's library, which bears the name of GCC's runtime. g++ links a shared
// runtime anyway, so it needs nothing but the flag.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace heddle::cli {

enum class CompilerFamily { kClang, kGcc };

// By the name of the program: g++, gcc and their versioned and prefixed forms are GCC, all else is clang.
[[nodiscard]] CompilerFamily FamilyOf(const std::string& compiler);

// True if these arguments make the compiler link: there is an input, and nothing stops it earlier (-c, -S, -E, …).
[[nodiscard]] bool Links(const Arguments& arguments);

// The arguments with what Heddle needs added. `libtsan` is the path of Heddle's libtsan.so.2.
[[nodiscard]] Arguments WrapperArguments(CompilerFamily family, const Arguments& arguments,
                                         const std::string& libtsan);

}  // namespace heddle::cli
