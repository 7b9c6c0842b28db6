// getrandom, getentropy and std::random_device (see random.h). Not covered: reading /dev/urandom, and the processor's own
// instructions where a program uses them itself.
#include "intercept/random.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/types.h>

#include "base/prng.h"
#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

constinit uint64_t g_drawn = 0;
constinit uint64_t g_drawn_in = 0;  // serial number of the execution that drew

}  // namespace

// A forked execution starts with the counter of the checkpoint, one in this process with none, so each draws what every
// other one draws.
void FillRandom(void* buffer, size_t bytes) {
  if (g_drawn_in != g_engine.execution_serial()) {
    g_drawn_in = g_engine.execution_serial();
    g_drawn = 0;
  }
  g_engine.NoteRandom();
  auto* out = static_cast<unsigned char*>(buffer);
  while (bytes > 0) {
    const uint64_t word = SplitMix64(++g_drawn);
    const size_t count = bytes < sizeof word ? bytes : sizeof word;
    memcpy(out, &word, count);
    out += count;
    bytes -= count;
  }
}

HEDDLE_ENTRY ssize_t getrandom(void* buffer, size_t bytes, unsigned flags) {
  Gate gate;
  if (!gate.controlled()) return Real().getrandom(buffer, bytes, flags);
  FillRandom(buffer, bytes);
  return static_cast<ssize_t>(bytes);
}

HEDDLE_ENTRY int getentropy(void* buffer, size_t bytes) {
  Gate gate;
  if (!gate.controlled()) return Real().getentropy(buffer, bytes);
  if (bytes > 256) {
    errno = EIO;
    return -1;
  }
  FillRandom(buffer, bytes);
  return 0;
}

// libstdc++'s std::random_device::operator(), which would ask the processor.
HEDDLE_ENTRY unsigned _ZNSt13random_device9_M_getvalEv(void* device) {
  Gate gate;
  if (!gate.controlled()) {
    using GetValue = unsigned (*)(void*);
    return reinterpret_cast<GetValue>(dlsym(RTLD_NEXT, "_ZNSt13random_device9_M_getvalEv"))(device);
  }
  unsigned value = 0;
  FillRandom(&value, sizeof value);
  return value;
}

}  // namespace heddle::intercept
