// The second executor: the same decisions, but each thread of the program runs on its own kernel thread and waits for
// the baton. Slower (a futex hand-off per switch), but a debugger sees ordinary threads. Used by `replay --gdb`.
#pragma once

#include "engine/thread.h"

namespace heddle::engine {

// Gives the baton to `to` and waits until somebody gives it back to `from`.
void PassBaton(Identity* from, Identity* to);

// Waits until the baton is given to `identity`.
void AwaitBaton(Identity* identity);

}  // namespace heddle::engine
