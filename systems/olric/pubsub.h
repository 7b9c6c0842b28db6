// Publish and subscribe: channels by name or by pattern. A message goes to all members, and on each to its subscribers, who
// have a mailbox each: one that does not read is told how many messages it missed, and delays nobody.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "systems/base/mailbox.h"
#include "systems/olric/counters.h"

namespace olric {

struct Message {
  std::string pattern;  // by which it came; empty if by the channel's name
  std::string channel;
  std::string payload;
};

// What a client in subscribed state has. Thread-safe.
class Subscriber {
 public:
  explicit Subscriber(size_t capacity) : mailbox_(capacity) {}

  // Waits for the next message. What was missed is told as soon as it is next, also if no message follows it: then there is
  // no message, and `missed` > 0. Neither of them is the end of the subscription.
  [[nodiscard]] systems::Delivery<Message> Take() { return mailbox_.TakeWithGaps(); }

 private:
  friend class PubSub;
  systems::Mailbox<Message> mailbox_;
  std::set<std::string> channels_;  // guarded by PubSub::mutex_
  std::set<std::string> patterns_;  // guarded by PubSub::mutex_
};

// `*` stands for any characters, `?` for one, `[a-z]` for one of a set, `\` takes the next one literally.
[[nodiscard]] bool MatchesPattern(std::string_view pattern, std::string_view text);

// The subscribers of one node. Thread-safe.
class PubSub {
 public:
  explicit PubSub(Counters* counters) : counters_(counters) {}

  using Handle = std::shared_ptr<Subscriber>;
  // A subscriber of nothing yet. After Close() it gets the end at once.
  [[nodiscard]] Handle Connect(size_t capacity);
  // Ends it; called twice it does nothing.
  void Disconnect(const Handle& subscriber);

  // Each returns of how many channels and patterns it is a subscriber now.
  size_t Subscribe(const Handle& subscriber, const std::string& channel);
  size_t Unsubscribe(const Handle& subscriber, const std::string& channel);
  size_t PatternSubscribe(const Handle& subscriber, const std::string& pattern);
  size_t PatternUnsubscribe(const Handle& subscriber, const std::string& pattern);

  // Delivers to this node's subscribers; returns how many there were. One that has both the channel and a matching pattern
  // gets the message, and counts, for each.
  size_t Deliver(const std::string& channel, const std::string& payload);

  [[nodiscard]] std::vector<std::string> Channels(std::string_view pattern) const;
  [[nodiscard]] size_t PatternCount() const;  // distinct patterns
  [[nodiscard]] size_t SubscriberCount(const std::string& channel) const;

  // Ends all subscribers, also those to come.
  void Close();

 private:
  // REQUIRES: mutex_ is held.
  [[nodiscard]] bool Connected(const Handle& subscriber) const;

  Counters* const counters_;
  mutable std::mutex mutex_;         // guards the rest
  std::vector<Handle> subscribers_;  // in the order in which they came
  bool closed_ = false;
};

}  // namespace olric
