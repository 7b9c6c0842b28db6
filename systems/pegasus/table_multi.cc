// Operations of table.h on several records.
#include <map>
#include <utility>

#include "systems/pegasus/scanner.h"
#include "systems/pegasus/table_run.h"

namespace pegasus {
namespace {

std::vector<Blob> Blobs(const std::vector<std::string>& texts) {
  std::vector<Blob> blobs;
  for (const std::string& each : texts) blobs.push_back({each});
  return blobs;
}

MultiGetRequest RequestOf(const std::string& hash_key, const MultiGetOptions& options) {
  MultiGetRequest request;
  request.hash_key.data = hash_key;
  request.max_kv_count = options.rows_max;
  request.max_kv_size = options.bytes_max;
  request.no_value = options.no_value;
  request.start_inclusive = options.start_inclusive;
  request.stop_inclusive = options.stop_inclusive;
  request.sort_key_filter_type = options.sort_key_filter;
  request.sort_key_filter_pattern.data = options.sort_key_pattern;
  request.reverse = options.reverse;
  return request;
}

std::optional<PError> CheckSortKeys(const char* op, const std::string& hash_key, bool any) {
  if (std::optional<PError> wrong = CheckHashKey(op, hash_key)) return wrong;
  if (!any) return WrongArgument(op, "sortkeys must not be empty");
  return std::nullopt;
}

}  // namespace

Result<MultiGetRows> Table::MultiGet(const ContextPtr& context, const std::string& hash_key,
                                     const std::vector<std::string>& sort_keys,
                                     const MultiGetOptions& options) {
  if (std::optional<PError> wrong = CheckSortKeys("MULTI_GET", hash_key, !sort_keys.empty())) {
    return *wrong;
  }
  MultiGetRequest request = RequestOf(hash_key, options);
  request.sort_keys = Blobs(sort_keys);
  return MultiGetWith(context, std::move(request));
}

Result<MultiGetRows> Table::MultiGetRange(const ContextPtr& context, const std::string& hash_key,
                                          const std::pair<std::string, std::string>& range,
                                          const MultiGetOptions& options) {
  if (std::optional<PError> wrong = CheckHashKey("MULTI_GET", hash_key)) return *wrong;
  MultiGetRequest request = RequestOf(hash_key, options);
  request.start_sort_key.data = range.first;
  request.stop_sort_key.data = range.second;
  return MultiGetWith(context, std::move(request));
}

Result<MultiGetRows> Table::MultiGetWith(const ContextPtr& context, MultiGetRequest request) {
  const Call call{"MULTI_GET", kRpcMultiGet, PartitionHash(request.hash_key.data, "")};
  Result<MultiGetResponse> response = Run<MultiGetResponse>(context, call, request);
  if (!response.ok()) return response.error();
  if (response->error != StorageStatus::kOk && response->error != StorageStatus::kIncomplete) {
    return Failure(call, response->error);
  }
  MultiGetRows rows;
  rows.complete = response->error == StorageStatus::kOk;
  for (KeyValue& each : response->kvs) {
    rows.rows.push_back({std::move(each.key.data), std::move(each.value.data)});
  }
  return rows;
}

Result<Nothing> Table::MultiSet(const ContextPtr& context, const std::string& hash_key,
                                const std::vector<SortedValue>& values, std::chrono::seconds ttl) {
  const Call call{"MULTI_SET", kRpcMultiPut, PartitionHash(hash_key, "")};
  if (std::optional<PError> wrong = CheckSortKeys(call.op, hash_key, !values.empty()))
    return *wrong;
  MultiPutRequest request{.hash_key = {hash_key}, .kvs = {}, .expire_ts = ExpireTs(ttl)};
  for (const SortedValue& each : values) {
    request.kvs.push_back({.key = {each.sort_key}, .value = {each.value}, .expire_ts = {}});
  }
  return Write<UpdateResponse>(context, call, request);
}

Result<Nothing> Table::MultiDel(const ContextPtr& context, const std::string& hash_key,
                                const std::vector<std::string>& sort_keys) {
  const Call call{"MULTI_DEL", kRpcMultiRemove, PartitionHash(hash_key, "")};
  if (std::optional<PError> wrong = CheckSortKeys(call.op, hash_key, !sort_keys.empty())) {
    return *wrong;
  }
  const MultiRemoveRequest request{
      .hash_key = {hash_key}, .sort_keys = Blobs(sort_keys), .max_count = 0};
  return Write<MultiRemoveResponse>(context, call, request);
}

Result<Nothing> Table::DelRange(const ContextPtr& context, const std::string& hash_key,
                                const std::pair<std::string, std::string>& range,
                                const MultiGetOptions& options) {
  MultiGetOptions keys_only = options;
  keys_only.no_value = true;
  for (;;) {
    const Result<MultiGetRows> batch = MultiGetRange(context, hash_key, range, keys_only);
    if (!batch.ok()) return batch.error();
    std::vector<std::string> sort_keys;
    for (const SortedValue& each : batch->rows) sort_keys.push_back(each.sort_key);
    if (!sort_keys.empty()) {
      Result<Nothing> deleted = MultiDel(context, hash_key, sort_keys);
      if (!deleted.ok()) return deleted;
    }
    if (batch->complete) return Nothing{};
    if (!context->alive()) return WrongArgument("DEL_RANGE", "the time was too short");
  }
}

Result<int64_t> Table::SortKeyCount(const ContextPtr& context, const std::string& hash_key) {
  const Call call{"SORTKEY_COUNT", kRpcSortKeyCount, PartitionHash(hash_key, "")};
  if (std::optional<PError> wrong = CheckHashKey(call.op, hash_key)) return *wrong;
  const Result<CountResponse> response = Run<CountResponse>(context, call, Blob{hash_key});
  if (!response.ok()) return response.error();
  if (response->error != StorageStatus::kOk) return Failure(call, response->error);
  return response->count;
}

Result<CheckAndSetOutcome> Table::CheckAndSet(const ContextPtr& context,
                                              const std::string& hash_key, const Check& check,
                                              const SortedValue& set,
                                              const CheckAndSetOptions& options) {
  const Call call{"CHECK_AND_SET", kRpcCheckAndSet, PartitionHash(hash_key, "")};
  if (std::optional<PError> wrong = CheckHashKey(call.op, hash_key)) return *wrong;
  CheckAndSetRequest request;
  request.hash_key.data = hash_key;
  request.check_sort_key.data = check.sort_key;
  request.check_type = check.type;
  request.check_operand.data = check.operand;
  request.set_diff_sort_key = check.sort_key != set.sort_key;
  if (request.set_diff_sort_key) request.set_sort_key.data = set.sort_key;
  request.set_value.data = set.value;
  request.set_expire_ts = ExpireTs(options.ttl);
  request.return_check_value = options.return_check_value;
  const Result<CheckAndSetResponse> response = Run<CheckAndSetResponse>(context, call, request);
  if (!response.ok()) return response.error();
  CheckAndSetOutcome outcome;
  outcome.set = response->error == StorageStatus::kOk;
  if (!outcome.set && response->error != StorageStatus::kTryAgain) {
    return Failure(call, response->error);
  }
  if (response->check_value_returned && response->check_value_exist) {
    outcome.check_value = response->check_value.data;
  }
  return outcome;
}

Result<std::vector<std::optional<std::string>>> Table::BatchGet(const ContextPtr& context,
                                                                const std::vector<Key>& keys) {
  std::map<uint64_t, BatchGetRequest> by_partition;
  const std::shared_ptr<const Routing> now = routing();
  for (const Key& each : keys) {
    if (std::optional<PError> wrong = CheckHashKey("BATCH_GET", each.hash_key)) return *wrong;
    const uint64_t hash = PartitionHash(each.hash_key, each.sort_key);
    const auto partition = static_cast<uint64_t>(now->For(hash).gpid.partition_index);
    by_partition[partition].keys.push_back({{each.hash_key}, {each.sort_key}});
  }
  std::map<std::pair<std::string, std::string>, std::string> found;
  for (const auto& [partition, request] : by_partition) {
    const FullKey& first = request.keys.front();
    const Call call{"BATCH_GET", kRpcBatchGet,
                    PartitionHash(first.hash_key.data, first.sort_key.data)};
    Result<BatchGetResponse> response = Run<BatchGetResponse>(context, call, request);
    if (!response.ok()) return response.error();
    if (response->error != StorageStatus::kOk) return Failure(call, response->error);
    for (FullData& each : response->data) {
      found[{each.hash_key.data, each.sort_key.data}] = std::move(each.value.data);
    }
  }
  std::vector<std::optional<std::string>> values;
  for (const Key& each : keys) {
    const auto record = found.find({each.hash_key, each.sort_key});
    values.push_back(record == found.end() ? std::nullopt : std::optional(record->second));
  }
  return values;
}

Result<std::unique_ptr<Scanner>> Table::GetScanner(const std::string& hash_key,
                                                   const std::pair<std::string, std::string>& range,
                                                   const ScanOptions& options) {
  if (std::optional<PError> wrong = CheckHashKey("GET_SCANNER", hash_key)) return *wrong;
  GetScannerRequest request = Scanner::RequestOf(options);
  request.start_key.data = StorageKey(hash_key, range.first);
  const bool to_the_end = range.second.empty();
  request.stop_key.data =
      to_the_end ? StorageKeyAfter(hash_key) : StorageKey(hash_key, range.second);
  if (to_the_end) request.stop_inclusive = false;
  return std::make_unique<Scanner>(*this, std::move(request),
                                   std::vector<uint64_t>{PartitionHash(hash_key, "")});
}

Result<std::vector<std::unique_ptr<Scanner>>> Table::GetUnorderedScanners(
    int32_t split_max, const ScanOptions& options) {
  if (split_max <= 0) return WrongArgument("GET_UNORDERED_SCANNERS", "split must be positive");
  const std::shared_ptr<const Routing> now = routing();
  std::vector<std::vector<uint64_t>> shares(
      static_cast<size_t>(std::min(split_max, now->partition_count())));
  // A partition's index is a hash that belongs to it. A child that is not ready is scanned with its parent.
  for (int32_t i = 0; i < now->partition_count(); ++i) {
    if (now->route(i).gpid.partition_index != i) continue;
    shares[static_cast<size_t>(i) % shares.size()].push_back(static_cast<uint64_t>(i));
  }
  std::vector<std::unique_ptr<Scanner>> scanners;
  for (std::vector<uint64_t>& each : shares) {
    if (each.empty()) continue;
    scanners.push_back(
        std::make_unique<Scanner>(*this, Scanner::RequestOf(options), std::move(each)));
  }
  return scanners;
}

}  // namespace pegasus
