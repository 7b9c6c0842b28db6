// How nodes reach each other: a narrow interface, so that the same node runs over sockets or within one process.
//
// Binding an address and serving it are two steps, as listen() and accept() are: from Bind() on others may send, but what
// they send waits until somebody serves. A node binds first, because it has to tell others its address to join them, and
// serves when it knows who it is.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "systems/olric/reply.h"

namespace olric {

// Carries out commands. Called by any number of threads of the transport at once.
class Handler {
 public:
  virtual Reply Handle(const Command& command) = 0;

 protected:
  ~Handler() = default;
};

// A reply that is still to come. Thread-safe.
class PendingCall {
 public:
  // The first reply stays; later ones are ignored.
  void Complete(Reply reply);

  // Waits for the reply; OPERATIONTIMEOUT when `timeout` is over before. Zero waits as long as it takes: there always is a
  // reply at last, for what is closed or cut off answers SERVERGONE.
  [[nodiscard]] Reply Wait(std::chrono::nanoseconds timeout) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable completed_;
  std::optional<Reply> reply_;  // guarded by mutex_
};

// A bound address. Ends by Close(), which the destructor calls too.
class Endpoint {
 public:
  virtual ~Endpoint() = default;

  // "host:port" under which others reach it.
  [[nodiscard]] virtual const std::string& address() const = 0;

  // Lets `handler` answer: first what has come already, then what comes. At most once; does nothing after Close().
  virtual void Serve(Handler* handler) = 0;

  // Nothing more is answered: who waits gets SERVERGONE, who comes is refused. Returns when no call of the handler runs any
  // more. Must not be called by the handler. May be called again.
  virtual void Close() = 0;
};

// Thread-safe.
class Transport {
 public:
  virtual ~Transport() = default;

  // Takes an address; a port of 0 is replaced by a free one. Fails if the address is taken.
  [[nodiscard]] virtual Result<std::unique_ptr<Endpoint>> Bind(const std::string& address) = 0;

  // Sends a command; never waits. `from` is the sender's address. The reply is REFUSED if it was not even delivered, and
  // SERVERGONE if it was and nobody knows what became of it.
  [[nodiscard]] virtual std::shared_ptr<PendingCall> Send(const std::string& from,
                                                          const std::string& to,
                                                          Command command) = 0;
};

}  // namespace olric
