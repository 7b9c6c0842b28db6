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
// The design that holds has no word between threads to be said too early, too late or twice. A handler sends itself, what it
// reads from a log of events; that it is listed, where it is in the log and whether the log is closed are changed and read
// under one mutex; and only the handler itself removes it.
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

// One log of the latest events, and for each subscriber a place in it: the queue of a subscriber is what lies between its
// place and the end. Publishing costs the same for any number of subscribers, and who falls behind the beginning of the log
// knows exactly how many events it missed.
class FixedBroadcaster final : public Broadcaster {
 public:
  explicit FixedBroadcaster(const BroadcasterOptions& options) : options_(options) {}

  bool Publish(ContainerEventResponse event) override;
  Status Serve(EventStream& stream) override;
  void Shutdown() override;
  [[nodiscard]] BroadcasterStats stats() const override;

 private:
  using Event = std::shared_ptr<const ContainerEventResponse>;

  // Lives in its Serve call.
  struct Subscription {
    EventStream& stream;
    uint64_t next;      // the number of the event that comes next; guarded by mutex_
    bool left = false;  // its client did; guarded by mutex_
  };
  // What comes next for a subscriber: a gap, then events. Neither at the end.
  struct Batch {
    uint64_t missed = 0;
    std::vector<Event> events;
  };
  // So that a subscriber takes the lock once for several events.
  static constexpr size_t kBatch = 32;

  bool Register(Subscription& subscription);
  Status Deliver(Subscription& subscription);
  Batch Take(Subscription& subscription);
  void Leave(Subscription& subscription);
  void Unregister(const Subscription& subscription);

  [[nodiscard]] uint64_t EndOfLog() const { return first_ + log_.size(); }  // with mutex_ held
  void TrimLog();                                                           // the same

  const BroadcasterOptions options_;
  // Held while calls are cancelled, which calls Leave. Before mutex_. The list is changed under both, and read under either.
  std::mutex cancel_mutex_;
  mutable std::mutex mutex_;
  std::vector<Subscription*> subscriptions_;
  std::condition_variable changed_;  // the log, closed_, Subscription::left
  std::condition_variable all_gone_;
  std::deque<Event> log_;  // the rest is guarded by mutex_
  uint64_t first_ = 0;     // the number of the first event in log_
  bool had_subscriber_ = false;
  bool closed_ = false;
  BroadcasterStats stats_;
};

bool FixedBroadcaster::Publish(ContainerEventResponse published) {
  Event event = std::make_shared<const ContainerEventResponse>(std::move(published));
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || (!had_subscriber_ && log_.size() >= options_.capacity)) {
      ++stats_.dropped;
      return false;
    }
    ++stats_.published;
    log_.push_back(std::move(event));
    if (had_subscriber_) TrimLog();
  }
  changed_.notify_all();
  return true;
}

// Once there has been a subscriber: as many events as one may be behind by, and none while there is nobody.
void FixedBroadcaster::TrimLog() {
  const size_t kept =
      subscriptions_.empty() ? 0 : std::max<size_t>(options_.subscriber_capacity, 1);
  for (; log_.size() > kept; ++first_) log_.pop_front();
}

Status FixedBroadcaster::Serve(EventStream& stream) {
  Subscription subscription{.stream = stream, .next = 0};
  if (!Register(subscription)) return {Code::kUnavailable, "the event stream has been shut down"};
  Status status = Deliver(subscription);
  Unregister(subscription);
  return status;
}

bool FixedBroadcaster::Register(Subscription& subscription) {
  const std::lock_guard before(cancel_mutex_);
  const std::lock_guard lock(mutex_);
  if (closed_) return false;
  subscription.next = had_subscriber_ ? EndOfLog() : first_;
  had_subscriber_ = true;
  subscriptions_.push_back(&subscription);
  CountSubscriber();
  return true;
}

Status FixedBroadcaster::Deliver(Subscription& subscription) {
  EventStream& stream = subscription.stream;
  const std::stop_token context = stream.context();
  // A client that leaves while there is nothing to send is noticed too.
  const std::stop_callback watch(context, [this, &subscription] { Leave(subscription); });
  for (;;) {
    const Batch batch = Take(subscription);
    if (batch.missed > 0) {
      if (options_.overflow == Overflow::kEndStream) {
        return {Code::kResourceExhausted, "the client reads too slowly: it missed " +
                                              std::to_string(batch.missed) + " events"};
      }
      if (const Status told = stream.Missed(batch.missed); !told.ok()) return told;
    }
    for (const Event& event : batch.events) {
      const Status sent = stream.Send(*event);
      if (!sent.ok()) return TransportIsClosing(sent) ? Status() : sent;
    }
    if (context.stop_requested()) return {Code::kCancelled, "context canceled"};
    if (batch.events.empty()) return {};
  }
}

FixedBroadcaster::Batch FixedBroadcaster::Take(Subscription& subscription) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock,
                [&] { return closed_ || subscription.left || subscription.next < EndOfLog(); });
  Batch batch;
  if (subscription.left) return batch;
  uint64_t& next = subscription.next;
  if (next < first_) {
    // A stream that ends for this misses what it could still have got as well.
    const bool ends = options_.overflow == Overflow::kEndStream;
    batch.missed = (ends ? EndOfLog() : first_) - std::exchange(next, ends ? EndOfLog() : first_);
    stats_.missed += batch.missed;
  }
  for (; next < EndOfLog() && batch.events.size() < kBatch; ++next) {
    batch.events.push_back(log_[next - first_]);
  }
  return batch;
}

void FixedBroadcaster::Leave(Subscription& subscription) {
  const std::lock_guard lock(mutex_);
  subscription.left = true;
  changed_.notify_all();
}

void FixedBroadcaster::Unregister(const Subscription& subscription) {
  const std::lock_guard before(cancel_mutex_);
  const std::lock_guard lock(mutex_);
  std::erase(subscriptions_, &subscription);
  if (subscriptions_.empty()) {
    TrimLog();
    all_gone_.notify_all();
  }
}

void FixedBroadcaster::Shutdown() {
  const auto all_gone = [this] { return subscriptions_.empty(); };
  {
    std::unique_lock lock(mutex_);
    closed_ = true;
    changed_.notify_all();
    if (all_gone_.wait_for(lock, options_.drain_timeout, all_gone)) return;
  }
  {
    const std::lock_guard listed(cancel_mutex_);
    for (Subscription* each : subscriptions_) each->stream.Cancel();
  }
  std::unique_lock lock(mutex_);
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
