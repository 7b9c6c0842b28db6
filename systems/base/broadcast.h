// One stream of values for any number of subscribers that come and go: each has a mailbox of its own, so a slow or dead one
// delays nobody. Every value that is published while a subscriber is there is delivered to it or counted as missed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "systems/base/mailbox.h"

namespace systems {

// Thread-safe. Values are copied into each mailbox: make them small, or pointers to const.
template <typename Value>
class Broadcast {
 public:
  using Subscriber = std::shared_ptr<Mailbox<Value>>;

  Broadcast() = default;
  Broadcast(const Broadcast&) = delete;
  Broadcast& operator=(const Broadcast&) = delete;

  // A mailbox that gets what is published from now on. After Close() it is closed from the start, so nobody waits for ever.
  [[nodiscard]] Subscriber Subscribe(size_t capacity) {
    auto mailbox = std::make_shared<Mailbox<Value>>(capacity);
    const std::lock_guard lock(mutex_);
    if (closed_) {
      mailbox->Close();
    } else {
      subscribers_.push_back(mailbox);
    }
    return mailbox;
  }

  // Nothing more comes to it; what is queued can still be taken. Called twice it does nothing.
  void Unsubscribe(const Subscriber& subscriber) {
    {
      const std::lock_guard lock(mutex_);
      std::erase(subscribers_, subscriber);
    }
    subscriber->Close();
  }

  // Returns how many mailboxes took the value. All subscribers see all values in one order.
  size_t Publish(const Value& value) {
    const std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::count_if(subscribers_.begin(), subscribers_.end(),
                                             [&](const Subscriber& each) { return each->Put(value); }));
  }

  // Closes every mailbox, also those to come. Called twice it does nothing.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (const Subscriber& each : subscribers_) each->Close();
    subscribers_.clear();
  }

  [[nodiscard]] size_t subscriber_count() const {
    const std::lock_guard lock(mutex_);
    return subscribers_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Subscriber> subscribers_;  // guarded by mutex_
  bool closed_ = false;                  // guarded by mutex_
};

}  // namespace systems
