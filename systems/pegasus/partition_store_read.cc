// Reads and scans of partition_store.h.
#include <algorithm>
#include <utility>

#include "systems/pegasus/partition_store.h"

namespace pegasus {

ReadResponse PartitionStore::Get(const Blob& key) const {
  ReadResponse response;
  const Record* record = Find(key.data);
  if (record == nullptr) {
    response.error = StorageStatus::kNotFound;
  } else {
    response.value.data = record->value;
  }
  return response;
}

TtlResponse PartitionStore::Ttl(const Blob& key) const {
  TtlResponse response;
  const Record* record = Find(key.data);
  if (record == nullptr) {
    response.error = StorageStatus::kNotFound;
  } else if (record->expire_ts == 0) {
    response.ttl_seconds = -1;
  } else {
    response.ttl_seconds = static_cast<int32_t>(record->expire_ts - ExpiryClock(clock_.Now()));
  }
  return response;
}

CountResponse PartitionStore::SortKeyCount(const Blob& hash_key) const {
  CountResponse response;
  const std::string end = StorageKeyAfter(hash_key.data);
  for (auto each = records_.lower_bound(StorageKey(hash_key.data, ""));
       each != records_.end() && (end.empty() || each->first < end); ++each) {
    if (!Expired(each->second)) ++response.count;
  }
  return response;
}

BatchGetResponse PartitionStore::BatchGet(const BatchGetRequest& request) const {
  BatchGetResponse response;
  for (const FullKey& each : request.keys) {
    const Record* record = Find(StorageKey(each.hash_key.data, each.sort_key.data));
    if (record != nullptr) response.data.push_back({each.hash_key, each.sort_key, {record->value}});
  }
  return response;
}

MultiGetResponse PartitionStore::MultiGetByKeys(const MultiGetRequest& request) const {
  MultiGetResponse response;
  for (const Blob& each : request.sort_keys) {
    const Record* record = Find(StorageKey(request.hash_key.data, each.data));
    if (record == nullptr) continue;
    KeyValue row{.key = each, .value = {}, .expire_ts = {}};
    if (!request.no_value) row.value.data = record->value;
    response.kvs.push_back(std::move(row));
  }
  std::sort(response.kvs.begin(), response.kvs.end(),
            [](const KeyValue& a, const KeyValue& b) { return a.key.data < b.key.data; });
  return response;
}

std::pair<PartitionStore::Records::const_iterator, PartitionStore::Records::const_iterator>
PartitionStore::RangeOf(const MultiGetRequest& request) const {
  const std::string& hash_key = request.hash_key.data;
  const std::string start = StorageKey(hash_key, request.start_sort_key.data);
  const auto first =
      request.start_inclusive ? records_.lower_bound(start) : records_.upper_bound(start);
  const std::string after = StorageKeyAfter(hash_key);
  auto last = after.empty() ? records_.end() : records_.lower_bound(after);
  if (!request.stop_sort_key.data.empty()) {
    const std::string stop = StorageKey(hash_key, request.stop_sort_key.data);
    last = request.stop_inclusive ? records_.upper_bound(stop) : records_.lower_bound(stop);
  }
  const bool empty =
      first == records_.end() || (last != records_.end() && last->first <= first->first);
  return {first, empty ? first : last};
}

MultiGetResponse PartitionStore::MultiGet(const MultiGetRequest& request) const {
  if (!request.sort_keys.empty()) return MultiGetByKeys(request);
  MultiGetResponse response;
  const auto [first, last] = RangeOf(request);
  const int64_t rows_max = request.max_kv_count > 0 ? request.max_kv_count : INT32_MAX;
  const int64_t bytes_max = request.max_kv_size > 0 ? request.max_kv_size : kMultiGetBytesMax;
  int64_t bytes = 0;
  int steps = 0;
  auto forward = first;
  auto backward = last;
  while (forward != backward) {
    const bool full = static_cast<int64_t>(response.kvs.size()) >= rows_max || bytes >= bytes_max;
    if (full || steps++ >= kMultiGetRowsMax) {
      response.error = StorageStatus::kIncomplete;
      break;
    }
    const auto& [key, record] = request.reverse ? *--backward : *forward++;
    const std::string_view sort_key = SplitStorageKey(key)->second;
    if (Expired(record) || !FilterPasses(request.sort_key_filter_type,
                                         request.sort_key_filter_pattern.data, sort_key)) {
      continue;
    }
    KeyValue row{.key = {std::string(sort_key)}, .value = {}, .expire_ts = {}};
    if (!request.no_value) row.value.data = record.value;
    bytes += static_cast<int64_t>(row.key.data.size() + row.value.data.size());
    response.kvs.push_back(std::move(row));
  }
  if (request.reverse) std::reverse(response.kvs.begin(), response.kvs.end());
  return response;
}

ScanResponse PartitionStore::GetScanner(const GetScannerRequest& request) { return Batch(request); }

ScanResponse PartitionStore::Scan(const ScanRequest& request) {
  auto context = contexts_.extract(request.context_id);
  if (!context || clock_.Now() - context.mapped().last_use > kScanContextLife) {
    ScanResponse response;
    response.error = StorageStatus::kNotFound;
    response.context_id = kScanContextNotExist;
    return response;
  }
  return Batch(std::move(context.mapped().rest));
}

void PartitionStore::ClearScanner(int64_t context_id) { contexts_.erase(context_id); }

ScanResponse PartitionStore::Batch(GetScannerRequest request) {
  ScanResponse response;
  response.context_id = kScanContextCompleted;
  const bool only_count = request.only_return_count.value_or(false);
  if (only_count) response.kv_count = 0;
  const int batch =
      request.batch_size > 0 ? std::min(request.batch_size, kScanRowsMax) : kScanRowsMax;
  auto each = request.start_inclusive ? records_.lower_bound(request.start_key.data)
                                      : records_.upper_bound(request.start_key.data);
  for (int rows = 0, steps = 0; each != records_.end(); ++each, ++steps) {
    const auto& [key, record] = *each;
    const std::string& stop = request.stop_key.data;
    if (!stop.empty() && (request.stop_inclusive ? key > stop : key >= stop)) return response;
    if (rows >= batch || steps >= kScanRowsMax) {
      request.start_key.data = key;
      request.start_inclusive = true;
      response.context_id = next_context_++;
      std::erase_if(contexts_, [&](const auto& old) {
        return clock_.Now() - old.second.last_use > kScanContextLife;
      });
      contexts_.emplace(response.context_id, ScanContext{std::move(request), clock_.Now()});
      return response;
    }
    const auto [hash_key, sort_key] = *SplitStorageKey(key);
    if (Expired(record) ||
        !FilterPasses(request.hash_key_filter_type, request.hash_key_filter_pattern.data,
                      hash_key) ||
        !FilterPasses(request.sort_key_filter_type, request.sort_key_filter_pattern.data,
                      sort_key)) {
      continue;
    }
    ++rows;
    if (only_count) {
      ++*response.kv_count;
      continue;
    }
    KeyValue row{.key = {key}, .value = {}, .expire_ts = {}};
    if (!request.no_value) row.value.data = record.value;
    if (request.return_expire_ts.value_or(false))
      row.expire_ts = static_cast<int32_t>(record.expire_ts);
    response.kvs.push_back(std::move(row));
  }
  return response;
}

}  // namespace pegasus
