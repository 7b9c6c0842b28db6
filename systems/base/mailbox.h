// A bounded queue of one subscriber. Who publishes never waits: what does not fit is counted, and the subscriber is told how
// many it missed before it gets what came after the gap.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace systems {

// What a subscriber receives: `missed` values were dropped just before `value`; no value once the mailbox is closed and
// empty (`missed` then counts what was dropped at the end).
template <typename Value>
struct Delivery {
  std::optional<Value> value;
  uint64_t missed = 0;
};

// Thread-safe.
template <typename Value>
class Mailbox {
 public:
  explicit Mailbox(size_t capacity) : capacity_(capacity) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // False if the value was dropped: the mailbox is full or closed.
  bool Put(Value value) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    if (queue_.size() >= capacity_) {
      ++missed_;
      if (queue_.empty())
        changed_.notify_one();  // no capacity at all: the gap is all there is to take
      return false;
    }
    queue_.push_back({std::move(value), std::exchange(missed_, 0)});
    changed_.notify_one();
    return true;
  }

  // Waits for the next value, or for the end.
  [[nodiscard]] Delivery<Value> Take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    return Pop();
  }

  // The same, but a gap is told as soon as it is next, whether anything follows it or not: without a value, and `missed` > 0.
  // The end is a delivery without a value that missed nothing.
  [[nodiscard]] Delivery<Value> TakeWithGaps() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !queue_.empty() || missed_ > 0; });
    return Pop();
  }

  // As Take for at most `timeout`; nothing at all when it is over.
  [[nodiscard]] std::optional<Delivery<Value>> TakeFor(std::chrono::nanoseconds timeout) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, timeout, [this] { return closed_ || !queue_.empty(); }))
      return std::nullopt;
    return Pop();
  }

  // What is queued is still delivered; nothing is accepted any more.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  struct Entry {
    Value value;
    uint64_t missed_before;
  };

  Delivery<Value> Pop() {
    Delivery<Value> delivery;
    if (queue_.empty()) {
      delivery.missed = std::exchange(missed_, 0);
      return delivery;
    }
    delivery.missed = queue_.front().missed_before;
    delivery.value.emplace(std::move(queue_.front().value));
    queue_.pop_front();
    return delivery;
  }

  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> queue_;  // the rest is guarded by mutex_
  uint64_t missed_ = 0;      // dropped since the last value that was queued
  bool closed_ = false;
};

}  // namespace systems
