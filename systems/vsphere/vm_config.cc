// See vm_config.h.
#include "systems/vsphere/vm_config.h"

#include <algorithm>
#include <cstdio>

#include "systems/vsphere/schema.h"
#include "systems/vsphere/simulator.h"

namespace vsphere {
namespace {

struct DefaultDevice {
  std::string_view type;
  int key;
  std::string_view label;
  int bus;         // of a controller
  int controller;  // 0: it is one
};

constexpr DefaultDevice kDefaultDevices[] = {
    {"VirtualIDEController", 200, "IDE 0", 0, 0},
    {"VirtualIDEController", 201, "IDE 1", 1, 0},
    {"VirtualPS2Controller", 300, "PS2 controller 0", 0, 0},
    {"VirtualPCIController", 100, "PCI controller 0", 0, 0},
    {"VirtualSIOController", 400, "SIO controller 0", 0, 0},
    {"VirtualKeyboard", 600, "Keyboard", 0, 300},
    {"VirtualPointingDevice", 700, "Pointing device", 0, 300},
    {"VirtualMachineVideoCard", 500, "Video card", 0, 100},
    {"VirtualMachineVMCIDevice", 12000, "VMCI device", 0, 100},
};

constexpr int kPciKey = 100;

Value DefaultDevices() {
  std::vector<Value> devices;
  for (const DefaultDevice& device : kDefaultDevices) {
    Fields fields = {
        {"key", device.key},
        {"deviceInfo", Make("Description", {{"label", device.label}, {"summary", device.label}})}};
    if (device.controller == 0) {
      fields.emplace_back("busNumber", device.bus);
    } else {
      fields.emplace_back("controllerKey", device.controller);
    }
    devices.push_back(Make(device.type, fields));
  }
  return MakeArray("VirtualDevice", std::move(devices));
}

// The first key that devices of a type get.
int FirstKey(const Type& type) {
  if (type.IsA("VirtualEthernetCard")) return 4000;
  if (type.IsA("VirtualDisk")) return 2000;
  if (type.IsA("VirtualCdrom")) return 3000;
  if (type.IsA("VirtualController")) return 1000;
  return 13000;
}

bool IsA(const Value& device, std::string_view type) { return device.object()->type->IsA(type); }

auto FindKey(std::vector<Value>& devices, const Value& key) {
  return std::find_if(devices.begin(), devices.end(),
                      [&](const Value& each) { return each["key"] == key; });
}

// The device as the machine has it: with a key, a label, a controller, and a card with an address. Unset: it does not fit.
Value Completed(Simulator& simulator, std::vector<Value>& devices, const Value& asked) {
  Fields fields;
  int64_t key = asked["key"].integer();
  if (key <= 0) {
    key = FirstKey(*asked.object()->type);
    while (FindKey(devices, key) != devices.end()) ++key;
  } else if (FindKey(devices, key) != devices.end()) {
    return {};
  }
  fields.emplace_back("key", key);
  const bool is_controller = IsA(asked, "VirtualController");
  const int64_t controller = asked["controllerKey"].integer();
  if (!is_controller && controller > 0 && FindKey(devices, controller) == devices.end()) return {};
  if (!is_controller && controller == 0) fields.emplace_back("controllerKey", kPciKey);
  if (asked["unitNumber"].is_set() && controller > 0) {
    for (const Value& each : devices) {
      if (each["controllerKey"] == asked["controllerKey"] &&
          each["unitNumber"] == asked["unitNumber"])
        return {};
    }
  }
  if (IsA(asked, "VirtualEthernetCard") && asked["macAddress"].text().empty()) {
    const unsigned number = static_cast<unsigned>(simulator.NewNumber());
    char address[18];
    std::snprintf(address, sizeof address, "00:0c:29:%02x:%02x:%02x", number >> 16 & 0xff,
                  number >> 8 & 0xff, number & 0xff);
    fields.emplace_back("macAddress", std::string(address));
    fields.emplace_back("addressType", "generated");
  }
  if (!asked["deviceInfo"].is_set()) {
    const std::string label = std::string(asked.type_name()) + " " + std::to_string(key);
    fields.emplace_back("deviceInfo", Make("Description", {{"label", label}, {"summary", label}}));
  }
  return With(asked, fields);
}

Fault InvalidDevice(size_t index) {
  return MakeFault("InvalidDeviceSpec",
                   {{"property", "virtualDeviceSpec"}, {"deviceIndex", static_cast<int>(index)}});
}

// The list of devices after the changes of a spec.
Result<std::vector<Value>> ChangedDevices(Simulator& simulator, const Value& vm,
                                          const Value& spec) {
  std::vector<Value> devices = vm["config"]["hardware"]["device"].items();
  const std::vector<Value>& changes = spec["deviceChange"].items();
  for (size_t i = 0; i < changes.size(); ++i) {
    const std::string& operation = changes[i]["operation"].text();
    const Value& asked = changes[i]["device"];
    const auto existing = FindKey(devices, asked["key"]);
    if (operation == "add") {
      Value device = Completed(simulator, devices, asked);
      if (!device.is_set()) return InvalidDevice(i);
      devices.push_back(std::move(device));
    } else if (existing == devices.end()) {
      return InvalidDevice(i);
    } else if (operation == "edit") {
      *existing = asked;
    } else if (operation == "remove") {
      devices.erase(existing);
    } else {
      return InvalidDevice(i);
    }
  }
  return devices;
}

// What the guest knows of its cards: those that stay keep what customisation gave them.
Value GuestCards(const Value& vm, const std::vector<Value>& devices) {
  std::vector<Value> cards;
  for (const Value& device : devices) {
    if (!IsA(device, "VirtualEthernetCard")) continue;
    Value card;
    for (const Value& each : vm["guest"]["net"].items()) {
      if (each["deviceConfigId"] == device["key"]) card = each;
    }
    if (!card.is_set()) {
      card = Make("GuestNicInfo", {{"network", device["backing"]["deviceName"]},
                                   {"macAddress", device["macAddress"]},
                                   {"connected", true},
                                   {"deviceConfigId", device["key"]}});
    }
    cards.push_back(std::move(card));
  }
  return MakeArray("GuestNicInfo", std::move(cards));
}

int CountOf(const std::vector<Value>& devices, std::string_view type) {
  return static_cast<int>(std::count_if(devices.begin(), devices.end(),
                                        [&](const Value& each) { return IsA(each, type); }));
}

// Option values by key: an empty value removes. Keys "SET.<path>" set a property of the machine instead.
void AddExtraConfig(const Value& vm, const Value& spec, std::vector<Change>& changes) {
  if (spec["extraConfig"].items().empty()) return;
  std::vector<Value> options = vm["config"]["extraConfig"].items();
  for (const Value& option : spec["extraConfig"].items()) {
    const std::string& key = option["key"].text();
    if (key.starts_with("SET.")) {
      changes.push_back({.name = key.substr(4), .value = option["value"]});
      continue;
    }
    std::erase_if(options, [&](const Value& each) { return each["key"].text() == key; });
    if (!option["value"].text().empty()) options.push_back(option);
  }
  changes.push_back(
      {.name = "config.extraConfig", .value = MakeArray("OptionValue", std::move(options))});
}

// Upstream knows the list of guests; all of them end like this.
bool IsGuestId(std::string_view id) { return id.ends_with("Guest") || id.ends_with("Guest64"); }

struct SimpleField {
  std::string_view in_spec;
  std::string_view in_vm;
  std::string_view in_summary;
};

constexpr SimpleField kSimpleFields[] = {
    {"name", "config.name", "summary.config.name"},
    {"uuid", "config.uuid", "summary.config.uuid"},
    {"instanceUuid", "config.instanceUuid", "summary.config.instanceUuid"},
    {"guestId", "config.guestId", "summary.config.guestId"},
    {"annotation", "config.annotation", "summary.config.annotation"},
    {"numCPUs", "config.hardware.numCPU", "summary.config.numCpu"},
    {"numCoresPerSocket", "config.hardware.numCoresPerSocket", ""},
    {"memoryMB", "config.hardware.memoryMB", "summary.config.memorySizeMB"},
    {"firmware", "config.firmware", ""},
};

}  // namespace

Value DefaultVirtualMachine(Simulator& simulator) {
  const std::string uuid = simulator.NewUuid();
  const std::string instance_uuid = simulator.NewUuid();
  const Value hardware = Make(
      "VirtualHardware",
      {{"numCPU", 1}, {"numCoresPerSocket", 1}, {"memoryMB", 32}, {"device", DefaultDevices()}});
  const Value tools = Make("ToolsConfigInfo", {{"toolsVersion", 0}, {"pendingCustomization", ""}});
  const Value config = Make("VirtualMachineConfigInfo", {{"changeVersion", "1"},
                                                         {"modified", simulator.Now()},
                                                         {"name", ""},
                                                         {"guestFullName", "otherGuest"},
                                                         {"version", "vmx-13"},
                                                         {"uuid", uuid},
                                                         {"instanceUuid", instance_uuid},
                                                         {"template", false},
                                                         {"guestId", "otherGuest"},
                                                         {"annotation", ""},
                                                         {"files", Make("VirtualMachineFileInfo")},
                                                         {"tools", tools},
                                                         {"hardware", hardware},
                                                         {"extraConfig", MakeArray("OptionValue")},
                                                         {"firmware", "bios"}});
  const Value runtime = Make("VirtualMachineRuntimeInfo", {{"connectionState", "connected"},
                                                           {"powerState", "poweredOff"},
                                                           {"toolsInstallerMounted", false}});
  const Value summary_config = Make("VirtualMachineConfigSummary", {{"name", ""},
                                                                    {"template", false},
                                                                    {"vmPathName", ""},
                                                                    {"memorySizeMB", 32},
                                                                    {"numCpu", 1},
                                                                    {"numEthernetCards", 0},
                                                                    {"numVirtualDisks", 0},
                                                                    {"uuid", uuid},
                                                                    {"instanceUuid", instance_uuid},
                                                                    {"guestId", "otherGuest"}});
  const Value guest_summary =
      Make("VirtualMachineGuestSummary",
           {{"toolsStatus", "toolsNotInstalled"}, {"hostName", ""}, {"ipAddress", ""}});
  return Make("VirtualMachine",
              {{"overallStatus", "green"},
               {"configStatus", "green"},
               {"effectiveRole", MakeArray("int", {-1})},
               {"name", ""},
               {"config", config},
               {"runtime", runtime},
               {"guest", Make("GuestInfo", {{"toolsStatus", "toolsNotInstalled"},
                                            {"toolsRunningStatus", "guestToolsNotRunning"},
                                            {"toolsVersion", "0"},
                                            {"hostName", ""},
                                            {"ipAddress", ""},
                                            {"net", MakeArray("GuestNicInfo")},
                                            {"guestState", "notRunning"}})},
               {"summary", Make("VirtualMachineSummary", {{"runtime", DeepCopy(runtime)},
                                                          {"guest", guest_summary},
                                                          {"config", summary_config},
                                                          {"overallStatus", "green"}})},
               {"guestHeartbeatStatus", "gray"}});
}

Result<std::vector<Change>> ConfigChanges(Simulator& simulator, const Value& vm,
                                          const Value& spec) {
  std::vector<Change> changes;
  if (spec["guestId"].is_set() && !IsGuestId(spec["guestId"].text()))
    return InvalidArgument("configSpec.guestId");
  for (const SimpleField& field : kSimpleFields) {
    const Value& value = spec[field.in_spec];
    if (!value.is_set()) continue;
    changes.push_back({.name = std::string(field.in_vm), .value = value});
    if (!field.in_summary.empty())
      changes.push_back({.name = std::string(field.in_summary), .value = value});
  }
  if (spec["name"].is_set()) changes.push_back({.name = "name", .value = spec["name"]});
  if (const std::string& path = spec["files"]["vmPathName"].text(); !path.empty()) {
    changes.push_back({.name = "config.files.vmPathName", .value = path});
    changes.push_back({.name = "summary.config.vmPathName", .value = path});
  }
  if (!spec["deviceChange"].items().empty()) {
    const Result<std::vector<Value>> devices = ChangedDevices(simulator, vm, spec);
    if (!devices.ok()) return devices.fault();
    changes.push_back({.name = "guest.net", .value = GuestCards(vm, devices.value())});
    changes.push_back({.name = "summary.config.numEthernetCards",
                       .value = CountOf(devices.value(), "VirtualEthernetCard")});
    changes.push_back({.name = "summary.config.numVirtualDisks",
                       .value = CountOf(devices.value(), "VirtualDisk")});
    changes.push_back(
        {.name = "config.hardware.device", .value = MakeArray("VirtualDevice", devices.value())});
  }
  AddExtraConfig(vm, spec, changes);
  changes.push_back({.name = "config.modified", .value = simulator.Now()});
  changes.push_back(
      {.name = "config.changeVersion", .value = std::to_string(simulator.NewNumber())});
  return changes;
}

std::vector<Value> DevicesOf(const Value& vm, std::string_view type) {
  std::vector<Value> devices;
  for (const Value& device : vm["config"]["hardware"]["device"].items()) {
    if (IsA(device, type)) devices.push_back(device);
  }
  return devices;
}

Value MakeEthernetCard(std::string_view network) {
  return Make(
      "VirtualVmxnet3",
      {{"backing", Make("VirtualEthernetCardNetworkBackingInfo", {{"deviceName", network}})},
       {"connectable",
        Make("VirtualDeviceConnectInfo",
             {{"startConnected", true}, {"allowGuestControl", true}, {"connected", false}})}});
}

Value MakeDeviceChange(std::string_view operation, Value device) {
  return Make("VirtualDeviceConfigSpec", {{"operation", operation}, {"device", std::move(device)}});
}

}  // namespace vsphere
