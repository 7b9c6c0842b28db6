// See baton.h.
#include "engine/baton.h"

#include <linux/futex.h>

#include "sys/raw_syscall.h"

namespace heddle::engine {

void PassBaton(Identity* from, Identity* to) {
  // Release: everything the passing thread did to the engine and to the program is seen by the next.
  __atomic_store_n(&to->baton, 1, __ATOMIC_RELEASE);
  sys::Syscall(SYS_futex, sys::Arg(&to->baton), FUTEX_WAKE_PRIVATE, 1);
  AwaitBaton(from);
}

void AwaitBaton(Identity* identity) {
  // Acquire pairs with the release in PassBaton.
  while (__atomic_load_n(&identity->baton, __ATOMIC_ACQUIRE) == 0) {
    sys::Syscall(SYS_futex, sys::Arg(&identity->baton), FUTEX_WAIT_PRIVATE, 0, 0);
  }
  __atomic_store_n(&identity->baton, 0, __ATOMIC_RELAXED);
}

}  // namespace heddle::engine
