// The inventory: the default one of the VPX model, with upstream's knobs and names, and the operations of folders and hosts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "systems/vsphere/context.h"
#include "systems/vsphere/fault.h"
#include "systems/vsphere/managed_object.h"
#include "systems/vsphere/value.h"

namespace vsphere {

class Simulator;

// How many of what; the defaults are upstream's.
struct Model {
  int datacenters = 1;       // -dc
  int clusters = 1;          // -cluster, per datacenter
  int cluster_hosts = 3;     // -host, per cluster
  int standalone_hosts = 1;  // -standalone-host, per datacenter
  int datastores = 1;        // -ds, per datacenter
  int machines = 2;          // -vm, per resource pool
  int pools = 0;             // -pool, per cluster, below its root pool
  int portgroups = 1;        // -pg, per datacenter
  bool autostart = true;     // machines are on
};

// One standalone host with one machine that is off: for tests whose schedules should be short.
[[nodiscard]] Model SmallModel();

// Fills a new simulator. Names: DC0, DC0_C0, DC0_C0_H0, DC0_H0, DC0_C0_RP0_VM0, DC0_H0_VM0, LocalDS_0, "VM Network", DVS0,
// DC0_DVPG0.
void Populate(Simulator& simulator, const Model& model);

// A VirtualMachineConfigSpec with one VirtualVmxnet3 on "VM Network" and a path on LocalDS_0.
[[nodiscard]] Value MakeVmSpec(std::string_view name);

// The object of a type with that name; null if there is none.
[[nodiscard]] ManagedObjectPtr FindByName(Simulator& simulator, std::string_view type,
                                          std::string_view name);

// --- operations of folders and hosts
// NotSupported unless the folder may hold folders; DuplicateName. Returns the folder.
Result<ManagedObjectReference> CreateFolder(const Context& client,
                                            const ManagedObjectReference& folder,
                                            const std::string& name);
// Tasks. InvalidState if the host is in that mode already, or not in it.
Result<ManagedObjectReference> EnterMaintenanceModeTask(const Context& client,
                                                        const ManagedObjectReference& host);
Result<ManagedObjectReference> ExitMaintenanceModeTask(const Context& client,
                                                       const ManagedObjectReference& host);

// --- for the operations of machines
// % / and \ as %25 %2f %5c.
[[nodiscard]] std::string EscapeName(std::string_view name);
// DuplicateName if the folder has a child of that name. REQUIRES: the request owns the folder's lock.
[[nodiscard]] Result<Value> CheckNewName(const Context& request, const ManagedObjectPtr& folder,
                                         const std::string& name);
// A host of the pool's owner; null if it has none.
[[nodiscard]] ManagedObjectPtr AnyHost(const Context& request, const ManagedObjectPtr& pool);
// All snapshots of a machine (all its properties), parents first.
[[nodiscard]] std::vector<ManagedObjectReference> SnapshotsOf(const Value& vm);

}  // namespace vsphere
