// Commands and their replies, as RESP has them: a command is a list of byte strings, its name first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "systems/olric/status.h"

namespace olric {

using Command = std::vector<std::string>;

struct Reply {
  enum class Kind { kSimple, kError, kInteger, kBulk, kNil, kArray };

  Kind kind = Kind::kNil;
  std::string text = {};  // of kSimple, kBulk and kError ("KEYNOTFOUND key not found")
  int64_t integer = 0;
  std::vector<Reply> items = {};

  [[nodiscard]] static Reply Ok() { return {Kind::kSimple, "OK"}; }
  [[nodiscard]] static Reply Simple(std::string text) { return {Kind::kSimple, std::move(text)}; }
  [[nodiscard]] static Reply Bulk(std::string text) { return {Kind::kBulk, std::move(text)}; }
  [[nodiscard]] static Reply Integer(int64_t value) { return {Kind::kInteger, {}, value}; }
  [[nodiscard]] static Reply Nil() { return {}; }
  [[nodiscard]] static Reply Array(std::vector<Reply> items) {
    return {Kind::kArray, {}, 0, std::move(items)};
  }
  [[nodiscard]] static Reply Error(const Status& status) {
    return {Kind::kError, std::string(Prefix(status.code)) + " " + status.message};
  }
  [[nodiscard]] static Reply Error(Code code) { return Error(Fail(code)); }

  [[nodiscard]] bool ok() const { return kind != Kind::kError; }
  // kOk unless this is an error.
  [[nodiscard]] Code code() const {
    return ok() ? Code::kOk : CodeOf(std::string_view(text).substr(0, text.find(' ')));
  }
  // The error without its first word.
  [[nodiscard]] Status status() const {
    if (ok()) return {};
    const size_t blank = text.find(' ');
    return {code(), blank == std::string::npos ? std::string() : text.substr(blank + 1)};
  }

  bool operator==(const Reply&) const = default;
};

}  // namespace olric
