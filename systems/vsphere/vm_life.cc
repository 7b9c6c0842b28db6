// How virtual machines come, change, move and go (virtual_machine.h).
//
// Order of locks, for everybody: a machine before a folder, a folder before a pool, host, datastore or network, and those
// before tasks and the event manager. So a task of a folder may lock no machine that others know.
#include "systems/vsphere/inventory.h"
#include "systems/vsphere/simulator.h"
#include "systems/vsphere/task.h"
#include "systems/vsphere/virtual_machine.h"
#include "systems/vsphere/vm_config.h"
#include "systems/vsphere/vm_power.h"

namespace vsphere {
namespace {

struct Place {
  ManagedObjectPtr folder;
  ManagedObjectPtr pool;  // null: a template
  ManagedObjectPtr host;
};

void ChangeReferences(const Context& request, const ManagedObjectPtr& owner, std::string_view list,
                      const Ref& ref, Change::Op op) {
  if (owner == nullptr) return;
  const Change change = {.name = std::string(list), .value = ref, .op = op};
  request.simulator().registry().AtomicUpdate(request, owner, {&change, 1});
}

// Enters the machine into, or takes it out of, the lists of everything it uses.
void ChangeUsers(const Context& request, const ManagedObjectPtr& vm, Change::Op op) {
  const Ref& self = vm->self();
  ChangeReferences(request, request.Find(vm->Get("resourcePool").reference()), "vm", self, op);
  ChangeReferences(request, request.Find(vm->Get("runtime.host").reference()), "vm", self, op);
  for (const std::string_view list : {"datastore", "network"}) {
    for (const Value& used : vm->Get(list).items()) {
      ChangeReferences(request, request.Find(used.reference()), "vm", self, op);
    }
  }
}

// The networks that the cards of a machine are connected to.
std::vector<Ref> NetworksOf(const Context& request, const Value& vm) {
  std::vector<Ref> networks;
  for (const Value& card : DevicesOf(vm, "VirtualEthernetCard")) {
    for (const ManagedObjectPtr& network : request.simulator().registry().All("Network")) {
      if (network->Get("name") == card["backing"]["deviceName"]) {
        networks.push_back(network->self());
        break;
      }
    }
  }
  return networks;
}

// Puts a machine with these properties into the folder. REQUIRES: nobody knows it yet.
Result<Value> Enter(const Context& request, Value properties, const Place& place) {
  Simulator& simulator = request.simulator();
  const ObjectGuard folder_guard = request.Lock(place.folder);
  if (Result<Value> fault = CheckNewName(request, place.folder, properties["name"].text());
      !fault.ok())
    return fault;
  const Ref self = simulator.registry().NewReference("VirtualMachine");
  const std::vector<Value> datastores = place.host->Get("datastore").items();
  const Value runtime = With(properties["runtime"], {{"host", place.host->self()}});
  properties = With(
      properties,
      {{"parent", place.folder->self()},
       {"resourcePool", place.pool == nullptr ? Value() : Value(place.pool->self())},
       {"runtime", runtime},
       {"summary", With(properties["summary"], {{"vm", self}, {"runtime", DeepCopy(runtime)}})},
       {"datastore", MakeArray("ManagedObjectReference",
                               {datastores.begin(), datastores.begin() + !datastores.empty()})},
       {"network", MakeReferences(NetworksOf(request, properties))}});
  auto vm = std::make_shared<ManagedObject>(simulator.design(), self, DeepCopy(properties));
  simulator.registry().Put(vm);
  ChangeReferences(request, place.folder, "childEntity", self, Change::Op::kAdd);
  ChangeUsers(request, vm, Change::Op::kAdd);
  return Value(self);
}

// `properties` changed as the spec wants it.
Result<Value> Configured(Simulator& simulator, Value properties, const Value& spec) {
  const Result<std::vector<Change>> changes = ConfigChanges(simulator, properties, spec);
  if (!changes.ok()) return changes.fault();
  for (const Change& change : changes.value()) properties = WriteCopy(properties, change);
  return properties;
}

Result<Value> Create(const Context& request, const Value& spec, const Place& place) {
  Simulator& simulator = request.simulator();
  for (const auto& [field, text] :
       {std::pair("configSpec.name", spec["name"].text()),
        std::pair("configSpec.files.vmPathName", spec["files"]["vmPathName"].text())}) {
    if (text.empty()) return MakeFault("InvalidVmConfig", {{"property", field}});
  }
  Result<Value> properties = Configured(simulator, DefaultVirtualMachine(simulator), spec);
  if (!properties.ok()) return properties;
  Result<Value> entered = Enter(request, properties.value(), place);
  if (!entered.ok()) return entered;
  const ManagedObjectPtr vm = request.Find(entered.value().reference());
  if (vm == nullptr) return entered;
  EventManager& events = simulator.events();
  events.PostAbout(request, vm, "VmBeingCreatedEvent", {}, "is being created");
  events.PostAbout(request, vm, "VmInstanceUuidAssignedEvent",
                   {{"instanceUuid", vm->Get("config.instanceUuid")}}, "has an instance UUID");
  events.PostAbout(request, vm, "VmUuidAssignedEvent", {{"uuid", vm->Get("config.uuid")}},
                   "has a UUID");
  events.PostAbout(request, vm, "VmCreatedEvent", {}, "is created");
  return entered;
}

Result<Value> Clone(const Context& request, const ManagedObjectPtr& source, const std::string& name,
                    const Value& spec, const Place& place) {
  Simulator& simulator = request.simulator();
  EventManager& events = simulator.events();
  events.PostAbout(request, source, "VmBeingClonedEvent", {{"destName", name}}, "is being cloned");
  Value properties = DeepCopy(source->Read());
  const Value fresh = DefaultVirtualMachine(simulator);
  properties =
      With(properties,
           {{"runtime", fresh["runtime"]},
            {"snapshot", Value()},
            {"rootSnapshot", Value()},
            {"recentTask", Value()},
            {"summary", With(properties["summary"], {{"guest", fresh["summary"]["guest"]}})}});
  const Value overrides =
      Make("VirtualMachineConfigSpec", {{"name", name},
                                        {"uuid", fresh["config"]["uuid"]},
                                        {"instanceUuid", fresh["config"]["instanceUuid"]}});
  for (const Value& changes : {overrides, spec["config"]}) {
    if (!changes.is_set()) continue;
    Result<Value> configured = Configured(simulator, properties, changes);
    if (!configured.ok()) return configured;
    properties = configured.value();
  }
  for (const std::string path : {"config.template", "summary.config.template"}) {
    properties = WriteCopy(properties, {.name = path, .value = spec["template"].boolean()});
  }
  properties = WriteCopy(properties, {.name = "config.tools.pendingCustomization", .value = ""});
  Result<Value> entered = Enter(request, properties, place);
  if (!entered.ok()) return entered;
  if (const ManagedObjectPtr vm = request.Find(entered.value().reference())) {
    const Value argument =
        Make("VmEventArgument", {{"name", source->Get("name")}, {"vm", source->self()}});
    events.PostAbout(request, vm, "VmClonedEvent", {{"sourceVm", argument}}, "is a clone");
  }
  return entered;
}

Result<Value> Unregister(const Context& request, const ManagedObjectPtr& vm) {
  const std::string state = vm->Get("runtime.powerState").text();
  if (state == "poweredOn") return InvalidPowerState("poweredOff", state);
  request.simulator().events().PostAbout(request, vm, "VmRemovedEvent", {}, "is removed");
  ChangeUsers(request, vm, Change::Op::kRemove);
  ChangeReferences(request, request.Find(vm->Get("parent").reference()), "childEntity", vm->self(),
                   Change::Op::kRemove);
  for (const Ref& snapshot : SnapshotsOf(vm->Read()))
    request.simulator().registry().Remove(snapshot);
  request.simulator().registry().Remove(vm->self());
  return Value();
}

Result<Value> MoveToFolder(const Context& request, const ManagedObjectPtr& vm,
                           const ManagedObjectPtr& folder) {
  ObjectRegistry& registry = request.simulator().registry();
  {
    const ObjectGuard guard = request.Lock(folder);
    if (Result<Value> fault = CheckNewName(request, folder, vm->Get("name").text()); !fault.ok())
      return fault;
    ChangeReferences(request, folder, "childEntity", vm->self(), Change::Op::kAdd);
  }
  ChangeReferences(request, request.Find(vm->Get("parent").reference()), "childEntity", vm->self(),
                   Change::Op::kRemove);
  const Change parent = {.name = "parent", .value = folder->self()};
  if (request.simulator().design().StaysRegisteredWhileMoved()) {
    registry.Update(request, vm, {&parent, 1});
  } else {
    registry.Remove(vm->self());
    registry.Update(request, vm, {&parent, 1});
    registry.Put(vm);
  }
  return Value();
}

Result<Value> Relocate(const Context& request, const ManagedObjectPtr& vm, const Value& spec) {
  const ManagedObjectPtr folder = request.Find(spec["folder"].reference());
  if (folder != nullptr && folder->self() != vm->Get("parent").reference()) {
    if (Result<Value> moved = MoveToFolder(request, vm, folder); !moved.ok()) return moved;
  }
  std::vector<Change> changes;
  if (spec["pool"].is_set()) changes.push_back({.name = "resourcePool", .value = spec["pool"]});
  if (spec["datastore"].is_set()) {
    changes.push_back(
        {.name = "datastore", .value = MakeArray("ManagedObjectReference", {spec["datastore"]})});
  }
  if (spec["host"].is_set()) {
    changes.push_back({.name = "runtime.host", .value = spec["host"]});
    changes.push_back({.name = "summary.runtime.host", .value = spec["host"]});
  }
  if (!changes.empty()) {
    ChangeUsers(request, vm, Change::Op::kRemove);
    request.simulator().registry().Update(request, vm, changes);
    ChangeUsers(request, vm, Change::Op::kAdd);
  }
  request.simulator().events().PostAbout(request, vm, "VmRelocatedEvent", {}, "is relocated");
  return Value();
}

Result<Value> Reconfigure(const Context& request, const ManagedObjectPtr& vm, const Value& spec) {
  if (vm->Get("config.template").boolean()) {
    const Value harmless = Make("VirtualMachineConfigSpec",
                                {{"name", spec["name"]}, {"annotation", spec["annotation"]}});
    if (!(spec == harmless)) return MakeFault("NotSupported");
  }
  Simulator& simulator = request.simulator();
  const Result<std::vector<Change>> changes = ConfigChanges(simulator, vm->Read(), spec);
  if (!changes.ok()) return changes.fault();
  simulator.registry().Update(request, vm, changes.value());
  simulator.events().PostAbout(request, vm, "VmReconfiguredEvent", {{"configSpec", spec}},
                               "is reconfigured");
  return Value();
}

Result<Value> Rename(const Context& request, const ManagedObjectPtr& vm, const std::string& name) {
  const ManagedObjectPtr folder = request.Find(vm->Get("parent").reference());
  const ObjectGuard guard = request.Lock(folder);
  if (Result<Value> fault = CheckNewName(request, folder, name); !fault.ok()) return fault;
  const std::string old_name = vm->Get("name").text();
  const std::string escaped = EscapeName(name);
  const Change changes[] = {{.name = "name", .value = escaped},
                            {.name = "config.name", .value = escaped},
                            {.name = "summary.config.name", .value = escaped}};
  request.simulator().registry().Update(request, vm, changes);
  request.simulator().events().PostAbout(
      request, vm, "VmRenamedEvent", {{"oldName", old_name}, {"newName", escaped}}, "is renamed");
  return Value();
}

Result<Value> SetTemplate(const Context& request, const ManagedObjectPtr& vm, bool is_template,
                          const Value& pool) {
  const Change changes[] = {{.name = "config.template", .value = is_template},
                            {.name = "summary.config.template", .value = is_template},
                            {.name = "resourcePool", .value = pool}};
  request.simulator().registry().Update(request, vm, changes);
  return Value();
}

}  // namespace

Result<Ref> CreateVmTask(const Context& client, const Ref& folder, const Value& spec,
                         const Ref& pool, const Ref& host) {
  return Call(client, folder, "CreateVM_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                const ManagedObjectPtr in_pool = request.Find(pool);
                if (in_pool == nullptr) return NotFoundFault(pool);
                const ManagedObjectPtr on_host =
                    host.value.empty() ? AnyHost(request, in_pool) : request.Find(host);
                if (on_host == nullptr) return InvalidArgument("host");
                return StartTask(request, self, "Folder.createVm",
                                 [spec, place = Place{self, in_pool, on_host}](
                                     const Context& task) { return Create(task, spec, place); });
              });
}

Result<Ref> CloneVmTask(const Context& client, const Ref& vm, const Ref& folder,
                        const std::string& name, const Value& spec) {
  return Call(client, vm, "CloneVM_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                const ManagedObjectPtr into = request.Find(folder);
                if (into == nullptr) return NotFoundFault(folder);
                const ManagedObjectPtr pool = request.Find(spec["location"]["pool"].reference());
                if (pool == nullptr && !spec["template"].boolean())
                  return InvalidArgument("spec.location.pool");
                ManagedObjectPtr host = request.Find(spec["location"]["host"].reference());
                if (host == nullptr) host = request.Find(self->Get("runtime.host").reference());
                return StartTask(
                    request, self, "VirtualMachine.clone",
                    [self, name, spec, place = Place{into, pool, host}](const Context& task) {
                      return Clone(task, self, name, spec, place);
                    });
              });
}

Result<Ref> DestroyTask(const Context& client, const Ref& vm) {
  return Call(client, vm, "Destroy_Task",
              [](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(request, self, "VirtualMachine.destroy",
                                 [self](const Context& task) { return Unregister(task, self); });
              });
}

Result<Value> UnregisterVm(const Context& client, const Ref& vm) {
  return Call(client, vm, "UnregisterVM", Unregister);
}

Result<Ref> RelocateVmTask(const Context& client, const Ref& vm, const Value& spec) {
  return Call(client, vm, "RelocateVM_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(
                    request, self, "VirtualMachine.relocate",
                    [self, spec](const Context& task) { return Relocate(task, self, spec); });
              });
}

Result<Ref> ReconfigVmTask(const Context& client, const Ref& vm, const Value& spec) {
  return Call(client, vm, "ReconfigVM_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(
                    request, self, "VirtualMachine.reconfigure",
                    [self, spec](const Context& task) { return Reconfigure(task, self, spec); });
              });
}

Result<Ref> RenameTask(const Context& client, const Ref& vm, const std::string& name) {
  return Call(client, vm, "Rename_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(
                    request, self, "ManagedEntity.rename",
                    [self, name](const Context& task) { return Rename(task, self, name); });
              });
}

Result<Value> MarkAsTemplate(const Context& client, const Ref& vm) {
  return Call(client, vm, "MarkAsTemplate",
              [](const Context& request, const ManagedObjectPtr& self) -> Result<Value> {
                const std::string state = self->Get("runtime.powerState").text();
                if (state != "poweredOff") return InvalidPowerState("poweredOff", state);
                return SetTemplate(request, self, true, Value());
              });
}

Result<Value> MarkAsVirtualMachine(const Context& client, const Ref& vm, const Ref& pool) {
  return Call(client, vm, "MarkAsVirtualMachine",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Value> {
                if (!self->Get("config.template").boolean()) return MakeFault("NotSupported");
                if (request.Find(pool) == nullptr) return InvalidArgument("pool");
                return SetTemplate(request, self, false, Value(pool));
              });
}

}  // namespace vsphere
