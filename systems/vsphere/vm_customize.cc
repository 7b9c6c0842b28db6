// See vm_customize.h.
#include "systems/vsphere/vm_customize.h"

#include <algorithm>
#include <bit>
#include <cctype>

#include "systems/base/panic.h"
#include "systems/vsphere/simulator.h"
#include "systems/vsphere/task.h"
#include "systems/vsphere/virtual_machine.h"
#include "systems/vsphere/vm_config.h"
#include "systems/vsphere/vm_power.h"

namespace vsphere {
namespace {

std::string ToLower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string HostName(Simulator& simulator, const Value& identity, const std::string& vm_name) {
  const Value& name = identity.type_name() == "CustomizationSysprep"
                          ? identity["userData"]["computerName"]
                          : identity["hostName"];
  const auto numbered = [&](const std::string& stem) {
    return stem + "-" + std::to_string(simulator.NewHostNameNumber());
  };
  if (name.type_name() == "CustomizationFixedName") return name["name"].text();
  if (name.type_name() == "CustomizationPrefixName") return numbered(name["base"].text());
  if (name.type_name() == "CustomizationVirtualMachineName") return numbered(vm_name);
  if (name.type_name() == "CustomizationCustomName") return numbered(name["argument"].text());
  return "";
}

// "255.255.255.0" is 24.
int PrefixLength(const std::string& mask) {
  int length = 0;
  unsigned part = 0;
  for (const char c : mask + ".") {
    if (c == '.') {
      length += std::popcount(part);
      part = 0;
    } else {
      part = part * 10 + static_cast<unsigned>(c - '0');
    }
  }
  return length;
}

Value DnsConfig(const Value& spec, const Value& adapter, const std::string& host_name) {
  const Value& own = adapter["dnsServerList"];
  return Make("NetDnsConfigInfo",
              {{"dhcp", adapter["ip"].type_name() == "CustomizationDhcpIpGenerator"},
               {"hostName", host_name},
               {"domainName", adapter["dnsDomain"].text()},
               {"ipAddress", own.is_set() ? own : spec["globalIPSettings"]["dnsServerList"]},
               {"searchDomain", spec["globalIPSettings"]["dnsSuffixList"]}});
}

// What changes for the i-th card. Upstream writes these straight into the live lists.
void AddCardChanges(const Value& spec, const Value& device, size_t i, const std::string& host_name,
                    std::vector<Change>& changes) {
  const Value& mapping = spec["nicSettingMap"].items()[i];
  const Value& adapter = mapping["adapter"];
  const std::string guest = "guest.net#" + std::to_string(i);
  const auto set = [&](std::string name, Value value) {
    changes.push_back(
        {.name = std::move(name), .value = std::move(value), .bypasses_update = true});
  };
  if (const std::string& address = mapping["macAddress"].text(); !address.empty()) {
    const std::string card =
        "config.hardware.device[" + std::to_string(device["key"].integer()) + "]";
    set(guest + ".macAddress", ToLower(address));
    set(card + ".macAddress", address);
    set(card + ".addressType", "manual");
  }
  set(guest + ".dnsConfig", DnsConfig(spec, adapter, host_name));
  if (adapter["ip"].type_name() == "CustomizationFixedIp") {
    const Value& address = adapter["ip"]["ipAddress"];
    const Value configured = Make("NetIpConfigInfoIpAddress",
                                  {{"ipAddress", address},
                                   {"prefixLength", PrefixLength(adapter["subnetMask"].text())},
                                   {"state", "preferred"}});
    set(guest + ".ipConfig",
        Make("NetIpConfigInfo",
             {{"ipAddress", MakeArray("NetIpConfigInfoIpAddress", {configured})}}));
    set(guest + ".ipAddress", MakeArray("string", {address}));
  }
}

std::string FirstFixedAddress(const Value& spec) {
  for (const Value& mapping : spec["nicSettingMap"].items()) {
    const Value& ip = mapping["adapter"]["ip"];
    if (ip.type_name() == "CustomizationFixedIp") return ip["ipAddress"].text();
  }
  return "";
}

Fault NicSettingMismatch(size_t in_spec, size_t in_vm) {
  return MakeFault("NicSettingMismatch", {{"numberOfNicsInSpec", static_cast<int>(in_spec)},
                                          {"numberOfNicsInVM", static_cast<int>(in_vm)}});
}

// The work of CustomizeVM_Task.
Result<Value> StoreSpec(const Context& request, const ManagedObjectPtr& vm, const Value& spec) {
  if (HostIsInMaintenanceMode(request, vm)) return MakeFault("InvalidState");
  const std::string state = vm->Get("runtime.powerState").text();
  if (state == "poweredOn") return InvalidPowerState("poweredOff", state);
  if (!vm->Get("config.tools.pendingCustomization").text().empty())
    return MakeFault("CustomizationPending");
  const size_t in_spec = spec["nicSettingMap"].items().size();
  const size_t in_vm = vm->Get("guest.net").items().size();
  if (in_spec != in_vm) return NicSettingMismatch(in_spec, in_vm);
  vm->hidden = spec;
  const Change pending = {.name = "config.tools.pendingCustomization",
                          .value = request.simulator().NewUuid(),
                          .bypasses_update = true};
  request.simulator().registry().Update(request, vm, {&pending, 1});
  return Value();
}

}  // namespace

void Customize(const Context& request, const ManagedObjectPtr& vm) {
  if (vm->Get("config.tools.pendingCustomization").text().empty()) return;
  Simulator& simulator = request.simulator();
  const Value spec = std::exchange(vm->hidden, Value());
  simulator.events().PostAbout(request, vm, "CustomizationStartedEvent", {}, "is being customized");

  const std::vector<Value> devices = DevicesOf(vm->Read(), "VirtualEthernetCard");
  const size_t cards = spec["nicSettingMap"].items().size();
  std::vector<Change> changes = {{.name = "config.tools.pendingCustomization", .value = ""}};
  if (devices.size() < cards) {
    systems::Ensure(simulator.design().ChecksCardsAtPowerOn(), "index out of range");
    simulator.registry().Update(request, vm, changes);
    simulator.events().PostAbout(request, vm, "CustomizationNetworkSetupFailed", {},
                                 "has lost a network card");
    return;
  }

  const std::string host_name = HostName(simulator, spec["identity"], vm->Get("name").text());
  changes.clear();
  for (size_t i = 0; i < cards; ++i) AddCardChanges(spec, devices[i], i, host_name, changes);
  const std::string address = FirstFixedAddress(spec);
  changes.push_back({.name = "config.tools.pendingCustomization", .value = ""});
  changes.push_back({.name = "guest.hostName", .value = host_name});
  changes.push_back({.name = "guest.ipAddress", .value = address});
  changes.push_back({.name = "summary.guest.hostName", .value = host_name});
  changes.push_back({.name = "summary.guest.ipAddress", .value = address});
  simulator.registry().Update(request, vm, changes);
  simulator.events().PostAbout(request, vm, "CustomizationSucceeded", {}, "is customized");
}

Result<Ref> CustomizeVmTask(const Context& client, const Ref& vm, const Value& spec) {
  return Call(client, vm, "CustomizeVM_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(
                    request, self, "VirtualMachine.customize",
                    [self, spec](const Context& task) { return StoreSpec(task, self, spec); });
              });
}

Value MakeLinuxCustomization(Value host_name, const std::vector<CardSettings>& cards) {
  std::vector<Value> mappings;
  for (const CardSettings& card : cards) {
    const Value ip = card.ip_address.empty()
                         ? Make("CustomizationDhcpIpGenerator")
                         : Make("CustomizationFixedIp", {{"ipAddress", card.ip_address}});
    mappings.push_back(Make("CustomizationAdapterMapping",
                            {{"macAddress", card.mac_address},
                             {"adapter", Make("CustomizationIPSettings",
                                              {{"ip", ip}, {"subnetMask", card.subnet_mask}})}}));
  }
  return Make("CustomizationSpec",
              {{"identity", Make("CustomizationLinuxPrep",
                                 {{"hostName", std::move(host_name)}, {"domain", "eng.example"}})},
               {"globalIPSettings", Make("CustomizationGlobalIPSettings")},
               {"nicSettingMap", MakeArray("CustomizationAdapterMapping", std::move(mappings))}});
}

}  // namespace vsphere
