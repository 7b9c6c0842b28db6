// The client of one cluster: its tables, and the sessions that they share.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "systems/pegasus/table.h"

namespace pegasus {

struct ClientOptions {
  std::vector<std::string> meta_servers;  // "ip:port"
  systems::Variant variant = systems::Variant::kFixed;
  MetaOptions meta = {};
  SessionOptions replica = {};
  TableOptions table = {};  // `variant` there is set to the one above
};

// Thread-safe.
class Client {
 public:
  // Nothing is dialed yet. An error if `meta_servers` is empty or has something that is no "ip:port". `transport` outlives
  // the client.
  static Result<std::unique_ptr<Client>> Make(Transport& transport, ClientOptions options);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { Close(); }

  // The table of that name, the same one each time. It must not be used after the client is gone.
  Result<std::shared_ptr<Table>> OpenTable(const ContextPtr& context, const std::string& name);

  // Closes all tables and sessions. Called again it does nothing.
  void Close();

  [[nodiscard]] MetaManager& metas() { return *metas_; }
  [[nodiscard]] ReplicaManager& replicas() { return replicas_; }

 private:
  Client(Transport& transport, ClientOptions options);

  ClientOptions options_;
  const std::unique_ptr<MetaManager> metas_;
  ReplicaManager replicas_;

  std::mutex open_mutex_;  // one table is opened at a time; taken before mutex_
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Table>> tables_;  // guarded by mutex_
  bool closed_ = false;                                   // guarded by mutex_
};

}  // namespace pegasus
