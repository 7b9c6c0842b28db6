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

// The tables of a module's dynamic section.
struct Dynamic {
  const ElfW(Sym) * symbols = nullptr;
  const char* strings = nullptr;
  const ElfW(Rela) * relocations[2] = {};  // of data, of calls
  uint64_t relocation_bytes[2] = {};
};

Dynamic ReadDynamic(const dl_phdr_info& info, const ElfW(Phdr) & header) {
  Dynamic dynamic;
  const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(info.dlpi_addr + header.p_vaddr);
  for (; entry->d_tag != DT_NULL; ++entry) {
    const uint64_t value = entry->d_un.d_val;
    // ld.so has made addresses of the offsets.
    const uint64_t address = value < info.dlpi_addr ? value + info.dlpi_addr : value;
    const auto* table = reinterpret_cast<const ElfW(Rela)*>(address);
    if (entry->d_tag == DT_SYMTAB) dynamic.symbols = reinterpret_cast<const ElfW(Sym)*>(address);
    if (entry->d_tag == DT_STRTAB) dynamic.strings = reinterpret_cast<const char*>(address);
    if (entry->d_tag == DT_RELA) dynamic.relocations[0] = table;
    if (entry->d_tag == DT_RELASZ) dynamic.relocation_bytes[0] = value;
    if (entry->d_tag == DT_JMPREL) dynamic.relocations[1] = table;
    if (entry->d_tag == DT_PLTRELSZ) dynamic.relocation_bytes[1] = value;
  }
  return dynamic;
}

// Whether the module asks for functions that only instrumented code calls. The relocations say what it asks for; how long
// the table of symbols is, the dynamic section does not tell.
bool Imports(const Dynamic& dynamic) {
  if (dynamic.symbols == nullptr || dynamic.strings == nullptr) return false;
  constexpr char kPrefix[] = "__tsan_";
  for (int kind = 0; kind < 2; ++kind) {
    const ElfW(Rela)* relocation = dynamic.relocations[kind];
    if (relocation == nullptr) continue;
    const ElfW(Rela)* end = relocation + dynamic.relocation_bytes[kind] / sizeof(ElfW(Rela));
    for (; relocation < end; ++relocation) {
      const uint64_t number = ELF64_R_SYM(relocation->r_info);
      if (number == 0) continue;
      const char* name = dynamic.strings + dynamic.symbols[number].st_name;
      if (strncmp(name, kPrefix, sizeof kPrefix - 1) == 0) return true;
    }
  }
  return false;
}

int NoteIfInstrumented(dl_phdr_info* info, size_t, void*) {
  if (strncmp(info->dlpi_name, "linux-vdso", 10) == 0) return 0;  // its tables are not relocated
  bool imports = false;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type == PT_DYNAMIC) imports = Imports(ReadDynamic(*info, header));
  }
  for (int i = 0; imports && i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const uintptr_t low = info->dlpi_addr + header.p_vaddr;
    if (InLoomCode(low) || g_module_count == kModulesMax) continue;
    g_modules[g_module_count++] = {low, low + header.p_memsz};
  }
  return 0;
}

int ReadLoadCount(dl_phdr_info* info, size_t, void* argument) {
  *static_cast<unsigned long long*>(argument) = info->dlpi_adds;
  return 1;
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

void NoteInstrumentedModules() {
  static constinit unsigned long long loaded_before = 0;
  RuntimeScope scope;
  unsigned long long loaded = 0;
  dl_iterate_phdr(&ReadLoadCount, &loaded);
  if (loaded == loaded_before) return;
  loaded_before = loaded;
  g_module_count = 0;
  dl_iterate_phdr(&NoteIfInstrumented, nullptr);
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
