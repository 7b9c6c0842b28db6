// A network inside the process. Requests are handled by the thread that writes them, so it needs no threads of its own; a
// server may still answer later and in any order, from any thread, because it is handed a sink for its reply.
//
// An address is "ip:port", and 0.0.0.0 reaches what listens on 127.0.0.1, as on a real machine.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "systems/pegasus/frame.h"
#include "systems/pegasus/transport.h"

namespace pegasus {

// A server that understands frames. Thread-safe.
class Service {
 public:
  // Takes the bytes of one reply frame; at most once is anything sent. May outlive the connection.
  using Sink = std::function<void(std::string frame)>;

  virtual ~Service() = default;
  virtual void Handle(const Request& request, const Sink& reply) = 0;
};

class MemoryConnection;

// Thread-safe.
class MemoryNetwork final : public Transport {
 public:
  MemoryNetwork() = default;
  MemoryNetwork(const MemoryNetwork&) = delete;
  MemoryNetwork& operator=(const MemoryNetwork&) = delete;

  std::shared_ptr<Connection> Dial(const std::string& address,
                                   std::chrono::nanoseconds timeout) override;

  // From now on `service` answers at `address`, which nobody else listens on.
  void Listen(const std::string& address, std::shared_ptr<Service> service);

  // Nobody listens there any more: dials are refused, and connections that exist are closed.
  void Shut(const std::string& address);

  // A host that swallows everything: dials to it run into their timeout, requests stay without reply.
  void Silence(const std::string& address);
  void Unsilence(const std::string& address);

  // Closes the connections to `address`; new ones are accepted.
  void DropConnections(const std::string& address);

  // How many dials there were to `address`, refused ones included.
  [[nodiscard]] int dial_count(const std::string& address) const;

 private:
  friend class MemoryConnection;
  struct Host {
    std::shared_ptr<Service> service;  // null: nobody listens
    bool silent = false;
    int dials = 0;
    std::vector<std::weak_ptr<MemoryConnection>> connections;
  };

  // What answers a request that arrives at `address` now; null if nothing does.
  std::shared_ptr<Service> ServiceAt(const std::string& address) const;

  mutable std::mutex mutex_;
  std::map<std::string, Host> hosts_;  // guarded by mutex_
};

}  // namespace pegasus
