// Reads records in batches, of one hash key in the order of sort keys, or of whole partitions one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "systems/pegasus/table.h"

namespace pegasus {

struct ScannedRecord {
  std::string hash_key;
  std::string sort_key;
  std::string value;
  bool operator==(const ScannedRecord&) const = default;
};

// Not thread-safe. The table outlives it.
class Scanner {
 public:
  // Of the partitions to which these hashes belong, in this order.
  Scanner(Table& table, GetScannerRequest request, std::vector<uint64_t> partition_hashes)
      : table_(table), request_(std::move(request)), hashes_(std::move(partition_hashes)) {}
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;
  ~Scanner() { Close(); }

  // The next record; nothing at the end, and again after it. After an error it can be called again. A server that forgot
  // the scan (it restarted, or too much time passed) is asked to go on behind the last record.
  Result<std::optional<ScannedRecord>> Next(const ContextPtr& context);

  // Tells the server, without waiting for an answer, for there is none. Called again it does nothing.
  void Close();

  [[nodiscard]] static GetScannerRequest RequestOf(const ScanOptions& options);

 private:
  // Reads the next batch of this partition, or begins the next one. False at the end of all.
  Result<bool> Fill(const ContextPtr& context);

  Table& table_;
  const GetScannerRequest request_;
  const std::vector<uint64_t> hashes_;
  size_t partition_ = 0;  // an index into hashes_
  std::optional<int64_t>
      context_id_;  // of the partition being read; nothing before its first batch
  std::optional<std::string> last_key_;  // read from this partition
  std::vector<KeyValue> batch_;
  size_t next_ = 0;  // an index into batch_
};

}  // namespace pegasus
