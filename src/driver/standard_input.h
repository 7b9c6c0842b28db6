// What the program under test reads as its standard input.
//
// Every job and every execution must read the same bytes, so the input is taken once: a regular file is opened anew per
// job; a pipe, or a file that was read in part, is read to its end and kept in memory; a terminal cannot be repeated and is
// replaced by nothing.
#pragma once

#include <string>

#include "driver/status.h"
#include "driver/unique_fd.h"

namespace heddle::driver {

class StandardInput {
 public:
  // Takes over descriptor 0 of this process.
  [[nodiscard]] static Result<StandardInput> Take();
  // No input at all: end of file at once.
  [[nodiscard]] static StandardInput Empty();

  // A fresh descriptor for one program, at offset 0, where the input starts.
  [[nodiscard]] Result<UniqueFd> Open() const;

  // "empty", or the length and hash of the contents: lets a replay notice that it reads something else.
  [[nodiscard]] const std::string& digest() const { return digest_; }
  [[nodiscard]] bool was_terminal() const { return was_terminal_; }

 private:
  std::string path_;   // what to open
  UniqueFd contents_;  // keeps `path_` alive when it is /proc/self/fd/N
  std::string digest_ = "empty";
  bool was_terminal_ = false;
};

}  // namespace heddle::driver
