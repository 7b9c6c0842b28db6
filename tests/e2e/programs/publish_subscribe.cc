// Sound: publishers replace immutable snapshots of a subscriber list; readers use whatever snapshot they hold, and the last
// holder frees it. Shared ownership crosses threads by shared_ptr, weak_ptr, a mutex and the atomic functions for shared_ptr.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <string>
#include <thread>
#include <utility>
#include <vector>

struct Message {
  std::string topic;
  int number;
};

// A bounded mailbox. Closing wakes everybody; what is in it can still be taken.
class Mailbox {
 public:
  explicit Mailbox(size_t room) : room_(room) {}

  bool Put(std::shared_ptr<const Message> message) {
    std::unique_lock lock(mutex_);
    not_full_.wait(lock, [this] { return closed_ || messages_.size() < room_; });
    if (closed_) return false;
    messages_.push(std::move(message));
    not_empty_.notify_one();
    return true;
  }

  std::shared_ptr<const Message> Take() {
    std::unique_lock lock(mutex_);
    // Timed, but a timeout only means looking again: virtual time makes it as frequent as the schedule likes.
    while (!not_empty_.wait_for(lock, std::chrono::milliseconds(50),
                                [this] { return closed_ || !messages_.empty(); })) {
      ++timeouts_;
    }
    if (messages_.empty()) return nullptr;
    std::shared_ptr<const Message> message = std::move(messages_.front());
    messages_.pop();
    not_full_.notify_one();
    return message;
  }

  void Close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    not_empty_.notify_all();
    not_full_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::queue<std::shared_ptr<const Message>> messages_;
  size_t room_;
  bool closed_ = false;
  int timeouts_ = 0;
};

class Broker {
 public:
  using Snapshot = std::map<std::string, std::vector<std::weak_ptr<Mailbox>>>;

  void Subscribe(const std::string& topic, const std::shared_ptr<Mailbox>& mailbox) {
    std::lock_guard lock(writers_);
    auto next = std::make_shared<Snapshot>(*std::atomic_load(&snapshot_));
    (*next)[topic].push_back(mailbox);
    std::atomic_store(&snapshot_, std::shared_ptr<const Snapshot>(std::move(next)));
    version_.fetch_add(1, std::memory_order_release);
  }

  // How many mailboxes took it. Those that are gone are skipped.
  int Publish(const std::string& topic, int number) {
    const std::shared_ptr<const Snapshot> snapshot = std::atomic_load(&snapshot_);
    const auto subscribers = snapshot->find(topic);
    if (subscribers == snapshot->end()) return 0;
    const auto message = std::make_shared<const Message>(Message{topic, number});
    int delivered = 0;
    for (const std::weak_ptr<Mailbox>& weak : subscribers->second) {
      if (const std::shared_ptr<Mailbox> mailbox = weak.lock()) delivered += mailbox->Put(message);
    }
    return delivered;
  }

  int version() const { return version_.load(std::memory_order_acquire); }

 private:
  std::mutex writers_;
  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<const Snapshot>();
  std::atomic<int> version_ = 0;
};

int main() {
  Broker broker;
  const auto news = std::make_shared<Mailbox>(2);
  broker.Subscribe("news", news);

  std::vector<int> taken;
  std::thread reader([&] {
    while (const std::shared_ptr<const Message> message = news->Take()) {
      taken.push_back(message->number);
    }
  });
  // A mailbox that lives shorter than its subscription, and is destroyed while others may still lock the weak pointer.
  std::thread visitor([&] {
    const auto mailbox = std::make_shared<Mailbox>(8);
    mailbox->Close();  // before anybody can know it: takes nothing
    broker.Subscribe("news", mailbox);
  });
  int delivered[2] = {};
  std::vector<std::thread> publishers;
  for (int i = 0; i < 2; ++i) {
    publishers.emplace_back([&broker, &delivered, i] {
      for (int k = 0; k < 3; ++k) delivered[i] += broker.Publish("news", 10 * i + k);
    });
  }
  for (std::thread& publisher : publishers) publisher.join();
  visitor.join();
  news->Close();
  reader.join();

  if (delivered[0] != 3 || delivered[1] != 3 || broker.version() != 2) return 1;
  // Nothing lost, and each publisher's messages in its order.
  for (int i = 0; i < 2; ++i) {
    std::vector<int> mine;
    std::copy_if(taken.begin(), taken.end(), std::back_inserter(mine),
                 [i](int number) { return number / 10 == i; });
    if (mine != std::vector<int>{10 * i, 10 * i + 1, 10 * i + 2}) return 2;
  }
  return 0;
}
