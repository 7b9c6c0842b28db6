// Assertions for bodies, for test frameworks whose own are not made for several threads. Where nothing is explored a failure
// belongs to the native run of the body, and outside of any body it ends the program.
#pragma once

#include "heddle/heddle.h"

// Notes a finding (assertion) if the expression is false, and goes on.
#define HEDDLE_CHECK(...) \
  ((__VA_ARGS__) ? void() \
                 : ::heddle::detail::Fail("assertion", #__VA_ARGS__, __FILE__, __LINE__, false))

// The same, and ends the execution.
#define HEDDLE_REQUIRE(...) \
  ((__VA_ARGS__) ? void()   \
                 : ::heddle::detail::Fail("assertion", #__VA_ARGS__, __FILE__, __LINE__, true))
