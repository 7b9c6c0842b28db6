// See frame.h.
#include "systems/pegasus/frame.h"

#include <utility>

namespace pegasus {
namespace {

constexpr std::string_view kMagic = "THFT";
constexpr size_t kHeaderBytes = 48;       // of version 0
constexpr size_t kShortHeaderBytes = 16;  // of version 1
constexpr uint32_t kCall = 0x80010001;
constexpr uint32_t kReply = 0x80010002;
constexpr uint32_t kOneWay = 0x80010004;
// More than any server accepts: a length beyond it is a stream out of step.
constexpr size_t kFrameBytesMax = size_t{256} << 20;
// Upstream's: threads of a table lie far apart.
constexpr int32_t kThreadsPerApp = 7919;

int32_t ThreadHash(const Gpid& gpid) {
  return static_cast<int32_t>(static_cast<uint32_t>(gpid.app_id) * kThreadsPerApp +
                              static_cast<uint32_t>(gpid.partition_index));
}

// Header of version 1, as thrift describes it.
struct RequestMetaV1 {
  std::optional<int32_t> app_id;
  std::optional<int32_t> partition_index;
  std::optional<int32_t> client_timeout;
  std::optional<int64_t> client_partition_hash;
  std::optional<bool> is_backup_request;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.app_id);
    visit(2, self.partition_index);
    visit(3, self.client_timeout);
    visit(4, self.client_partition_hash);
    visit(5, self.is_backup_request);
  }
};

FrameScan Scanned(size_t have, size_t need) {
  if (need > kFrameBytesMax) return {FrameScan::State::kBroken, 0};
  if (have < need) return {};
  return {FrameScan::State::kComplete, need};
}

RequestHeader ReadHeader(WireReader& in) {
  RequestHeader header;
  static_cast<void>(in.Raw(12));  // length of the header, its crc, length of the body
  static_cast<void>(in.U32());    // crc of the body: nobody computes it
  header.gpid.app_id = in.I32();
  header.gpid.partition_index = in.I32();
  header.client_timeout_ms = in.U32();
  header.thread_hash = in.I32();
  header.partition_hash = in.U64();
  return header;
}

RequestHeader ReadShortHeader(WireReader& in) {
  const uint32_t meta_bytes = in.U32();
  static_cast<void>(in.U32());  // length of the body
  const std::string_view bytes = in.Raw(meta_bytes);
  const std::optional<RequestMetaV1> meta = DecodeValue<RequestMetaV1>(bytes);
  RequestHeader header;
  if (!meta) {
    in.Fail();
    return header;
  }
  header.gpid = {meta->app_id.value_or(0), meta->partition_index.value_or(0)};
  header.client_timeout_ms = static_cast<uint32_t>(meta->client_timeout.value_or(0));
  header.partition_hash = static_cast<uint64_t>(meta->client_partition_hash.value_or(0));
  header.is_backup_request = meta->is_backup_request.value_or(false);
  header.thread_hash = ThreadHash(header.gpid);
  return header;
}

}  // namespace

FrameScan ScanRequestFrame(std::string_view stream) {
  if (stream.substr(0, kMagic.size()) != kMagic.substr(0, stream.size())) {
    return {FrameScan::State::kBroken, 0};
  }
  if (stream.size() < kShortHeaderBytes) return {};
  WireReader in(stream.substr(kMagic.size()));
  const uint32_t version = in.U32();
  const uint32_t header_or_meta_bytes = in.U32();
  if (version == 1)
    return Scanned(stream.size(), kShortHeaderBytes + header_or_meta_bytes + in.U32());
  if (version != 0 || header_or_meta_bytes != kHeaderBytes) return {FrameScan::State::kBroken, 0};
  if (stream.size() < kHeaderBytes) return {};
  static_cast<void>(in.U32());
  return Scanned(stream.size(), kHeaderBytes + in.U32());
}

FrameScan ScanReplyFrame(std::string_view stream) {
  if (stream.size() < 4) return {};
  const uint32_t bytes = WireReader(stream).U32();
  if (bytes < 4) return {FrameScan::State::kBroken, 0};
  return Scanned(stream.size(), bytes);
}

std::string EncodeRequest(const Request& request) {
  WireWriter body;
  body.U32(kCall);
  body.String(request.name);
  body.I32(request.seqid);
  body.Field(request.argument_type, 1);
  body.Raw(request.args);
  body.Stop();
  WireWriter frame;
  frame.Raw(kMagic);
  frame.U32(0);
  frame.U32(kHeaderBytes);
  frame.U32(0);
  frame.U32(static_cast<uint32_t>(body.size()));
  frame.U32(0);
  frame.I32(request.header.gpid.app_id);
  frame.I32(request.header.gpid.partition_index);
  frame.U32(request.header.client_timeout_ms);
  frame.I32(ThreadHash(request.header.gpid));
  frame.U64(request.header.partition_hash);
  frame.Raw(body.Take());
  return frame.Take();
}

std::optional<Request> DecodeRequest(std::string_view frame) {
  WireReader in(frame);
  Request request;
  static_cast<void>(in.Raw(kMagic.size()));
  request.header = in.U32() == 0 ? ReadHeader(in) : ReadShortHeader(in);
  const uint32_t kind = in.U32();
  request.name = in.String();
  request.seqid = in.I32();
  static_cast<void>(
      in.Raw(3));  // whatever the argument's field is called, its value is the argument
  if (!in.ok() || (kind != kCall && kind != kOneWay)) return std::nullopt;
  request.args = in.rest();
  return request;
}

std::string EncodeReply(const Reply& reply) {
  WireWriter body;
  body.String(reply.error.name);
  body.U32(kReply);
  body.String(reply.name);
  body.I32(reply.seqid);
  if (reply.error.code() == ErrorCode::kOk) {
    body.Field(WireType::kStruct, 0);
    body.Raw(reply.result);
    body.Stop();
  }
  WireWriter frame;
  frame.U32(static_cast<uint32_t>(4 + body.size()));
  frame.Raw(body.Take());
  return frame.Take();
}

std::optional<Reply> DecodeReply(std::string_view frame) {
  WireReader in(frame);
  static_cast<void>(in.U32());
  Reply reply;
  reply.error.name = in.String();
  const uint32_t kind = in.U32();
  reply.name = in.String();
  reply.seqid = in.I32();
  if (!in.ok() || kind != kReply) return std::nullopt;
  if (reply.error.code() != ErrorCode::kOk) return reply;
  static_cast<void>(in.Raw(3));
  if (!in.ok()) return std::nullopt;
  reply.result = in.rest();
  return reply;
}

std::string ReplyWithError(const Request& request, ErrorCode error) {
  return EncodeReply({.error = {std::string(ErrorName(error))},
                      .name = request.name + "_ACK",
                      .seqid = request.seqid,
                      .result = {}});
}

}  // namespace pegasus
