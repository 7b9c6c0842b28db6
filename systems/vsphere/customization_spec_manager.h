// Customisation specs by name (CustomizationSpecManager). Four are there from the start: vcsim-linux, vcsim-linux-static,
// vcsim-windows-static, vcsim-windows-domain. Each is a CustomizationSpecItem.
#pragma once

#include <string>

#include "systems/vsphere/context.h"
#include "systems/vsphere/fault.h"
#include "systems/vsphere/value.h"

namespace vsphere {

class Simulator;

Result<bool> DoesCustomizationSpecExist(const Context& client, const std::string& name);
// NotFound.
Result<Value> GetCustomizationSpec(const Context& client, const std::string& name);
// AlreadyExists.
Result<Value> CreateCustomizationSpec(const Context& client, const Value& item);
// NotFound.
Result<Value> OverwriteCustomizationSpec(const Context& client, const Value& item);

// For the simulator's constructor: nobody else knows the manager yet.
void AddBuiltInCustomizationSpecs(Simulator& simulator);

}  // namespace vsphere
