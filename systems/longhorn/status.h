// How operations of the service and of the SPDK target fail: a gRPC status code for the client, the JSON-RPC or errno
// number that SPDK gave, and words.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace longhorn {

// gRPC status codes that the service uses. Most failures inside are kUnknown, as upstream's plain errors are.
enum class Code {
  kOk,
  kUnknown,
  kInvalidArgument,
  kNotFound,
  kAlreadyExists,
  kFailedPrecondition,
  kInternal,
};

// What SPDK answers with.
inline constexpr int kSpdkEnoent = -2;
inline constexpr int kSpdkEsrch = -3;
inline constexpr int kSpdkEio = -5;
inline constexpr int kSpdkEbusy = -16;
inline constexpr int kSpdkEexist = -17;
inline constexpr int kSpdkEnodev = -19;
inline constexpr int kSpdkEinval = -22;
inline constexpr int kSpdkEnospc = -28;
inline constexpr int kSpdkEpipe = -32;  // no answer at all: the connection to the target broke
inline constexpr int kSpdkEalready = -114;
inline constexpr int kSpdkInvalidParams = -32602;
inline constexpr int kSpdkInternal = -32603;

struct [[nodiscard]] Status {
  Code code = Code::kOk;
  int spdk_code = 0;  // 0 unless SPDK said no
  std::string message;

  [[nodiscard]] bool ok() const { return code == Code::kOk; }
};

[[nodiscard]] inline Status Error(Code code, std::string message) {
  return {code, 0, std::move(message)};
}
[[nodiscard]] inline Status Unknown(std::string message) {
  return {Code::kUnknown, 0, std::move(message)};
}
[[nodiscard]] inline Status SpdkError(int spdk_code, std::string message) {
  return {Code::kUnknown, spdk_code, std::move(message)};
}

// The same failure, told by who tried: "<what>: <message>".
[[nodiscard]] inline Status Because(std::string_view what, Status cause) {
  cause.message = std::string(what) + ": " + cause.message;
  return cause;
}

[[nodiscard]] inline bool IsMissing(const Status& status) {
  return status.spdk_code == kSpdkEnodev || status.spdk_code == kSpdkEnoent;
}
[[nodiscard]] inline bool IsBrokenPipe(const Status& status) {
  return status.spdk_code == kSpdkEpipe;
}

// Deletes are done when there is nothing to delete.
[[nodiscard]] inline Status MissingIsFine(Status status) {
  return IsMissing(status) ? Status{} : std::move(status);
}

// A value, or why there is none.
template <typename Value>
class [[nodiscard]] Result {
 public:
  Result(Value value) : content_(std::move(value)) {}
  Result(Status status) : content_(std::move(status)) {}

  [[nodiscard]] bool ok() const { return std::holds_alternative<Value>(content_); }
  [[nodiscard]] Status status() const { return ok() ? Status{} : std::get<Status>(content_); }
  // REQUIRES: ok().
  [[nodiscard]] const Value& operator*() const { return std::get<Value>(content_); }
  [[nodiscard]] const Value* operator->() const { return &std::get<Value>(content_); }

 private:
  std::variant<Status, Value> content_;
};

}  // namespace longhorn
