// The operations of virtual machines, by upstream's names. Those that end in Task return the task, which does the work
// (task.h); faults that upstream gives at once are given at once, the others are the task's error. All are thread-safe.
// Each call is a request of its own, whatever client context it is given. All refuse with NotAuthenticated and
// ManagedObjectNotFound.
#pragma once

#include <string>
#include <vector>

#include "systems/vsphere/context.h"
#include "systems/vsphere/fault.h"
#include "systems/vsphere/managed_object.h"
#include "systems/vsphere/value.h"

namespace vsphere {

using Ref = ManagedObjectReference;

// --- life (vm_life.cc)
// `spec` is a VirtualMachineConfigSpec. Task errors: InvalidVmConfig (configSpec.name, configSpec.files.vmPathName),
// InvalidArgument (configSpec.guestId, host), DuplicateName, InvalidDeviceSpec.
// The result is the machine. `host` may be empty: the first of the pool's owner.
Result<Ref> CreateVmTask(const Context& client, const Ref& folder, const Value& spec,
                         const Ref& pool, const Ref& host);
// `spec` is a VirtualMachineCloneSpec. At once: InvalidArgument spec.location.pool. Task: DuplicateName.
Result<Ref> CloneVmTask(const Context& client, const Ref& vm, const Ref& folder,
                        const std::string& name, const Value& spec);
// Task: InvalidPowerState if the machine is on.
Result<Ref> DestroyTask(const Context& client, const Ref& vm);
// The machine leaves the inventory. InvalidPowerState if it is on.
Result<Value> UnregisterVm(const Context& client, const Ref& vm);
// Moves to another folder, pool, host or datastore: a VirtualMachineRelocateSpec.
Result<Ref> RelocateVmTask(const Context& client, const Ref& vm, const Value& spec);
// Task: NotSupported of a template if more than name and annotation change, and what ConfigChanges refuses.
Result<Ref> ReconfigVmTask(const Context& client, const Ref& vm, const Value& spec);
// Task: DuplicateName.
Result<Ref> RenameTask(const Context& client, const Ref& vm, const std::string& name);
// InvalidPowerState if the machine is not off.
Result<Value> MarkAsTemplate(const Context& client, const Ref& vm);
// InvalidArgument pool. NotSupported if it is no template.
Result<Value> MarkAsVirtualMachine(const Context& client, const Ref& vm, const Ref& pool);

// --- power (vm_power.cc). Same state: InvalidPowerState, by the task.
// At once: InvalidState for a template. Task: InvalidState if the host is in maintenance mode.
Result<Ref> PowerOnVmTask(const Context& client, const Ref& vm);
Result<Ref> PowerOffVmTask(const Context& client, const Ref& vm);
Result<Ref> SuspendVmTask(const Context& client, const Ref& vm);
Result<Ref> ResetVmTask(const Context& client, const Ref& vm);
// InvalidPowerState when off, ToolsUnavailable when the guest has no tools running.
Result<Value> RebootGuest(const Context& client, const Ref& vm);
Result<Value> ShutdownGuest(const Context& client, const Ref& vm);
Result<Value> StandbyGuest(const Context& client, const Ref& vm);
// Of a Datacenter: a task that powers on each of them by a task of its own. The result is the list of these tasks.
Result<Ref> PowerOnMultiVmTask(const Context& client, const Ref& datacenter,
                               const std::vector<Ref>& vms);

// --- customisation (vm_customize.h says what is applied at the next power-on)
// Task, in this order: InvalidState (host in maintenance mode), InvalidPowerState (on), CustomizationPending,
// NicSettingMismatch.
Result<Ref> CustomizeVmTask(const Context& client, const Ref& vm, const Value& spec);

// --- snapshots (vm_snapshot.cc). The result of creating is the VirtualMachineSnapshot.
Result<Ref> CreateSnapshotTask(const Context& client, const Ref& vm, const std::string& name,
                               const std::string& description);
// Task: NotFound if there is none.
Result<Ref> RevertToCurrentSnapshotTask(const Context& client, const Ref& vm);
Result<Ref> RemoveAllSnapshotsTask(const Context& client, const Ref& vm);
// Of a VirtualMachineSnapshot. Its children go with it, or come to its parent.
Result<Ref> RevertToSnapshotTask(const Context& client, const Ref& snapshot);
Result<Ref> RemoveSnapshotTask(const Context& client, const Ref& snapshot, bool remove_children);

}  // namespace vsphere
