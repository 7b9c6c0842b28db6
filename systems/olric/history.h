// Histories of operations on one key, and whether they are linearizable: whether each operation can be said to have happened
// at one moment between its beginning and its end, so that every answer is right.
//
// The check is Wing and Gong's search with Lowe's memory. It builds an order from the left: next can come any operation
// that began before each of the remaining ones ended; its answer must fit the value so far. What has been tried (which operations are
// done, and the value) is not tried again. An operation without an answer (its node died) may have happened at any time
// after it began, or not at all.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "systems/olric/reply.h"

namespace olric {

// A PUT, GET, DEL or INCR as a client saw it.
struct RecordedOperation {
  Command command;
  std::optional<Reply> reply;  // none: nobody knows what became of it
  uint64_t begin = 0;
  uint64_t end = ~uint64_t{0};
  std::string note = {};  // what was answered, errors included, for a message
};

// Collects the operations of several clients. Thread-safe.
class History {
 public:
  // Records what `execute(command)` answers; returns the answer. Errors other than KEYNOTFOUND and KEYFOUND count as no
  // answer.
  template <typename Execute>
  Reply Record(Execute&& execute, Command command) {
    const size_t index = Begin(command);
    Reply reply = std::forward<Execute>(execute)(command);
    End(index, reply);
    return reply;
  }

  // REQUIRES: at most 64 operations, all on one key that was not there at the beginning.
  [[nodiscard]] bool Linearizable() const;

  // One line for each operation, for a message.
  [[nodiscard]] std::string ToString() const;

 private:
  size_t Begin(const Command& command);
  void End(size_t index, const Reply& reply);

  mutable std::mutex mutex_;
  uint64_t now_ = 0;                           // counts beginnings and ends
  std::vector<RecordedOperation> operations_;  // both guarded by mutex_
};

// The check by itself. REQUIRES: at most 64 operations.
[[nodiscard]] bool Linearizable(const std::vector<RecordedOperation>& operations);

}  // namespace olric
