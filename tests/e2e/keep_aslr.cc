// Preloaded into the command, not into the tested program: the driver then cannot switch address space randomisation off,
// as on kernels that forbid it, so each start of the program has another layout.
#include <cerrno>
#include <cstdlib>

extern "C" int personality(unsigned long) {
  errno = EPERM;
  return -1;
}

namespace {
struct Leave {
  // What the command starts shall not inherit this library.
  Leave() { unsetenv("LD_PRELOAD"); }
} leave;
}  // namespace
