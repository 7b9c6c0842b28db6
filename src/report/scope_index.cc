// See scope_index.h.
#include "report/scope_index.h"

#include <dwarf.h>

#include <algorithm>

namespace heddle::report {
namespace {

constexpr int kDepthMax = 64;  // of scopes in each other; deeper ones come from no compiler

// Functions and types are declared in these.
bool IsScope(int tag) {
  switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_subprogram:
    case DW_TAG_lexical_block:
      return true;
    default:
      return false;
  }
}

bool IsPartOfCode(int tag) {
  return tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block;
}

}  // namespace

ScopeIndex::ScopeIndex(const Dwarf_Die& unit) {
  Dwarf_Die die = unit;
  dwarf_ = dwarf_cu_getdwarf(die.cu);
  Visit(&die, 0);
  std::sort(functions_.begin(), functions_.end(),
            [](const Function& a, const Function& b) { return a.low < b.low; });
}

void ScopeIndex::Visit(Dwarf_Die* parent, int depth) {
  Dwarf_Die die;
  if (depth > kDepthMax || dwarf_child(parent, &die) != 0) return;
  const Dwarf_Off offset = dwarf_dieoffset(parent);
  do {
    const int tag = dwarf_tag(&die);
    if (!IsScope(tag)) continue;
    parents_.emplace(dwarf_dieoffset(&die), offset);
    if (tag == DW_TAG_subprogram) AddFunction(&die);
    Visit(&die, depth + 1);
  } while (dwarf_siblingof(&die, &die) == 0);
}

void ScopeIndex::AddFunction(Dwarf_Die* die) {
  Dwarf_Addr base = 0;
  Dwarf_Addr low = 0;
  Dwarf_Addr high = 0;
  for (ptrdiff_t at = 0; (at = dwarf_ranges(die, at, &base, &low, &high)) > 0;) {
    // What the linker threw away has the address 0 or none.
    if (low != 0 && low < high) functions_.push_back({low, high, dwarf_dieoffset(die)});
  }
}

std::vector<Dwarf_Die> ScopeIndex::ScopesAt(Dwarf_Addr address) const {
  auto after =
      std::upper_bound(functions_.begin(), functions_.end(), address,
                       [](Dwarf_Addr value, const Function& each) { return value < each.low; });
  Dwarf_Die die;
  if (after == functions_.begin() || address >= (--after)->high ||
      dwarf_offdie(dwarf_, after->die, &die) == nullptr)
    return {};
  std::vector<Dwarf_Die> scopes = {die};
  for (bool deeper = true; deeper && scopes.size() < kDepthMax;) {
    deeper = false;
    if (dwarf_child(&scopes.back(), &die) != 0) break;
    do {
      if (!IsPartOfCode(dwarf_tag(&die)) || dwarf_haspc(&die, address) != 1) continue;
      scopes.push_back(die);
      deeper = true;
      break;
    } while (dwarf_siblingof(&die, &die) == 0);
  }
  std::reverse(scopes.begin(), scopes.end());
  return scopes;
}

std::vector<Dwarf_Die> ScopeIndex::ScopesAround(const Dwarf_Die& die) const {
  std::vector<Dwarf_Die> scopes = {die};
  for (auto parent = parents_.find(dwarf_dieoffset(&scopes[0])); parent != parents_.end();
       parent = parents_.find(parent->second)) {
    Dwarf_Die next;
    if (dwarf_offdie(dwarf_, parent->second, &next) == nullptr) break;
    scopes.push_back(next);
  }
  if (scopes.size() == 1) return {};
  return scopes;
}

}  // namespace heddle::report
