// The two designs of the meta manager: as reported in incubator-pegasus issue 2256, and the one that holds.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "systems/base/wait_group.h"
#include "systems/pegasus/meta_answer.h"
#include "systems/pegasus/meta_manager.h"

namespace pegasus {

// As reported: a query's threads add to lists which the query's caller reads when it has its answer, and of which the
// manager then takes what it read. Only the threads for the leader and for the backup are waited for.
class ReportedMetaManager final : public MetaManager {
 public:
  ReportedMetaManager(Transport& transport, const std::vector<std::string>& addresses,
                      MetaOptions options);
  ~ReportedMetaManager() override;

  QueryResult QueryConfig(const std::shared_ptr<Context>& context,
                          const std::string& table) override;
  [[nodiscard]] std::vector<std::string> addresses() const override { return meta_addresses_; }
  [[nodiscard]] std::string leader() const override;
  void Close() override;

 private:
  friend class ReportedCall;

  // Lists of sessions do not own them: upstream, the garbage collector does. Here what was opened is kept until the manager
  // goes, so that a session which no list has any more is a leak in the census and not a dangling pointer.
  NodeSession* Open(const std::string& address);

  Transport& transport_;
  const MetaOptions options_;

  mutable std::mutex
      mutex_;  // for setting the three below, and for reading the leader; not for reading the lists
  size_t current_leader_ = 0;
  std::vector<NodeSession*> metas_;
  std::vector<std::string> meta_addresses_;

  std::mutex heap_mutex_;
  std::vector<std::unique_ptr<NodeSession>> heap_;  // guarded by heap_mutex_
  systems::WaitGroup
      strays_;  // threads that a query left behind: the manager's memory must outlive them
};

// Fixed: a query has no threads and no lists. The thread that asks owns the query; sessions put their replies into its inbox.
// The servers are the manager's: list, leader and sessions change together, under one lock, and only the manager opens a
// session, into its list.
class OwnedMetaManager final : public MetaManager {
 public:
  OwnedMetaManager(Transport& transport, const std::vector<std::string>& addresses,
                   MetaOptions options);
  ~OwnedMetaManager() override { Close(); }

  QueryResult QueryConfig(const std::shared_ptr<Context>& context,
                          const std::string& table) override;
  [[nodiscard]] std::vector<std::string> addresses() const override;
  [[nodiscard]] std::string leader() const override;
  void Close() override;

 private:
  friend class OwnedCall;
  using Session = std::shared_ptr<NodeSession>;

  struct Servers {
    std::vector<Session> metas;  // empty after Close
    size_t leader = 0;           // an index into metas
  };

  [[nodiscard]] Servers Snapshot() const;
  // The session with `address`, opened if there is none yet; null after Close.
  Session Learn(const std::string& address);
  // `session` gave an answer, so it leads.
  void Confirm(const Session& session);

  Transport& transport_;
  const MetaOptions options_;

  mutable std::mutex mutex_;
  Servers servers_;  // guarded by mutex_
};

}  // namespace pegasus
