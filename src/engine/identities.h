// The pool of lent identities: real pthreads that are parked for good.
//
// They are made before a checkpoint, because in a forked child their kernel threads do not exist and are not needed:
// only their stacks and thread-local storage are. When the pool is empty, a child makes more.
//
// A reused identity gets fresh thread-local storage: the images of all modules but libc and the loader (whose per-thread
// state, such as malloc's cache and the locale, must live on) are laid anew. Destructors and pthread keys are the
// engine's business (threads.cc).
#pragma once

#include <pthread.h>

#include <cstdint>

#include "engine/thread.h"

namespace heddle::engine {

class Identities {
 public:
  static constexpr uint32_t kPoolMax = kThreadsMax + 96;

  void Init(Identity* memory) { identities_ = memory; }

  // The identity of the calling kernel thread, which is to be thread 0.
  [[nodiscard]] Identity* AdoptCaller();

  // Makes sure that at least `count` pooled identities are free.
  void Reserve(uint32_t count);

  // An identity for a new thread. Attributes that ask for a stack of their own get a new pthread made with them;
  // null if libc cannot make it (errno-like result in *error).
  [[nodiscard]] Identity* Take(const pthread_attr_t* attributes, int* error);

  void GiveBack(Identity* identity);

  // All pooled identities are free again (in-process, next execution).
  void GiveBackAll();

  [[nodiscard]] Identity* Find(uint64_t thread_pointer);

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] uint32_t free_count() const { return free_count_; }
  // Kernel threads of this process that are ours.
  [[nodiscard]] uint32_t parked() const { return parked_; }

  // In a child made by fork, which has one thread: the stacks of the others are libc's again.
  void Forget();

  // Lays thread-local storage anew.
  void RenewThreadLocals(Identity* identity);

  // Looks up which modules have thread-local storage and where. Again after a library was loaded.
  void CacheThreadLocals();

 private:
  [[nodiscard]] Identity* Make(const pthread_attr_t* attributes, int* error);
  [[nodiscard]] Identity* TakeOwnStack(const pthread_attr_t* attributes, uint64_t bytes,
                                       int* error);
  static void* Park(void* identity);

  Identity* identities_ = nullptr;
  uint32_t count_ = 0;
  uint32_t parked_ = 0;
  Identity* free_ = nullptr;  // most recently used first
  uint32_t free_count_ = 0;
  Identity* free_large_ = nullptr;  // larger stacks than the default
};

extern Identities g_identities;

// What the parked thread of the baton executor calls when it is given the baton for the first time.
extern void (*g_baton_entry)();

}  // namespace heddle::engine
