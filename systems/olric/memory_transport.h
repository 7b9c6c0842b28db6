// The transport within one process: an address is an entry of a table, a connection is a queue, and handlers run in threads
// that belong to the transport.
//
// There is a thread for each call that runs at the same time, kept for later calls: a handler may send calls itself and
// wait for them, so any fixed number of threads could all be waiting for one more.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/olric/transport.h"

namespace olric {

// Thread-safe. All endpoints must be closed before it is destroyed.
class MemoryTransport final : public Transport {
 public:
  MemoryTransport() = default;
  MemoryTransport(const MemoryTransport&) = delete;
  MemoryTransport& operator=(const MemoryTransport&) = delete;
  ~MemoryTransport() override;

  [[nodiscard]] Result<std::unique_ptr<Endpoint>> Bind(const std::string& address) override;
  [[nodiscard]] std::shared_ptr<PendingCall> Send(const std::string& from, const std::string& to,
                                                  Command command) override;

  // Faults, for tests.
  enum class Link {
    kUp,
    kDown,  // what is sent is refused
    kSlow,  // what is sent waits until the link is up
  };
  void SetLink(const std::string& from, const std::string& to, Link link);
  // The machine at `address` is gone: nothing reaches it or leaves it any more, and who waits for it gets SERVERGONE.
  void Kill(const std::string& address);

 private:
  class Bound;
  struct Call {
    std::string from;
    Command command;
    std::shared_ptr<PendingCall> pending;
  };
  struct Port {
    std::string address;
    Handler* handler = nullptr;
    bool closed = false;
    int running = 0;
    std::deque<Call> backlog;                             // until there is a handler
    std::vector<std::shared_ptr<PendingCall>> in_flight;  // handed to the handler
  };
  struct Job {
    std::shared_ptr<Port> port;
    Call call;
  };

  void Serve(Port* port, Handler* handler);
  void Close(Port* port);
  void Work();
  // REQUIRES (all of these): mutex_ is held.
  void Deliver(const std::shared_ptr<Port>& port, Call call);
  [[nodiscard]] Link LinkOf(const std::string& from, const std::string& to) const;
  static void Refuse(std::deque<Call>* calls);

  std::mutex mutex_;  // guards everything below
  std::condition_variable work_;
  std::condition_variable drained_;
  std::map<std::string, std::shared_ptr<Port>> ports_;
  std::set<std::string> killed_;
  std::map<std::pair<std::string, std::string>, Link> links_;  // those that are not up
  std::deque<std::pair<std::string, Call>> slow_;              // to whom, and what
  std::deque<Job> jobs_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  int next_port_ = 40000;
  bool stopping_ = false;
};

}  // namespace olric
