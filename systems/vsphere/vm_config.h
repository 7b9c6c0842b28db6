// The configuration of a virtual machine: what a new one has, and which changes a VirtualMachineConfigSpec asks for.
#pragma once

#include <string_view>
#include <vector>

#include "systems/vsphere/fault.h"
#include "systems/vsphere/property_write.h"
#include "systems/vsphere/value.h"

namespace vsphere {

class Simulator;

// The properties of a machine that has nothing but the default devices; poweredOff.
[[nodiscard]] Value DefaultVirtualMachine(Simulator& simulator);

// What has to change in the machine `vm` (all its properties) to follow the spec; nothing is changed here. Faults:
// InvalidArgument (configSpec.guestId), InvalidDeviceSpec with the index of the device.
[[nodiscard]] Result<std::vector<Change>> ConfigChanges(Simulator& simulator, const Value& vm,
                                                        const Value& spec);

// The devices of a type (a base type will do), in the order of the list.
[[nodiscard]] std::vector<Value> DevicesOf(const Value& vm, std::string_view type);

// A VirtualVmxnet3 on that network, for specs; the machine gives it a key and an address.
[[nodiscard]] Value MakeEthernetCard(std::string_view network);

// "add", "edit" or "remove" of a device, as an item of VirtualMachineConfigSpec.deviceChange.
[[nodiscard]] Value MakeDeviceChange(std::string_view operation, Value device);

}  // namespace vsphere
