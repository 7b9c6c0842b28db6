// What the two halves of table.h share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "systems/pegasus/table.h"
#include "systems/pegasus/wire_struct.h"

namespace pegasus {

// An error if the key is empty or too long.
[[nodiscard]] std::optional<PError> CheckHashKey(const char* op, std::string_view hash_key);

// "InvalidParameter: <what>".
[[nodiscard]] PError WrongArgument(const char* op, const std::string& what);

template <typename Response, typename Argument>
Result<Response> Table::Run(const ContextPtr& context, const Call& call, const Argument& argument) {
  Request request;
  request.args = EncodeValue(argument);
  const Result<std::string> bytes = Send(context, call, std::move(request));
  if (!bytes.ok()) return bytes.error();
  std::optional<Response> response = DecodeValue<Response>(*bytes);
  if (response) return std::move(*response);
  PError error = Failure(call, StorageStatus::kOk);
  error.code = ErrorCode::kInvalidData;
  error.message = ErrorName(error.code);
  return error;
}

template <typename Response, typename Argument>
Result<Nothing> Table::Write(const ContextPtr& context, const Call& call,
                             const Argument& argument) {
  const Result<Response> response = Run<Response>(context, call, argument);
  if (!response.ok()) return response.error();
  if (response->error != StorageStatus::kOk) return Failure(call, response->error);
  return Nothing{};
}

}  // namespace pegasus
