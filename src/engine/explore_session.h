// What one call of heddle::Explore keeps beside the engine's own state: what the body stated, and who may explore at all.
#pragma once

#include <signal.h>

#include <cstdint>

#include "base/limits.h"
#include "heddle/detail/loom.h"
#include "trace/order_count.h"

namespace heddle::engine {

// A function that the body wants called when all its threads are done. In the arena of its execution.
struct AtEnd {
  void (*function)(void*);
  void* argument;
  AtEnd* next;
};

class ExploreSession {
 public:
  // Forgets the last exploration.
  void Begin(const char* name);

  // The how-manieth exploration of its name this is, from 1. Cards say it.
  [[nodiscard]] uint32_t occurrence() const { return occurrence_; }

  // Counts the orders of the executions.
  [[nodiscard]] trace::OrderCount& orders() { return orders_; }

  void Sometimes(bool condition, const char* name);
  void ReportNever(const detail::LoomRequest& request) const;
  [[nodiscard]] bool too_many_names() const { return too_many_names_; }

  // --- of one execution ---
  void ForgetAtEnd() { first_at_end_ = last_at_end_ = nullptr; }
  void AddAtEnd(AtEnd* entry);
  // Takes the next function out of the list; null when there is none.
  [[nodiscard]] AtEnd* NextAtEnd();

 private:
  struct Stated {
    char name[128];
    bool held;
  };
  trace::OrderCount orders_;
  bool counts_orders_ = false;  // has the memory for it
  Stated stated_[kSometimesMax] = {};
  uint32_t stated_count_ = 0;
  bool too_many_names_ = false;
  uint32_t occurrence_ = 0;
  AtEnd* first_at_end_ = nullptr;
  AtEnd* last_at_end_ = nullptr;
};

extern ExploreSession g_session;

// Threads of this process that the kernel knows; 0 if it does not say.
[[nodiscard]] uint32_t KernelThreadCount();

// Ctrl-C during an exploration ends it after the execution that runs, if the program has no handler of its own.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;
  [[nodiscard]] static bool Requested();

 private:
  struct sigaction before_;
  bool installed_ = false;
};

}  // namespace heddle::engine
