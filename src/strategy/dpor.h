// Dynamic partial-order reduction without repetitions: optimal DPOR with wake-up trees (Abdulla, Aronis, Jonsson, Sagonas,
// "Source Sets: A Foundation for Optimal Dynamic Partial Order Reduction", J. ACM 64(4), 2017). Why this one:
// docs/decisions/0012.
//
// Two executions are of one kind when one becomes the other by exchanging neighbouring steps that commute (dependence.h).
// The search runs one execution of each kind. It runs some execution to its end and looks for races in it: pairs of
// dependent steps of different threads, e before f, that nothing in between forces into this order.
//
//   T1: x = 1      T2: y = 1, r = x       execution   T1 x=1 · T2 y=1 · T2 r=x        race: x=1 with r=x
//                                         to be tried  T2 y=1 · T2 r=x (before x=1)
//
// For each race, what does not depend on e, and then f, is an order of steps that must be tried from where e was done. It is
// put into the wake-up tree of that node, unless a step that sleeps there could begin it: what begins with a sleeping step
// was explored already. When a subtree is done its first step goes to sleep; it wakes, further down, when a dependent step
// is done. The tree tells not only which thread goes first but all steps up to f, so no exploration ever finds that all it
// could do sleeps: no execution is begun in vain.
//
// What is beyond the paper, and how:
//  - Steps that wait (a lock that is held). A race with the step that let it go on cannot be turned round. So the search goes
//    back along the uses of the object to the last one before which the object was available: that is the race. At the end
//    of an execution (a deadlock) the steps that wait for ever are compared in the same way.
//  - What enables a step without being a use of a common object (signal, end of a joined thread) happens before it.
//  - Steps with several results (Choose, which waiter is woken): each result is a step of its own; they exclude each other.
//    A branch of the tree names the result, except for f, of which all are tried.
//  - The tree is compared with orders of other executions. Objects that did not exist yet at its node may have other numbers
//    in them. Where that would matter, the search begins anew without trees, with source sets and sleep sets alone (same
//    paper): each kind is still run to its end once only, but some executions are begun in vain (`redundant`).
//  - Moments at which time passes because nobody can run: all before happens before all after.
//
// Only what is announced is a step. Plain accesses are not: they matter only in programs with data races, which are found,
// because whether two accesses are ordered is the same in all executions of a kind.
#pragma once

#include "strategy/dependence.h"
#include "strategy/strategy.h"
#include "trace/dpor_state.h"

namespace heddle::strategy {

class Dpor final : public Strategy {
 public:
  // Where the search keeps its state.
  void Attach(trace::DporSearch* search) { search_ = search; }

  // REQUIRES: Attach was called.
  void StartExecution(const ExecutionInfo& info) override;
  // `thread` comes into being; the step that is being done is what made it.
  void OnThreadCreated(ThreadId thread) override;
  void OnEvent(ThreadId, const PendingOp&, const PendingOp*, uint32_t) override {}
  [[nodiscard]] bool ListensToEvents() const override { return false; }
  // Not to be used: the search must know more than a PendingOp (Pick).
  [[nodiscard]] ThreadId PickNext(const Choice& choice) override;

  // What `thread` will do next.
  void Announce(ThreadId thread, const Announcement& announcement);
  // Who does the next step. Called for each step, also where there is only one to choose from. The first `object_count`
  // objects exist already: they are the same in every execution that begins like this one.
  [[nodiscard]] ThreadId Pick(const ThreadSet& enabled, ThreadId current, uint32_t object_count);
  // What the object that the step uses looks like just before it (trace::DporAvailable).
  void NoteAvailable(uint32_t available);
  // A result of the step that is being done, one of `count`.
  // REQUIRES: count > 1.
  [[nodiscard]] uint32_t PickValue(uint32_t count);
  // The step that is being done is what lets `thread` go on.
  void NoteEnables(ThreadId thread);
  // The step that is being done comes after the last one of `thread`, which it joins.
  void NoteJoined(ThreadId thread);
  // The step that is being done changed a value that threads could spin on.
  void NoteChanged();
  // `thread` is about to wait for a change of `object`, which it read in `step`; that change has happened already.
  void NoteLateChange(ThreadId thread, uint32_t object, uint32_t step);
  // The step that is being done comes after everything so far.
  void NoteJoinsAll();
  // Nobody could run and time passed, or tries were granted: what follows comes after everything so far.
  void NoteBarrier();
  // `thread` has done its last step.
  void NoteEnded(ThreadId thread);
  void LeaveOut(trace::DporLeftOut what);
  void Suppose(trace::DporSupposed what);

  // Index of the step that is being done.
  [[nodiscard]] uint32_t step() const { return search_->depth - 1; }
  void SetEnabledBy(ThreadId thread, uint32_t step);

 private:
  [[nodiscard]] bool Searching() const {
    return search_->status == trace::DporStatus::kRunning && search_->frozen == 0;
  }
  [[nodiscard]] bool EnterNode(const ThreadSet& enabled, ThreadId current);
  // As EnterNode and PickValue, in a probe (dpor_probe.h).
  [[nodiscard]] bool EnterProbeNode(const ThreadSet& enabled);
  [[nodiscard]] uint32_t DrawValue(uint32_t count);
  [[nodiscard]] ThreadId ChooseFreely(const ThreadSet& enabled, ThreadId current) const;
  void InheritSleep(uint32_t depth);
  void PushEvent(uint32_t thread);
  void Freeze();

  // Where each object was used last in this execution: 2 * step + access; `stamp` tells the execution.
  struct LastUse {
    uint32_t stamp;
    uint32_t use;
  };
  [[nodiscard]] uint32_t ExchangeLastUse(uint32_t object, uint32_t use);

  trace::DporSearch* search_ = nullptr;
  uint32_t stamp_ = 0;
  uint32_t last_step_[kDporThreadsMax] = {};
  LastUse last_uses_[2 * kDporObjectsMax] = {};
};

// An execution is over: finds its races and moves on to the next path.
void FinishDporExecution(trace::DporSearch* search);

// Whether there is something left to explore.
[[nodiscard]] inline bool DporGoesOn(const trace::DporSearch& search) {
  return search.status == trace::DporStatus::kRunning ||
         search.status == trace::DporStatus::kUnused;
}

// Whether every kind of execution was explored.
[[nodiscard]] inline bool DporIsComplete(const trace::DporSearch& search) {
  return search.status == trace::DporStatus::kComplete && search.left_out == 0;
}

// Begins the search anew.
void RestartDpor(trace::DporSearch* search);

}  // namespace heddle::strategy
