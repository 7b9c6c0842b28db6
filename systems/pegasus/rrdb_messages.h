// What is said to and by a replica server. Field numbers and names are the upstream interface's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "systems/pegasus/types.h"

namespace pegasus {

inline constexpr char kRpcPut[] = "RPC_RRDB_RRDB_PUT";
inline constexpr char kRpcRemove[] = "RPC_RRDB_RRDB_REMOVE";
inline constexpr char kRpcMultiPut[] = "RPC_RRDB_RRDB_MULTI_PUT";
inline constexpr char kRpcMultiRemove[] = "RPC_RRDB_RRDB_MULTI_REMOVE";
inline constexpr char kRpcIncr[] = "RPC_RRDB_RRDB_INCR";
inline constexpr char kRpcCheckAndSet[] = "RPC_RRDB_RRDB_CHECK_AND_SET";
inline constexpr char kRpcCheckAndMutate[] = "RPC_RRDB_RRDB_CHECK_AND_MUTATE";
inline constexpr char kRpcGet[] = "RPC_RRDB_RRDB_GET";
inline constexpr char kRpcMultiGet[] = "RPC_RRDB_RRDB_MULTI_GET";
inline constexpr char kRpcBatchGet[] = "RPC_RRDB_RRDB_BATCH_GET";
inline constexpr char kRpcSortKeyCount[] = "RPC_RRDB_RRDB_SORTKEY_COUNT";
inline constexpr char kRpcTtl[] = "RPC_RRDB_RRDB_TTL";
inline constexpr char kRpcGetScanner[] = "RPC_RRDB_RRDB_GET_SCANNER";
inline constexpr char kRpcScan[] = "RPC_RRDB_RRDB_SCAN";
inline constexpr char kRpcClearScanner[] = "RPC_RRDB_RRDB_CLEAR_SCANNER";

enum class FilterType : int32_t { kNone = 0, kAnywhere = 1, kPrefix = 2, kPostfix = 3 };

enum class MutateOperation : int32_t { kPut = 0, kDelete = 1 };

// What must hold of the value for a conditional write. Bytes are compared as strings, ints as decimal numbers.
enum class CheckType : int32_t {
  kNone = 0,
  kNotExist = 1,
  kNotExistOrEmpty = 2,
  kExist = 3,
  kNotEmpty = 4,
  kMatchAnywhere = 5,
  kMatchPrefix = 6,
  kMatchPostfix = 7,
  kBytesLess = 8,
  kBytesLessOrEqual = 9,
  kBytesEqual = 10,
  kBytesGreaterOrEqual = 11,
  kBytesGreater = 12,
  kIntLess = 13,
  kIntLessOrEqual = 14,
  kIntEqual = 15,
  kIntGreaterOrEqual = 16,
  kIntGreater = 17,
};

// Instead of the id of a scan that goes on.
inline constexpr int64_t kScanContextCompleted = -1;
inline constexpr int64_t kScanContextNotExist = -2;

struct UpdateRequest {
  Blob key;
  Blob value;
  int32_t expire_ts = 0;  // 0 means never

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.key);
    visit(2, self.value);
    visit(3, self.expire_ts);
  }
};

struct UpdateResponse {
  StorageStatus error = StorageStatus::kOk;
  int32_t app_id = 0;
  int32_t partition_index = 0;
  int64_t decree = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.app_id);
    visit(3, self.partition_index);
    visit(4, self.decree);
    visit(5, self.server);
  }
};

struct KeyValue {
  Blob key;
  Blob value;
  std::optional<int32_t> expire_ts;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.key);
    visit(2, self.value);
    visit(3, self.expire_ts);
  }
};

struct MultiPutRequest {
  Blob hash_key;
  std::vector<KeyValue> kvs;  // keys are sort keys
  int32_t expire_ts = 0;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.hash_key);
    visit(2, self.kvs);
    visit(3, self.expire_ts);
  }
};

struct MultiRemoveRequest {
  Blob hash_key;
  std::vector<Blob> sort_keys;
  int64_t max_count = 0;  // deprecated

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.hash_key);
    visit(2, self.sort_keys);
    visit(3, self.max_count);
  }
};

struct MultiRemoveResponse {
  StorageStatus error = StorageStatus::kOk;
  int64_t count = 0;
  int32_t app_id = 0;
  int32_t partition_index = 0;
  int64_t decree = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.count);
    visit(3, self.app_id);
    visit(4, self.partition_index);
    visit(5, self.decree);
    visit(6, self.server);
  }
};

struct IncrRequest {
  Blob key;
  int64_t increment = 0;
  int32_t expire_ts = 0;  // 0 keeps it, negative clears it

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.key);
    visit(2, self.increment);
    visit(3, self.expire_ts);
  }
};

struct IncrResponse {
  StorageStatus error = StorageStatus::kOk;
  int64_t new_value = 0;
  int32_t app_id = 0;
  int32_t partition_index = 0;
  int64_t decree = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.new_value);
    visit(3, self.app_id);
    visit(4, self.partition_index);
    visit(5, self.decree);
    visit(6, self.server);
  }
};

struct CheckAndSetRequest {
  Blob hash_key;
  Blob check_sort_key;
  CheckType check_type = CheckType::kNone;
  Blob check_operand;
  bool set_diff_sort_key = false;
  Blob set_sort_key;
  Blob set_value;
  int32_t set_expire_ts = 0;
  bool return_check_value = false;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.hash_key);
    visit(2, self.check_sort_key);
    visit(3, self.check_type);
    visit(4, self.check_operand);
    visit(5, self.set_diff_sort_key);
    visit(6, self.set_sort_key);
    visit(7, self.set_value);
    visit(8, self.set_expire_ts);
    visit(9, self.return_check_value);
  }
};

// The same for CHECK_AND_MUTATE.
struct CheckAndSetResponse {
  StorageStatus error = StorageStatus::kOk;
  bool check_value_returned = false;
  bool check_value_exist = false;
  Blob check_value;
  int32_t app_id = 0;
  int32_t partition_index = 0;
  int64_t decree = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.check_value_returned);
    visit(3, self.check_value_exist);
    visit(4, self.check_value);
    visit(5, self.app_id);
    visit(6, self.partition_index);
    visit(7, self.decree);
    visit(8, self.server);
  }
};

struct Mutate {
  MutateOperation operation = MutateOperation::kPut;
  Blob sort_key;
  Blob value;
  int32_t set_expire_ts = 0;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.operation);
    visit(2, self.sort_key);
    visit(3, self.value);
    visit(4, self.set_expire_ts);
  }
};

struct CheckAndMutateRequest {
  Blob hash_key;
  Blob check_sort_key;
  CheckType check_type = CheckType::kNone;
  Blob check_operand;
  std::vector<Mutate> mutate_list;
  bool return_check_value = false;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.hash_key);
    visit(2, self.check_sort_key);
    visit(3, self.check_type);
    visit(4, self.check_operand);
    visit(5, self.mutate_list);
    visit(6, self.return_check_value);
  }
};

struct ReadResponse {
  StorageStatus error = StorageStatus::kOk;
  Blob value;
  int32_t app_id = 0;
  int32_t partition_index = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.value);
    visit(3, self.app_id);
    visit(4, self.partition_index);
    visit(6, self.server);
  }
};

struct MultiGetRequest {
  Blob hash_key;
  std::vector<Blob> sort_keys;  // empty: the range below
  int32_t max_kv_count = 0;     // 0 or less: no limit
  int32_t max_kv_size = 0;      // 0 or less: no limit
  bool no_value = false;
  Blob start_sort_key;
  Blob stop_sort_key;  // empty: to the end
  bool start_inclusive = true;
  bool stop_inclusive = false;
  FilterType sort_key_filter_type = FilterType::kNone;
  Blob sort_key_filter_pattern;
  bool reverse = false;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.hash_key);
    visit(2, self.sort_keys);
    visit(3, self.max_kv_count);
    visit(4, self.max_kv_size);
    visit(5, self.no_value);
    visit(6, self.start_sort_key);
    visit(7, self.stop_sort_key);
    visit(8, self.start_inclusive);
    visit(9, self.stop_inclusive);
    visit(10, self.sort_key_filter_type);
    visit(11, self.sort_key_filter_pattern);
    visit(12, self.reverse);
  }
};

struct MultiGetResponse {
  StorageStatus error = StorageStatus::kOk;
  std::vector<KeyValue> kvs;  // keys are sort keys, ascending
  int32_t app_id = 0;
  int32_t partition_index = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.kvs);
    visit(3, self.app_id);
    visit(4, self.partition_index);
    visit(6, self.server);
  }
};

struct FullKey {
  Blob hash_key;
  Blob sort_key;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.hash_key);
    visit(2, self.sort_key);
  }
};

struct FullData {
  Blob hash_key;
  Blob sort_key;
  Blob value;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.hash_key);
    visit(2, self.sort_key);
    visit(3, self.value);
  }
};

struct BatchGetRequest {
  std::vector<FullKey> keys;  // all of one partition

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.keys);
  }
};

struct BatchGetResponse {
  StorageStatus error = StorageStatus::kOk;
  std::vector<FullData> data;
  int32_t app_id = 0;
  int32_t partition_index = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.data);
    visit(3, self.app_id);
    visit(4, self.partition_index);
    visit(5, self.server);
  }
};

struct CountResponse {
  StorageStatus error = StorageStatus::kOk;
  int64_t count = 0;
  int32_t app_id = 0;
  int32_t partition_index = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.count);
    visit(3, self.app_id);
    visit(4, self.partition_index);
    visit(6, self.server);
  }
};

struct TtlResponse {
  StorageStatus error = StorageStatus::kOk;
  int32_t ttl_seconds = 0;  // -1: never expires
  int32_t app_id = 0;
  int32_t partition_index = 0;
  std::string server;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.ttl_seconds);
    visit(3, self.app_id);
    visit(4, self.partition_index);
    visit(6, self.server);
  }
};

struct GetScannerRequest {
  Blob start_key;  // keys are storage keys
  Blob stop_key;   // empty: to the end
  bool start_inclusive = true;
  bool stop_inclusive = false;
  int32_t batch_size = 0;
  bool no_value = false;
  FilterType hash_key_filter_type = FilterType::kNone;
  Blob hash_key_filter_pattern;
  FilterType sort_key_filter_type = FilterType::kNone;
  Blob sort_key_filter_pattern;
  std::optional<bool> validate_partition_hash;
  std::optional<bool> return_expire_ts;
  std::optional<bool> full_scan;
  std::optional<bool> only_return_count;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.start_key);
    visit(2, self.stop_key);
    visit(3, self.start_inclusive);
    visit(4, self.stop_inclusive);
    visit(5, self.batch_size);
    visit(6, self.no_value);
    visit(7, self.hash_key_filter_type);
    visit(8, self.hash_key_filter_pattern);
    visit(9, self.sort_key_filter_type);
    visit(10, self.sort_key_filter_pattern);
    visit(11, self.validate_partition_hash);
    visit(12, self.return_expire_ts);
    visit(13, self.full_scan);
    visit(14, self.only_return_count);
  }
};

struct ScanRequest {
  int64_t context_id = 0;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.context_id);
  }
};

struct ScanResponse {
  StorageStatus error = StorageStatus::kOk;
  std::vector<KeyValue> kvs;  // keys are storage keys
  int64_t context_id = 0;     // or one of kScanContext...
  int32_t app_id = 0;
  int32_t partition_index = 0;
  std::string server;
  std::optional<int32_t> kv_count;

  template <typename Visit, typename Self>
  static void Fields(Visit& visit, Self& self) {
    visit(1, self.error);
    visit(2, self.kvs);
    visit(3, self.context_id);
    visit(4, self.app_id);
    visit(5, self.partition_index);
    visit(6, self.server);
    visit(7, self.kv_count);
  }
};

}  // namespace pegasus
