// The decisions of an execution as printable text, and back. Cards store schedules in this form, so that a person
// can read, shorten and edit them.
//
//   T3          thread 3 runs next            spurious:3  the wait of thread 3 ends without cause
//   time        time passes to the deadline   wake:3      a signal wakes thread 3
//   weak        a weak compare-exchange fails choice:5    Choose(n) gave 5
//   strong      it does not fail              ready:7     what a poll of the outside world said
//   set:1       a setting of the whole execution, always in front
//
// Tokens are separated by white space; `T0*12` stands for twelve times `T0`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "driver/status.h"
#include "trace/region.h"

namespace heddle::driver {

[[nodiscard]] std::string EncodeSchedule(std::span<const trace::Decision> decisions);

// Refuses unknown tokens, values of more than 28 bits and more than kDecisionsMax decisions; says at which token.
[[nodiscard]] Result<std::vector<trace::Decision>> DecodeSchedule(std::string_view text);

}  // namespace heddle::driver
