// A map that is read far more often than it is written. Readers take a snapshot that never changes under them; a writer
// makes a new version and puts it in place of the old one, which lives as long as somebody reads it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace systems {

// Thread-safe. A read costs a lock held for the copy of a pointer; a write copies the map.
template <typename Key, typename Value>
class Registry {
 public:
  using Map = std::map<Key, Value, std::less<>>;
  using Snapshot = std::shared_ptr<const Map>;

  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // All entries as they are now.
  [[nodiscard]] Snapshot Read() const {
    const std::lock_guard lock(pointer_mutex_);
    return current_;
  }

  // A copy of the value of `key`, or `otherwise`.
  [[nodiscard]] Value Get(const Key& key, Value otherwise = Value()) const {
    const Snapshot snapshot = Read();
    const auto found = snapshot->find(key);
    return found == snapshot->end() ? std::move(otherwise) : found->second;
  }

  // False, and nothing changed, if the key is there already.
  bool Insert(const Key& key, Value value) {
    return Update([&](Map& map) { return map.emplace(key, std::move(value)).second; });
  }

  // True if the key was there.
  bool Erase(const Key& key) {
    return Update([&](Map& map) { return map.erase(key) > 0; });
  }

  // Calls `change` on a copy and, if it returns true, makes the copy what readers see: all of the change or nothing of it.
  // Writers take turns; `change` may read this registry, but not write to it. Returns what `change` returned.
  template <typename Change>
  bool Update(Change&& change) {
    const std::lock_guard writer(writer_mutex_);
    auto next = std::make_shared<Map>(*Read());
    if (!std::forward<Change>(change)(*next)) return false;
    Snapshot retired = std::move(next);
    {
      const std::lock_guard lock(pointer_mutex_);
      current_.swap(retired);
    }
    // The old version ends here, outside of the lock, if nobody reads it.
    return true;
  }

 private:
  std::mutex writer_mutex_;
  mutable std::mutex pointer_mutex_;
  Snapshot current_ = std::make_shared<const Map>();  // guarded by pointer_mutex_
};

}  // namespace systems
