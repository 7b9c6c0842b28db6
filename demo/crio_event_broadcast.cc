// The kernel of a bug in CRI-O (issue 9004): each GetContainerEvents handler waits on a wait group until the
// broadcaster says that its client is gone. The handler makes itself visible before it arms the wait group, and the
// broadcaster may say "gone" more than once. Go's wait group panics below zero and takes the whole runtime with it.
//
//   step | handler H (GetContainerEvents)  | broadcaster B             or, the second way:
//   1    | clients.Store(conn)             |                           H: Store, wg.Add(1), wg.Wait
//   2    |                                 | event 1: Send fails       B: event 1: Send fails, wg.Done: counter 0
//   3    |                                 | conn.wg.Done: counter -1  B: event 2: H has not run Delete yet,
//        |                                 |   <- crash                   Send fails, wg.Done: -1  <- crash
//   4    | would now wg.Add(1)             |
//
// As reported: as above (upstream, the error that B leaves for H in the connection is a data race; left out here).
// Fixed (-DDEMO_FIXED=1): what H waits for is complete before it is visible, an early "gone" is remembered and a second
// one is nothing; and a client that comes after the broadcaster has ended is refused instead of waiting for ever.
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <type_traits>

#ifndef DEMO_FIXED
#define DEMO_FIXED 0
#endif

namespace {

constexpr bool kFixed = DEMO_FIXED;

// As Go's sync.WaitGroup.
class WaitGroup {
 public:
  void Add(int delta) {
    std::lock_guard lock(mutex_);
    counter_ += delta;
    if (counter_ < 0) {
      std::fputs("panic: sync: negative WaitGroup counter\n", stderr);
      std::abort();
    }
    zero_.notify_all();
  }

  void Done() { Add(-1); }

  void Wait() {
    std::unique_lock lock(mutex_);
    zero_.wait(lock, [&] { return counter_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  int counter_ = 0;
};

// Tells a handler, once and for all, that its client is gone.
class Completion {
 public:
  void Done() {
    std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

// What a handler has to do before it can wait: the whole difference between the two designs.
[[maybe_unused]] void Arm(WaitGroup& wait_group) { wait_group.Add(1); }
[[maybe_unused]] void Arm(Completion&) {}  // Armed since it was made.

struct ContainerEventConn {
  std::conditional_t<kFixed, Completion, WaitGroup> completion;

  // The client of this program disconnected right after it had subscribed: every send fails.
  bool Send(const std::string& event) const { return event.empty(); }
};

class Server {
 public:
  // GetContainerEvents: one call per client. Returns false if the server no longer broadcasts.
  bool GetContainerEvents() {
    std::call_once(broadcaster_once_, [&] { broadcaster_ = std::thread([&] { Broadcast(); }); });
    auto conn = std::make_shared<ContainerEventConn>();
    {
      std::lock_guard lock(mutex_);
      if (kFixed && broadcast_ended_) return false;
      clients_.insert(conn);  // Step 1: visible.
      ever_subscribed_ = true;
      changed_.notify_all();
    }
    Arm(conn->completion);  // Step 4.
    conn->completion.Wait();
    std::lock_guard lock(mutex_);
    clients_.erase(conn);
    return true;
  }

  void Produce(const std::string& event) {
    std::lock_guard lock(mutex_);
    events_.push_back(event);
    changed_.notify_all();
  }

  void WaitForSubscriber() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ever_subscribed_; });
  }

  void Shutdown() {
    {
      std::lock_guard lock(mutex_);
      closed_ = true;
      changed_.notify_all();
    }
    if (broadcaster_.joinable()) broadcaster_.join();
  }

 private:
  using Clients = std::set<std::shared_ptr<ContainerEventConn>>;

  void Broadcast() {
    while (const std::optional<std::string> event = NextEvent()) {
      for (const auto& conn : Snapshot()) {
        if (!conn->Send(*event)) conn->completion.Done();  // Step 3.
      }
    }
    // Upstream: the deferred pass over all clients.
    for (const auto& conn : LastSnapshot()) conn->completion.Done();
  }

  std::optional<std::string> NextEvent() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return closed_ || !events_.empty(); });
    if (events_.empty()) return std::nullopt;
    std::string event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

  Clients Snapshot() {
    std::lock_guard lock(mutex_);
    return clients_;
  }

  Clients LastSnapshot() {
    std::lock_guard lock(mutex_);
    broadcast_ended_ = true;
    return clients_;
  }

  std::once_flag broadcaster_once_;
  std::thread broadcaster_;
  // Guards all below; stands for Go's channel and sync.Map, which lock themselves.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> events_;
  Clients clients_;
  bool ever_subscribed_ = false;
  bool closed_ = false;
  bool broadcast_ended_ = false;
};

}  // namespace

int main() {
  Server server;
  std::thread handler([&] { server.GetContainerEvents(); });
  server.Produce("CONTAINER_STARTED_EVENT");
  server.Produce("CONTAINER_STOPPED_EVENT");
  server.WaitForSubscriber();
  server.Shutdown();
  handler.join();
  std::puts("all clients released");
}
