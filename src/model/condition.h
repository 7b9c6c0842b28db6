// What the engine remembers of a condition variable (pthread_cond_*, POSIX.1-2017) besides the threads that wait on it:
// enough to tell a notification that nobody heard. Waiting itself is a state of the waiting thread: it leaves when it
// was chosen by a signal, woken without cause, or its time is up, and then relocks the mutex as an operation of its own.
#pragma once

#include <cstdint>

namespace heddle::model {

class Condition {
 public:
  void Reset() {
    unheard_ = 0;
    heard_ = 0;
    waiters_ = 0;
  }

  void StartWait() { ++waiters_; }
  void EndWait() { --waiters_; }
  void NoteUnheard() { ++unheard_; }
  void NoteHeard() { ++heard_; }

  [[nodiscard]] uint32_t waiters() const { return waiters_; }
  // Signals and broadcasts that came while no thread waited.
  [[nodiscard]] uint32_t unheard() const { return unheard_; }
  // Those that woke somebody, perhaps not the one they were meant for.
  [[nodiscard]] uint32_t heard() const { return heard_; }

 private:
  uint32_t unheard_ = 0;
  uint32_t heard_ = 0;
  uint32_t waiters_ = 0;
};

}  // namespace heddle::model
