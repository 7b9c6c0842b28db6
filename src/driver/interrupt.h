// Ctrl-C and SIGTERM as something that can be polled: the first one asks the command to finish and report what it has,
// the second ends it at once (the programs it started die with it).
#pragma once

namespace heddle::driver {

// Installs the handlers. Call once, early.
void InstallInterruptHandlers();

// True after a signal came.
[[nodiscard]] bool Interrupted();

// A descriptor that becomes readable when a signal came, -1 before InstallInterruptHandlers.
[[nodiscard]] int InterruptDescriptor();

}  // namespace heddle::driver
