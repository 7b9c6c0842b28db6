// See pubsub.h.
#include "systems/olric/pubsub.h"

#include <algorithm>
#include <utility>

namespace olric {
namespace {

// Matches one element of a pattern, which is not `*`, with one character; moves `pattern` behind it.
bool MatchesOne(std::string_view* pattern, char c) {
  const char first = pattern->front();
  pattern->remove_prefix(1);
  if (first == '?') return true;
  if (first == '\\' && !pattern->empty()) {
    const char literal = pattern->front();
    pattern->remove_prefix(1);
    return literal == c;
  }
  if (first != '[') return first == c;
  const bool negated = !pattern->empty() && pattern->front() == '^';
  if (negated) pattern->remove_prefix(1);
  bool inside = false;
  while (!pattern->empty() && pattern->front() != ']') {
    const char low = pattern->front();
    char high = low;
    pattern->remove_prefix(1);
    if (pattern->size() >= 2 && pattern->front() == '-' && (*pattern)[1] != ']') {
      high = (*pattern)[1];
      pattern->remove_prefix(2);
    }
    inside = inside || (low <= c && c <= high);
  }
  if (!pattern->empty()) pattern->remove_prefix(1);
  return inside != negated;
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  // Where to go on if what follows the last star does not fit: the star then takes one character more.
  std::string_view after_star;
  std::string_view rest_of_text;
  bool star = false;
  for (;;) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      after_star = pattern;
      rest_of_text = text;
      star = true;
      continue;
    }
    if (pattern.empty() && text.empty()) return true;
    if (!pattern.empty() && !text.empty() && MatchesOne(&pattern, text.front())) {
      text.remove_prefix(1);
      continue;
    }
    if (!star || rest_of_text.empty()) return false;
    rest_of_text.remove_prefix(1);
    pattern = after_star;
    text = rest_of_text;
  }
}

PubSub::Handle PubSub::Connect(size_t capacity) {
  auto subscriber = std::make_shared<Subscriber>(capacity);
  const std::lock_guard lock(mutex_);
  if (closed_) {
    subscriber->mailbox_.Close();
  } else {
    subscribers_.push_back(subscriber);
  }
  return subscriber;
}

void PubSub::Disconnect(const Handle& subscriber) {
  const std::lock_guard lock(mutex_);
  if (std::erase(subscribers_, subscriber) == 0) return;
  counters_->current_subscribers.Subtract(subscriber->channels_.size());
  counters_->current_psubscribers.Subtract(subscriber->patterns_.size());
  subscriber->mailbox_.Close();
}

bool PubSub::Connected(const Handle& subscriber) const {
  return std::find(subscribers_.begin(), subscribers_.end(), subscriber) != subscribers_.end();
}

size_t PubSub::Subscribe(const Handle& subscriber, const std::string& channel) {
  const std::lock_guard lock(mutex_);
  if (Connected(subscriber) && subscriber->channels_.insert(channel).second) {
    counters_->subscribers_total.Add();
    counters_->current_subscribers.Add();
  }
  return subscriber->channels_.size() + subscriber->patterns_.size();
}

size_t PubSub::Unsubscribe(const Handle& subscriber, const std::string& channel) {
  const std::lock_guard lock(mutex_);
  if (Connected(subscriber) && subscriber->channels_.erase(channel) > 0) {
    counters_->current_subscribers.Subtract();
  }
  return subscriber->channels_.size() + subscriber->patterns_.size();
}

size_t PubSub::PatternSubscribe(const Handle& subscriber, const std::string& pattern) {
  const std::lock_guard lock(mutex_);
  if (Connected(subscriber) && subscriber->patterns_.insert(pattern).second) {
    counters_->psubscribers_total.Add();
    counters_->current_psubscribers.Add();
  }
  return subscriber->channels_.size() + subscriber->patterns_.size();
}

size_t PubSub::PatternUnsubscribe(const Handle& subscriber, const std::string& pattern) {
  const std::lock_guard lock(mutex_);
  if (Connected(subscriber) && subscriber->patterns_.erase(pattern) > 0) {
    counters_->current_psubscribers.Subtract();
  }
  return subscriber->channels_.size() + subscriber->patterns_.size();
}

size_t PubSub::Deliver(const std::string& channel, const std::string& payload) {
  const std::lock_guard lock(mutex_);
  size_t receivers = 0;
  for (const Handle& subscriber : subscribers_) {
    if (subscriber->channels_.contains(channel)) {
      subscriber->mailbox_.Put({"", channel, payload});
      ++receivers;
    }
    for (const std::string& pattern : subscriber->patterns_) {
      if (!MatchesPattern(pattern, channel)) continue;
      subscriber->mailbox_.Put({pattern, channel, payload});
      ++receivers;
    }
  }
  return receivers;
}

std::vector<std::string> PubSub::Channels(std::string_view pattern) const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> channels;
  for (const Handle& subscriber : subscribers_) {
    for (const std::string& channel : subscriber->channels_) {
      if (pattern.empty() || MatchesPattern(pattern, channel)) channels.insert(channel);
    }
  }
  return {channels.begin(), channels.end()};
}

size_t PubSub::PatternCount() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> patterns;
  for (const Handle& subscriber : subscribers_) {
    patterns.insert(subscriber->patterns_.begin(), subscriber->patterns_.end());
  }
  return patterns.size();
}

size_t PubSub::SubscriberCount(const std::string& channel) const {
  const std::lock_guard lock(mutex_);
  size_t count = 0;
  for (const Handle& subscriber : subscribers_) {
    if (subscriber->channels_.contains(channel)) ++count;
  }
  return count;
}

void PubSub::Close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const Handle& subscriber : subscribers_) subscriber->mailbox_.Close();
  subscribers_.clear();
}

}  // namespace olric
