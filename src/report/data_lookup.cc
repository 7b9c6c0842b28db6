// See data_lookup.h.
#include "report/data_lookup.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <gelf.h>

#include <algorithm>
#include <iterator>

#include "report/code_lookup.h"
#include "report/names.h"

namespace heddle::report {
namespace {

// Nesting of scopes that is followed in search of variables; deeper ones come from no compiler.
constexpr int kScopeDepthMax = 64;

// The fixed address in a variable's location, if it is nothing else.
std::optional<uint64_t> StaticAddress(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  if (dwarf_attr(die, DW_AT_location, &attribute) == nullptr) return std::nullopt;
  Dwarf_Op* operations = nullptr;
  size_t count = 0;
  if (dwarf_getlocation(&attribute, &operations, &count) != 0 || count != 1) return std::nullopt;
  if (operations[0].atom == DW_OP_addr) return operations[0].number;
  if (operations[0].atom != DW_OP_addrx && operations[0].atom != DW_OP_GNU_addr_index)
    return std::nullopt;
  Dwarf_Attribute indirect;
  Dwarf_Addr address = 0;
  if (dwarf_getlocation_attr(&attribute, operations, &indirect) != 0) return std::nullopt;
  if (dwarf_formaddr(&indirect, &address) != 0) return std::nullopt;
  return address;
}

uint64_t SizeOf(Dwarf_Die* die) {
  Dwarf_Attribute attribute;
  Dwarf_Die type;
  Dwarf_Word bytes = 0;
  if (dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), &type) == nullptr)
    return 0;
  return dwarf_aggregate_size(&type, &bytes) == 0 ? bytes : 0;
}

std::string DeclarationFile(Dwarf_Die* unit, Dwarf_Die* die) {
  return AbsolutePath(unit, dwarf_decl_file(die));
}

bool MayHoldVariables(int tag) {
  return tag == DW_TAG_namespace || tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block ||
         tag == DW_TAG_class_type || tag == DW_TAG_structure_type || tag == DW_TAG_module;
}

// Calls visit(die) for each variable below `parent`.
template <typename Visit>
void ForEachVariable(Dwarf_Die* parent, int depth, const Visit& visit) {
  Dwarf_Die die;
  if (depth > kScopeDepthMax || dwarf_child(parent, &die) != 0) return;
  do {
    const int tag = dwarf_tag(&die);
    if (tag == DW_TAG_variable) visit(&die);
    if (MayHoldVariables(tag)) ForEachVariable(&die, depth + 1, visit);
  } while (dwarf_siblingof(&die, &die) == 0);
}

bool NamesData(const GElf_Sym& symbol) {
  const unsigned char type = GELF_ST_TYPE(symbol.st_info);
  return type == STT_OBJECT || type == STT_COMMON || type == STT_NOTYPE;
}

// One past the last byte that the module's segments take in memory.
uint64_t EndOf(Dwfl_Module* module) {
  GElf_Addr bias = 0;
  Elf* elf = dwfl_module_getelf(module, &bias);
  size_t count = 0;
  if (elf == nullptr || elf_getphdrnum(elf, &count) != 0) return 0;
  uint64_t end = 0;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr || segment.p_type != PT_LOAD)
      continue;
    end = std::max<uint64_t>(end, bias + segment.p_vaddr + segment.p_memsz);
  }
  return end;
}

}  // namespace

Dwfl_Module* DataLookup::ModuleOf(uint64_t address) {
  if (dwfl_ == nullptr) return nullptr;
  if (Dwfl_Module* module = dwfl_addrmodule(dwfl_, address); module != nullptr) return module;
  if (!extents_) {
    extents_.emplace();
    const auto add = [](Dwfl_Module* module, void** /*data*/, const char* /*name*/,
                        Dwarf_Addr start, void* list) {
      static_cast<std::vector<Extent>*>(list)->push_back({start, EndOf(module), module});
      return static_cast<int>(DWARF_CB_OK);
    };
    (void)dwfl_getmodules(dwfl_, add, &*extents_, 0);
  }
  for (const Extent& extent : *extents_) {
    if (address >= extent.begin && address < extent.end) return extent.module;
  }
  return nullptr;
}

const DataLookup::Places& DataLookup::PlacesOf(Dwfl_Module* module) {
  const auto [entry, inserted] = places_.try_emplace(module);
  Places& places = entry->second;
  Dwarf_Addr bias = 0;
  Dwarf* dwarf = inserted ? dwfl_module_getdwarf(module, &bias) : nullptr;
  if (dwarf == nullptr) return places;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die root;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, nullptr, &root, nullptr) == 0) {
    ForEachVariable(&root, 0, [&places, &root](Dwarf_Die* die) {
      const std::optional<uint64_t> address = StaticAddress(die);
      if (!address) return;
      int line = 0;
      (void)dwarf_decl_line(die, &line);
      const char* name = dwarf_diename(die);
      places.try_emplace(*address, Place{.name = name == nullptr ? "" : name,
                                         .bytes = SizeOf(die),
                                         .file = DeclarationFile(&root, die),
                                         .line = static_cast<uint32_t>(line)});
    });
  }
  return places;
}

std::optional<DataSymbol> DataLookup::Find(uint64_t address) {
  Dwfl_Module* module = ModuleOf(address);
  if (module == nullptr) return std::nullopt;

  DataSymbol result;
  result.module = ModulePath(module);
  result.module_offset = LinkedAddress(module, address);
  const uint64_t load_bias = address - result.module_offset;
  const Places& places = PlacesOf(module);

  GElf_Off offset = 0;
  GElf_Sym symbol;
  const char* name =
      dwfl_module_addrinfo(module, address, &offset, &symbol, nullptr, nullptr, nullptr);
  if (name != nullptr && NamesData(symbol) && offset < symbol.st_size) {
    result.name = Demangle(name);
    result.start = address - offset;
    result.bytes = symbol.st_size;
    if (const auto place = places.find(result.start - load_bias); place != places.end()) {
      result.file = place->second.file;
      result.line = place->second.line;
    }
    return result;
  }

  // A stripped file with separate DWARF, or a symbol table that says no size.
  auto after = places.upper_bound(result.module_offset);
  if (after == places.begin()) return std::nullopt;
  const auto& [start, place] = *std::prev(after);
  if (place.name.empty() || result.module_offset - start >= place.bytes) return std::nullopt;
  result.name = place.name;
  result.start = start + load_bias;
  result.bytes = place.bytes;
  result.file = place.file;
  result.line = place.line;
  return result;
}

}  // namespace heddle::report
