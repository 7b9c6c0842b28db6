// The bytes on the wire: upstream's samples, and that what is written can be read.
#include <gtest/gtest.h>

#include <string>

#include "systems/pegasus/frame.h"
#include "systems/pegasus/meta_messages.h"
#include "systems/pegasus/rrdb_messages.h"

namespace pegasus {
namespace {

std::string Hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char each : bytes) {
    text += kDigits[static_cast<unsigned char>(each) >> 4];
    text += kDigits[static_cast<unsigned char>(each) & 15];
  }
  return text;
}

std::string HexOf(std::string_view text) { return Hex(text); }

Request QueryTemp() {
  Request request;
  request.name = kRpcQueryConfig;
  request.seqid = 1;
  request.args = EncodeValue(QueryCfgRequest{.app_name = "temp", .partition_indices = {}});
  return request;
}

TEST(Codec, QueryConfigIsUpstreamsSample) {
  const std::string header =
      "54484654"
      "00000000"
      "00000030"
      "00000000"
      "0000004a"
      "00000000"
      "00000000"
      "00000000"
      "00000000"
      "00000000"
      "0000000000000000";
  const std::string body =
      "80010001"
      "00000026" +
      HexOf(kRpcQueryConfig) +
      "00000001"
      "0c0001"
      "0b0001"
      "00000004"
      "74656d70"
      "0f0002"
      "08"
      "00000000"
      "00"
      "00";
  EXPECT_EQ(Hex(EncodeRequest(QueryTemp())), header + body);
}

TEST(Codec, HeaderCarriesPartitionTimeoutAndHashes) {
  Request request = QueryTemp();
  request.header.gpid = {2, 5};
  request.header.client_timeout_ms = 1000;
  request.header.partition_hash = 0x1122334455667788;
  const std::string frame = EncodeRequest(request);
  EXPECT_EQ(Hex(frame.substr(24, 24)),
            "00000002"
            "00000005"
            "000003e8"
            "00003de3"
            "1122334455667788");
  const std::optional<Request> read = DecodeRequest(frame);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->header.gpid, (Gpid{2, 5}));
  EXPECT_EQ(read->header.thread_hash, 2 * 7919 + 5);
  EXPECT_EQ(read->name, kRpcQueryConfig);
  EXPECT_EQ(read->seqid, 1);
  EXPECT_EQ(DecodeValue<QueryCfgRequest>(read->args)->app_name, "temp");
}

TEST(Codec, HeaderOfVersionOneIsUnderstood) {
  WireWriter meta;
  meta.Field(WireType::kI32, 1);
  meta.I32(2);
  meta.Field(WireType::kI32, 2);
  meta.I32(3);
  meta.Field(WireType::kI64, 4);
  meta.I64(77);
  meta.Field(WireType::kBool, 5);
  meta.Byte(1);
  meta.Stop();
  const std::string body = EncodeRequest(QueryTemp()).substr(48);
  WireWriter frame;
  frame.Raw("THFT");
  frame.U32(1);
  frame.U32(static_cast<uint32_t>(meta.size()));
  frame.U32(static_cast<uint32_t>(body.size()));
  frame.Raw(meta.Take());
  frame.Raw(body);
  const std::string bytes = frame.Take();
  EXPECT_EQ(ScanRequestFrame(bytes).bytes, bytes.size());
  const std::optional<Request> request = DecodeRequest(bytes);
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->header.gpid, (Gpid{2, 3}));
  EXPECT_EQ(request->header.partition_hash, 77U);
  EXPECT_EQ(request->header.thread_hash, 2 * 7919 + 3);
  EXPECT_TRUE(request->header.is_backup_request);
}

TEST(Codec, BaseTypesAreBare) {
  EXPECT_EQ(Hex(EncodeValue(Gpid{1, 2})), "0000000200000001");
  EXPECT_EQ(Hex(EncodeValue(*RpcAddress::Parse("127.0.0.1:34601"))), "7f00000187290001");
  EXPECT_EQ(Hex(EncodeValue(RpcAddress{})), "0000000000000000");
  EXPECT_EQ(Hex(EncodeValue(Blob{"ab"})), "000000026162");
  EXPECT_EQ(Hex(EncodeValue(WireError{"ERR_OK"})), "00000006" + HexOf("ERR_OK"));
  EXPECT_EQ(Hex(EncodeValue(HostPort{"h", 0x8729, 1})),
            "00000001"
            "68"
            "8729"
            "01");
  EXPECT_EQ(DecodeValue<RpcAddress>(EncodeValue(RpcAddress{0x7f000001, 34601}))->ToString(),
            "127.0.0.1:34601");
}

TEST(Codec, ConfigurationComesBack) {
  QueryCfgResponse response;
  response.app_id = 7;
  response.partition_count = 1;
  PartitionConfiguration& partition = response.partitions.emplace_back();
  partition.pid = {7, 0};
  partition.ballot = 3;
  partition.primary = {0x7f000001, 34801};
  partition.secondaries = {{0x7f000001, 34802}};
  partition.hp_primary = HostPort{"localhost", 34801, 1};
  const std::string bytes = EncodeValue(response);
  const std::optional<QueryCfgResponse> read = DecodeValue<QueryCfgResponse>(bytes);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(EncodeValue(*read), bytes);
  EXPECT_EQ(read->partitions[0].hp_primary, partition.hp_primary);
  EXPECT_FALSE(read->partitions[0].hp_secondaries.has_value());
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(DecodeValue<QueryCfgResponse>(bytes.substr(0, cut)).has_value()) << cut;
  }
}

TEST(Codec, UnknownFieldsArePassedOverIfTheirLengthIsCertain) {
  WireWriter known;
  known.Field(WireType::kI64, 99);
  known.I64(1);
  known.Field(WireType::kString, 98);
  known.String("new");
  known.Field(WireType::kI64, 1);
  known.I64(5);
  known.Stop();
  EXPECT_EQ(DecodeValue<ScanRequest>(known.Take())->context_id, 5);
  WireWriter unknown;
  unknown.Field(WireType::kStruct, 99);  // a blob, or a struct: nobody knows
  unknown.String("new");
  unknown.Stop();
  EXPECT_FALSE(DecodeValue<ScanRequest>(unknown.Take()).has_value());
}

TEST(Codec, ACountThatLiesIsRefused) {
  WireWriter bytes;
  bytes.Field(WireType::kList, 1);
  bytes.Byte(static_cast<uint8_t>(WireType::kStruct));
  bytes.U32(0xffffffff);
  EXPECT_FALSE(DecodeValue<BatchGetRequest>(bytes.Take()).has_value());
}

TEST(Codec, ReplyLayout) {
  const Request request = QueryTemp();
  const std::string frame = ReplyWithError(request, ErrorCode::kHandlerNotFound);
  EXPECT_EQ(WireReader(frame).U32(), frame.size());
  EXPECT_EQ(Hex(frame.substr(4, 25)), "00000015" + HexOf("ERR_HANDLER_NOT_FOUND"));
  const std::optional<Reply> reply = DecodeReply(frame);
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->error.code(), ErrorCode::kHandlerNotFound);
  EXPECT_EQ(reply->name, std::string(kRpcQueryConfig) + "_ACK");
  EXPECT_EQ(reply->seqid, 1);
  const std::optional<Reply> good = DecodeReply(ReplyWith(request, ScanRequest{5}));
  EXPECT_EQ(DecodeValue<ScanRequest>(good->result)->context_id, 5);
}

TEST(Codec, FramesAreCutFromAStream) {
  using State = FrameScan::State;
  const std::string request = EncodeRequest(QueryTemp());
  for (size_t cut = 0; cut < request.size(); ++cut) {
    EXPECT_EQ(ScanRequestFrame(request.substr(0, cut)).state, State::kIncomplete) << cut;
  }
  EXPECT_EQ(ScanRequestFrame(request + "THFT").bytes, request.size());
  EXPECT_EQ(ScanRequestFrame("GET / HT").state, State::kBroken);
  std::string bad_version = request;
  bad_version[7] = 9;
  EXPECT_EQ(ScanRequestFrame(bad_version).state, State::kBroken);
  std::string bad_length = request;
  bad_length[11] = 47;
  EXPECT_EQ(ScanRequestFrame(bad_length).state, State::kBroken);
  EXPECT_EQ(ScanReplyFrame(std::string_view("\0\0\0\3", 4)).state, State::kBroken);
  EXPECT_EQ(ScanReplyFrame(std::string_view("\0\0\0\5", 4)).state, State::kIncomplete);
}

TEST(Types, Crc64IsNvme) {
  EXPECT_EQ(Crc64(""), 0U);
  EXPECT_EQ(Crc64("a"), 0x8c2f8445b4cbfc3cU);
  EXPECT_EQ(Crc64("hello"), 0x3377857006524257U);
  EXPECT_EQ(Crc64("123456789"), 0xae8b14860a799888U);
}

TEST(Types, PartitionHashIsOfTheHashKeyIfThereIsOne) {
  EXPECT_EQ(PartitionHash("hello", "x"), Crc64("hello"));
  EXPECT_EQ(PartitionHash("", "hello"), Crc64("hello"));
}

TEST(Types, StorageKeys) {
  const std::string key = StorageKey("ab", "cd");
  EXPECT_EQ(Hex(key), "000261626364");
  EXPECT_EQ(SplitStorageKey(key)->first, "ab");
  EXPECT_EQ(SplitStorageKey(key)->second, "cd");
  EXPECT_FALSE(SplitStorageKey("\x01").has_value());
  EXPECT_FALSE(SplitStorageKey(std::string_view("\0\5ab", 4)).has_value());
  EXPECT_EQ(Hex(StorageKeyAfter("ab")), "00026163");
  EXPECT_EQ(Hex(StorageKeyAfter("a\xff")), "000262");
}

TEST(Types, Addresses) {
  EXPECT_EQ(RpcAddress::Parse("127.0.0.1:34601")->ToString(), "127.0.0.1:34601");
  for (const char* wrong : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.256:1", "1.2.3.4:65536",
                            "1.2.3.4:5x", "localhost:1", "1.2.3:4"}) {
    EXPECT_FALSE(RpcAddress::Parse(wrong).has_value()) << wrong;
  }
}

TEST(Types, ErrorsAreNames) {
  EXPECT_EQ(ErrorName(ErrorCode::kForwardToOthers), "ERR_FORWARD_TO_OTHERS");
  EXPECT_EQ(ErrorFromName("ERR_DISK_IO_ERROR"), ErrorCode::kDiskIoError);
  EXPECT_EQ(ErrorFromName("ERR_RDB_CORRUPTION"), ErrorCode::kRdbCorruption);
  EXPECT_EQ(ErrorFromName("ERR_OF_THE_FUTURE"), ErrorCode::kUnknown);
}

TEST(Types, ClientTimeoutDoesNotOverflow) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  EXPECT_EQ(ClientTimeoutMs(seconds(5)), 5000U);
  EXPECT_EQ(ClientTimeoutMs(milliseconds(4295)), 4295U);
  EXPECT_EQ(ClientTimeoutMs(seconds(30)), 30000U);
  EXPECT_EQ(ClientTimeoutMs(std::chrono::nanoseconds(1)), 1U);
  EXPECT_EQ(ClientTimeoutMs(std::chrono::hours(24 * 365)), 2147483647U);
}

TEST(Types, ExpiryCountsFrom2016) {
  const std::chrono::system_clock::time_point epoch{std::chrono::seconds(kEpochOfExpiry)};
  EXPECT_EQ(ExpiryClock(epoch + std::chrono::seconds(7)), 7U);
  EXPECT_EQ(ExpiryClock({}), 0U);
}

}  // namespace
}  // namespace pegasus
