// The server's end of one GetContainerEvents call, whatever carries it: gRPC, or memory (memory_stream.h).
#pragma once

#include <cstdint>
#include <stop_token>

#include "systems/crio/cri.h"
#include "systems/crio/status.h"

namespace crio {

// One thread at a time calls Send and Missed. The others may be called by any thread.
class EventStream {
 public:
  // Gives an event to the client. Waits while the client does not read and its window is full. An error is final: the
  // client is gone (Unavailable, "transport is closing"), the call was cancelled (Cancelled), or it cannot be sent.
  virtual Status Send(const ContainerEventResponse& event) = 0;

  // Tells the client that `count` events, all before the next one it gets, are lost to it. Waits and fails as Send.
  virtual Status Missed(uint64_t count) = 0;

  // Stopped as soon as the client is known to have gone, or the call to be cancelled.
  [[nodiscard]] virtual std::stop_token context() const = 0;

  // Ends the call from the server's side: a Send that waits returns. Called twice it does nothing.
  virtual void Cancel() = 0;

 protected:
  ~EventStream() = default;  // belongs to the transport
};

// True for the way in which a send ends when the client has simply left: nothing that anybody has to be told.
[[nodiscard]] inline bool TransportIsClosing(const Status& status) {
  return status.code() == Code::kUnavailable ||
         status.message().find("transport is closing") != std::string::npos;
}

}  // namespace crio
