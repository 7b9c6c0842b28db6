// The work of the power tasks, for other operations that turn machines on and off.
#pragma once

#include "systems/vsphere/context.h"
#include "systems/vsphere/fault.h"
#include "systems/vsphere/managed_object.h"

namespace vsphere {

// Tells by events, applies a pending customisation, then changes the state, in this order: a watcher may see the new
// address of a machine that is not on yet. Faults: InvalidState (maintenance mode), InvalidPowerState.
// REQUIRES: the request owns the machine's lock.
Result<Value> PowerOn(const Context& request, const ManagedObjectPtr& vm);
Result<Value> PowerOff(const Context& request, const ManagedObjectPtr& vm);

// Whether the host that the machine runs on is being maintained.
[[nodiscard]] bool HostIsInMaintenanceMode(const Context& request, const ManagedObjectPtr& vm);

}  // namespace vsphere
