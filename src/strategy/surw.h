// SURW: the selectively uniform random walk (Zhao, Wolff, Mathur, Roychoudhury, ASPLOS 2025).
//
// A random walk that draws each next thread alike is far from drawing each order of events alike: a thread with many steps
// left would have to be drawn more often. URW draws in proportion to the steps that a thread still has; SURW does so for
// interesting events only, because orders of the others do not matter:
//
//   1. which thread is to do the next interesting event is drawn, in proportion to how many of them each still has;
//   2. other threads that stand before an interesting event wait, as long as anybody else can run;
//   3. among the rest the next thread is drawn alike.
//
// Interesting is what touches one object, another one in each execution. How often each thread does that is known from a
// probe. Objects have other numbers in every schedule, so what touches them is recognised by its place in the code (the
// last three digits of the address, which are the same wherever the program is loaded) and its kind. In a quarter of the
// executions everything is interesting.
//
// Threads that do not exist yet count for the one that creates them. Where the counts turn out wrong, the walk is an
// ordinary random one. So it is where the drawn thread itself waits for one that stands before an interesting event: it
// yields again and again instead, and after a few of those the drawn thread is given up.
#pragma once

#include "base/prng.h"
#include "strategy/strategy.h"
#include "trace/region.h"

namespace heddle::strategy {

class Surw final : public Strategy {
 public:
  // What the probe saw; null or empty makes an ordinary random walk.
  void set_profile(const trace::Profile* profile) { profile_ = profile; }

  void StartExecution(const ExecutionInfo& info) override;
  void OnThreadCreated(ThreadId thread) override;
  [[nodiscard]] ThreadId PickNext(const Choice& choice) override;
  void OnEvent(ThreadId thread, const PendingOp& op, const PendingOp* pending,
               uint32_t thread_count) override;

 private:
  static constexpr uint32_t kPlacesMax = 32;
  static constexpr uint32_t kYieldsMax = 16;  // picks that waste time on behalf of one drawn thread
  static constexpr uint32_t kPicksMax =
      100'000;  // picks of any kind; a safety net for loops that wait in other ways

  void ChooseObject();
  [[nodiscard]] bool Interesting(const PendingOp& op) const;
  [[nodiscard]] bool WaitedTooLong(const PendingOp& op);
  void DrawIntended();

  const trace::Profile* profile_ = nullptr;
  Prng prng_;
  bool everything_ = false;
  uint32_t place_count_ = 0;
  uint32_t places_[kPlacesMax] = {};
  uint32_t created_ = 0;  // threads that exist or existed
  ThreadId intended_ = kNoThread;
  uint32_t picks_ = 0;                          // since intended_ was drawn
  uint32_t yields_ = 0;                         // how many of them found a thread that yields
  uint32_t left_[trace::kProfileThreads] = {};  // interesting events that each thread still has
};

}  // namespace heddle::strategy
