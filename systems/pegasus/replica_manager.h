// The sessions with replica servers, by address, shared by the tables of a client; and who wants to know when one of these
// servers falls silent.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "systems/base/variant.h"
#include "systems/pegasus/node_session.h"
#include "systems/pegasus/transport.h"

namespace pegasus {

// A table. Called by any thread, under no lock of the manager but the one that Unsubscribe waits for.
class UnresponsiveListener {
 public:
  virtual void OnUnresponsive(const std::string& address) = 0;

 protected:
  ~UnresponsiveListener() = default;
};

// Thread-safe, in the fixed variant.
class ReplicaManager {
 public:
  // `transport` outlives it.
  ReplicaManager(systems::Variant variant, Transport& transport, SessionOptions options);
  ReplicaManager(const ReplicaManager&) = delete;
  ReplicaManager& operator=(const ReplicaManager&) = delete;
  ~ReplicaManager() { Close(); }

  // The session with `address`, opened if there is none. Null after Close.
  [[nodiscard]] std::shared_ptr<NodeSession> Get(const std::string& address);

  // From now on `listener` is told. It must not call this object.
  void Subscribe(UnresponsiveListener* listener);
  // When it returns, `listener` is not called any more.
  void Unsubscribe(UnresponsiveListener* listener);

  void Close();

  [[nodiscard]] size_t session_count() const;

 private:
  void Tell(const std::string& address);

  const systems::Variant variant_;
  Transport& transport_;
  SessionOptions options_;

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<NodeSession>> sessions_;  // guarded by mutex_
  bool closed_ = false;                                           // guarded by mutex_

  std::mutex listeners_mutex_;
  std::vector<UnresponsiveListener*> listeners_;  // guarded by listeners_mutex_

  // As reported there is one, the last table's, and setting it takes no lock (R8).
  UnresponsiveListener* only_listener_ = nullptr;
};

}  // namespace pegasus
