// See history.h.
#include "systems/olric/history.h"

#include <algorithm>
#include <set>
#include <utility>

#include "systems/base/panic.h"
#include "systems/olric/dmaps.h"

namespace olric {
namespace {

using Value = std::optional<std::string>;

// What a command answers when the key has `value`; changes the value.
Reply Apply(const Command& command, Value* value) {
  const std::string& name = command[0];
  if (name == "DM.GET") {
    return *value ? Reply::Bulk(**value) : Reply::Error(Code::kKeyNotFound);
  }
  if (name == "DM.DEL") {
    value->reset();
    return Reply::Integer(1);
  }
  if (name == "DM.INCR") {
    const int64_t before = *value ? ParseInteger(**value).value_or(0) : 0;
    const int64_t after = before + ParseInteger(command[3]).value_or(0);
    *value = std::to_string(after);
    return Reply::Integer(after);
  }
  systems::Ensure(name == "DM.PUT", "a history knows PUT, GET, DEL and INCR");
  const bool if_absent = command.size() > 4 && command[4] == "NX";
  if (if_absent && *value) return Reply::Error(Code::kKeyFound);
  *value = command[3];
  return Reply::Ok();
}

class Search {
 public:
  explicit Search(const std::vector<RecordedOperation>& operations) : operations_(operations) {}

  bool From(uint64_t done, const Value& value) {
    uint64_t first_end = ~uint64_t{0};
    bool all_answered_done = true;
    for (size_t i = 0; i < operations_.size(); ++i) {
      if ((done >> i & 1) != 0 || !operations_[i].reply) continue;
      first_end = std::min(first_end, operations_[i].end);
      all_answered_done = false;
    }
    if (all_answered_done) return true;
    if (!tried_.insert({done, value}).second) return false;
    for (size_t i = 0; i < operations_.size(); ++i) {
      const RecordedOperation& operation = operations_[i];
      if ((done >> i & 1) != 0 || operation.begin > first_end) continue;
      Value next = value;
      const Reply answer = Apply(operation.command, &next);
      if (operation.reply && answer != *operation.reply) continue;
      if (From(done | uint64_t{1} << i, next)) return true;
    }
    return false;
  }

 private:
  const std::vector<RecordedOperation>& operations_;
  std::set<std::pair<uint64_t, Value>> tried_;
};

std::string Text(const Reply& reply) {
  return reply.kind == Reply::Kind::kInteger ? std::to_string(reply.integer) : reply.text;
}

}  // namespace

bool Linearizable(const std::vector<RecordedOperation>& operations) {
  systems::Ensure(operations.size() <= 64, "too many operations for a check");
  return Search(operations).From(0, std::nullopt);
}

size_t History::Begin(const Command& command) {
  const std::lock_guard lock(mutex_);
  operations_.push_back({command, std::nullopt, ++now_});
  return operations_.size() - 1;
}

void History::End(size_t index, const Reply& reply) {
  const std::lock_guard lock(mutex_);
  const Code code = reply.code();
  operations_[index].note = Text(reply);
  if (code != Code::kOk && code != Code::kKeyNotFound && code != Code::kKeyFound) return;
  operations_[index].reply = reply;
  operations_[index].end = ++now_;
}

bool History::Linearizable() const {
  const std::lock_guard lock(mutex_);
  return olric::Linearizable(operations_);
}

std::string History::ToString() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const RecordedOperation& operation : operations_) {
    text += "[" + std::to_string(operation.begin) + ", " +
            (operation.reply ? std::to_string(operation.end) : "?") + "]";
    for (const std::string& word : operation.command) text += " " + word;
    text += " -> " + operation.note + "\n";
  }
  return text;
}

}  // namespace olric
