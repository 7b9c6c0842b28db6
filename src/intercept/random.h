// Randomness that the program asks the system for. Under control it comes from a generator that starts the same in each
// execution, because a program that draws a seed must draw the same one when it is replayed.
#pragma once

#include <cstddef>

namespace heddle::intercept {

// REQUIRES: called with the gate open and the caller controlled.
void FillRandom(void* buffer, size_t bytes);

}  // namespace heddle::intercept
