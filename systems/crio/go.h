// The two things of Go's library that the reported design stands on, with Go's rules and Go's panics.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "systems/base/panic.h"

namespace crio::go {

// A buffered channel of values. Thread-safe. Closing it twice, and sending to it after it was closed, are panics.
template <typename Value>
class Channel {
 public:
  explicit Channel(size_t capacity) : capacity_(capacity) {}
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  // `select` with a default: false if the buffer is full.
  bool TrySend(Value value) {
    const std::lock_guard lock(mutex_);
    systems::Ensure(!closed_, "send on closed channel");
    if (buffer_.size() >= capacity_) return false;
    buffer_.push_back(std::move(value));
    changed_.notify_one();
    return true;
  }

  // Waits for the next value; nothing once the channel is closed and empty.
  [[nodiscard]] std::optional<Value> Receive() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !buffer_.empty(); });
    if (buffer_.empty()) return std::nullopt;
    std::optional<Value> value(std::move(buffer_.front()));
    buffer_.pop_front();
    return value;
  }

  void Close() {
    const std::lock_guard lock(mutex_);
    systems::Ensure(!closed_, "close of closed channel");
    closed_ = true;
    changed_.notify_all();
  }

  [[nodiscard]] bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Value> buffer_;  // guarded by mutex_
  bool closed_ = false;       // guarded by mutex_
};

// sync.Map. Thread-safe: the map is, not what its values point to.
template <typename Key, typename Value>
class SyncMap {
 public:
  void Store(Key key, std::shared_ptr<Value> value) {
    const std::lock_guard lock(mutex_);
    map_.insert_or_assign(key, std::move(value));
  }

  void Delete(Key key) {
    const std::lock_guard lock(mutex_);
    map_.erase(key);
  }

  // Calls `visit(key, value)` for the entries that were there at the beginning, except for those that are deleted before
  // it comes to them. No lock is held meanwhile.
  template <typename Visit>
  void Range(Visit&& visit) {
    for (const Key& key : Keys()) {
      if (const std::shared_ptr<Value> value = Load(key)) visit(key, *value);
    }
  }

 private:
  std::vector<Key> Keys() {
    const std::lock_guard lock(mutex_);
    std::vector<Key> keys;
    for (const auto& [key, value] : map_) keys.push_back(key);
    return keys;
  }

  std::shared_ptr<Value> Load(const Key& key) {
    const std::lock_guard lock(mutex_);
    const auto found = map_.find(key);
    return found == map_.end() ? nullptr : found->second;
  }

  std::mutex mutex_;
  std::map<Key, std::shared_ptr<Value>> map_;  // guarded by mutex_
};

}  // namespace crio::go
