// The two kinds of servers of a cluster, at the level of frames: a meta server and a replica server. They hold no state but
// who they are; what they know is the cluster's.
#pragma once

#include <deque>
#include <mutex>
#include <optional>

#include "systems/pegasus/cluster.h"
#include "systems/pegasus/memory_network.h"

namespace pegasus {

// Thread-safe. `cluster` outlives it.
class MetaService final : public Service {
 public:
  MetaService(Cluster& cluster, RpcAddress self) : cluster_(cluster), self_(self) {}
  void Handle(const Request& request, const Sink& reply) override;

 private:
  [[nodiscard]] std::string Answer(const Request& request);

  Cluster& cluster_;
  const RpcAddress self_;
};

// Thread-safe. `cluster` outlives it.
class ReplicaService final : public Service {
 public:
  // Larger writes are refused with ERR_INVALID_DATA.
  static constexpr size_t kWriteBytesMax = size_t{1} << 20;

  ReplicaService(Cluster& cluster, RpcAddress self) : cluster_(cluster), self_(self) {}
  void Handle(const Request& request, const Sink& reply) override;

  // The next request is answered with this error; may be called several times. A name, because servers also send names that
  // clients do not know.
  void FailNext(std::string error_name);

  [[nodiscard]] const RpcAddress& address() const { return self_; }
  // Requests handled so far.
  [[nodiscard]] int request_count() const;

 private:
  [[nodiscard]] std::string Answer(const Request& request);
  [[nodiscard]] std::optional<std::string> AnswerWrite(const Request& request);
  [[nodiscard]] std::optional<std::string> AnswerRead(const Request& request);
  [[nodiscard]] std::optional<std::string> AnswerScan(const Request& request);

  // Decodes the argument, runs `operation(store, argument)` on the partition, and encodes what it returns.
  template <typename Argument, typename Operation>
  std::string On(const Request& request, Cluster::Access access, Operation operation);

  Cluster& cluster_;
  const RpcAddress self_;
  mutable std::mutex mutex_;
  std::deque<std::string> failures_;  // guarded by mutex_
  int requests_ = 0;                  // guarded by mutex_
};

}  // namespace pegasus
