// The session with one server: a connection that is dialed when somebody calls, dialed again when it broke, and shared by any
// number of calls at a time (pipelining: replies are matched by their number, and may come in any order).
//
// One thread dials and reads; callers write. So a call needs no place in a queue whose reader may be gone, and nothing ticks
// while nothing happens. Whatever ends a connection (end of stream, a reply that cannot be read) ends the calls on it with
// ERR_SESSION_RESET; the next call dials anew.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "systems/base/variant.h"
#include "systems/pegasus/context.h"
#include "systems/pegasus/frame.h"
#include "systems/pegasus/redial_gate.h"
#include "systems/pegasus/transport.h"

namespace pegasus {

enum class ConnectionState { kInit, kConnecting, kReady, kTransientFailure, kClosed };

// Counts sessions, to see that whoever opens one also closes it. Thread-safe.
class SessionCensus {
 public:
  void Opened() { Count(opened_); }
  void Closed() { Count(closed_); }
  [[nodiscard]] int opened() const { return Read(opened_); }
  [[nodiscard]] int closed() const { return Read(closed_); }
  [[nodiscard]] int leaked() const { return opened() - closed(); }

 private:
  void Count(int& what) {
    const std::lock_guard lock(mutex_);
    ++what;
  }
  int Read(const int& what) const {
    const std::lock_guard lock(mutex_);
    return what;
  }

  mutable std::mutex mutex_;
  int opened_ = 0;  // guarded by mutex_
  int closed_ = 0;  // guarded by mutex_
};

struct SessionOptions {
  std::chrono::nanoseconds dial_timeout = std::chrono::seconds(3);
  std::chrono::nanoseconds read_timeout = std::chrono::seconds(30);
  std::chrono::nanoseconds redial_gate = std::chrono::seconds(60);
  // What a call does while the server cannot be reached: end at once with ERR_SESSION_RESET, or wait until its deadline in
  // the hope that it can (upstream).
  enum class Unreachable { kFail, kWait };
  Unreachable unreachable = Unreachable::kFail;
  systems::Variant gate = systems::Variant::kFixed;
  SessionCensus* census = nullptr;  // outlives the session
  // Called by the thread of a call that timed out, if the server has not said a word for read_timeout since it was asked.
  std::function<void(const std::string& address)> on_unresponsive = {};
};

struct RpcResult {
  WireError error;  // ERR_OK, what the server's transport said, or ERR_SESSION_RESET, ERR_TIMEOUT
  std::string result;  // the message, if the error is ERR_OK
};

// Thread-safe.
class NodeSession {
 public:
  using Done = std::function<void(RpcResult)>;
  enum class CallId : int32_t {};

  NodeSession(Transport& transport, std::string address, SessionOptions options);
  NodeSession(const NodeSession&) = delete;
  NodeSession& operator=(const NodeSession&) = delete;
  // Ends what Close() would end. The census knows whether Close() was called.
  ~NodeSession();

  // Sends `request` (its number is set here) and calls `done` once, from this or another thread, unless Forget comes first.
  CallId Start(Request request, Done done);

  // The reply is not wanted any more. True if `done` was not called and will not be.
  bool Forget(CallId call);

  // Sends and waits: ERR_TIMEOUT when the context is over or cancelled. The header's timeout is set here.
  RpcResult Call(const std::shared_ptr<Context>& context, Request request);

  // Every call ends with ERR_SESSION_RESET, also later ones; the thread is gone when this returns. Must not be called by
  // `done`. Called again it does nothing.
  void Close();

  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] ConnectionState state() const;
  // Calls that wait for a reply.
  [[nodiscard]] size_t pending_count() const;

 private:
  using Pending = std::map<int32_t, Done>;

  void Run();                             // the thread
  std::shared_ptr<Connection> Connect();  // null if there is none yet
  void Serve(Connection& connection);     // until it is over
  bool TakeReplies(std::string& stream);  // false if the stream makes no sense
  void Shutdown();
  static void EndAll(Pending calls);
  bool Unresponsive() const;
  bool Stopping() const;

  Transport& transport_;
  const std::string address_;
  const SessionOptions options_;
  RedialGate gate_;  // the thread's

  std::mutex write_mutex_;  // one writer at a time; never taken under mutex_

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // The rest is guarded by mutex_.
  ConnectionState state_ = ConnectionState::kInit;
  std::shared_ptr<Connection> connection_;  // set while the state is kReady
  int32_t last_seqid_ = 0;
  Pending pending_;                               // by number
  std::map<int32_t, std::string> unsent_;         // frames that wait for a connection
  RedialGate::Time closed_until_;                 // no dial before this
  std::optional<RedialGate::Time> silent_since_;  // the first request without a word after it
  std::thread thread_;                            // begins with the first call
  bool reported_closed_ = false;
};

}  // namespace pegasus
