// The one-line summary of a finding, and the words that summaries, text and tables share.
#pragma once

#include <string>
#include <string_view>

#include "report/model.h"

namespace heddle::report {

// "data race on global 'balance' (4 bytes): write in deposit() account.cc:17 by T1, read in audit() account.cc:31 by T2".
[[nodiscard]] std::string Summarize(const FindingView& finding);

// "deposit() account.cc:17": the innermost frame of the program, without the directory; "an unknown place" if there is
// no stack.
[[nodiscard]] std::string PlaceWords(const Stack& stack);

// "T1": without the thread's name. "an unknown thread" for kNoThreadIndex.
[[nodiscard]] std::string ThreadWords(uint32_t thread);

// "global 'balance' (4 bytes)", "heap block of 40 bytes", "stack of T1", "memory".
[[nodiscard]] std::string LocationWords(const FindingView& finding);

// "write", "atomic read", "free"; for other operations the words of op.def.
[[nodiscard]] std::string AccessWords(trace::OpKind op);

// "SIGSEGV" for 11; "signal 40" for one without a name.
[[nodiscard]] std::string SignalWords(int signal);

// "1 byte", "2 bytes"; `unit` is in the singular.
[[nodiscard]] std::string Count(uint64_t number, std::string_view unit);

}  // namespace heddle::report
