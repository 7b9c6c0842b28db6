// What a function of the host zone answers when it can fail: a value or an Error.
//
// No exception crosses a module border. An Error is a message for a person in two parts (what went wrong and why;
// what to do about it) and the exit status that the command promises for it.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace heddle::driver {

// Exit statuses of every command (docs: `heddle help exit-status` in README).
enum ExitStatus : int {
  kExitClean = 0,        // nothing found
  kExitFinding = 1,      // a finding
  kExitUsage = 2,        // bad usage or input
  kExitBug = 3,          // a bug in Heddle
  kExitUnsupported = 4,  // something unsupported, or a limit
};

struct Error {
  int exit_status = kExitUsage;
  std::string message;  // "cannot run './prog': it is statically linked"
  std::string remedy;   // "link it dynamically (without -static) and run again", may be empty
};

// Either a T or an Error; asking for the one that is not there is a bug in Heddle and ends the process.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)
      : state_(std::move(value)) {}  // NOLINT(google-explicit-constructor): reads as return
  Result(Error error)
      : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor): reads as return

  [[nodiscard]] bool ok() const { return std::holds_alternative<T>(state_); }
  [[nodiscard]] T& value() {
    Require(ok());
    return *std::get_if<T>(&state_);
  }
  [[nodiscard]] const T& value() const {
    Require(ok());
    return *std::get_if<T>(&state_);
  }
  [[nodiscard]] const Error& error() const {
    Require(!ok());
    return *std::get_if<Error>(&state_);
  }

 private:
  static void Require(bool condition) {
    if (condition) return;
    std::fputs("heddle: bug: a Result was read without being checked\n", stderr);
    std::exit(kExitBug);
  }

  std::variant<T, Error> state_;
};

struct Nothing {};
using Status = Result<Nothing>;
[[nodiscard]] inline Status Ok() { return Nothing{}; }

}  // namespace heddle::driver
