// See directory.h.
#include "systems/longhorn/directory.h"

namespace longhorn {

bool Listing::HasAnyOf(const std::string& name) const {
  if (lvols.contains(name)) return true;
  const std::string prefix = name + "-";
  const auto after = lvols.lower_bound(prefix);
  return after != lvols.end() && after->starts_with(prefix);
}

}  // namespace longhorn
