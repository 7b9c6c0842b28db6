// See instrumented_modules.h.
#include "engine/instrumented_modules.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "engine/gate.h"
#include "engine/library_range.h"

namespace heddle::engine {
namespace {

struct Range {
  uintptr_t low;
  uintptr_t high;
};

constexpr uint32_t kModulesMax =
    256;  // more are taken for uninstrumented: fewer checks, no false finding
constinit Range g_modules[kModulesMax] = {};
constinit uint32_t g_module_count = 0;

int NoteIfContains(dl_phdr_info* info, size_t, void* argument) {
  const uintptr_t pc = *static_cast<const uintptr_t*>(argument);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const uintptr_t low = info->dlpi_addr + header.p_vaddr;
    const uintptr_t high = low + header.p_memsz;
    if (pc < low || pc >= high) continue;
    if (g_module_count < kModulesMax) g_modules[g_module_count++] = {low, high};
    return 1;
  }
  return 0;
}

const char* BaseName(const char* path) {
  const char* slash = strrchr(path, '/');
  return slash != nullptr ? slash + 1 : path;
}

// Libraries of the system whose waiting and synchronising the loom takes over.
bool IsTakenOver(const char* name) {
  constexpr const char* kTakenOver[] = {"libc.so", "libstdc++.so", "libgcc_s.so",
                                        "libm.so", "ld-linux",     "linux-vdso"};
  for (const char* each : kTakenOver) {
    if (strncmp(name, each, strlen(each)) == 0) return true;
  }
  return false;
}

}  // namespace

void NoteInstrumentedModule(uintptr_t pc) {
  if (IsInstrumentedCode(pc)) return;
  RuntimeScope scope;
  dl_iterate_phdr(&NoteIfContains, &pc);
}

bool IsInstrumentedCode(uintptr_t pc) {
  for (uint32_t i = 0; i < g_module_count; ++i) {
    if (pc >= g_modules[i].low && pc < g_modules[i].high) return true;
  }
  return false;
}

bool IsUnseenModule(const char* path, uintptr_t pc) {
  return !IsInstrumentedCode(pc) && !InLoomCode(pc) && !IsTakenOver(BaseName(path));
}

const char* UnseenLibraryAt(uintptr_t pc) {
  if (IsInstrumentedCode(pc) || InLoomCode(pc)) return nullptr;
  Dl_info info;
  if (dladdr(reinterpret_cast<void*>(pc), &info) == 0 || info.dli_fname == nullptr) return nullptr;
  const char* name = BaseName(info.dli_fname);
  return IsTakenOver(name) ? nullptr : name;
}

}  // namespace heddle::engine
