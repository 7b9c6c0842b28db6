// What the data operations do to the records of a partition.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "systems/pegasus/partition_store.h"

namespace pegasus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Store : public testing::Test {
 protected:
  void Put(const std::string& sort_key, const std::string& value, int32_t ttl = 0) {
    const auto now = static_cast<int32_t>(ExpiryClock(clock_.Now()));
    store_.Put({{StorageKey("h", sort_key)}, {value}, ttl == 0 ? 0 : now + ttl});
  }
  // The value, or "-".
  std::string Get(const std::string& sort_key) {
    const ReadResponse response = store_.Get({StorageKey("h", sort_key)});
    return response.error == StorageStatus::kOk ? response.value.data : "-";
  }
  std::vector<std::string> Range(MultiGetRequest request) {
    request.hash_key.data = "h";
    return Keys(store_.MultiGet(request));
  }
  static std::vector<std::string> Keys(const MultiGetResponse& response) {
    std::vector<std::string> keys;
    for (const KeyValue& each : response.kvs) keys.push_back(each.key.data);
    return keys;
  }
  IncrResponse Incr(const std::string& sort_key, int64_t by, int32_t expire_ts = 0) {
    return store_.Incr({{StorageKey("h", sort_key)}, by, expire_ts});
  }
  StorageStatus CheckAndSet(const std::string& key, CheckType type, const std::string& operand,
                            const std::string& value) {
    CheckAndSetRequest request;
    request.hash_key.data = "h";
    request.check_sort_key.data = key;
    request.check_type = type;
    request.check_operand.data = operand;
    request.set_value.data = value;
    return store_.CheckAndSet(request).error;
  }

  systems::ManualClock clock_;
  PartitionStore store_{clock_, 3};
};

TEST_F(Store, PutGetRemove) {
  EXPECT_EQ(Get("k"), "-");
  Put("k", "v");
  EXPECT_EQ(Get("k"), "v");
  Put("k", "w");
  EXPECT_EQ(Get("k"), "w");
  store_.Remove({StorageKey("h", "k")});
  EXPECT_EQ(Get("k"), "-");
  EXPECT_EQ(store_.Remove({StorageKey("h", "k")}).error, StorageStatus::kOk);
}

TEST_F(Store, WhatHasExpiredIsNotThere) {
  Put("k", "v", 10);
  Put("for ever", "v");
  EXPECT_EQ(store_.Ttl({StorageKey("h", "k")}).ttl_seconds, 10);
  EXPECT_EQ(store_.Ttl({StorageKey("h", "for ever")}).ttl_seconds, -1);
  EXPECT_EQ(store_.Ttl({StorageKey("h", "none")}).error, StorageStatus::kNotFound);
  clock_.Advance(std::chrono::seconds(9));
  EXPECT_EQ(Get("k"), "v");
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Get("k"), "-");
  EXPECT_EQ(store_.SortKeyCount({"h"}).count, 1);
  EXPECT_THAT(Range({}), ElementsAre("for ever"));
  EXPECT_EQ(CheckAndSet("k", CheckType::kNotExist, "", "again"), StorageStatus::kOk);
}

TEST_F(Store, MultiPutAndMultiRemove) {
  MultiPutRequest put;
  put.hash_key.data = "h";
  EXPECT_EQ(store_.MultiPut(put).error, StorageStatus::kInvalidArgument);
  put.kvs = {{{"a"}, {"1"}, {}}, {{"b"}, {"2"}, {}}};
  EXPECT_EQ(store_.MultiPut(put).error, StorageStatus::kOk);
  EXPECT_EQ(Get("a") + Get("b"), "12");
  MultiRemoveRequest remove;
  remove.hash_key.data = "h";
  EXPECT_EQ(store_.MultiRemove(remove).error, StorageStatus::kInvalidArgument);
  remove.sort_keys = {{"a"}, {"none"}};
  EXPECT_EQ(store_.MultiRemove(remove).count, 2);
  EXPECT_EQ(Get("a") + Get("b"), "-2");
}

TEST_F(Store, IncrCountsFromZeroAndKeepsTheTimeToLive) {
  EXPECT_EQ(Incr("n", 5).new_value, 5);
  EXPECT_EQ(Incr("n", -7).new_value, -2);
  EXPECT_EQ(Get("n"), "-2");
  Put("empty", "");
  EXPECT_EQ(Incr("empty", 1).new_value, 1);
  Put("word", "x1");
  EXPECT_EQ(Incr("word", 1).error, StorageStatus::kInvalidArgument);
  Put("big", "9223372036854775807");
  const IncrResponse overflow = Incr("big", 1);
  EXPECT_EQ(overflow.error, StorageStatus::kInvalidArgument);
  EXPECT_EQ(overflow.new_value, 9223372036854775807);
  Put("ttl", "1", 10);
  EXPECT_EQ(Incr("ttl", 1).new_value, 2);
  EXPECT_EQ(store_.Ttl({StorageKey("h", "ttl")}).ttl_seconds, 10);
  Incr("ttl", 1, -1);
  EXPECT_EQ(store_.Ttl({StorageKey("h", "ttl")}).ttl_seconds, -1);
}

TEST_F(Store, MultiGetRanges) {
  for (const char* each : {"a", "b", "c", "d"}) Put(each, each);
  store_.Put({{StorageKey("i", "a")}, {"of another hash key"}, 0});
  EXPECT_THAT(Range({}), ElementsAre("a", "b", "c", "d"));
  MultiGetRequest range;
  range.start_sort_key.data = "b";
  range.stop_sort_key.data = "d";
  EXPECT_THAT(Range(range), ElementsAre("b", "c"));
  range.start_inclusive = false;
  range.stop_inclusive = true;
  EXPECT_THAT(Range(range), ElementsAre("c", "d"));
  range.start_sort_key.data = "d";
  range.stop_sort_key.data = "b";
  EXPECT_THAT(Range(range), IsEmpty());
}

TEST_F(Store, MultiGetLimitsFiltersAndReverse) {
  for (const char* each : {"ax", "bx", "cy"}) Put(each, "12345");
  MultiGetRequest request;
  request.hash_key.data = "h";
  request.max_kv_count = 2;
  EXPECT_EQ(store_.MultiGet(request).error, StorageStatus::kIncomplete);
  EXPECT_THAT(Range(request), ElementsAre("ax", "bx"));
  request.reverse = true;
  EXPECT_THAT(Range(request), ElementsAre("bx", "cy"));
  request = {};
  request.max_kv_size = 7;
  EXPECT_THAT(Range(request), ElementsAre("ax"));
  request = {};
  request.sort_key_filter_type = FilterType::kPostfix;
  request.sort_key_filter_pattern.data = "x";
  EXPECT_THAT(Range(request), ElementsAre("ax", "bx"));
  request.sort_key_filter_type = FilterType::kPrefix;
  EXPECT_THAT(Range(request), IsEmpty());
  request = {};
  request.sort_keys = {{"cy"}, {"none"}, {"ax"}};
  EXPECT_THAT(Range(request), ElementsAre("ax", "cy"));
}

TEST_F(Store, Checks) {
  using enum CheckType;
  const std::string value = "15";
  const std::string empty;
  const auto holds = [&](CheckType type, const std::string& operand) {
    return CheckHolds(type, &value, operand).value();
  };
  EXPECT_TRUE(CheckHolds(kNone, nullptr, "").value());
  EXPECT_TRUE(CheckHolds(kNotExist, nullptr, "").value());
  EXPECT_FALSE(holds(kNotExist, ""));
  EXPECT_TRUE(CheckHolds(kNotExistOrEmpty, &empty, "").value());
  EXPECT_TRUE(CheckHolds(kExist, &empty, "").value());
  EXPECT_FALSE(CheckHolds(kNotEmpty, &empty, "").value());
  EXPECT_TRUE(holds(kMatchAnywhere, "5"));
  EXPECT_TRUE(holds(kMatchPrefix, "1"));
  EXPECT_TRUE(holds(kMatchPostfix, "5"));
  EXPECT_FALSE(holds(kMatchPrefix, "5"));
  EXPECT_TRUE(holds(kMatchAnywhere, ""));
  EXPECT_FALSE(CheckHolds(kMatchAnywhere, nullptr, "").value());
  EXPECT_TRUE(holds(kBytesLess, "2"));
  EXPECT_FALSE(holds(kIntLess, "2"));
  EXPECT_TRUE(holds(kIntLessOrEqual, "15"));
  EXPECT_TRUE(holds(kBytesEqual, "15"));
  EXPECT_TRUE(holds(kIntEqual, "15"));
  EXPECT_TRUE(holds(kIntGreaterOrEqual, "15"));
  EXPECT_TRUE(holds(kIntGreater, "-3"));
  EXPECT_TRUE(holds(kBytesGreaterOrEqual, "1"));
  EXPECT_TRUE(holds(kBytesGreater, "1"));
  EXPECT_FALSE(CheckHolds(kIntEqual, nullptr, "1").value());
  EXPECT_FALSE(CheckHolds(kIntEqual, &value, "x").has_value());
  EXPECT_FALSE(CheckHolds(kIntEqual, &empty, "1").has_value());
}

TEST_F(Store, CheckAndSet) {
  EXPECT_EQ(CheckAndSet("k", CheckType::kExist, "", "v"), StorageStatus::kTryAgain);
  EXPECT_EQ(Get("k"), "-");
  EXPECT_EQ(CheckAndSet("k", CheckType::kNotExist, "", "v"), StorageStatus::kOk);
  EXPECT_EQ(Get("k"), "v");
  EXPECT_EQ(CheckAndSet("k", CheckType::kIntEqual, "1", "w"), StorageStatus::kInvalidArgument);
  EXPECT_EQ(Get("k"), "v");
}

TEST_F(Store, CheckAndMutateIsAllOrNothing) {
  CheckAndMutateRequest request;
  request.hash_key.data = "h";
  request.check_sort_key.data = "lock";
  request.check_type = CheckType::kNotExist;
  request.return_check_value = true;
  EXPECT_EQ(store_.CheckAndMutate(request).error, StorageStatus::kInvalidArgument);
  Put("old", "x");
  request.mutate_list = {{MutateOperation::kPut, {"lock"}, {"me"}, 0},
                         {MutateOperation::kDelete, {"old"}, {}, 0}};
  const CheckAndSetResponse done = store_.CheckAndMutate(request);
  EXPECT_EQ(done.error, StorageStatus::kOk);
  EXPECT_TRUE(done.check_value_returned);
  EXPECT_FALSE(done.check_value_exist);
  EXPECT_EQ(Get("lock") + Get("old"), "me-");
  const CheckAndSetResponse refused = store_.CheckAndMutate(request);
  EXPECT_EQ(refused.error, StorageStatus::kTryAgain);
  EXPECT_EQ(refused.check_value.data, "me");
  request.mutate_list[1].operation = static_cast<MutateOperation>(2);
  EXPECT_EQ(store_.CheckAndMutate(request).error, StorageStatus::kInvalidArgument);
}

TEST_F(Store, AScanContextIsUsedUpByItsBatch) {
  for (const char* each : {"a", "b", "c"}) Put(each, each);
  GetScannerRequest request;
  request.batch_size = 2;
  const ScanResponse first = store_.GetScanner(request);
  ASSERT_EQ(first.kvs.size(), 2U);
  ASSERT_GE(first.context_id, 0);
  EXPECT_EQ(store_.scan_context_count(), 1U);
  const ScanResponse second = store_.Scan({first.context_id});
  EXPECT_EQ(second.kvs.size(), 1U);
  EXPECT_EQ(second.context_id, kScanContextCompleted);
  EXPECT_EQ(store_.Scan({first.context_id}).error, StorageStatus::kNotFound);
  EXPECT_EQ(store_.scan_context_count(), 0U);
}

TEST_F(Store, AScanContextIsForgottenAfterFiveMinutesOrOnDemand) {
  for (const char* each : {"a", "b", "c"}) Put(each, each);
  GetScannerRequest request;
  request.batch_size = 1;
  const ScanResponse old = store_.GetScanner(request);
  clock_.Advance(std::chrono::minutes(6));
  EXPECT_EQ(store_.Scan({old.context_id}).context_id, kScanContextNotExist);
  const ScanResponse cleared = store_.GetScanner(request);
  store_.ClearScanner(cleared.context_id);
  EXPECT_EQ(store_.scan_context_count(), 0U);
}

TEST_F(Store, AScanCanCountAndTellExpiry) {
  Put("a", "1", 10);
  Put("b", "2");
  GetScannerRequest request;
  request.only_return_count = true;
  EXPECT_EQ(store_.GetScanner(request).kv_count, 2);
  EXPECT_THAT(store_.GetScanner(request).kvs, IsEmpty());
  request.only_return_count = false;
  request.return_expire_ts = true;
  const ScanResponse response = store_.GetScanner(request);
  EXPECT_EQ(response.kvs[0].expire_ts, static_cast<int32_t>(ExpiryClock(clock_.Now()) + 10));
  EXPECT_EQ(response.kvs[1].expire_ts, 0);
}

TEST_F(Store, IdsOfScansDifferBetweenStores) {
  PartitionStore restarted(clock_, 5);
  for (const char* each : {"a", "b"}) {
    Put(each, each);
    restarted.Put({{StorageKey("h", each)}, {each}, 0});
  }
  GetScannerRequest request;
  request.batch_size = 1;
  EXPECT_NE(store_.GetScanner(request).context_id, restarted.GetScanner(request).context_id);
}

}  // namespace
}  // namespace pegasus
