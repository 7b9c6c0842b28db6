// Leaves out the frames that tell a person nothing: of seven frames of a std::thread's stack five are machinery.
//
// What goes: the loom's own frames at the top (and its internals anywhere), everything below the function that a thread
// or main runs, and the standard library's calling machinery (std::__invoke and its kin) wherever it stands, and the helpers behind a function of a system
// header that the program called. What always stays: at least one frame, and every frame of the program.
#pragma once

#include <string_view>

#include "report/model.h"

namespace heddle::report {

[[nodiscard]] Stack Trim(const Stack& all);

// True for a file that belongs to the loom, by its name: libheddle.so, or libtsan.so.2 in its place.
[[nodiscard]] bool IsLoomModule(std::string_view module);

// True if the frame is code of the program rather than of the standard library or the system.
[[nodiscard]] bool IsUserFrame(const Frame& frame);

// The innermost frame of the program; else the innermost frame; nullptr for an empty stack.
[[nodiscard]] const Frame* UserFrame(const Stack& stack);

}  // namespace heddle::report
