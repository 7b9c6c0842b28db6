// See broadcaster.h. First the design of the report and of its repair upstream, which differ in what a handler waits for;
// then the one that holds.
//
//   step | handler H of client A            | broadcaster thread B
//   1    | clients.Store(A): A is visible   |
//   2    |                                  | an event: sending to A fails; A's count: -1 <- panic
//   3    | A's count + 1                    |
// or, with the same end,
//   1    | Store, count + 1, waits          |
//   2    |                                  | event 1: sending to A fails; count 0, H may go on
//   3    |                                  | event 2: A is still listed, sending fails; -1 <- panic
//   4    | would delete A from the clients  |
//
// Upstream's repair remembers an early word and ignores a second one. It leaves three things as they were: who registers
// after B's last look waits for ever; B writes the error again while H reads it; B may use a stream whose handler is gone.
//
// The design that holds has no word between threads to be said too early, too late or twice. A handler sends itself, from a
// queue of its own; that a subscriber is listed, that events reach its queue and that the broadcaster is closed are changed
// and read under one mutex; and only its own handler removes it.
#include "systems/crio/broadcaster.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "systems/base/latch.h"
#include "systems/base/mailbox.h"
#include "systems/base/wait_group.h"
#include "systems/crio/go.h"

namespace crio {
namespace {

// What a handler waits for, as reported.
class CountedEnd {
 public:
  void Arm() { wait_group_.Add(1); }
  void Done() { wait_group_.Done(); }
  void Wait() { wait_group_.Wait(); }

 private:
  systems::WaitGroup wait_group_;
};

// The same in upstream's repair: armed since it was made, and done at most once.
class ClosedOnceEnd {
 public:
  void Arm() {}
  void Done() { ended_.Open(); }
  void Wait() { ended_.Wait(); }

 private:
  systems::Latch ended_;
};

// As reported (End = CountedEnd), and as upstream repaired it.
template <typename End>
class SendingBroadcaster final : public Broadcaster {
 public:
  explicit SendingBroadcaster(const BroadcasterOptions& options) : channel_(options.capacity) {}

  // Upstream's thread dies with the process; here it is told to end, if nobody did.
  ~SendingBroadcaster() override {
    if (!channel_.closed()) channel_.Close();
    if (thread_.joinable()) thread_.join();
  }

  bool Publish(ContainerEventResponse event) override {
    const bool sent = channel_.TrySend(std::move(event));
    const std::lock_guard lock(stats_mutex_);
    ++(sent ? stats_.published : stats_.dropped);
    return sent;
  }

  Status Serve(EventStream& stream) override {
    std::call_once(once_, [this] { thread_ = std::thread([this] { Broadcast(); }); });
    const auto conn = std::make_shared<ContainerEventConn>();
    clients_.Store(&stream, conn);
    CountSubscriber();
    conn->end.Arm();
    conn->end.Wait();
    clients_.Delete(&stream);
    return conn->error;
  }

  void Shutdown() override { channel_.Close(); }

  [[nodiscard]] BroadcasterStats stats() const override {
    const std::lock_guard lock(stats_mutex_);
    return stats_;
  }

 private:
  struct ContainerEventConn {
    End end;
    Status error;
  };

  void Broadcast() {
    while (const std::optional<ContainerEventResponse> event = channel_.Receive()) {
      clients_.Range([&event](EventStream* stream, ContainerEventConn& conn) {
        const Status status = stream->Send(*event);
        if (status.ok()) return;
        if (!TransportIsClosing(status)) conn.error = status;
        conn.end.Done();
      });
    }
    clients_.Range([](EventStream*, ContainerEventConn& conn) { conn.end.Done(); });
  }

  go::Channel<ContainerEventResponse> channel_;
  go::SyncMap<EventStream*, ContainerEventConn> clients_;
  std::once_flag once_;
  std::thread thread_;  // made under once_
  mutable std::mutex stats_mutex_;
  BroadcasterStats stats_;  // guarded by stats_mutex_
};

class FixedBroadcaster final : public Broadcaster {
 public:
  explicit FixedBroadcaster(const BroadcasterOptions& options) : options_(options) {}

  bool Publish(ContainerEventResponse event) override;
  Status Serve(EventStream& stream) override;
  void Shutdown() override;
  [[nodiscard]] BroadcasterStats stats() const override;

 private:
  // Events are shared by the queues, not copied into each.
  using Event = std::shared_ptr<const ContainerEventResponse>;

  // Lives in its Serve call. While it is listed, it is used under mutex_ only.
  struct Subscription {
    Subscription(EventStream& of, size_t capacity) : stream(of), mailbox(capacity) {}
    EventStream& stream;
    systems::Mailbox<Event> mailbox;
  };

  bool Register(Subscription& subscription);
  Status Deliver(Subscription& subscription);
  Status GiveUp(Subscription& subscription, uint64_t missed);
  void Unregister(const Subscription& subscription);

  const BroadcasterOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable all_gone_;
  std::vector<Subscription*> subscriptions_;  // the rest is guarded by mutex_
  std::deque<Event> backlog_;                 // kept for the first subscriber ever
  bool had_subscriber_ = false;
  bool closed_ = false;
  BroadcasterStats stats_;
};

bool FixedBroadcaster::Publish(ContainerEventResponse published) {
  const Event event = std::make_shared<const ContainerEventResponse>(std::move(published));
  const std::lock_guard lock(mutex_);
  if (closed_ || (!had_subscriber_ && backlog_.size() >= options_.capacity)) {
    ++stats_.dropped;
    return false;
  }
  ++stats_.published;
  if (!had_subscriber_) backlog_.push_back(event);
  for (Subscription* each : subscriptions_) {
    if (!each->mailbox.Put(event) && !each->mailbox.closed()) ++stats_.missed;
  }
  return true;
}

Status FixedBroadcaster::Serve(EventStream& stream) {
  Subscription subscription(stream, options_.subscriber_capacity);
  if (!Register(subscription)) return {Code::kUnavailable, "the event stream has been shut down"};
  Status status = Deliver(subscription);
  Unregister(subscription);
  return status;
}

bool FixedBroadcaster::Register(Subscription& subscription) {
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  subscriptions_.push_back(&subscription);
  CountSubscriber();
  had_subscriber_ = true;
  for (Event& event : std::exchange(backlog_, {})) {
    if (!subscription.mailbox.Put(std::move(event))) ++stats_.missed;
  }
  return true;
}

// Until the client is gone, or the mailbox is closed and empty.
Status FixedBroadcaster::Deliver(Subscription& subscription) {
  EventStream& stream = subscription.stream;
  const std::stop_token context = stream.context();
  // A client that leaves while there is nothing to send is noticed too.
  const std::stop_callback watch(context, [&subscription] { subscription.mailbox.Close(); });
  for (;;) {
    // Not Take: if the system falls silent after an overflow, nothing follows the gap.
    const systems::Delivery<Event> delivery = subscription.mailbox.TakeWithGaps();
    if (context.stop_requested()) return {Code::kCancelled, "context canceled"};
    if (delivery.missed > 0) {
      if (options_.overflow == Overflow::kEndStream) {
        return GiveUp(subscription, delivery.missed + (delivery.value ? 1 : 0));
      }
      if (const Status told = stream.Missed(delivery.missed); !told.ok()) return told;
    }
    if (!delivery.value && delivery.missed > 0) continue;
    if (!delivery.value) return {};
    const Status sent = stream.Send(**delivery.value);
    if (!sent.ok()) return TransportIsClosing(sent) ? Status() : sent;
  }
}

// What is still queued is lost to this subscriber as well, and counted.
Status FixedBroadcaster::GiveUp(Subscription& subscription, uint64_t missed) {
  subscription.mailbox.Close();
  for (;;) {
    const systems::Delivery<Event> delivery = subscription.mailbox.Take();
    missed += delivery.missed;
    if (!delivery.value) break;
    ++missed;
  }
  return {Code::kResourceExhausted,
          "the client reads too slowly: it missed " + std::to_string(missed) + " events"};
}

void FixedBroadcaster::Unregister(const Subscription& subscription) {
  const std::lock_guard lock(mutex_);
  std::erase(subscriptions_, &subscription);
  // Under the lock: once the last one is out, Shutdown returns and the broadcaster may be destroyed.
  if (subscriptions_.empty()) all_gone_.notify_all();
}

void FixedBroadcaster::Shutdown() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  for (Subscription* each : subscriptions_) each->mailbox.Close();
  const auto all_gone = [this] { return subscriptions_.empty(); };
  if (all_gone_.wait_for(lock, options_.drain_timeout, all_gone)) return;
  for (Subscription* each : subscriptions_) each->stream.Cancel();
  all_gone_.wait(lock, all_gone);
}

BroadcasterStats FixedBroadcaster::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

}  // namespace

void Broadcaster::CountSubscriber() {
  const std::lock_guard lock(count_mutex_);
  ++subscriber_count_;
  counted_.notify_all();
}

void Broadcaster::WaitForSubscribers(size_t count) {
  std::unique_lock lock(count_mutex_);
  counted_.wait(lock, [&] { return subscriber_count_ >= count; });
}

std::unique_ptr<Broadcaster> Broadcaster::Make(const BroadcasterOptions& options) {
  switch (options.design) {
    case Design::kAsReported:
      return std::make_unique<SendingBroadcaster<CountedEnd>>(options);
    case Design::kUpstreamFix:
      return std::make_unique<SendingBroadcaster<ClosedOnceEnd>>(options);
    case Design::kFixed:
      return std::make_unique<FixedBroadcaster>(options);
  }
  return nullptr;
}

}  // namespace crio
