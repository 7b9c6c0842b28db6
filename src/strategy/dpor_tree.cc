// See dpor_tree.h.
#include "strategy/dpor_tree.h"

#include "base/check.h"

namespace heddle::strategy {

using trace::DporBranch;
using trace::DporNode;
using trace::DporSearch;
using trace::kDporNoBranch;

void BeginBranch(DporSearch* search, uint32_t depth) {
  DporNode& node = search->nodes[depth];
  const uint32_t index = node.first_branch;
  HEDDLE_CHECK(index != kDporNoBranch);
  DporBranch& branch = search->branches[index];
  node.thread = branch.thread;
  node.all_values = branch.value == trace::kDporAnyValue;
  node.value = node.all_values != 0 ? 0 : branch.value;
  node.value_count = 0;
  node.kind = trace::kDporNone;  // not known before it is done
  node.first_branch = branch.next_sibling;
  search->carried = branch.first_child;
  branch.next_sibling = search->free_branch;
  search->free_branch = index;
  --search->branches_in_use;
}

uint32_t NextValue(const DporNode& node, uint32_t from, uint32_t count) {
  uint32_t value = from;
  for (uint32_t i = 0; i < node.asleep_count; ++i) {
    if (node.some_asleep[i].thread != node.thread || node.some_asleep[i].value != value) continue;
    ++value;
    i = ~0u;  // look through all again: they are in no order
  }
  return value < count ? value : count;
}

uint32_t AddBranch(DporSearch* search, uint32_t* place, const trace::DporEvent& step,
                   uint32_t value) {
  uint32_t index = search->free_branch;
  if (index != kDporNoBranch) {
    search->free_branch = search->branches[index].next_sibling;
  } else if (search->branch_count < kDporTreeMax) {
    index = ++search->branch_count;
  } else {
    return kDporNoBranch;
  }
  if (++search->branches_in_use > search->branches_most)
    search->branches_most = search->branches_in_use;
  while (*place != kDporNoBranch) place = &search->branches[*place].next_sibling;
  *place = index;
  search->branches[index] = {step.thread, value, kDporNoBranch, kDporNoBranch, step.op};
  return index;
}

}  // namespace heddle::strategy
