// From a code address to functions and lines, with the inlined ones, out of DWARF and symbol tables.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "report/model.h"
#include "report/scope_index.h"

namespace heddle::report {

// What the compiler wrote as a path, made absolute where it can be, and without "." and "..".
[[nodiscard]] std::string AbsolutePath(Dwarf_Die* unit, const char* path);

// The name of the module's file; and the address as it was linked, which is the same in every process.
[[nodiscard]] std::string ModulePath(Dwfl_Module* module);
[[nodiscard]] uint64_t LinkedAddress(Dwfl_Module* module, uint64_t address);

class CodeLookup {
 public:
  explicit CodeLookup(Dwfl* dwfl) : dwfl_(dwfl) {}

  // Frames for the instruction at `address`, innermost inlined function first; never empty.
  [[nodiscard]] std::vector<Frame> Find(uint64_t address);

 private:
  // Address ranges of the compilation units of a module, for compilers that write no table of them (clang).
  struct UnitRange {
    Dwarf_Addr low, high;
    Dwarf_Off unit;
  };

  [[nodiscard]] bool FindUnit(Dwfl_Module* module, uint64_t address, Dwarf_Die* unit,
                              Dwarf_Addr* bias);
  [[nodiscard]] const std::vector<UnitRange>& UnitRanges(Dwfl_Module* module, Dwarf* dwarf);
  [[nodiscard]] const ScopeIndex& IndexOf(const Dwarf_Die& die);
  [[nodiscard]] std::string NameFromScopes(Dwarf_Die* die);
  [[nodiscard]] std::string FunctionName(Dwarf_Die* die, const std::string& symbol);
  void AddInlined(Dwarf_Die* unit, Dwarf_Addr linked, const std::string& symbol, const Frame& base,
                  std::vector<Frame>* frames);

  Dwfl* dwfl_;
  std::map<Dwfl_Module*, std::vector<UnitRange>> unit_ranges_;
  std::map<Dwarf_CU*, std::unique_ptr<ScopeIndex>> indexes_;
};

}  // namespace heddle::report
