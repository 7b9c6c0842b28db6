// The records of one partition, and what the data operations do to them. Messages in, messages out; the replica service adds
// who answered. Upstream keeps them in RocksDB.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "systems/base/clock.h"
#include "systems/pegasus/rrdb_messages.h"

namespace pegasus {

// Not thread-safe.
class PartitionStore {
 public:
  // Upstream's limits of one read.
  static constexpr int kMultiGetRowsMax = 3000;
  static constexpr int64_t kMultiGetBytesMax = int64_t{30} << 20;
  static constexpr int kScanRowsMax = 1000;
  static constexpr std::chrono::minutes kScanContextLife{5};

  // `seed` makes ids of scans differ between stores, and between starts of a server.
  PartitionStore(const systems::Clock& clock, uint32_t seed)
      : clock_(clock), next_context_(static_cast<int64_t>(seed >> 1) << 32) {}

  // Writes. Each takes one decree.
  UpdateResponse Put(const UpdateRequest& request);
  UpdateResponse Remove(const Blob& key);
  UpdateResponse MultiPut(const MultiPutRequest& request);
  MultiRemoveResponse MultiRemove(const MultiRemoveRequest& request);
  IncrResponse Incr(const IncrRequest& request);
  CheckAndSetResponse CheckAndSet(const CheckAndSetRequest& request);
  CheckAndSetResponse CheckAndMutate(const CheckAndMutateRequest& request);

  // Reads.
  [[nodiscard]] ReadResponse Get(const Blob& key) const;
  [[nodiscard]] MultiGetResponse MultiGet(const MultiGetRequest& request) const;
  [[nodiscard]] BatchGetResponse BatchGet(const BatchGetRequest& request) const;
  [[nodiscard]] CountResponse SortKeyCount(const Blob& hash_key) const;
  [[nodiscard]] TtlResponse Ttl(const Blob& key) const;

  // Scans. A context is taken out when it is used; what is left of it gets another id.
  ScanResponse GetScanner(const GetScannerRequest& request);
  ScanResponse Scan(const ScanRequest& request);
  void ClearScanner(int64_t context_id);
  [[nodiscard]] size_t scan_context_count() const { return contexts_.size(); }

  // Moves the records for which `moves` is true to `child`; for splits.
  void MoveTo(PartitionStore& child, const std::function<bool(std::string_view key)>& moves);

  [[nodiscard]] size_t record_count() const { return records_.size(); }  // expired ones included

 private:
  struct Record {
    std::string value;
    uint32_t expire_ts = 0;
  };
  using Records = std::map<std::string, Record>;
  struct ScanContext {
    GetScannerRequest rest;  // begins where the last batch ended
    systems::Clock::Time last_use;
  };

  [[nodiscard]] bool Expired(const Record& record) const;
  // The record if there is one that has not expired.
  [[nodiscard]] const Record* Find(const std::string& key) const;
  [[nodiscard]] std::pair<Records::const_iterator, Records::const_iterator> RangeOf(
      const MultiGetRequest& request) const;
  [[nodiscard]] MultiGetResponse MultiGetByKeys(const MultiGetRequest& request) const;
  ScanResponse Batch(GetScannerRequest request);

  const systems::Clock& clock_;
  Records records_;  // by storage key
  int64_t last_decree_ = 0;
  int64_t next_context_;
  std::map<int64_t, ScanContext> contexts_;
};

// Whether `value` (absent: null) satisfies a check. Nothing if it or the operand is no number and has to be one.
[[nodiscard]] std::optional<bool> CheckHolds(CheckType type, const std::string* value,
                                             const std::string& operand);

// Whether a key passes a filter. An empty pattern lets everything pass.
[[nodiscard]] bool FilterPasses(FilterType type, std::string_view pattern, std::string_view key);

// A decimal number that is nothing else and fits.
[[nodiscard]] std::optional<int64_t> ParseInt64(std::string_view text);

}  // namespace pegasus
