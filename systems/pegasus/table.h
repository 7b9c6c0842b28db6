// One table of a cluster, as an application sees it: operations on records with a hash key, which chooses the partition, and
// a sort key, which orders the records within it.
//
// Every operation asks the routing anew before every try, so a retry after a change of configuration goes to the new primary.
// The configuration is refreshed by a thread of the table when an operation's error calls for it (PolicyOf in routing.h), at
// most once a second.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "systems/base/clock.h"
#include "systems/base/variant.h"
#include "systems/pegasus/context.h"
#include "systems/pegasus/meta_manager.h"
#include "systems/pegasus/replica_manager.h"
#include "systems/pegasus/result.h"
#include "systems/pegasus/routing.h"
#include "systems/pegasus/rrdb_messages.h"

namespace pegasus {

struct TableOptions {
  systems::Variant variant = systems::Variant::kFixed;
  std::chrono::nanoseconds retry_pause = std::chrono::seconds(1);  // the first; doubled each time
  std::chrono::nanoseconds update_timeout = std::chrono::seconds(10);
  std::chrono::nanoseconds update_pause = std::chrono::seconds(1);  // between two updates
  const systems::Clock* clock = &systems::Clock::System();          // for times of expiry
};

// A record without its hash key.
struct SortedValue {
  std::string sort_key;
  std::string value;
  bool operator==(const SortedValue&) const = default;
};

struct Key {
  std::string hash_key;
  std::string sort_key;
};

struct MultiGetOptions {
  bool start_inclusive = true;
  bool stop_inclusive = false;
  FilterType sort_key_filter = FilterType::kNone;
  std::string sort_key_pattern;
  int32_t rows_max = 100;
  int32_t bytes_max = 100'000;
  bool no_value = false;
  bool reverse = false;  // takes the last ones; they are ascending all the same
};

struct MultiGetRows {
  std::vector<SortedValue> rows;  // ascending
  bool complete = true;           // false: there are more
};

struct CheckAndSetOptions {
  std::chrono::seconds ttl{0};
  bool return_check_value = false;
};

struct CheckAndSetOutcome {
  bool set = false;                        // the check held
  std::optional<std::string> check_value;  // if asked for, and there is one
};

struct ScanOptions {
  int32_t batch_size = 1000;
  bool start_inclusive = true;
  bool stop_inclusive = false;
  FilterType hash_key_filter = FilterType::kNone;
  std::string hash_key_pattern;
  FilterType sort_key_filter = FilterType::kNone;
  std::string sort_key_pattern;
  bool no_value = false;
};

class Scanner;

// Thread-safe. Errors of arguments say "InvalidParameter: ..." and cost no message.
class Table final : private UnresponsiveListener {
 public:
  // Queries the configuration. `metas` and `replicas` outlive the table.
  static Result<std::shared_ptr<Table>> Open(const ContextPtr& context, std::string name,
                                             MetaManager& metas, ReplicaManager& replicas,
                                             TableOptions options);
  ~Table() { Close(); }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Nothing if there is no such record.
  Result<std::optional<std::string>> Get(const ContextPtr& context, const Key& key);
  // A time to live of zero means for ever.
  Result<Nothing> Set(const ContextPtr& context, const Key& key, const std::string& value,
                      std::chrono::seconds ttl = {});
  Result<Nothing> Del(const ContextPtr& context, const Key& key);
  // Seconds; -1 if it never expires, -2 if there is no such record.
  Result<int32_t> Ttl(const ContextPtr& context, const Key& key);
  Result<bool> Exist(const ContextPtr& context, const Key& key);
  // The new value. What is there must be a decimal number; absent and empty count as 0. The time to live stays.
  Result<int64_t> Incr(const ContextPtr& context, const Key& key, int64_t increment);

  // All of one hash key; sort keys are not empty as a list.
  Result<MultiGetRows> MultiGet(const ContextPtr& context, const std::string& hash_key,
                                const std::vector<std::string>& sort_keys,
                                const MultiGetOptions& options = {});
  // From `start` to `stop`; empty means the first, and beyond the last.
  Result<MultiGetRows> MultiGetRange(const ContextPtr& context, const std::string& hash_key,
                                     const std::pair<std::string, std::string>& range,
                                     const MultiGetOptions& options = {});
  // Atomic, both of them.
  Result<Nothing> MultiSet(const ContextPtr& context, const std::string& hash_key,
                           const std::vector<SortedValue>& values, std::chrono::seconds ttl = {});
  Result<Nothing> MultiDel(const ContextPtr& context, const std::string& hash_key,
                           const std::vector<std::string>& sort_keys);
  // Reads a batch and deletes it, until nothing is left: not atomic.
  Result<Nothing> DelRange(const ContextPtr& context, const std::string& hash_key,
                           const std::pair<std::string, std::string>& range,
                           const MultiGetOptions& options = {});
  Result<int64_t> SortKeyCount(const ContextPtr& context, const std::string& hash_key);

  // Sets `set` (of the same hash key) if the value of `check_sort_key` satisfies the check.
  struct Check {
    std::string sort_key;
    CheckType type = CheckType::kNone;
    std::string operand;
  };
  Result<CheckAndSetOutcome> CheckAndSet(const ContextPtr& context, const std::string& hash_key,
                                         const Check& check, const SortedValue& set,
                                         const CheckAndSetOptions& options = {});

  // One message for each partition that is concerned. In the order of `keys`.
  Result<std::vector<std::optional<std::string>>> BatchGet(const ContextPtr& context,
                                                           const std::vector<Key>& keys);

  // The records of one hash key. The table outlives the scanner.
  Result<std::unique_ptr<Scanner>> GetScanner(const std::string& hash_key,
                                              const std::pair<std::string, std::string>& range,
                                              const ScanOptions& options = {});
  // All records, by at most `split_max` scanners, which may be used by different threads.
  Result<std::vector<std::unique_ptr<Scanner>>> GetUnorderedScanners(
      int32_t split_max, const ScanOptions& options = {});

  // Operations that run end early. Called again it does nothing.
  void Close();

  [[nodiscard]] std::shared_ptr<const Routing> routing() const;
  [[nodiscard]] const std::string& name() const { return name_; }
  // Has the configuration refreshed soon. Wishes that come while one is waiting are the same wish.
  void RequestUpdate();
  // Updates done so far, also those that changed nothing.
  [[nodiscard]] int update_count() const;

 private:
  friend class Scanner;

  // A call of one partition, and what it came to.
  struct Call {
    const char* op;
    const char* rpc;
    uint64_t partition_hash = 0;
  };

  Table(std::string name, MetaManager& metas, ReplicaManager& replicas, TableOptions options,
        std::shared_ptr<const Routing> routing);

  void OnUnresponsive(const std::string& address) override;
  void UpdateLoop();
  Result<std::string> Send(const ContextPtr& context, const Call& call, Request request);
  template <typename Response, typename Argument>
  Result<Response> Run(const ContextPtr& context, const Call& call, const Argument& argument);
  // Of a write that has nothing to tell but whether it was done.
  template <typename Response, typename Argument>
  Result<Nothing> Write(const ContextPtr& context, const Call& call, const Argument& argument);
  [[nodiscard]] PError Failure(const Call& call, const RpcResult& rpc, const Route& route) const;
  [[nodiscard]] PError Failure(const Call& call, StorageStatus status) const;
  Result<MultiGetRows> MultiGetWith(const ContextPtr& context, MultiGetRequest request);
  [[nodiscard]] int32_t ExpireTs(std::chrono::seconds ttl) const;

  const std::string name_;
  MetaManager& metas_;
  ReplicaManager& replicas_;
  const TableOptions options_;
  const ContextPtr life_;  // cancelled by Close

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // The rest is guarded by mutex_.
  std::shared_ptr<const Routing> routing_;
  bool update_wanted_ = false;
  bool closed_ = false;
  int updates_ = 0;
  std::thread updater_;
};

}  // namespace pegasus
