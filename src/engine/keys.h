// What runs when a thread ends: pthread keys (thread-specific data) and the unwinding of pthread_exit.
//
// Values of keys live where libc keeps them, in the thread block of the lent identity; only the destructors are kept
// here, because libc would run them at the end of the real pthread, which never comes.
#pragma once

#include <pthread.h>

namespace heddle::engine {

void NoteKey(pthread_key_t key, void (*destructor)(void*));
void ForgetKey(pthread_key_t key);

// Runs the destructors of the calling thread's values, again while they leave new values, up to
// PTHREAD_DESTRUCTOR_ITERATIONS times. Afterwards all values are null.
void RunKeyDestructors();

// Unwinds the calling thread's stack, running C++ destructors and C clean-up handlers, and ends it.
[[noreturn]] void UnwindAndExit(void* result);

}  // namespace heddle::engine
