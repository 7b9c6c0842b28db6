// What the client needs of a network: connections that carry bytes in order, as TCP's do.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace pegasus {

// One connection. One thread may write while another reads; Close may be called by any thread at any time.
class Connection {
 public:
  virtual ~Connection() = default;

  // False if the connection is closed. Bytes that were taken need not arrive. One thread at a time.
  virtual bool Write(std::string_view bytes) = 0;

  // Waits for bytes; empty when the connection is closed. One thread at a time.
  virtual std::string Read() = 0;

  // Ends it for both sides, and a Read that waits with it. May be called again.
  virtual void Close() = 0;

 protected:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
};

// Thread-safe.
class Transport {
 public:
  // Connects to "ip:port". Null if nobody listens there; a host that is silent costs the whole timeout.
  virtual std::shared_ptr<Connection> Dial(const std::string& address,
                                           std::chrono::nanoseconds timeout) = 0;

 protected:
  ~Transport() = default;
};

}  // namespace pegasus
