// See unseen_atomics.h.
#include "report/unseen_atomics.h"

#include <gelf.h>

#include <algorithm>
#include <array>

#include "report/names.h"
#include "report/trim.h"

namespace heddle::report {
namespace {

using std::string_view;

// Calls `visit` with each section of the file, until it returns true.
template <typename Visit>
bool AnySection(Elf* elf, Visit&& visit) {
  for (Elf_Scn* section = elf_nextscn(elf, nullptr); section != nullptr;
       section = elf_nextscn(elf, section)) {
    GElf_Shdr header;
    if (gelf_getshdr(section, &header) != nullptr && visit(section, header)) return true;
  }
  return false;
}

bool Instrumented(Elf* elf) {
  return AnySection(elf, [elf](Elf_Scn* section, const GElf_Shdr& header) {
    if (header.sh_type != SHT_DYNSYM || header.sh_entsize == 0) return false;
    Elf_Data* data = elf_getdata(section, nullptr);
    if (data == nullptr) return false;
    for (size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
      GElf_Sym symbol;
      if (gelf_getsym(data, static_cast<int>(i), &symbol) == nullptr) break;
      const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
      if (name != nullptr && string_view(name).starts_with("__tsan_")) return true;
    }
    return false;
  });
}

bool CodeHasLocks(Elf* elf) {
  return AnySection(elf, [](Elf_Scn* section, const GElf_Shdr& header) {
    if (header.sh_type != SHT_PROGBITS || (header.sh_flags & SHF_EXECINSTR) == 0) return false;
    Elf_Data* data = elf_rawdata(section, nullptr);
    return data != nullptr && data->d_buf != nullptr &&
           HasLockInstructions(string_view(static_cast<const char*>(data->d_buf), data->d_size));
  });
}

}  // namespace

bool TakenOver(string_view module) {
  constexpr std::array<string_view, 7> kTakenOver = {
      "libc.so", "libstdc++.so", "libgcc_s.so", "libpthread.so", "libm.so", "ld-linux", "[vdso"};
  const string_view name = BaseName(module);
  return IsLoomModule(module) ||
         std::any_of(kTakenOver.begin(), kTakenOver.end(),
                     [name](string_view start) { return name.starts_with(start); });
}

bool HasLockInstructions(string_view code) {
  constexpr char kLock = '\xf0';
  for (size_t at = code.find(kLock); at != string_view::npos; at = code.find(kLock, at + 1)) {
    string_view rest = code.substr(at + 1);
    if (!rest.empty() && (rest[0] & 0xf0) == 0x40) rest.remove_prefix(1);  // REX
    if (rest.size() < 3 || rest[0] != '\x0f') continue;
    const char operation = rest[1];
    const bool in_memory = (rest[2] & 0xc0) != 0xc0;
    if (in_memory && (operation == '\xb1' || operation == '\xba' || operation == '\xab'))
      return true;
  }
  return false;
}

std::vector<std::string> LibrariesWithUnseenAtomics(Dwfl* dwfl) {
  std::vector<std::string> libraries;
  if (dwfl == nullptr) return libraries;
  const auto look = [](Dwfl_Module* module, void** /*data*/, const char* name, Dwarf_Addr /*start*/,
                       void* list) {
    GElf_Addr bias = 0;
    if (TakenOver(name)) return static_cast<int>(DWARF_CB_OK);
    Elf* elf = dwfl_module_getelf(module, &bias);
    if (elf != nullptr && !Instrumented(elf) && CodeHasLocks(elf))
      static_cast<std::vector<std::string>*>(list)->emplace_back(BaseName(name));
    return static_cast<int>(DWARF_CB_OK);
  };
  (void)dwfl_getmodules(dwfl, look, &libraries, 0);
  std::sort(libraries.begin(), libraries.end());
  return libraries;
}

}  // namespace heddle::report
