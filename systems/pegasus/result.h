// What an operation of the client comes to: a value, or an error that says which operation failed, why, and where.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "systems/pegasus/error_code.h"
#include "systems/pegasus/types.h"

namespace pegasus {

struct PError {
  std::string op;                   // "GET"
  ErrorCode code = ErrorCode::kOk;  // what the transport said
  StorageStatus status =
      StorageStatus::kOk;  // what the storage said, if the transport had nothing to say
  std::string message;     // in words; for a wrong argument, all there is
  std::string where;       // "[1.2, 127.0.0.1:34801(replica), table=temp]"

  // "pegasus GET failed: ERR_TIMEOUT [1.2, 127.0.0.1:34801(replica), table=temp]"
  [[nodiscard]] std::string ToString() const {
    return "pegasus " + op + " failed: " + message + (where.empty() ? "" : " " + where);
  }
};

struct Nothing {};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}       // NOLINT(google-explicit-constructor)
  Result(PError error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return value_.has_value(); }
  // Only if ok().
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] T& operator*() { return *value_; }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] T* operator->() { return &*value_; }
  // Only if not ok().
  [[nodiscard]] const PError& error() const { return error_; }

 private:
  std::optional<T> value_;
  PError error_;
};

}  // namespace pegasus
