// Writes of partition_store.h.
#include <charconv>
#include <utility>

#include "systems/pegasus/partition_store.h"

namespace pegasus {
namespace {

uint32_t ExpireTs(int32_t wire) { return static_cast<uint32_t>(wire); }

}  // namespace

std::optional<int64_t> ParseInt64(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

bool FilterPasses(FilterType type, std::string_view pattern, std::string_view key) {
  if (pattern.empty()) return true;
  switch (type) {
    case FilterType::kAnywhere:
      return key.find(pattern) != std::string_view::npos;
    case FilterType::kPrefix:
      return key.starts_with(pattern);
    case FilterType::kPostfix:
      return key.ends_with(pattern);
    case FilterType::kNone:
      break;
  }
  return true;
}

namespace {

// One of five comparisons, in the order of CheckType.
bool Compares(int comparison, std::strong_ordering order) {
  switch (comparison) {
    case 0:
      return order < 0;
    case 1:
      return order <= 0;
    case 2:
      return order == 0;
    case 3:
      return order >= 0;
    default:
      return order > 0;
  }
}

}  // namespace

std::optional<bool> CheckHolds(CheckType type, const std::string* value,
                               const std::string& operand) {
  switch (type) {
    case CheckType::kNone:
      return true;
    case CheckType::kNotExist:
      return value == nullptr;
    case CheckType::kNotExistOrEmpty:
      return value == nullptr || value->empty();
    case CheckType::kExist:
      return value != nullptr;
    case CheckType::kNotEmpty:
      return value != nullptr && !value->empty();
    default:
      break;
  }
  if (value == nullptr) return false;
  if (type >= CheckType::kMatchAnywhere && type <= CheckType::kMatchPostfix) {
    const int filter = static_cast<int>(type) - static_cast<int>(CheckType::kMatchAnywhere) + 1;
    return FilterPasses(static_cast<FilterType>(filter), operand, *value);
  }
  if (type >= CheckType::kBytesLess && type <= CheckType::kBytesGreater) {
    return Compares(static_cast<int>(type) - static_cast<int>(CheckType::kBytesLess),
                    value->compare(operand) <=> 0);
  }
  const std::optional<int64_t> left = ParseInt64(*value);
  const std::optional<int64_t> right = ParseInt64(operand);
  if (!left || !right || type > CheckType::kIntGreater) return std::nullopt;
  return Compares(static_cast<int>(type) - static_cast<int>(CheckType::kIntLess), *left <=> *right);
}

bool PartitionStore::Expired(const Record& record) const {
  return record.expire_ts > 0 && record.expire_ts <= ExpiryClock(clock_.Now());
}

const PartitionStore::Record* PartitionStore::Find(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() || Expired(found->second) ? nullptr : &found->second;
}

UpdateResponse PartitionStore::Put(const UpdateRequest& request) {
  records_[request.key.data] = {request.value.data, ExpireTs(request.expire_ts)};
  UpdateResponse response;
  response.decree = ++last_decree_;
  return response;
}

UpdateResponse PartitionStore::Remove(const Blob& key) {
  records_.erase(key.data);
  UpdateResponse response;
  response.decree = ++last_decree_;
  return response;
}

UpdateResponse PartitionStore::MultiPut(const MultiPutRequest& request) {
  UpdateResponse response;
  response.decree = ++last_decree_;
  if (request.kvs.empty()) response.error = StorageStatus::kInvalidArgument;
  for (const KeyValue& each : request.kvs) {
    records_[StorageKey(request.hash_key.data, each.key.data)] = {each.value.data,
                                                                  ExpireTs(request.expire_ts)};
  }
  return response;
}

MultiRemoveResponse PartitionStore::MultiRemove(const MultiRemoveRequest& request) {
  MultiRemoveResponse response;
  response.decree = ++last_decree_;
  if (request.sort_keys.empty()) response.error = StorageStatus::kInvalidArgument;
  response.count = static_cast<int64_t>(request.sort_keys.size());
  for (const Blob& each : request.sort_keys) {
    records_.erase(StorageKey(request.hash_key.data, each.data));
  }
  return response;
}

IncrResponse PartitionStore::Incr(const IncrRequest& request) {
  IncrResponse response;
  response.decree = ++last_decree_;
  const Record* old = Find(request.key.data);
  const bool counts_as_zero = old == nullptr || old->value.empty();
  const std::optional<int64_t> value = counts_as_zero ? 0 : ParseInt64(old->value);
  if (!value) {
    response.error = StorageStatus::kInvalidArgument;
    return response;
  }
  if (__builtin_add_overflow(*value, request.increment, &response.new_value)) {
    response.error = StorageStatus::kInvalidArgument;
    response.new_value = *value;
    return response;
  }
  uint32_t expire_ts = old == nullptr ? 0 : old->expire_ts;
  if (request.expire_ts != 0) expire_ts = request.expire_ts > 0 ? ExpireTs(request.expire_ts) : 0;
  records_[request.key.data] = {std::to_string(response.new_value), expire_ts};
  return response;
}

CheckAndSetResponse PartitionStore::CheckAndSet(const CheckAndSetRequest& request) {
  CheckAndMutateRequest mutate;
  mutate.hash_key = request.hash_key;
  mutate.check_sort_key = request.check_sort_key;
  mutate.check_type = request.check_type;
  mutate.check_operand = request.check_operand;
  mutate.return_check_value = request.return_check_value;
  mutate.mutate_list.push_back(
      {.operation = MutateOperation::kPut,
       .sort_key = request.set_diff_sort_key ? request.set_sort_key : request.check_sort_key,
       .value = request.set_value,
       .set_expire_ts = request.set_expire_ts});
  return CheckAndMutate(mutate);
}

CheckAndSetResponse PartitionStore::CheckAndMutate(const CheckAndMutateRequest& request) {
  CheckAndSetResponse response;
  response.decree = ++last_decree_;
  bool valid = !request.mutate_list.empty();
  for (const Mutate& each : request.mutate_list) {
    valid &= each.operation == MutateOperation::kPut || each.operation == MutateOperation::kDelete;
  }
  if (!valid) {
    response.error = StorageStatus::kInvalidArgument;
    return response;
  }
  const Record* found = Find(StorageKey(request.hash_key.data, request.check_sort_key.data));
  if (request.return_check_value) {
    response.check_value_returned = true;
    response.check_value_exist = found != nullptr;
    if (found != nullptr) response.check_value.data = found->value;
  }
  const std::optional<bool> holds = CheckHolds(
      request.check_type, found == nullptr ? nullptr : &found->value, request.check_operand.data);
  if (!holds.value_or(false)) {
    response.error = holds ? StorageStatus::kTryAgain : StorageStatus::kInvalidArgument;
    return response;
  }
  for (const Mutate& each : request.mutate_list) {
    const std::string key = StorageKey(request.hash_key.data, each.sort_key.data);
    if (each.operation == MutateOperation::kPut) {
      records_[key] = {each.value.data, ExpireTs(each.set_expire_ts)};
    } else {
      records_.erase(key);
    }
  }
  return response;
}

void PartitionStore::MoveTo(PartitionStore& child,
                            const std::function<bool(std::string_view key)>& moves) {
  for (auto each = records_.begin(); each != records_.end();) {
    const auto next = std::next(each);
    if (moves(each->first)) child.records_.insert(records_.extract(each));
    each = next;
  }
  child.last_decree_ = last_decree_;
}

}  // namespace pegasus
