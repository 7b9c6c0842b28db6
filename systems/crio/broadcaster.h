// Hands the events of all containers to every client of GetContainerEvents. Three designs of the same thing: the one of the
// bug report, the one of upstream's repair, and the one that this project stands for. They are side by side in
// broadcaster.cc; nothing else in this library differs between them but `keeps_order` of a container's events (see
// event_generator.h).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "systems/base/variant.h"
#include "systems/crio/cri.h"
#include "systems/crio/event_stream.h"
#include "systems/crio/status.h"

namespace crio {

enum class Design {
  kAsReported,   // one broadcaster thread that sends; handlers wait for their wait group (1.28.9)
  kUpstreamFix,  // the same, but a handler waits for a channel that is closed at most once (1.33.0)
  kFixed,        // a bounded queue for each subscriber; its own handler sends
};

[[nodiscard]] constexpr Design DesignOf(systems::Variant variant) {
  return variant == systems::Variant::kFixed ? Design::kFixed : Design::kAsReported;
}

// What is done with a subscriber whose queue overflows (kFixed only; the others have no such queue).
enum class Overflow {
  // The stream ends with ResourceExhausted, which names how many events are lost. A kubelet then lists all pods anew and
  // subscribes again, so this is the answer that its protocol has a place for.
  kEndStream,
  // EventStream::Missed tells the number, and the stream goes on with what came after the gap.
  kTellAndGoOn,
};

struct BroadcasterOptions {
  Design design = Design::kFixed;
  // Events that wait for the first subscriber ever, or (except kFixed) for the broadcaster thread.
  size_t capacity = 1000;
  // The rest is for kFixed only. Events that wait for one subscriber.
  size_t subscriber_capacity = 1000;
  Overflow overflow = Overflow::kEndStream;
  // How long Shutdown lets subscribers read what is queued for them before it cancels their calls.
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(10);
};

struct BroadcasterStats {
  uint64_t published = 0;  // accepted
  uint64_t dropped = 0;  // for everybody: the queue was full, or (kFixed) the broadcaster shut down
  uint64_t missed = 0;   // kFixed: for one subscriber, whose queue was full; summed over them
};

// Thread-safe. Serve calls must have returned before it is destroyed.
class Broadcaster {
 public:
  [[nodiscard]] static std::unique_ptr<Broadcaster> Make(const BroadcasterOptions& options);

  virtual ~Broadcaster() = default;

  // Never waits. False if the event was dropped for everybody. Until the first subscriber ever comes, events are kept for
  // it; later, an event without subscribers is for nobody. After Shutdown: kFixed drops the event, the others panic.
  virtual bool Publish(ContainerEventResponse event) = 0;

  // The body of GetContainerEvents: subscribes, and returns when the subscription is over, with the status of the call. Each
  // subscriber gets the events in the order in which they were published.
  //   kFixed: every event from its beginning to its end, or the number of those that it missed. OK after a shutdown, or when
  //   a send shows that the client left; Cancelled when its context says so; Unavailable for a client that comes after
  //   Shutdown; ResourceExhausted for a reader that is too slow (Overflow::kEndStream); else the error of the send.
  //   The others: waits for a word of the broadcaster thread, which comes after a failing send or a shutdown. Nobody
  //   watches the context.
  virtual Status Serve(EventStream& stream) = 0;

  // Ends all subscriptions.
  //   kFixed: each subscriber still gets what was published before; returns when all Serve calls are over. May be called
  //   again, also at the same time, and then waits for the same end.
  //   The others: returns at once, and panics when called twice.
  virtual void Shutdown() = 0;

  [[nodiscard]] virtual BroadcasterStats stats() const = 0;

  // Waits until `count` clients have subscribed, all those counted that are gone again: what is published from then on
  // reaches them.
  void WaitForSubscribers(size_t count);

 protected:
  Broadcaster() = default;
  Broadcaster(const Broadcaster&) = delete;
  Broadcaster& operator=(const Broadcaster&) = delete;

  // To be called when a subscriber has become visible to Publish.
  void CountSubscriber();

 private:
  std::mutex count_mutex_;
  std::condition_variable counted_;
  size_t subscriber_count_ = 0;  // guarded by count_mutex_
};

}  // namespace crio
