// See scenarios.h.
#include "systems/vsphere/scenarios.h"

#include <string>
#include <thread>

#include "systems/base/panic.h"
#include "systems/vsphere/encode.h"
#include "systems/vsphere/inventory.h"
#include "systems/vsphere/property_collector.h"
#include "systems/vsphere/simulator.h"
#include "systems/vsphere/task.h"
#include "systems/vsphere/view.h"
#include "systems/vsphere/virtual_machine.h"
#include "systems/vsphere/vm_config.h"
#include "systems/vsphere/vm_customize.h"

namespace vsphere {
namespace {

using systems::Ensure;
using systems::Variant;

constexpr std::string_view kAddress = "10.0.0.42";

// A simulator with one machine that is off, and who uses it.
struct Site {
  explicit Site(Variant variant, Upstream upstream = Upstream::k042)
      : simulator({.variant = variant, .upstream = upstream}) {
    Populate(simulator, SmallModel());
    vm = FindByName(simulator, "VirtualMachine", "DC0_H0_VM0")->self();
    folder = FindByName(simulator, "Folder", "vm")->self();
  }

  // A client with a session and its collector.
  struct Client {
    explicit Client(Simulator& simulator)
        : context(simulator.LogIn()),
          collector(FindPropertyCollector(context, singleton::PropertyCollector()).value()) {}
    Context context;
    std::shared_ptr<PropertyCollector> collector;
  };

  Simulator simulator;
  ManagedObjectReference vm;
  ManagedObjectReference folder;
};

PropertyFilterSpec SpecOf(const ManagedObjectReference& object, std::vector<std::string> paths) {
  return {.prop_set = {{.type = object.type, .path_set = std::move(paths)}},
          .object_set = {{.obj = object}}};
}

// The objects of a list view, and not the view itself.
PropertyFilterSpec SpecOfView(const ManagedObjectReference& view) {
  return {.prop_set = {{.type = "ManagedEntity", .path_set = {"name"}}},
          .object_set = {
              {.obj = view, .skip = true, .select_set = {{.type = view.type, .path = "view"}}}}};
}

Value FixedAddress() {
  return MakeLinuxCustomization(
      Make("CustomizationFixedName", {{"name", "web-server-of-the-shop"}}),
      {{.mac_address = "00:50:56:AA:BB:CC", .ip_address = std::string(kAddress)}});
}

// CustomizeVM_Task, PowerOnVM_Task, PowerOffVM_Task.
void CustomizeAndCycle(const Context& client, const ManagedObjectReference& vm) {
  Ensure(Finish(client, CustomizeVmTask(client, vm, FixedAddress())).ok(),
         "CustomizeVM_Task failed");
  Ensure(Finish(client, PowerOnVmTask(client, vm)).ok(), "PowerOnVM_Task failed");
  Ensure(Finish(client, PowerOffVmTask(client, vm)).ok(), "PowerOffVM_Task failed");
}

size_t Count(const std::string& text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// One update of the customised machine has the address in guest.ipAddress, guest.net (twice) and summary.guest, or nowhere.
void EnsureNoMixture(const std::string& xml) {
  const size_t addresses = Count(xml, kAddress);
  Ensure(addresses == 0 || addresses == 4,
         "an answer mixes the machine before and after its customisation");
}

}  // namespace

void Reported(Variant variant) {
  Site site(variant);
  Site::Client reader(site.simulator);
  const Site::Client writer(site.simulator);
  std::thread reading([&] {
    for (int i = 0; i < 2; ++i) {
      const Result<RetrieveResult> answer = reader.collector->RetrievePropertiesEx(
          reader.context, {SpecOf(site.vm, {"config", "summary", "guest"})});
      Ensure(answer.ok(), "RetrievePropertiesEx failed");
      EnsureNoMixture(EncodeRetrieveResult(answer.value()));
    }
  });
  std::thread writing([&] { CustomizeAndCycle(writer.context, site.vm); });
  reading.join();
  writing.join();
}

void UpdatePath(Variant variant) {
  Site site(variant);
  Site::Client reader(site.simulator);
  const Site::Client writer(site.simulator);
  Ensure(reader.collector->CreateFilter(reader.context, SpecOf(site.vm, {"guest", "summary.guest"}))
             .ok(),
         "CreateFilter failed");
  Ensure(reader.collector->WaitForUpdatesEx(reader.context, "").ok(), "the first wait failed");
  std::thread reading([&] {
    const auto set = reader.collector->WaitForUpdatesEx(reader.context, "-");
    Ensure(set.ok() && set.value(), "WaitForUpdatesEx failed");
    EnsureNoMixture(EncodeUpdateSet(*set.value()));
  });
  std::thread writing([&] { CustomizeAndCycle(writer.context, site.vm); });
  reading.join();
  writing.join();
}

void Traversal(Variant variant) {
  Site site(variant);
  Site::Client reader(site.simulator);
  const Site::Client writer(site.simulator);
  const PropertyFilterSpec spec = {
      .prop_set = {{.type = "ManagedEntity", .path_set = {"name"}}},
      .object_set = {{.obj = site.folder,
                      .skip = true,
                      .select_set = {{.type = "Folder", .path = "childEntity"}}}}};
  std::thread reading([&] {
    const Result<RetrieveResult> answer =
        reader.collector->RetrievePropertiesEx(reader.context, {spec});
    Ensure(answer.ok(), "RetrievePropertiesEx failed");
    Ensure(!EncodeRetrieveResult(answer.value()).empty(), "nothing was encoded");
  });
  std::thread writing([&] {
    Ensure(CreateFolder(writer.context, site.folder, "new").ok(), "CreateFolder failed");
  });
  reading.join();
  writing.join();
}

namespace {

// A client waits for updates of a filter on a list view, which another call of the same client fills meanwhile.
void ModifyWatchedView(Variant variant, Upstream upstream) {
  Site site(variant, upstream);
  Site::Client client(site.simulator);
  const ManagedObjectReference view = CreateListView(client.context, {}).value();
  Ensure(client.collector->CreateFilter(client.context, SpecOfView(view)).ok(),
         "CreateFilter failed");
  Ensure(client.collector->WaitForUpdatesEx(client.context, "").ok(), "the first wait failed");
  std::thread reading([&] {
    const auto set = client.collector->WaitForUpdatesEx(client.context, "-");
    Ensure(set.ok() && set.value(), "WaitForUpdatesEx failed");
    const ObjectUpdate& update = set.value()->filter_set.front().object_set.front();
    Ensure(update.kind == ObjectUpdate::Kind::kEnter && update.obj == site.vm,
           "the machine did not enter");
  });
  std::thread writing([&] {
    Ensure(ModifyListView(client.context, view, {site.vm}, {}).ok(), "ModifyListView failed");
    Ensure(ModifyListView(client.context, view, {site.folder}, {}).ok(), "ModifyListView failed");
  });
  reading.join();
  writing.join();
}

}  // namespace

void FilterSync(Variant variant) { ModifyWatchedView(variant, Upstream::k042); }

void LockInversion(Variant variant) { ModifyWatchedView(variant, Upstream::k049); }

void DestroyFilter(Variant variant) {
  Site site(variant);
  Site::Client client(site.simulator);
  const ManagedObjectReference filter =
      client.collector->CreateFilter(client.context, SpecOf(site.vm, {"name"})).value();
  Ensure(client.collector->CreateFilter(client.context, SpecOf(site.vm, {"guest"})).ok(),
         "CreateFilter failed");
  std::thread reading([&] {
    const auto set = client.collector->WaitForUpdatesEx(client.context, "");
    Ensure(set.ok() && set.value(), "WaitForUpdatesEx failed");
  });
  std::thread destroying([&] {
    Ensure(client.collector->DestroyPropertyFilter(client.context, filter).ok(),
           "DestroyPropertyFilter failed");
  });
  reading.join();
  destroying.join();
}

void Relocation(Variant variant) {
  Site site(variant);
  Site::Client reader(site.simulator);
  const Site::Client writer(site.simulator);
  const ManagedObjectReference target =
      CreateFolder(writer.context, site.folder, "archive").value();
  std::thread reading([&] {
    const Result<RetrieveResult> answer = reader.collector->RetrievePropertiesEx(
        reader.context, {SpecOf(site.vm, {"name", "parent"})});
    Ensure(answer.ok(), "a machine that nobody destroyed was not found");
  });
  std::thread writing([&] {
    const Value spec = Make("VirtualMachineRelocateSpec", {{"folder", target}});
    Ensure(Finish(writer.context, RelocateVmTask(writer.context, site.vm, spec)).ok(),
           "RelocateVM_Task failed");
  });
  reading.join();
  writing.join();
}

void LostCard(Variant variant) {
  Site site(variant);
  const Context client = site.simulator.LogIn();
  Ensure(Finish(client, CustomizeVmTask(client, site.vm, FixedAddress())).ok(),
         "CustomizeVM_Task failed");
  const Value card =
      DevicesOf(site.simulator.registry().Find(site.vm)->Read(), "VirtualEthernetCard").front();
  const Value spec = Make(
      "VirtualMachineConfigSpec",
      {{"deviceChange", MakeArray("VirtualDeviceConfigSpec", {MakeDeviceChange("remove", card)})}});
  // Which of the two comes first is up to the threads.
  std::thread removing([&] { (void)Finish(client, ReconfigVmTask(client, site.vm, spec)); });
  std::thread starting([&] {
    Ensure(Finish(client, PowerOnVmTask(client, site.vm)).ok(), "PowerOnVM_Task failed");
  });
  removing.join();
  starting.join();
}

void PowerOnMulti(Variant variant) {
  Site site(variant);
  const Context client = site.simulator.LogIn();
  const ManagedObjectReference pool =
      FindByName(site.simulator, "ResourcePool", "Resources")->self();
  const Result<Value> second =
      Finish(client, CreateVmTask(client, site.folder, MakeVmSpec("second"), pool, {}));
  Ensure(second.ok(), "CreateVM_Task failed");
  const ManagedObjectReference datacenter = FindByName(site.simulator, "Datacenter", "DC0")->self();
  const Result<Value> tasks =
      Finish(client, PowerOnMultiVmTask(client, datacenter, {site.vm, second.value().reference()}));
  Ensure(tasks.ok(), "PowerOnMultiVM_Task failed");
  for (const Value& task : tasks.value().items()) {
    Ensure(WaitForTask(client, task.reference())["state"].text() == "success",
           "a machine was not powered on");
  }
}

std::span<const systems::Scenario> Scenarios() {
  static constexpr systems::Scenario kScenarios[] = {
      {"reported", "properties are read and encoded while the machine is customised and powered on",
       Reported},
      {"update-path", "the same for a client that waits for updates", UpdatePath},
      {"traversal", "a folder is traversed while a child is added", Traversal},
      {"filter-sync", "a list view changes while a client waits on a filter that begins at it",
       FilterSync},
      {"destroy-filter", "a filter is destroyed while a client waits for updates", DestroyFilter},
      {"lock-inversion", "filter-sync, with a lock around the flag: filter, view - view, filter",
       LockInversion},
      {"relocate", "a machine moves to another folder while a client asks for it", Relocation},
      {"lost-card", "a network card is removed between customising and powering on", LostCard},
      {"power-on-multi", "one call powers on two machines, which post events", PowerOnMulti},
  };
  return kScenarios;
}

}  // namespace vsphere
