// See code_lookup.h.
#include "report/code_lookup.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string_view>

#include "report/names.h"

namespace heddle::report {
namespace {

const char* StringAttribute(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  return dwarf_formstring(dwarf_attr_integrate(die, name, &attribute));
}

uint32_t NumberAttribute(Dwarf_Die* die, unsigned name) {
  Dwarf_Attribute attribute;
  Dwarf_Word value = 0;
  if (dwarf_formudata(dwarf_attr(die, name, &attribute), &value) != 0) return 0;
  return static_cast<uint32_t>(value);
}

// The die that declares the function within its class or namespace: behind an inlined or concrete instance stands the
// abstract one, and behind that the declaration in the class.
Dwarf_Die Declaration(Dwarf_Die die) {
  for (int hops = 0; hops < 4; ++hops) {
    Dwarf_Attribute attribute;
    Dwarf_Die next;
    Dwarf_Attribute* link = dwarf_attr(&die, DW_AT_abstract_origin, &attribute);
    if (link == nullptr) link = dwarf_attr(&die, DW_AT_specification, &attribute);
    if (link == nullptr || dwarf_formref_die(link, &next) == nullptr) break;
    die = next;
  }
  return die;
}

// A scope within a name: closures and unnamed types and namespaces get words.
std::string ScopeName(Dwarf_Die* scope, std::string_view member) {
  const char* name = dwarf_diename(scope);
  if (name == nullptr && dwarf_tag(scope) == DW_TAG_namespace) return "(anonymous namespace)";
  // A type that can be called and has no name, or one like "<lambda(int)>", is a closure.
  const bool is_closure = member == "operator()" && (name == nullptr || name[0] == '<');
  if (is_closure) return "{lambda}";
  return name == nullptr ? "{unnamed type}" : name;
}

std::string CallFile(Dwarf_Die* unit, Dwarf_Die* die) {
  const uint32_t index = NumberAttribute(die, DW_AT_call_file);
  Dwarf_Files* files = nullptr;
  size_t count = 0;
  if (dwarf_getsrcfiles(unit, &files, &count) != 0 || index >= count) return {};
  return AbsolutePath(unit, dwarf_filesrc(files, index, nullptr, nullptr));
}

}  // namespace

std::string AbsolutePath(Dwarf_Die* unit, const char* path) {
  if (path == nullptr) return {};
  std::filesystem::path whole(path);
  const char* directory = StringAttribute(unit, DW_AT_comp_dir);
  if (whole.is_relative() && directory != nullptr) whole = std::filesystem::path(directory) / whole;
  return whole.lexically_normal().string();
}

std::string ModulePath(Dwfl_Module* module) {
  const char* main_file = nullptr;
  const char* name =
      dwfl_module_info(module, nullptr, nullptr, nullptr, nullptr, nullptr, &main_file, nullptr);
  if (main_file != nullptr) return main_file;
  return name != nullptr ? name : "";
}

uint64_t LinkedAddress(Dwfl_Module* module, uint64_t address) {
  GElf_Addr bias = 0;
  return dwfl_module_getelf(module, &bias) != nullptr ? address - bias : address;
}

const ScopeIndex& CodeLookup::IndexOf(const Dwarf_Die& die) {
  const auto [entry, inserted] = indexes_.try_emplace(die.cu);
  if (inserted) {
    Dwarf_Die inside = die;
    Dwarf_Die unit;
    dwarf_diecu(&inside, &unit, nullptr, nullptr);
    entry->second = std::make_unique<ScopeIndex>(unit);
  }
  return *entry->second;
}

// For a function that the linker knows no name of: put together from the scopes that contain its declaration.
std::string CodeLookup::NameFromScopes(Dwarf_Die* die) {
  const char* own = StringAttribute(die, DW_AT_name);
  if (own == nullptr) return {};
  std::string name = own;
  const Dwarf_Die declaration = Declaration(*die);
  std::vector<Dwarf_Die> scopes = IndexOf(declaration).ScopesAround(declaration);
  for (size_t i = 1; i < scopes.size(); ++i) {
    const int tag = dwarf_tag(&scopes[i]);
    // A local class or a closure: the function around it has a name of its own, with all of its scopes.
    if (tag == DW_TAG_subprogram) return FunctionName(&scopes[i], "") + "::" + name;
    if (tag != DW_TAG_namespace && tag != DW_TAG_class_type && tag != DW_TAG_structure_type &&
        tag != DW_TAG_union_type) {
      continue;
    }
    name = ScopeName(&scopes[i], name) + "::" + name;
  }
  return name;
}

// `symbol` is the name that the symbol table gives the physical function, "" for an inlined one.
std::string CodeLookup::FunctionName(Dwarf_Die* die, const std::string& symbol) {
  const char* linkage = StringAttribute(die, DW_AT_linkage_name);
  if (linkage == nullptr) linkage = StringAttribute(die, DW_AT_MIPS_linkage_name);
  if (linkage != nullptr) return Demangle(linkage);
  // Functions without external linkage have a name in the symbol table only; another function's part that was split
  // off may stand there too, so the two must agree.
  const char* own = StringAttribute(die, DW_AT_name);
  if (!symbol.empty() && (own == nullptr || symbol.find(own) != std::string::npos)) return symbol;
  return NameFromScopes(die);
}

std::vector<Frame> CodeLookup::Find(uint64_t address) {
  Frame base;
  base.address = address;
  Dwfl_Module* module = dwfl_ == nullptr ? nullptr : dwfl_addrmodule(dwfl_, address);
  if (module == nullptr) return {base};

  base.module_offset = LinkedAddress(module, address);
  base.module = ModulePath(module);
  GElf_Off offset = 0;
  GElf_Sym entry;
  const char* symbol =
      dwfl_module_addrinfo(module, address, &offset, &entry, nullptr, nullptr, nullptr);
  if (symbol != nullptr) base.function = Demangle(symbol);

  Dwarf_Die unit;
  Dwarf_Addr bias = 0;
  if (!FindUnit(module, address, &unit, &bias)) return {base};
  const Dwarf_Addr linked = address - bias;
  if (Dwarf_Line* line = dwarf_getsrc_die(&unit, linked); line != nullptr) {
    int number = 0;
    int column = 0;
    base.file = AbsolutePath(&unit, dwarf_linesrc(line, nullptr, nullptr));
    if (dwarf_lineno(line, &number) == 0) base.line = static_cast<uint32_t>(number);
    if (dwarf_linecol(line, &column) == 0) base.column = static_cast<uint32_t>(column);
  }
  std::vector<Frame> frames;
  AddInlined(&unit, linked, base.function, base, &frames);
  if (frames.empty()) frames.push_back(base);
  return frames;
}

// The line table says where the innermost instruction comes from; each inlined function says where it was called, which
// is the place in the next frame.
void CodeLookup::AddInlined(Dwarf_Die* unit, Dwarf_Addr linked, const std::string& symbol,
                            const Frame& base, std::vector<Frame>* frames) {
  Frame frame = base;
  // The physical surroundings, not the source's, are the callers.
  for (Dwarf_Die& scope : IndexOf(*unit).ScopesAt(linked)) {
    const int tag = dwarf_tag(&scope);
    if (tag == DW_TAG_inlined_subroutine) {
      frame.inlined = true;
      frame.function = FunctionName(&scope, "");
      frames->push_back(frame);
      frame.file = CallFile(unit, &scope);
      frame.line = NumberAttribute(&scope, DW_AT_call_line);
      frame.column = NumberAttribute(&scope, DW_AT_call_column);
    } else if (tag == DW_TAG_subprogram) {
      frame.inlined = false;
      frame.function = FunctionName(&scope, symbol);
      if (frame.function.empty()) frame.function = symbol;
      frames->push_back(frame);
      return;
    }
  }
}

bool CodeLookup::FindUnit(Dwfl_Module* module, uint64_t address, Dwarf_Die* unit,
                          Dwarf_Addr* bias) {
  if (const Dwarf_Die* found = dwfl_module_addrdie(module, address, bias); found != nullptr) {
    *unit = *found;
    return true;
  }
  Dwarf* dwarf = dwfl_module_getdwarf(module, bias);
  if (dwarf == nullptr) return false;
  const Dwarf_Addr linked = address - *bias;
  const auto& ranges = UnitRanges(module, dwarf);
  // Ranges do not overlap: the last one that begins at or before the address decides.
  auto after =
      std::upper_bound(ranges.begin(), ranges.end(), linked,
                       [](Dwarf_Addr value, const UnitRange& range) { return value < range.low; });
  if (after == ranges.begin()) return false;
  --after;
  return linked < after->high && dwarf_offdie(dwarf, after->unit, unit) != nullptr;
}

const std::vector<CodeLookup::UnitRange>& CodeLookup::UnitRanges(Dwfl_Module* module,
                                                                 Dwarf* dwarf) {
  const auto [entry, inserted] = unit_ranges_.try_emplace(module);
  std::vector<UnitRange>& ranges = entry->second;
  if (!inserted) return ranges;
  Dwarf_CU* unit = nullptr;
  Dwarf_Die die;
  while (dwarf_get_units(dwarf, unit, &unit, nullptr, nullptr, &die, nullptr) == 0) {
    Dwarf_Addr base = 0;
    Dwarf_Addr low = 0;
    Dwarf_Addr high = 0;
    for (ptrdiff_t at = 0; (at = dwarf_ranges(&die, at, &base, &low, &high)) > 0;) {
      ranges.push_back({low, high, dwarf_dieoffset(&die)});
    }
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const UnitRange& a, const UnitRange& b) { return a.low < b.low; });
  return ranges;
}

}  // namespace heddle::report
