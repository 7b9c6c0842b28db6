// See keys.h.
#include "engine/keys.h"

#include <dlfcn.h>
#include <limits.h>
#include <setjmp.h>
#include <stdint.h>
#include <unwind.h>

#include "engine/engine.h"
#include "engine/gate.h"

namespace heddle::engine {
namespace {

using Destructor = void (*)(void*);

struct Key {
  bool used;
  Destructor destructor;
};

// PTHREAD_KEYS_MAX is glibc's own limit, so no key can lie outside.
constinit Key g_keys[PTHREAD_KEYS_MAX] = {};
constinit uint32_t g_keys_high = 0;

// The ABI's forced unwinding, in whichever libgcc_s the program has. C programs may have none until it is needed.
using ForcedUnwind = _Unwind_Reason_Code (*)(_Unwind_Exception*, _Unwind_Stop_Fn, void*);
using GetCfa = _Unwind_Word (*)(_Unwind_Context*);

constinit GetCfa g_get_cfa = nullptr;

// The jump buffer that pthread_cleanup_push fills in C code begins with what __sigsetjmp saved, and the engine chains
// them through the last word (see intercept/pthread_thread.cc).
_Unwind_Reason_Code StopUnwinding(int, _Unwind_Action actions, _Unwind_Exception_Class,
                                  _Unwind_Exception*, _Unwind_Context* context, void* result) {
  Thread* thread = g_engine.current();
  auto* buffer = static_cast<__pthread_unwind_buf_t*>(thread->cleanup_buffers);
  const bool at_end = (actions & _UA_END_OF_STACK) != 0;
  if (buffer != nullptr && (at_end || g_get_cfa(context) > reinterpret_cast<uintptr_t>(buffer))) {
    // The frame that pushed a clean-up handler is reached: let it run; it calls __pthread_unwind_next.
    thread->result = result;
    thread->cleanup_buffers = buffer->__pad[3];
    longjmp(reinterpret_cast<__jmp_buf_tag*>(buffer->__cancel_jmp_buf), 1);
  }
  if (at_end) g_engine.ExitThread(result);
  return _URC_NO_REASON;
}

}  // namespace

void NoteKey(pthread_key_t key, Destructor destructor) {
  if (key >= PTHREAD_KEYS_MAX) return;
  g_keys[key] = {true, destructor};
  if (key >= g_keys_high) g_keys_high = key + 1;
}

void ForgetKey(pthread_key_t key) {
  if (key < PTHREAD_KEYS_MAX) g_keys[key] = {};
}

void RunKeyDestructors() {
  for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS; ++round) {
    bool again = false;
    for (uint32_t key = 0; key < g_keys_high; ++key) {
      if (!g_keys[key].used) continue;
      void* value = pthread_getspecific(key);
      if (value == nullptr) continue;
      pthread_setspecific(key, nullptr);
      if (g_keys[key].destructor == nullptr) continue;
      g_keys[key].destructor(value);
      again = true;
    }
    if (!again) return;
  }
  for (uint32_t key = 0; key < g_keys_high; ++key) {
    if (g_keys[key].used) pthread_setspecific(key, nullptr);
  }
}

void UnwindAndExit(void* result) {
  static constinit ForcedUnwind forced_unwind = nullptr;
  if (forced_unwind == nullptr) {
    RuntimeScope scope;
    forced_unwind = reinterpret_cast<ForcedUnwind>(dlsym(RTLD_DEFAULT, "_Unwind_ForcedUnwind"));
    g_get_cfa = reinterpret_cast<GetCfa>(dlsym(RTLD_DEFAULT, "_Unwind_GetCFA"));
    if (forced_unwind == nullptr || g_get_cfa == nullptr) {
      void* libgcc = dlopen("libgcc_s.so.1", RTLD_NOW | RTLD_GLOBAL);
      if (libgcc != nullptr) {
        forced_unwind = reinterpret_cast<ForcedUnwind>(dlsym(libgcc, "_Unwind_ForcedUnwind"));
        g_get_cfa = reinterpret_cast<GetCfa>(dlsym(libgcc, "_Unwind_GetCFA"));
      }
    }
  }
  if (forced_unwind != nullptr && g_get_cfa != nullptr) {
    // Not on the stack: destructors that run on the way reuse what lies below their frames.
    auto* exception = g_engine.arena().AllocateArray<_Unwind_Exception>(1);
    *exception = {};
    forced_unwind(exception, &StopUnwinding, result);
  } else {
    g_engine.NoteUncontrolled("pthread_exit without libgcc_s",
                              "the thread ends without running destructors");
  }
  g_engine.ExitThread(result);
}

}  // namespace heddle::engine
