// Power operations of virtual machines (virtual_machine.h).
#include "systems/vsphere/vm_power.h"

#include "systems/vsphere/simulator.h"
#include "systems/vsphere/task.h"
#include "systems/vsphere/virtual_machine.h"
#include "systems/vsphere/vm_config.h"
#include "systems/vsphere/vm_customize.h"

namespace vsphere {
namespace {

constexpr std::string_view kOn = "poweredOn";
constexpr std::string_view kOff = "poweredOff";
constexpr std::string_view kSuspended = "suspended";

std::string PowerState(const ManagedObjectPtr& vm) { return vm->Get("runtime.powerState").text(); }

void SetPowerState(const Context& request, const ManagedObjectPtr& vm, std::string_view state) {
  Simulator& simulator = request.simulator();
  const bool is_on = state == kOn;
  const Value boot_time = is_on ? Value(simulator.Now()) : Value();
  std::vector<Change> changes = {
      {.name = "runtime.powerState", .value = state},
      {.name = "runtime.bootTime", .value = boot_time},
      {.name = "summary.runtime.powerState", .value = state},
      {.name = "summary.runtime.bootTime", .value = boot_time},
      {.name = "guest.guestState", .value = is_on ? "running" : "notRunning"}};
  for (const Value& device : vm->Get("config.hardware.device").items()) {
    if (!device["connectable"].is_set()) continue;
    const std::string key = std::to_string(device["key"].integer());
    changes.push_back(
        {.name = "config.hardware.device[" + key + "].connectable.connected", .value = is_on});
  }
  simulator.registry().Update(request, vm, changes);
}

// Starts a task that brings the machine into a state.
Result<Ref> StartPowerTask(const Context& client, const Ref& vm, std::string_view operation,
                           Result<Value> (*work)(const Context&, const ManagedObjectPtr&)) {
  return Call(client, vm, operation,
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(
                    request, self, std::string("VirtualMachine.") + std::string(operation),
                    [self, work](const Context& task_request) { return work(task_request, self); });
              });
}

Result<Value> Suspend(const Context& request, const ManagedObjectPtr& vm) {
  const std::string state = PowerState(vm);
  if (state != kOn) return InvalidPowerState(kOn, state);
  EventManager& events = request.simulator().events();
  events.PostAbout(request, vm, "VmSuspendingEvent", {}, "is being suspended");
  events.PostAbout(request, vm, "VmSuspendedEvent", {}, "is suspended");
  SetPowerState(request, vm, kSuspended);
  return Value();
}

Result<Value> Reset(const Context& request, const ManagedObjectPtr& vm) {
  request.simulator().events().PostAbout(request, vm, "VmResettingEvent", {}, "is reset");
  if (Result<Value> off = PowerOff(request, vm); !off.ok()) return off;
  return PowerOn(request, vm);
}

// What ShutdownGuest and its like have in common: the guest must be on, and able to listen.
Result<Value> AskGuest(const Context& client, const Ref& vm, std::string_view operation,
                       void (*work)(const Context&, const ManagedObjectPtr&), bool needs_tools) {
  return Call(
      client, vm, operation,
      [&](const Context& request, const ManagedObjectPtr& self) -> Result<Value> {
        const std::string state = PowerState(self);
        if (state != kOn) return InvalidPowerState(kOn, state);
        if (needs_tools && self->Get("guest.toolsRunningStatus").text() != "guestToolsRunning") {
          return MakeFault("ToolsUnavailable");
        }
        work(request, self);
        return Value();
      });
}

}  // namespace

bool HostIsInMaintenanceMode(const Context& request, const ManagedObjectPtr& vm) {
  const ManagedObjectPtr host = request.Find(vm->Get("runtime.host").reference());
  return host != nullptr && host->Get("runtime.inMaintenanceMode").boolean();
}

Result<Value> PowerOn(const Context& request, const ManagedObjectPtr& vm) {
  if (HostIsInMaintenanceMode(request, vm)) return MakeFault("InvalidState");
  const std::string state = PowerState(vm);
  if (state == kOn) return InvalidPowerState(kOn, state);
  EventManager& events = request.simulator().events();
  events.PostAbout(request, vm, "VmStartingEvent", {}, "is starting");
  events.PostAbout(request, vm, "VmPoweredOnEvent", {}, "is powered on");
  Customize(request, vm);
  SetPowerState(request, vm, kOn);
  return Value();
}

Result<Value> PowerOff(const Context& request, const ManagedObjectPtr& vm) {
  const std::string state = PowerState(vm);
  if (state == kOff) return InvalidPowerState(kOff, state);
  EventManager& events = request.simulator().events();
  events.PostAbout(request, vm, "VmStoppingEvent", {}, "is stopping");
  events.PostAbout(request, vm, "VmPoweredOffEvent", {}, "is powered off");
  SetPowerState(request, vm, kOff);
  return Value();
}

Result<Ref> PowerOnVmTask(const Context& client, const Ref& vm) {
  return Call(client, vm, "PowerOnVM_Task",
              [](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                if (self->Get("config.template").boolean()) return MakeFault("InvalidState");
                return StartTask(
                    request, self, "VirtualMachine.powerOn",
                    [self](const Context& task_request) { return PowerOn(task_request, self); });
              });
}

Result<Ref> PowerOffVmTask(const Context& client, const Ref& vm) {
  return StartPowerTask(client, vm, "powerOff", PowerOff);
}

Result<Ref> SuspendVmTask(const Context& client, const Ref& vm) {
  return StartPowerTask(client, vm, "suspend", Suspend);
}

Result<Ref> ResetVmTask(const Context& client, const Ref& vm) {
  return StartPowerTask(client, vm, "reset", Reset);
}

Result<Value> RebootGuest(const Context& client, const Ref& vm) {
  const auto reboot = [](const Context& request, const ManagedObjectPtr& self) {
    request.simulator().events().PostAbout(request, self, "VmGuestRebootEvent", {},
                                           "reboots its guest");
  };
  return AskGuest(client, vm, "RebootGuest", reboot, true);
}

Result<Value> ShutdownGuest(const Context& client, const Ref& vm) {
  const auto shut_down = [](const Context& request, const ManagedObjectPtr& self) {
    request.simulator().events().PostAbout(request, self, "VmGuestShutdownEvent", {},
                                           "shuts its guest down");
    SetPowerState(request, self, kOff);
  };
  return AskGuest(client, vm, "ShutdownGuest", shut_down, false);
}

Result<Value> StandbyGuest(const Context& client, const Ref& vm) {
  const auto stand_by = [](const Context& request, const ManagedObjectPtr& self) {
    request.simulator().events().PostAbout(request, self, "VmGuestStandbyEvent", {},
                                           "brings its guest to standby");
    SetPowerState(request, self, kSuspended);
  };
  return AskGuest(client, vm, "StandbyGuest", stand_by, false);
}

Result<Ref> PowerOnMultiVmTask(const Context& client, const Ref& datacenter,
                               const std::vector<Ref>& vms) {
  return Call(client, datacenter, "PowerOnMultiVM_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(
                    request, self, "Datacenter.powerOnMultiVM",
                    [vms](const Context& task_request) -> Result<Value> {
                      std::vector<Ref> tasks;
                      for (const Ref& ref : vms) {
                        const ManagedObjectPtr vm = task_request.Find(ref);
                        if (vm == nullptr) continue;
                        const Context own =
                            task_request.simulator().design().ContextOfSubtask(task_request);
                        tasks.push_back(StartTask(
                            own, vm, "VirtualMachine.powerOn",
                            [vm](const Context& subtask) { return PowerOn(subtask, vm); }));
                      }
                      return MakeReferences(tasks);
                    });
              });
}

}  // namespace vsphere
