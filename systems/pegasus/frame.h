// Requests and replies as they stand on the wire: cutting a stream into frames, and the parts of a frame around the message.
//
// Request:  48 bytes of header ("THFT", version 0), then a thrift call. Version 1, which the Java client sends, has a header
//           of 16 bytes and a struct; it is understood, not sent.
// Reply:    i32 total length, the name of the transport's error, then a thrift reply called "<request's name>_ACK"; nothing
//           need follow the beginning of that if the error is not ERR_OK.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "systems/pegasus/types.h"
#include "systems/pegasus/wire_struct.h"

namespace pegasus {

// What the server must know to route a request. All zero for a request to a meta server.
struct RequestHeader {
  Gpid gpid;
  uint32_t client_timeout_ms = 0;  // 0 means none was set
  int32_t thread_hash = 0;
  uint64_t partition_hash = 0;
  bool is_backup_request = false;  // only version 1 can say so
};

struct Request {
  RequestHeader header;
  std::string name;  // "RPC_RRDB_RRDB_GET"
  int32_t seqid = 0;
  std::string args;  // the one argument, as EncodeValue gives it
  WireType argument_type =
      WireType::kStruct;  // kI64 of CLEAR_SCANNER only; not known of what was received
};

struct Reply {
  WireError error;  // of the transport: the message has one of its own
  std::string name;
  int32_t seqid = 0;
  std::string result;  // the message; empty if `error` is not ERR_OK
};

// How much of the stream the next frame takes.
struct FrameScan {
  enum class State { kIncomplete, kComplete, kBroken };
  State state = State::kIncomplete;
  size_t bytes = 0;  // of a complete frame
};
[[nodiscard]] FrameScan ScanRequestFrame(std::string_view stream);
[[nodiscard]] FrameScan ScanReplyFrame(std::string_view stream);

[[nodiscard]] std::string EncodeRequest(const Request& request);
// Nothing if the frame is not a call. The thread hash of version 1 is computed, as the server does.
[[nodiscard]] std::optional<Request> DecodeRequest(std::string_view frame);

[[nodiscard]] std::string EncodeReply(const Reply& reply);
[[nodiscard]] std::optional<Reply> DecodeReply(std::string_view frame);

// The reply to `request` with a message, or with nothing but an error.
template <typename T>
[[nodiscard]] std::string ReplyWith(const Request& request, const T& message) {
  return EncodeReply({.error = {},
                      .name = request.name + "_ACK",
                      .seqid = request.seqid,
                      .result = EncodeValue(message)});
}
[[nodiscard]] std::string ReplyWithError(const Request& request, ErrorCode error);

}  // namespace pegasus
