// See memory_stream.h.
#include "systems/crio/memory_stream.h"

#include <iterator>
#include <utility>

#include "systems/base/panic.h"

namespace crio {

Status MemoryStream::Send(const ContainerEventResponse& event) { return Push({.event = event}); }

Status MemoryStream::Missed(uint64_t count) { return Push({.event = {}, .missed = count}); }

Status MemoryStream::Push(Message message) {
  std::unique_lock lock(mutex_);
  systems::Ensure(!finished_, "send on a stream whose handler has returned");
  if (++attempt_count_ >= options_.dies_at_send && !broken_) broken_ = options_.death;
  changed_.wait(lock, [this] { return broken_ || unread_.size() < options_.window; });
  if (broken_) return *broken_;
  ++sent_count_;
  if (!options_.discard) unread_.push_back(std::move(message));
  changed_.notify_all();
  return {};
}

void MemoryStream::Cancel() {
  {
    const std::lock_guard lock(mutex_);
    if (!broken_) broken_ = Status(Code::kCancelled, "context canceled");
    changed_.notify_all();
  }
  // Not under the lock: whoever watches the context may call the stream.
  context_.request_stop();
}

void MemoryStream::Disconnect() {
  {
    const std::lock_guard lock(mutex_);
    if (!broken_) broken_ = Status(Code::kUnavailable, "transport is closing");
    changed_.notify_all();
  }
  context_.request_stop();
}

void MemoryStream::Finish(Status status) {
  const std::lock_guard lock(mutex_);
  finished_ = std::move(status);
  changed_.notify_all();
}

MemoryStream::Message MemoryStream::Read() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return finished_ || !unread_.empty(); });
  if (unread_.empty()) return {};
  Message message = std::move(unread_.front());
  unread_.pop_front();
  changed_.notify_all();
  return message;
}

std::vector<MemoryStream::Message> MemoryStream::ReadAvailable() {
  const std::lock_guard lock(mutex_);
  std::vector<Message> messages(std::move_iterator(unread_.begin()),
                                std::move_iterator(unread_.end()));
  unread_.clear();
  changed_.notify_all();
  return messages;
}

void MemoryStream::WaitForSends(size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return sent_count_ >= count; });
}

std::optional<Status> MemoryStream::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

size_t MemoryStream::sent_count() const {
  const std::lock_guard lock(mutex_);
  return sent_count_;
}

}  // namespace crio
