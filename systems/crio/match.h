// The selectors of list requests.
#pragma once

#include <algorithm>

#include "systems/crio/cri.h"

namespace crio {

// True if each label of `selector` is there with the same value.
[[nodiscard]] inline bool Selects(const Labels& selector, const Labels& labels) {
  return std::includes(labels.begin(), labels.end(), selector.begin(), selector.end());
}

}  // namespace crio
