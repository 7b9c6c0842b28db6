// Which functions, inlined or not, and which namespaces and classes are around a place in one compilation unit. libdw answers
// such questions by going through the whole unit each time; this goes through it once.
#pragma once

#include <elfutils/libdw.h>

#include <unordered_map>
#include <vector>

namespace heddle::report {

class ScopeIndex {
 public:
  // `unit` is the DIE of the unit itself; what it belongs to outlives this object.
  explicit ScopeIndex(const Dwarf_Die& unit);

  // The blocks and inlined functions that contain the instruction at the linked `address`, innermost first; the function
  // that it physically lies in is the last. Empty if no function is known there.
  [[nodiscard]] std::vector<Dwarf_Die> ScopesAt(Dwarf_Addr address) const;

  // `die`, and what it is written in, outermost (the unit) last. Empty if the die is not of this unit.
  [[nodiscard]] std::vector<Dwarf_Die> ScopesAround(const Dwarf_Die& die) const;

 private:
  struct Function {
    Dwarf_Addr low, high;
    Dwarf_Off die;
  };

  void Visit(Dwarf_Die* parent, int depth);
  void AddFunction(Dwarf_Die* die);

  Dwarf* dwarf_ = nullptr;
  std::vector<Function> functions_;  // sorted by low
  std::unordered_map<Dwarf_Off, Dwarf_Off>
      parents_;  // of scopes and of what is declared in classes
};

}  // namespace heddle::report
