// A lock for each key that somebody works on, made when it is asked for and gone when nobody wants it.
#pragma once

#include <map>
#include <mutex>
#include <string>

namespace olric {

// Thread-safe.
class KeyLocks {
  struct Entry {
    std::mutex mutex;
    int users = 0;  // guarded by the table's mutex_
  };

 public:
  class Hold {
   public:
    // Waits until nobody else holds the key.
    Hold(KeyLocks* locks, const std::string& key) : locks_(locks) {
      {
        const std::lock_guard lock(locks_->mutex_);
        entry_ = locks_->entries_.try_emplace(key).first;
        ++entry_->second.users;
      }
      entry_->second.mutex.lock();
    }
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
      entry_->second.mutex.unlock();
      const std::lock_guard lock(locks_->mutex_);
      if (--entry_->second.users == 0) locks_->entries_.erase(entry_);
    }

   private:
    KeyLocks* const locks_;
    std::map<std::string, Entry>::iterator entry_;
  };

 private:
  std::mutex mutex_;
  std::map<std::string, Entry>
      entries_;  // guarded by mutex_; iterators stay valid while they are used
};

}  // namespace olric
