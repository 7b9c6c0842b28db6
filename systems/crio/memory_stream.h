// Both ends of a GetContainerEvents call within one process: the stream that the server writes to, and the client that
// reads it, reads it slowly, leaves, or dies in mid-send.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <vector>

#include "systems/crio/event_stream.h"

namespace crio {

// Thread-safe; one thread reads.
class MemoryStream final : public EventStream {
 public:
  static constexpr size_t kNever = std::numeric_limits<size_t>::max();

  struct Options {
    // The send that fails, and every one after it: 1 for a client that left before the first. The context does not know of
    // it: that a connection broke is often seen only by the next write.
    size_t dies_at_send = kNever;
    Status death = Status(Code::kUnavailable, "transport is closing");
    // How many events may be sent and not yet read. Further sends wait, as flow control has it.
    size_t window = kNever;
    // For clients that only count: sent events are not kept, and never fill the window.
    bool discard = false;
  };

  // What the client reads. Without an event it is the end of the stream, or (`missed` > 0) the notice of a gap.
  struct Message {
    std::optional<ContainerEventResponse> event;
    uint64_t missed = 0;
  };

  MemoryStream() : MemoryStream(Options{}) {}
  explicit MemoryStream(Options options) : options_(std::move(options)) {}
  MemoryStream(const MemoryStream&) = delete;
  MemoryStream& operator=(const MemoryStream&) = delete;
  ~MemoryStream() = default;

  // The server's end.
  Status Send(const ContainerEventResponse& event) override;
  Status Missed(uint64_t count) override;
  [[nodiscard]] std::stop_token context() const override { return context_.get_token(); }
  void Cancel() override;

  // The handler has returned: what was sent can still be read, then comes the end with this status. The transport gives the
  // stream back, so a later Send is a panic.
  void Finish(Status status);

  // The client's end.
  //
  // Waits for the next message, or for the end.
  [[nodiscard]] Message Read();
  // What can be read now, without waiting.
  [[nodiscard]] std::vector<Message> ReadAvailable();
  // Waits until `count` events were sent successfully.
  void WaitForSends(size_t count) const;
  // The client leaves: sends fail, one that waits too.
  void Disconnect();
  // With what the handler returned; nothing as long as it has not.
  [[nodiscard]] std::optional<Status> finished() const;
  [[nodiscard]] size_t sent_count() const;

 private:
  Status Push(Message message);

  const Options options_;
  std::stop_source context_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::deque<Message> unread_;    // the rest is guarded by mutex_
  size_t attempt_count_ = 0;      // sends begun
  size_t sent_count_ = 0;         // sends that succeeded
  std::optional<Status> broken_;  // what every send returns from now on
  std::optional<Status> finished_;
};

}  // namespace crio
