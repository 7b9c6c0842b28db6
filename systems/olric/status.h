// What can go wrong, by the names that clients of Olric know.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace olric {

enum class Code {
  kOk,
  kClusterQuorum,
  kClusterJoin,
  kServerGone,
  kOperationTimeout,
  kNoSuchLock,
  kLockNotAcquired,
  kReadQuorum,
  kWriteQuorum,
  kDMapNotFound,
  kKeyTooLarge,
  kEntryTooLarge,
  kKeyNotFound,
  kKeyFound,
  kInvalidArgument,
  kError,
  // Between nodes only; a client never sees these two.
  kRefused,   // nobody listens at the address: what was sent has not been carried out
  kNotOwner,  // the receiver does not own the partition (any more, or yet)
};

// The first word of an error reply: "KEYNOTFOUND".
[[nodiscard]] std::string_view Prefix(Code code);

// The other way round; kError for a word that is none of them.
[[nodiscard]] Code CodeOf(std::string_view prefix);

// The message that goes with a code when there is nothing particular to say: "key not found".
[[nodiscard]] std::string_view DefaultMessage(Code code);

struct Status {
  Code code = Code::kOk;
  std::string message = {};

  [[nodiscard]] bool ok() const { return code == Code::kOk; }
};

[[nodiscard]] inline Status Fail(Code code) { return {code, std::string(DefaultMessage(code))}; }
[[nodiscard]] inline Status Fail(Code code, std::string message) {
  return {code, std::move(message)};
}

// A value, or why there is none.
template <typename Value>
class [[nodiscard]] Result {
 public:
  Result(Value value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Status status) : status_(std::move(status)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return value_.has_value(); }
  [[nodiscard]] const Status& status() const { return status_; }
  // REQUIRES: ok().
  [[nodiscard]] Value& operator*() { return *value_; }
  [[nodiscard]] const Value& operator*() const { return *value_; }
  [[nodiscard]] Value* operator->() { return &*value_; }
  [[nodiscard]] const Value* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<Value> value_;
};

}  // namespace olric
