// See inventory.h.
#include "systems/vsphere/inventory.h"

#include "systems/base/panic.h"
#include "systems/vsphere/simulator.h"
#include "systems/vsphere/task.h"
#include "systems/vsphere/virtual_machine.h"
#include "systems/vsphere/vm_config.h"

namespace vsphere {
namespace {

// Builds one datacenter. Nobody else knows its objects yet, but the rules are kept all the same: changes go through Update.
class DatacenterBuilder {
 public:
  DatacenterBuilder(Simulator& simulator, const Model& model, int index)
      : simulator_(simulator),
        model_(model),
        client_(simulator.LogIn("model")),
        name_("DC" + std::to_string(index)) {}

  void Build(int index) {
    AddFolders();
    AddNetworks(index);
    for (int i = 0; i < model_.datastores; ++i) AddDatastore("LocalDS_" + std::to_string(i));
    for (int i = 0; i < model_.standalone_hosts; ++i)
      AddStandaloneHost(name_ + "_H" + std::to_string(i));
    for (int i = 0; i < model_.clusters; ++i) AddCluster(name_ + "_C" + std::to_string(i));
    (void)simulator_.sessions().Logout(client_);
  }

 private:
  ManagedObjectPtr AddEntity(std::string_view type, const std::string& name, const Ref& parent,
                             Fields fields) {
    fields.insert(fields.end(), {{"name", name},
                                 {"parent", parent},
                                 {"overallStatus", "green"},
                                 {"configStatus", "green"},
                                 {"effectiveRole", MakeArray("int", {-1})}});
    return simulator_.Add(type, fields);
  }

  void Append(const ManagedObjectPtr& owner, std::string_view list, const Ref& ref) {
    const Change change = {.name = std::string(list), .value = ref, .op = Change::Op::kAdd};
    simulator_.registry().AtomicUpdate(client_, owner, {&change, 1});
  }

  void AddFolders() {
    datacenter_ = AddEntity("Datacenter", name_, singleton::RootFolder(), {});
    Append(client_.Find(singleton::RootFolder()), "childEntity", datacenter_->self());
    const auto add = [&](const std::string& name, std::string_view property,
                         const std::vector<std::string>& types) {
      const ManagedObjectPtr folder =
          AddEntity("Folder", name, datacenter_->self(), {{"childType", MakeStrings(types)}});
      const Change change = {.name = std::string(property), .value = folder->self()};
      simulator_.registry().AtomicUpdate(client_, datacenter_, {&change, 1});
      return folder;
    };
    vm_folder_ = add("vm", "vmFolder", {"VirtualMachine", "VirtualApp", "Folder"});
    host_folder_ = add("host", "hostFolder", {"ComputeResource", "Folder"});
    datastore_folder_ = add("datastore", "datastoreFolder", {"Datastore", "StoragePod", "Folder"});
    network_folder_ =
        add("network", "networkFolder", {"Network", "DistributedVirtualSwitch", "Folder"});
  }

  void AddNetworks(int index) {
    AddNetwork(AddEntity("Network", "VM Network", network_folder_->self(), {}));
    if (model_.portgroups == 0) return;
    const ManagedObjectPtr dvs =
        AddEntity("DistributedVirtualSwitch", "DVS" + std::to_string(index),
                  network_folder_->self(), {{"uuid", simulator_.NewUuid()}});
    Append(network_folder_, "childEntity", dvs->self());
    for (int i = 0; i < model_.portgroups; ++i) {
      const ManagedObjectPtr group =
          AddEntity("DistributedVirtualPortgroup", name_ + "_DVPG" + std::to_string(i),
                    network_folder_->self(), {{"key", std::to_string(i)}});
      Append(dvs, "portgroup", group->self());
      AddNetwork(group);
    }
  }

  void AddNetwork(const ManagedObjectPtr& network) {
    Append(network_folder_, "childEntity", network->self());
    Append(datacenter_, "network", network->self());
    networks_.push_back(network);
  }

  void AddDatastore(const std::string& name) {
    const ManagedObjectPtr datastore =
        AddEntity("Datastore", name, datastore_folder_->self(),
                  {{"summary", Make("DatastoreSummary", {{"name", name},
                                                         {"url", "ds:///" + name},
                                                         {"capacity", int64_t{10} << 40},
                                                         {"freeSpace", int64_t{10} << 40},
                                                         {"accessible", true},
                                                         {"type", "OTHER"}})}});
    Append(datastore_folder_, "childEntity", datastore->self());
    Append(datacenter_, "datastore", datastore->self());
    datastores_.push_back(datastore);
  }

  ManagedObjectPtr AddCompute(std::string_view type, const std::string& name) {
    const ManagedObjectPtr compute = AddEntity(type, name, host_folder_->self(), {});
    Append(host_folder_, "childEntity", compute->self());
    for (const auto& datastore : datastores_) Append(compute, "datastore", datastore->self());
    for (const auto& network : networks_) Append(compute, "network", network->self());
    return compute;
  }

  void AddHost(const ManagedObjectPtr& compute, const std::string& name) {
    const Value runtime = Make("HostRuntimeInfo", {{"connectionState", "connected"},
                                                   {"powerState", "poweredOn"},
                                                   {"inMaintenanceMode", false},
                                                   {"bootTime", simulator_.Now()}});
    const ManagedObjectPtr host =
        AddEntity("HostSystem", name, compute->self(),
                  {{"runtime", runtime},
                   {"summary", Make("HostListSummary", {{"runtime", DeepCopy(runtime)},
                                                        {"overallStatus", "green"},
                                                        {"rebootRequired", false}})}});
    Append(compute, "host", host->self());
    for (const auto& datastore : datastores_) {
      Append(host, "datastore", datastore->self());
      Append(datastore, "host", host->self());
    }
    for (const auto& network : networks_) {
      Append(host, "network", network->self());
      Append(network, "host", host->self());
    }
  }

  ManagedObjectPtr AddPool(const ManagedObjectPtr& compute, const std::string& name,
                           const Ref& parent) {
    return AddEntity("ResourcePool", name, parent, {{"owner", compute->self()}});
  }

  ManagedObjectPtr AddRootPool(const ManagedObjectPtr& compute) {
    const ManagedObjectPtr pool = AddPool(compute, "Resources", compute->self());
    const Change change = {.name = "resourcePool", .value = pool->self()};
    simulator_.registry().AtomicUpdate(client_, compute, {&change, 1});
    return pool;
  }

  void AddStandaloneHost(const std::string& name) {
    const ManagedObjectPtr compute = AddCompute("ComputeResource", name);
    AddHost(compute, name);
    AddMachines(AddRootPool(compute), name);
  }

  void AddCluster(const std::string& name) {
    const ManagedObjectPtr compute = AddCompute("ClusterComputeResource", name);
    for (int i = 0; i < model_.cluster_hosts; ++i)
      AddHost(compute, name + "_H" + std::to_string(i));
    const ManagedObjectPtr root = AddRootPool(compute);
    AddMachines(root, name + "_RP0");
    for (int i = 1; i <= model_.pools; ++i) {
      const std::string pool_name = name + "_RP" + std::to_string(i);
      const ManagedObjectPtr pool = AddPool(compute, pool_name, root->self());
      Append(root, "resourcePool", pool->self());
      AddMachines(pool, pool_name);
    }
  }

  void AddMachines(const ManagedObjectPtr& pool, const std::string& prefix) {
    for (int i = 0; i < model_.machines; ++i) {
      const Value spec = MakeVmSpec(prefix + "_VM" + std::to_string(i));
      const Result<Value> vm =
          Finish(client_, CreateVmTask(client_, vm_folder_->self(), spec, pool->self(), Ref()));
      systems::Ensure(vm.ok(), "the model's machine was refused");
      if (model_.autostart) (void)Finish(client_, PowerOnVmTask(client_, vm.value().reference()));
    }
  }

  Simulator& simulator_;
  const Model& model_;
  const Context client_;
  const std::string name_;
  ManagedObjectPtr datacenter_;
  ManagedObjectPtr vm_folder_;
  ManagedObjectPtr host_folder_;
  ManagedObjectPtr datastore_folder_;
  ManagedObjectPtr network_folder_;
  std::vector<ManagedObjectPtr> networks_;
  std::vector<ManagedObjectPtr> datastores_;
};

Result<Ref> SetMaintenanceMode(const Context& client, const Ref& host, std::string_view method,
                               bool wanted) {
  return Call(client, host, method,
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(
                    request, self,
                    wanted ? "HostSystem.enterMaintenanceMode" : "HostSystem.exitMaintenanceMode",
                    [self, wanted](const Context& task) -> Result<Value> {
                      if (self->Get("runtime.inMaintenanceMode").boolean() == wanted)
                        return MakeFault("InvalidState");
                      const Change changes[] = {
                          {.name = "runtime.inMaintenanceMode", .value = wanted},
                          {.name = "summary.runtime.inMaintenanceMode", .value = wanted}};
                      task.simulator().registry().Update(task, self, changes);
                      return Value();
                    });
              });
}

}  // namespace

Model SmallModel() { return {.clusters = 0, .machines = 1, .portgroups = 0, .autostart = false}; }

void Populate(Simulator& simulator, const Model& model) {
  for (int i = 0; i < model.datacenters; ++i) DatacenterBuilder(simulator, model, i).Build(i);
}

Value MakeVmSpec(std::string_view name) {
  const std::string path = "[LocalDS_0] " + std::string(name) + "/" + std::string(name) + ".vmx";
  return Make(
      "VirtualMachineConfigSpec",
      {{"name", name},
       {"guestId", "otherGuest"},
       {"files", Make("VirtualMachineFileInfo", {{"vmPathName", path}})},
       {"deviceChange", MakeArray("VirtualDeviceConfigSpec",
                                  {MakeDeviceChange("add", MakeEthernetCard("VM Network"))})}});
}

ManagedObjectPtr FindByName(Simulator& simulator, std::string_view type, std::string_view name) {
  for (const ManagedObjectPtr& object : simulator.registry().All(type)) {
    if (object->Get("name").text() == name) return object;
  }
  return nullptr;
}

Result<Ref> CreateFolder(const Context& client, const Ref& folder, const std::string& name) {
  return Call(client, folder, "CreateFolder",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                Simulator& simulator = request.simulator();
                const Value types = self->Get("childType");
                bool may_hold = false;
                for (const Value& type : types.items())
                  may_hold = may_hold || type.text() == "Folder";
                if (!may_hold) return MakeFault("NotSupported");
                if (const Result<Value> fault = CheckNewName(request, self, name); !fault.ok())
                  return fault.fault();
                const ManagedObjectPtr child =
                    simulator.Add("Folder", {{"name", EscapeName(name)},
                                             {"parent", self->self()},
                                             {"overallStatus", "green"},
                                             {"configStatus", "green"},
                                             {"effectiveRole", MakeArray("int", {-1})},
                                             {"childType", DeepCopy(types)}});
                const Change change = {
                    .name = "childEntity", .value = child->self(), .op = Change::Op::kAdd};
                simulator.registry().Update(request, self, {&change, 1});
                return child->self();
              });
}

Result<Ref> EnterMaintenanceModeTask(const Context& client, const Ref& host) {
  return SetMaintenanceMode(client, host, "EnterMaintenanceMode_Task", true);
}

Result<Ref> ExitMaintenanceModeTask(const Context& client, const Ref& host) {
  return SetMaintenanceMode(client, host, "ExitMaintenanceMode_Task", false);
}

std::string EscapeName(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '%') {
      escaped += "%25";
    } else if (c == '/') {
      escaped += "%2f";
    } else if (c == '\\') {
      escaped += "%5c";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

Result<Value> CheckNewName(const Context& request, const ManagedObjectPtr& folder,
                           const std::string& name) {
  const std::string escaped = EscapeName(name);
  const Value children = folder->Get("childEntity");
  for (const Value& child : children.items()) {
    const ManagedObjectPtr object = request.Find(child.reference());
    if (object != nullptr && object->Get("name").text() == escaped) {
      return MakeFault("DuplicateName", {{"name", name}, {"object", object->self()}});
    }
  }
  return Value();
}

ManagedObjectPtr AnyHost(const Context& request, const ManagedObjectPtr& pool) {
  const ManagedObjectPtr owner = request.Find(pool->Get("owner").reference());
  if (owner == nullptr) return nullptr;
  const Value hosts = owner->Get("host");
  return hosts.items().empty() ? nullptr : request.Find(hosts.items().front().reference());
}

}  // namespace vsphere
