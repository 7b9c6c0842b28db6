// The property collector: reading with traversal and paths, paging, filters and their updates.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "systems/vsphere/encode.h"
#include "systems/vsphere/test_site.h"
#include "systems/vsphere/view.h"
#include "systems/vsphere/vm_customize.h"

namespace vsphere {
namespace {

using systems::Variant;
using testing::ElementsAre;
using Kind = ObjectUpdate::Kind;

PropertyFilterSpec SpecOf(const Ref& object, std::vector<std::string> paths) {
  return {.prop_set = {{.type = object.type, .path_set = std::move(paths)}},
          .object_set = {{.obj = object}}};
}

// Everything below the root folder, by traversals that name each other.
PropertyFilterSpec WholeInventory(std::string type, std::vector<std::string> paths) {
  const SelectionSpec again = {.name = "folder"};
  const SelectionSpec datacenter = {
      .name = "dc", .type = "Datacenter", .path = "vmFolder", .select_set = {again}};
  const SelectionSpec folder = {
      .name = "folder", .type = "Folder", .path = "childEntity", .select_set = {again, datacenter}};
  return {.prop_set = {{.type = std::move(type), .path_set = std::move(paths)}},
          .object_set = {{.obj = singleton::RootFolder(), .select_set = {folder}}}};
}

std::vector<std::string> Names(const ObjectContent& content) {
  std::vector<std::string> names;
  for (const DynamicProperty& property : content.prop_set) names.push_back(property.name);
  return names;
}

class CollectorTest : public testing::TestWithParam<Variant> {
 protected:
  Result<RetrieveResult> Retrieve(const PropertyFilterSpec& spec, size_t max = 0) {
    return collector->RetrievePropertiesEx(*site.client, {spec}, max);
  }
  ObjectContent One(std::vector<std::string> paths) {
    const Result<RetrieveResult> result = Retrieve(SpecOf(site.vm, std::move(paths)));
    return result.value().objects.at(0);
  }
  // What a wait of zero seconds sees.
  std::vector<ObjectUpdate> Look(const std::string& version = "-") {
    std::vector<ObjectUpdate> updates;
    const auto set = collector->WaitForUpdatesEx(*site.client, version, {.max_wait_seconds = 0});
    if (!set.ok() || !set.value()) return updates;
    for (const PropertyFilterUpdate& filter : set.value()->filter_set) {
      updates.insert(updates.end(), filter.object_set.begin(), filter.object_set.end());
    }
    return updates;
  }
  std::string Reconfigure(const Fields& fields) {
    return site.Run(
        ReconfigVmTask(*site.client, site.vm, Make("VirtualMachineConfigSpec", fields)));
  }
  Ref NewVm(const char* name) {
    return Finish(*site.client,
                  CreateVmTask(*site.client, site.Find("Folder", "vm"), MakeVmSpec(name),
                               site.Find("ResourcePool", "Resources"), {}))
        .value()
        .reference();
  }

  TestSite site{GetParam()};
  std::shared_ptr<PropertyCollector> collector = site.Collector();
};

INSTANTIATE_TEST_SUITE_P(Designs, CollectorTest,
                         testing::Values(Variant::kAsReported, Variant::kFixed),
                         [](const auto& each) {
                           return each.param == Variant::kFixed ? "Fixed" : "AsReported";
                         });

TEST_P(CollectorTest, ReturnsWhatIsAskedFor) {
  const ObjectContent content =
      One({"name", "runtime.powerState", "name", "config.hardware.device[4000].key"});
  EXPECT_EQ(content.obj, site.vm);
  EXPECT_THAT(Names(content),
              ElementsAre("name", "runtime.powerState", "config.hardware.device[4000].key"));
  EXPECT_EQ(content.prop_set[1].val.text(), "poweredOff");
  EXPECT_TRUE(content.missing_set.empty());
}

TEST_P(CollectorTest, UnknownIsMissingAndUnsetIsLeftOut) {
  const ObjectContent content =
      One({"toaster", "config.hardware.device.key", "snapshot", "runtime.bootTime"});
  EXPECT_TRUE(content.prop_set.empty());
  ASSERT_EQ(content.missing_set.size(), 2u);
  EXPECT_EQ(content.missing_set[0].fault.kind(), "InvalidProperty");
  EXPECT_EQ(content.missing_set[0].fault.detail["name"].text(), "toaster");
  EXPECT_EQ(content.missing_set[1].path, "config.hardware.device.key");
}

TEST_P(CollectorTest, AllIsEverythingThatIsSet) {
  const PropertyFilterSpec spec = {.prop_set = {{.type = "VirtualMachine", .all = true}},
                                   .object_set = {{.obj = site.vm}}};
  const std::vector<std::string> names = Names(Retrieve(spec).value().objects.at(0));
  EXPECT_THAT(names,
              testing::IsSupersetOf({"name", "config", "runtime", "guest", "summary", "parent"}));
  EXPECT_THAT(names, testing::Not(testing::Contains("snapshot")));
}

TEST_P(CollectorTest, BaseTypesMatchAndOthersDoNot) {
  PropertyFilterSpec spec = SpecOf(site.vm, {"name"});
  spec.prop_set[0].type = "ManagedEntity";
  EXPECT_EQ(Retrieve(spec).value().objects.size(), 1u);
  spec.prop_set[0].type = "HostSystem";
  EXPECT_TRUE(Retrieve(spec).value().objects.empty());
}

TEST_P(CollectorTest, MissingObjectsFailTheCallUnlessReported) {
  PropertyFilterSpec spec = SpecOf({"VirtualMachine", "vm-0"}, {"name"});
  EXPECT_EQ(Retrieve(spec).fault_kind(), "ManagedObjectNotFound");
  spec.report_missing_objects_in_results = true;
  EXPECT_TRUE(Retrieve(spec).value().objects.empty());
}

TEST_P(CollectorTest, TraversesRecursivelyAndEachObjectOnce) {
  const Ref folder = CreateFolder(*site.client, site.Find("Folder", "vm"), "nested").value();
  const Result<RetrieveResult> all = Retrieve(WholeInventory("ManagedEntity", {"name"}));
  std::vector<std::string> names;
  for (const ObjectContent& content : all.value().objects)
    names.push_back(content.prop_set.at(0).val.text());
  EXPECT_THAT(names, ElementsAre("Datacenters", "DC0", "vm", "DC0_H0_VM0", "nested"));
}

TEST_P(CollectorTest, SkippedObjectsArePassedThrough) {
  PropertyFilterSpec spec = WholeInventory("Folder", {"name"});
  spec.object_set[0].skip = true;
  const std::vector<ObjectContent> objects = Retrieve(spec).value().objects;
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_EQ(objects[0].prop_set[0].val.text(), "vm");
}

TEST_P(CollectorTest, TraversalsMustBeDefined) {
  PropertyFilterSpec spec = WholeInventory("Folder", {"name"});
  spec.object_set[0].select_set[0].select_set.push_back({.name = "nowhere"});
  const Result<RetrieveResult> result = Retrieve(spec);
  EXPECT_EQ(result.fault_kind(), "InvalidArgument");
  EXPECT_EQ(result.fault().message, "undefined TraversalSpec name nowhere");
}

TEST_P(CollectorTest, PagesWithATokenThatWorksOnce) {
  const PropertyFilterSpec spec = WholeInventory("ManagedEntity", {"name"});
  const RetrieveResult first = Retrieve(spec, 3).value();
  EXPECT_EQ(first.objects.size(), 3u);
  ASSERT_NE(first.token, "");
  const RetrieveResult rest =
      collector->ContinueRetrievePropertiesEx(*site.client, first.token).value();
  EXPECT_EQ(rest.objects.size(), 1u);
  EXPECT_EQ(rest.token, "");
  EXPECT_EQ(collector->ContinueRetrievePropertiesEx(*site.client, first.token)
                .fault()
                .detail["name"]
                .text(),
            "token");
  EXPECT_EQ(collector->ContinueRetrievePropertiesEx(*site.client, "").fault_kind(),
            "InvalidProperty");
}

TEST_P(CollectorTest, WithoutASessionEverythingIsMissing) {
  PropertyCollector anonymous(site.simulator, singleton::PropertyCollector());
  const auto result = anonymous.RetrievePropertiesEx(site.simulator.Anonymous(),
                                                     {SpecOf(site.vm, {"name", "guest"})});
  const ObjectContent& content = result.value().objects.at(0);
  EXPECT_TRUE(content.prop_set.empty());
  ASSERT_EQ(content.missing_set.size(), 2u);
  EXPECT_EQ(content.missing_set[0].fault.kind(), "NotAuthenticated");
  EXPECT_EQ(content.missing_set[0].fault.detail["privilegeId"].text(), "System.Read");
  const auto manager = anonymous.RetrievePropertiesEx(
      site.simulator.Anonymous(), {SpecOf(singleton::SessionManager(), {"currentSession"})});
  EXPECT_TRUE(manager.value().objects.at(0).missing_set.empty());
}

TEST_P(CollectorTest, TheSessionManagerKnowsWhoAsks) {
  const auto result = Retrieve(SpecOf(singleton::SessionManager(), {"currentSession"}));
  EXPECT_EQ(result.value().objects.at(0).prop_set.at(0).val["userName"].text(), "user");
}

TEST_P(CollectorTest, TheAnswerIsVim25Xml) {
  const std::string xml =
      EncodeRetrieveResult(Retrieve(SpecOf(site.vm, {"name", "runtime.powerState"})).value());
  EXPECT_EQ(
      xml,
      "<returnval><objects><obj type=\"VirtualMachine\">" + site.vm.value +
          "</obj><propSet><name>name</name><val xsi:type=\"xsd:string\">DC0_H0_VM0</val></propSet>"
          "<propSet><name>runtime.powerState</name><val "
          "xsi:type=\"VirtualMachinePowerState\">poweredOff"
          "</val></propSet></objects></returnval>");
}

TEST_P(CollectorTest, TheFirstWaitTellsEverything) {
  ASSERT_TRUE(
      collector->CreateFilter(*site.client, SpecOf(site.vm, {"name", "guest.hostName", "toaster"}))
          .ok());
  const std::vector<ObjectUpdate> updates = Look("");
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].kind, Kind::kEnter);
  EXPECT_EQ(updates[0].change_set.size(), 2u);
  EXPECT_EQ(updates[0].missing_set.size(), 1u);
  EXPECT_TRUE(Look().empty()) << "nothing has happened since";
}

TEST_P(CollectorTest, ANestedChangeIsToldAsTheParentOnce) {
  ASSERT_TRUE(collector
                  ->CreateFilter(*site.client,
                                 SpecOf(site.vm, {"summary.config", "config.annotation", "guest"}))
                  .ok());
  (void)Look("");
  ASSERT_EQ(Reconfigure({{"annotation", "a"}}), "");
  ASSERT_EQ(Reconfigure({{"numCPUs", 2}}), "");
  const std::vector<ObjectUpdate> updates = Look();
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].kind, Kind::kModify);
  ASSERT_EQ(updates[0].change_set.size(), 2u);
  EXPECT_EQ(updates[0].change_set[0].name, "config.annotation");
  EXPECT_EQ(updates[0].change_set[1].name, "summary.config");
  EXPECT_EQ(updates[0].change_set[1].val["numCpu"].integer(), 2);
}

TEST_P(CollectorTest, WithAllTheChangedPropertyItselfIsTold) {
  const PropertyFilterSpec spec = {.prop_set = {{.type = "VirtualMachine", .all = true}},
                                   .object_set = {{.obj = site.vm}}};
  ASSERT_TRUE(collector->CreateFilter(*site.client, spec).ok());
  (void)Look("");
  ASSERT_EQ(site.Run(PowerOnVmTask(*site.client, site.vm)), "");
  std::vector<std::string> names;
  const std::vector<ObjectUpdate> updates = Look();
  for (const PropertyChange& change : updates.at(0).change_set) names.push_back(change.name);
  EXPECT_THAT(names, testing::IsSupersetOf({"runtime.powerState",
                                            "config.hardware.device[4000].connectable.connected"}));
}

TEST_P(CollectorTest, ObjectsEnterAndLeave) {
  ASSERT_TRUE(
      collector->CreateFilter(*site.client, WholeInventory("VirtualMachine", {"name"})).ok());
  EXPECT_EQ(Look("").size(), 1u);
  const Ref vm = NewVm("new");
  std::vector<ObjectUpdate> updates = Look();
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].kind, Kind::kEnter);
  EXPECT_EQ(updates[0].obj, vm);
  ASSERT_EQ(site.Run(DestroyTask(*site.client, vm)), "");
  updates = Look();
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].kind, Kind::kLeave);
  EXPECT_EQ(updates[0].obj, vm);
}

TEST_P(CollectorTest, AFilterOnAViewFollowsTheView) {
  const Ref view = CreateListView(*site.client, {}).value();
  const PropertyFilterSpec spec = {
      .prop_set = {{.type = "VirtualMachine", .path_set = {"name"}}},
      .object_set = {
          {.obj = view, .skip = true, .select_set = {{.type = "ListView", .path = "view"}}}}};
  ASSERT_TRUE(collector->CreateFilter(*site.client, spec).ok());
  EXPECT_TRUE(Look("").empty());
  ASSERT_TRUE(ModifyListView(*site.client, view, {site.vm}, {}).ok());
  EXPECT_EQ(Look().at(0).kind, Kind::kEnter);
  ASSERT_TRUE(ModifyListView(*site.client, view, {}, {site.vm}).ok());
  EXPECT_EQ(Look().at(0).kind, Kind::kLeave);
}

TEST_P(CollectorTest, LargeSetsAreTruncatedAndContinued) {
  ASSERT_TRUE(
      collector->CreateFilter(*site.client, WholeInventory("ManagedEntity", {"name"})).ok());
  std::vector<size_t> sizes;
  bool truncated = true;
  for (std::string version; truncated; version = "-") {
    const auto set = collector->WaitForUpdatesEx(*site.client, version, {.max_object_updates = 3});
    ASSERT_TRUE(set.ok() && set.value());
    sizes.push_back(set.value()->filter_set.at(0).object_set.size());
    truncated = set.value()->truncated;
  }
  EXPECT_THAT(sizes, ElementsAre(3u, 1u));
}

TEST_P(CollectorTest, AWaitEndsWithItsTime) {
  ASSERT_TRUE(collector->CreateFilter(*site.client, SpecOf(site.vm, {"name"})).ok());
  (void)Look("");
  const auto set = collector->WaitForUpdatesEx(*site.client, "-", {.max_wait_seconds = 1});
  EXPECT_TRUE(set.ok() && !set.value());
}

TEST_P(CollectorTest, FiltersAreDestroyedOnce) {
  const Ref filter = collector->CreateFilter(*site.client, SpecOf(site.vm, {"name"})).value();
  EXPECT_TRUE(collector->DestroyPropertyFilter(*site.client, filter).ok());
  EXPECT_EQ(collector->DestroyPropertyFilter(*site.client, filter).fault_kind(),
            "ManagedObjectNotFound");
  EXPECT_TRUE(Look("").empty());
}

TEST_P(CollectorTest, CollectorsOfASessionComeAndGo) {
  const Ref ref = CreatePropertyCollector(*site.client).value();
  const auto own = FindPropertyCollector(*site.client, ref).value();
  EXPECT_TRUE(DestroyPropertyCollector(*site.client, ref).ok());
  EXPECT_EQ(own->WaitForUpdatesEx(*site.client, "-").fault_kind(), "RequestCanceled");
  EXPECT_EQ(FindPropertyCollector(*site.client, ref).fault_kind(), "ManagedObjectNotFound");
  EXPECT_EQ(DestroyPropertyCollector(*site.client, singleton::PropertyCollector()).fault_kind(),
            "NotSupported");
}

class WaitTest : public testing::Test {
 protected:
  TestSite site;
  std::shared_ptr<PropertyCollector> collector = site.Collector();
};

TEST_F(WaitTest, IsWokenByAChange) {
  ASSERT_TRUE(collector->CreateFilter(*site.client, SpecOf(site.vm, {"runtime.powerState"})).ok());
  (void)collector->WaitForUpdatesEx(*site.client, "");
  std::thread worker([&] { (void)site.Run(PowerOnVmTask(*site.client, site.vm)); });
  const auto set = collector->WaitForUpdatesEx(*site.client, "-");
  EXPECT_EQ(set.value()->filter_set.at(0).object_set.at(0).change_set.at(0).val.text(),
            "poweredOn");
  worker.join();
}

TEST_F(WaitTest, IsCancelledByDestroyAndByAnotherWait) {
  std::thread waiter([&] {
    EXPECT_EQ(collector->WaitForUpdatesEx(*site.client, "-").fault_kind(), "RequestCanceled");
  });
  std::thread destroyer([&] { collector->Destroy(); });
  waiter.join();
  destroyer.join();
}

TEST_F(WaitTest, TellsAChangeThatIsMadeWhileItBegins) {
  // Whatever the order: what the first wait has not told, the next one does.
  ASSERT_TRUE(collector->CreateFilter(*site.client, SpecOf(site.vm, {"runtime.powerState"})).ok());
  std::thread worker([&] { (void)site.Run(PowerOnVmTask(*site.client, site.vm)); });
  auto set = collector->WaitForUpdatesEx(*site.client, "");
  std::string state = set.value()->filter_set.at(0).object_set.at(0).change_set.at(0).val.text();
  if (state == "poweredOff") {
    set = collector->WaitForUpdatesEx(*site.client, "-");
    state = set.value()->filter_set.at(0).object_set.at(0).change_set.at(0).val.text();
  }
  EXPECT_EQ(state, "poweredOn");
  worker.join();
}

TEST_F(WaitTest, SettingACustomizationIsTold) {
  ASSERT_TRUE(
      collector->CreateFilter(*site.client, SpecOf(site.vm, {"config.tools.pendingCustomization"}))
          .ok());
  (void)collector->WaitForUpdatesEx(*site.client, "");
  const Value spec = MakeLinuxCustomization(Make("CustomizationUnknownName"), {{}});
  ASSERT_EQ(site.Run(CustomizeVmTask(*site.client, site.vm, spec)), "");
  const auto set = collector->WaitForUpdatesEx(*site.client, "-", {.max_wait_seconds = 0});
  ASSERT_TRUE(set.ok() && set.value());
  EXPECT_NE(set.value()->filter_set.at(0).object_set.at(0).change_set.at(0).val.text(), "");
}

TEST_F(WaitTest, AReaderSeesAllOfACustomizationOrNothing) {
  const Value spec = MakeLinuxCustomization(Make("CustomizationFixedName", {{"name", "web"}}),
                                            {{.ip_address = "10.0.0.42"}});
  ASSERT_EQ(site.Run(CustomizeVmTask(*site.client, site.vm, spec)), "");
  std::thread worker([&] { (void)site.Run(PowerOnVmTask(*site.client, site.vm)); });
  const auto result =
      collector->RetrievePropertiesEx(*site.client, {SpecOf(site.vm, {"guest", "summary"})});
  const ObjectContent& content = result.value().objects.at(0);
  const bool in_guest = content.prop_set.at(0).val["ipAddress"].text() == "10.0.0.42";
  const bool in_summary = content.prop_set.at(1).val["guest"]["ipAddress"].text() == "10.0.0.42";
  EXPECT_EQ(in_guest, in_summary);
  worker.join();
}

}  // namespace
}  // namespace vsphere
