// See environment.h.
#include "engine/environment.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

namespace heddle::engine {
namespace {

constinit Environment g_environment;
constinit bool g_read = false;

int Descriptor(const char* name) {
  const char* text = getenv(name);
  return text != nullptr ? atoi(text) : -1;
}

// Takes our own entries out of a colon- or space-separated list, in place.
void RemoveFromList(const char* variable) {
  char* list = getenv(variable);
  if (list == nullptr) return;
  char* out = list;
  for (char* word = list; *word != '\0';) {
    char* end = word;
    while (*end != '\0' && *end != ':' && *end != ' ') ++end;
    const char separator = *end;
    *end = '\0';
    const bool ours =
        strstr(word, "libheddle.so") != nullptr || strstr(word, "libtsan.so.2") != nullptr;
    const size_t length = static_cast<size_t>(end - word);
    if (!ours && length > 0) {
      if (out != list) *out++ = ':';
      memmove(out, word, length);
      out += length;
    }
    word = separator == '\0' ? end : end + 1;
  }
  *out = '\0';
  if (out == list) unsetenv(variable);
}

trace::Region* MapRegion(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0 || status.st_size < static_cast<off_t>(trace::kRegionBytes))
    return nullptr;
  void* memory =
      mmap(nullptr, trace::kRegionBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) return nullptr;
  auto* region = static_cast<trace::Region*>(memory);
  const bool fits = region->magic == trace::kRegionMagic &&
                    region->version == trace::kRegionVersion &&
                    region->bytes_of_region_header == sizeof(trace::Region) % 0xffff'ffff;
  return fits ? region : nullptr;
}

}  // namespace

const Environment& ReadEnvironment() {
  if (g_read) return g_environment;
  g_read = true;
  const int region = Descriptor("HEDDLE_REGION");
  g_environment.channel = Descriptor("HEDDLE_CHANNEL");
  g_environment.output = Descriptor("HEDDLE_OUTPUT");
  g_environment.replay_file = getenv("HEDDLE_REPLAY");
  if (const char* detect = getenv("HEDDLE_DETECT"); detect != nullptr) {
    g_environment.detect = static_cast<uint32_t>(atoi(detect));
  }
  const char* executor = getenv("HEDDLE_EXECUTOR");
  g_environment.baton = executor != nullptr && strcmp(executor, "baton") == 0;
  if (region >= 0 && g_environment.channel >= 0) g_environment.region = MapRegion(region);
  if (region >= 0 && g_environment.region == nullptr) {
    Die(DeathKind::kLimit,
        "this libheddle.so and the heddle command that started the program are of different "
        "versions; "
        "install both from one build, or set HEDDLE_LIB_DIR to the command's own library "
        "directory");
  }
  g_environment.controlled =
      g_environment.region != nullptr || g_environment.replay_file != nullptr;
  unsetenv("HEDDLE_REGION");
  unsetenv("LD_BIND_NOW");
  unsetenv("HEDDLE_CHANNEL");
  unsetenv("HEDDLE_OUTPUT");
  if (g_environment.controlled) RemoveFromList("LD_PRELOAD");
  return g_environment;
}

}  // namespace heddle::engine
