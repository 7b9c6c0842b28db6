// From a data address to the variable with static storage that lives there.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "report/symbols.h"

namespace heddle::report {

class DataLookup {
 public:
  explicit DataLookup(Dwfl* dwfl) : dwfl_(dwfl) {}

  // The symbol table names the variable and its size; DWARF, if there, says where it is declared. Namespace-scope
  // variables, static members and function-local statics are covered. Thread-local variables have no address that a
  // module knows, so they are never found here.
  [[nodiscard]] std::optional<DataSymbol> Find(uint64_t address);

 private:
  struct Place {
    std::string name;  // without scopes: only for variables that the symbol table does not name
    uint64_t bytes;
    std::string file;
    uint32_t line;
  };
  using Places = std::map<uint64_t, Place>;  // by linked address

  // The module whose segments, as its file describes them, hold the address. The kernel's list of mappings, from which
  // modules are reported, has no name for zero-initialised data beyond the last page of the file.
  [[nodiscard]] Dwfl_Module* ModuleOf(uint64_t address);

  // One pass over all of a module's DWARF, the first time that one of its variables is asked for.
  [[nodiscard]] const Places& PlacesOf(Dwfl_Module* module);

  struct Extent {
    uint64_t begin, end;
    Dwfl_Module* module;
  };

  Dwfl* dwfl_;
  std::optional<std::vector<Extent>> extents_;  // filled at the first need
  std::unordered_map<Dwfl_Module*, Places> places_;
};

}  // namespace heddle::report
