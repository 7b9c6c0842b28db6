// The race scenarios of a system: what threads do in the bug report, sized so that they can be explored. The same function
// runs in the race test, as a program of its own (heddle demo, heddle run), and natively thousands of times (bench/).
#pragma once

#include <span>
#include <string_view>

#include "systems/base/variant.h"

namespace systems {

struct Scenario {
  std::string_view name;  // "reported" is the one of the report
  std::string_view what;  // one line for a stranger
  void (*run)(Variant variant);  // broken rules end in Panic()
};

// main() of a scenario program:
//   PROGRAM [--scenario NAME] [--variant as-reported|fixed] [--repeat N] | --list
// Defaults: reported, as-reported, once. Returns the exit status; 2 for bad usage.
[[nodiscard]] int ScenarioMain(std::span<const Scenario> scenarios, int argc, char** argv);

}  // namespace systems
