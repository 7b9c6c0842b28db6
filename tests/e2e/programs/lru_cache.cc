// Sound: a cache that evicts what was used longest ago. Readers share a lock, and what they change under it (the time of
// use, statistics) is atomic; loading is done once a key by call_once outside of the lock.
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

class Cache {
 public:
  using Loader = std::function<std::string(const std::string&)>;

  Cache(size_t room, Loader loader) : room_(room), loader_(std::move(loader)) {}

  std::shared_ptr<const std::string> Get(const std::string& key) {
    std::shared_ptr<Entry> entry = Find(key);
    if (entry == nullptr) entry = Insert(key);
    // If the loader throws, the flag stays unset and the next caller tries again.
    std::call_once(entry->once, [&] {
      entry->value = std::make_shared<const std::string>(loader_(key));
      entry->loaded.store(true, std::memory_order_release);
    });
    return entry->value;
  }

  size_t size() const {
    std::shared_lock lock(mutex_);
    return entries_.size();
  }

  std::optional<std::string> Peek(const std::string& key) const {
    std::shared_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return std::nullopt;
    const auto found = entries_.find(key);
    if (found == entries_.end() || !found->second->loaded.load(std::memory_order_acquire)) {
      return std::nullopt;
    }
    return *found->second->value;
  }

  int hits() const { return hits_.load(std::memory_order_relaxed); }
  int misses() const { return misses_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::once_flag once;
    std::shared_ptr<const std::string> value;  // written once, under `once`
    std::atomic<bool> loaded = false;
    std::atomic<uint64_t> used = 0;
  };

  std::shared_ptr<Entry> Find(const std::string& key) {
    std::shared_lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    found->second->used.store(clock_.fetch_add(1, std::memory_order_relaxed),
                              std::memory_order_relaxed);
    hits_.fetch_add(1, std::memory_order_relaxed);
    return found->second;
  }

  std::shared_ptr<Entry> Insert(const std::string& key) {
    std::unique_lock lock(mutex_);
    std::shared_ptr<Entry>& entry = entries_[key];
    // Another thread may have been here since Find.
    if (entry == nullptr) entry = std::make_shared<Entry>();
    misses_.fetch_add(1, std::memory_order_relaxed);
    entry->used.store(clock_.fetch_add(1, std::memory_order_relaxed), std::memory_order_relaxed);
    const std::shared_ptr<Entry> kept = entry;
    while (entries_.size() > room_) {
      auto oldest = entries_.begin();
      for (auto it = entries_.begin(); it != entries_.end(); ++it) {
        if (it->second->used.load(std::memory_order_relaxed) <
            oldest->second->used.load(std::memory_order_relaxed)) {
          oldest = it;
        }
      }
      entries_.erase(oldest);
    }
    return kept;
  }

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;
  size_t room_;
  Loader loader_;
  std::atomic<uint64_t> clock_ = 1;
  std::atomic<int> hits_ = 0;
  std::atomic<int> misses_ = 0;
};

int main() {
  std::atomic<int> loads = 0;
  std::atomic<bool> failed_once = false;
  Cache cache(3, [&](const std::string& key) {
    loads.fetch_add(1, std::memory_order_relaxed);
    if (key == "c" && !failed_once.exchange(true)) throw 17;
    return key + key;
  });

  std::atomic<int> wrong = 0;
  auto use = [&](std::vector<std::string> keys) {
    for (const std::string& key : keys) {
      for (int attempt = 0;; ++attempt) {
        try {
          if (*cache.Get(key) != key + key) ++wrong;
          break;
        } catch (int value) {
          if (value != 17 || attempt > 0) ++wrong;
        }
      }
      if (const auto peeked = cache.Peek(key); peeked.has_value() && *peeked != key + key) ++wrong;
      if (cache.size() > 3) ++wrong;
    }
  };
  std::thread first(use, std::vector<std::string>{"a", "b", "c", "d"});
  std::thread second(use, std::vector<std::string>{"b", "a", "e", "b"});
  std::thread third(use, std::vector<std::string>{"c", "c", "a"});
  first.join();
  second.join();
  third.join();
  return wrong == 0 && cache.hits() + cache.misses() >= 11 && loads >= 5 ? 0 : 1;
}
