// A strategy chooses which thread runs next. Strategies see what every thread is about to do, and are told what
// happened; they never see addresses, clocks or anything else that differs between two runs of the same schedule.
//
// Strategies are deterministic: the same seed and the same calls give the same answers. They are told the seed anew for
// each execution, so an execution depends only on (seed, number, specification), never on the ones before it.
//
// Thread safety: none; called only by the holder of the run token.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/thread_set.h"
#include "trace/operation.h"

namespace heddle::strategy {

// What a thread has announced and not done yet.
struct PendingOp {
  trace::OpKind kind = trace::OpKind::kNone;
  ObjectId object = kNoObject;
  uint16_t site = 0;  // where in the code, in the same way in every process (trace::SiteOf)
};

// Two operations conflict when their order can matter: same object, at least one writes.
[[nodiscard]] constexpr bool Conflict(const PendingOp& a, const PendingOp& b) {
  return a.object != kNoObject && a.object == b.object &&
         (trace::OpWrites(a.kind) || trace::OpWrites(b.kind));
}

// One decision.
struct Choice {
  const ThreadSet* enabled;  // not empty
  ThreadId current;          // who announced last; may be disabled
  bool current_enabled;
  const PendingOp* pending;  // by thread number
  bool
      gives_way;  // `current` yielded or had more than its share: it is not among the enabled this time
};

// What is known when an execution begins.
struct ExecutionInfo {
  uint64_t seed;                // for this execution alone
  uint64_t expected_decisions;  // length of a typical execution, at least 1
};

class Strategy {
 public:
  virtual void StartExecution(const ExecutionInfo& info) = 0;

  // A thread came into being; called in order of numbers, thread 0 included.
  virtual void OnThreadCreated(ThreadId thread) = 0;

  // Picks one of `choice.enabled`.
  [[nodiscard]] virtual ThreadId PickNext(const Choice& choice) = 0;

  // `thread` did `op`. `pending` are the operations of all threads, `thread_count` of them.
  virtual void OnEvent(ThreadId thread, const PendingOp& op, const PendingOp* pending,
                       uint32_t thread_count) = 0;

  // False if OnEvent does nothing: the engine then saves the call.
  [[nodiscard]] virtual bool ListensToEvents() const { return true; }

 protected:
  ~Strategy() = default;  // Never deleted through this interface: the runtime has no heap.
};

}  // namespace heddle::strategy
