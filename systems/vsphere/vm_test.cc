// Virtual machines: each operation, state and fault. Both designs have the same semantics where no two clients meet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "systems/vsphere/test_site.h"
#include "systems/vsphere/vm_config.h"
#include "systems/vsphere/vm_customize.h"

namespace vsphere {
namespace {

using systems::Variant;
using testing::ElementsAre;

class VmTest : public testing::TestWithParam<Variant> {
 protected:
  [[nodiscard]] Ref Pool() { return site.Find("ResourcePool", "Resources"); }
  [[nodiscard]] Ref Folder() { return site.Find("Folder", "vm"); }
  [[nodiscard]] Ref Host() { return site.Find("HostSystem", "DC0_H0"); }
  [[nodiscard]] std::string PowerState() { return site.Get("runtime.powerState").text(); }
  std::string Customize(const Value& spec) {
    return site.Run(CustomizeVmTask(*site.client, site.vm, spec));
  }
  std::string On() { return site.Run(PowerOnVmTask(*site.client, site.vm)); }
  std::string Off() { return site.Run(PowerOffVmTask(*site.client, site.vm)); }
  std::string Reconfigure(const Fields& fields) {
    return site.Run(
        ReconfigVmTask(*site.client, site.vm, Make("VirtualMachineConfigSpec", fields)));
  }
  std::string ChangeDevice(std::string_view operation, const Value& device) {
    return Reconfigure({{"deviceChange", MakeArray("VirtualDeviceConfigSpec",
                                                   {MakeDeviceChange(operation, device)})}});
  }
  static Value FixedName(const std::string& name) {
    return Make("CustomizationFixedName", {{"name", name}});
  }

  TestSite site{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Designs, VmTest, testing::Values(Variant::kAsReported, Variant::kFixed),
                         [](const auto& each) {
                           return each.param == Variant::kFixed ? "Fixed" : "AsReported";
                         });

TEST_P(VmTest, ANewMachineHasTheDefaults) {
  const Result<Value> made =
      Finish(*site.client, CreateVmTask(*site.client, Folder(), MakeVmSpec("a/b"), Pool(), {}));
  ASSERT_TRUE(made.ok());
  const Ref vm = made.value().reference();
  EXPECT_EQ(site.Get(vm, "runtime.powerState").text(), "poweredOff");
  EXPECT_EQ(site.Get(vm, "config.hardware.numCPU").integer(), 1);
  EXPECT_EQ(site.Get(vm, "config.hardware.memoryMB").integer(), 32);
  EXPECT_EQ(site.Get(vm, "config.firmware").text(), "bios");
  EXPECT_EQ(site.Get(vm, "parent").reference(), Folder());
  EXPECT_EQ(site.Get(vm, "runtime.host").reference(), Host());
  std::vector<int64_t> keys;
  for (const Value& device : site.Get(vm, "config.hardware.device").items())
    keys.push_back(device["key"].integer());
  EXPECT_THAT(keys, ElementsAre(200, 201, 300, 100, 400, 600, 700, 500, 12000, 4000));
  EXPECT_THAT(site.EventTypes(vm), ElementsAre("VmBeingCreatedEvent", "VmInstanceUuidAssignedEvent",
                                               "VmUuidAssignedEvent", "VmCreatedEvent"));
  EXPECT_THAT(site.Get(Host(), "vm").items(), testing::Contains(Value(vm)));
  EXPECT_THAT(site.Get(site.Find("Network", "VM Network"), "vm").items(),
              testing::Contains(Value(vm)));
}

TEST_P(VmTest, CreateChecksTheSpec) {
  const auto create = [&](const Value& spec) {
    return Finish(*site.client, CreateVmTask(*site.client, Folder(), spec, Pool(), {}));
  };
  const Value good = MakeVmSpec("new");
  EXPECT_EQ(create(With(good, {{"name", ""}})).fault().detail["property"].text(),
            "configSpec.name");
  EXPECT_EQ(create(With(good, {{"files", Value()}})).fault().detail["property"].text(),
            "configSpec.files.vmPathName");
  EXPECT_EQ(create(With(good, {{"guestId", "toaster"}})).fault().detail["invalidProperty"].text(),
            "configSpec.guestId");
  EXPECT_EQ(create(With(good, {{"name", "DC0_H0_VM0"}})).fault_kind(), "DuplicateName");
  EXPECT_EQ(
      CreateVmTask(*site.client, Folder(), good, Pool(), {"HostSystem", "host-0"}).fault_kind(),
      "InvalidArgument");
}

TEST_P(VmTest, PowerFollowsTheStateMachine) {
  EXPECT_EQ(Off(), "InvalidPowerState");
  EXPECT_EQ(On(), "");
  EXPECT_EQ(PowerState(), "poweredOn");
  EXPECT_EQ(site.Get("summary.runtime.powerState").text(), "poweredOn");
  EXPECT_TRUE(site.Get("runtime.bootTime").is_set());
  EXPECT_TRUE(site.Get("config.hardware.device[4000].connectable.connected").boolean());
  EXPECT_EQ(On(), "InvalidPowerState");
  EXPECT_EQ(site.Run(SuspendVmTask(*site.client, site.vm)), "");
  EXPECT_EQ(PowerState(), "suspended");
  EXPECT_EQ(site.Run(SuspendVmTask(*site.client, site.vm)), "InvalidPowerState");
  EXPECT_EQ(On(), "");
  EXPECT_EQ(site.Run(ResetVmTask(*site.client, site.vm)), "");
  EXPECT_EQ(PowerState(), "poweredOn");
  EXPECT_EQ(Off(), "");
  EXPECT_FALSE(site.Get("runtime.bootTime").is_set());
  EXPECT_FALSE(site.Get("config.hardware.device[4000].connectable.connected").boolean());
}

TEST_P(VmTest, InvalidPowerStateSaysWhichStates) {
  const Result<Value> off = Finish(*site.client, PowerOffVmTask(*site.client, site.vm));
  EXPECT_EQ(off.fault().detail["requestedState"].text(), "poweredOff");
  EXPECT_EQ(off.fault().detail["existingState"].text(), "poweredOff");
}

TEST_P(VmTest, NothingStartsOnAHostInMaintenance) {
  EXPECT_EQ(site.Run(EnterMaintenanceModeTask(*site.client, Host())), "");
  EXPECT_EQ(site.Run(EnterMaintenanceModeTask(*site.client, Host())), "InvalidState");
  EXPECT_EQ(On(), "InvalidState");
  EXPECT_EQ(Customize(MakeLinuxCustomization(FixedName("a"), {{}})), "InvalidState");
  EXPECT_EQ(site.Run(ExitMaintenanceModeTask(*site.client, Host())), "");
  EXPECT_EQ(On(), "");
}

TEST_P(VmTest, GuestOperationsNeedAGuest) {
  EXPECT_EQ(RebootGuest(*site.client, site.vm).fault_kind(), "InvalidPowerState");
  EXPECT_EQ(ShutdownGuest(*site.client, site.vm).fault_kind(), "InvalidPowerState");
  EXPECT_EQ(StandbyGuest(*site.client, site.vm).fault_kind(), "InvalidPowerState");
  EXPECT_EQ(On(), "");
  EXPECT_EQ(RebootGuest(*site.client, site.vm).fault_kind(), "ToolsUnavailable");
  const Value tools = Make(
      "OptionValue", {{"key", "SET.guest.toolsRunningStatus"}, {"value", "guestToolsRunning"}});
  EXPECT_EQ(Reconfigure({{"extraConfig", MakeArray("OptionValue", {tools})}}), "");
  EXPECT_TRUE(RebootGuest(*site.client, site.vm).ok());
  EXPECT_TRUE(StandbyGuest(*site.client, site.vm).ok());
  EXPECT_EQ(PowerState(), "suspended");
  EXPECT_EQ(On(), "");
  EXPECT_TRUE(ShutdownGuest(*site.client, site.vm).ok());
  EXPECT_EQ(PowerState(), "poweredOff");
}

TEST_P(VmTest, CustomizeChecksInUpstreamsOrder) {
  const Value one_card = MakeLinuxCustomization(FixedName("a"), {{}});
  EXPECT_EQ(On(), "");
  EXPECT_EQ(Customize(MakeLinuxCustomization(FixedName("a"), {})), "InvalidPowerState")
      << "the state comes first";
  EXPECT_EQ(Off(), "");
  const Result<Value> mismatch = Finish(
      *site.client,
      CustomizeVmTask(*site.client, site.vm, MakeLinuxCustomization(FixedName("a"), {{}, {}})));
  EXPECT_EQ(mismatch.fault().detail["numberOfNicsInSpec"].integer(), 2);
  EXPECT_EQ(mismatch.fault().detail["numberOfNicsInVM"].integer(), 1);
  EXPECT_EQ(Customize(one_card), "");
  EXPECT_NE(site.Get("config.tools.pendingCustomization").text(), "");
  EXPECT_EQ(Customize(MakeLinuxCustomization(FixedName("a"), {})), "CustomizationPending")
      << "before the cards";
}

TEST_P(VmTest, CustomizationIsAppliedAtPowerOn) {
  const Value spec = MakeLinuxCustomization(
      FixedName("web"), {{.mac_address = "00:50:56:AA:BB:CC", .ip_address = "10.0.0.42"}});
  EXPECT_EQ(Customize(spec), "");
  EXPECT_EQ(site.Get("guest.ipAddress").text(), "");
  EXPECT_EQ(On(), "");
  EXPECT_EQ(site.Get("config.tools.pendingCustomization").text(), "");
  EXPECT_EQ(site.Get("guest.hostName").text(), "web");
  EXPECT_EQ(site.Get("guest.ipAddress").text(), "10.0.0.42");
  EXPECT_EQ(site.Get("summary.guest.hostName").text(), "web");
  EXPECT_EQ(site.Get("summary.guest.ipAddress").text(), "10.0.0.42");
  EXPECT_EQ(site.Get("config.hardware.device[4000].macAddress").text(), "00:50:56:AA:BB:CC");
  EXPECT_EQ(site.Get("config.hardware.device[4000].addressType").text(), "manual");
  const Value card = site.Get("guest.net").items().front();
  EXPECT_EQ(card["macAddress"].text(), "00:50:56:aa:bb:cc");
  EXPECT_EQ(card["ipAddress"].items().front().text(), "10.0.0.42");
  EXPECT_EQ(card["ipConfig"]["ipAddress"].items().front()["prefixLength"].integer(), 24);
  EXPECT_EQ(card["dnsConfig"]["hostName"].text(), "web");
  EXPECT_THAT(site.EventTypes(site.vm),
              testing::IsSupersetOf({"CustomizationStartedEvent", "CustomizationSucceeded"}));
}

TEST_P(VmTest, HostNamesComeFromTheIdentity) {
  const auto name_of = [&](const Value& name) {
    EXPECT_EQ(Customize(MakeLinuxCustomization(name, {{}})), "");
    EXPECT_EQ(On(), "");
    EXPECT_EQ(Off(), "");
    return site.Get("guest.hostName").text();
  };
  EXPECT_EQ(name_of(Make("CustomizationPrefixName", {{"base", "vcsim"}})), "vcsim-1");
  EXPECT_EQ(name_of(Make("CustomizationVirtualMachineName")), "DC0_H0_VM0-2");
  EXPECT_EQ(name_of(Make("CustomizationCustomName", {{"argument", "x"}})), "x-3");
  EXPECT_EQ(name_of(Make("CustomizationUnknownName")), "");
}

TEST_P(VmTest, WindowsNamesAreInTheUserData) {
  const Value user = Make("CustomizationUserData", {{"computerName", FixedName("windoze")}});
  const Value linux = MakeLinuxCustomization(FixedName(""), {{}});
  EXPECT_EQ(
      Customize(With(linux, {{"identity", Make("CustomizationSysprep", {{"userData", user}})}})),
      "");
  EXPECT_EQ(On(), "");
  EXPECT_EQ(site.Get("guest.hostName").text(), "windoze");
}

TEST_P(VmTest, ReconfigureChangesConfigAndSummary) {
  const std::string before = site.Get("config.changeVersion").text();
  EXPECT_EQ(Reconfigure({{"numCPUs", 4}, {"memoryMB", 2048}, {"annotation", "hello"}}), "");
  EXPECT_EQ(site.Get("config.hardware.numCPU").integer(), 4);
  EXPECT_EQ(site.Get("summary.config.memorySizeMB").integer(), 2048);
  EXPECT_EQ(site.Get("config.annotation").text(), "hello");
  EXPECT_NE(site.Get("config.changeVersion").text(), before);
  EXPECT_EQ(site.EventTypes(site.vm).back(), "VmReconfiguredEvent");
}

TEST_P(VmTest, ExtraConfigIsAddedReplacedAndRemoved) {
  const auto set = [&](const char* value) {
    const Value option = Make("OptionValue", {{"key", "guestinfo.x"}, {"value", value}});
    EXPECT_EQ(Reconfigure({{"extraConfig", MakeArray("OptionValue", {option})}}), "");
    return site.Get("config.extraConfig[\"guestinfo.x\"].value").text();
  };
  EXPECT_EQ(set("1"), "1");
  EXPECT_EQ(set("2"), "2");
  EXPECT_EQ(set(""), "");
}

TEST_P(VmTest, DevicesAreAddedEditedAndRemoved) {
  EXPECT_EQ(ChangeDevice("add", MakeEthernetCard("VM Network")), "");
  EXPECT_EQ(site.Get("guest.net").items().size(), 2u);
  EXPECT_EQ(site.Get("summary.config.numEthernetCards").integer(), 2);
  const Value card = site.Get("config.hardware.device[4001]");
  EXPECT_NE(card["macAddress"].text(), "");
  EXPECT_EQ(ChangeDevice("edit", With(card, {{"wakeOnLanEnabled", true}})), "");
  EXPECT_TRUE(site.Get("config.hardware.device[4001].wakeOnLanEnabled").boolean());
  EXPECT_EQ(ChangeDevice("remove", card), "");
  EXPECT_EQ(site.Get("guest.net").items().size(), 1u);
}

TEST_P(VmTest, DevicesThatDoNotFitAreRefused) {
  const Value disk =
      Make("VirtualDisk", {{"capacityInKB", 1024}, {"controllerKey", 200}, {"unitNumber", 0}});
  EXPECT_EQ(ChangeDevice("add", disk), "");
  EXPECT_EQ(ChangeDevice("add", disk), "InvalidDeviceSpec") << "the unit is taken";
  EXPECT_EQ(ChangeDevice("add", With(disk, {{"controllerKey", 999}})), "InvalidDeviceSpec");
  EXPECT_EQ(ChangeDevice("remove", With(disk, {{"key", 2999}})), "InvalidDeviceSpec");
  EXPECT_EQ(ChangeDevice("edit", disk), "InvalidDeviceSpec") << "without a key";
}

TEST_P(VmTest, TemplatesCannotRunAndHardlyChange) {
  EXPECT_EQ(MarkAsVirtualMachine(*site.client, site.vm, Pool()).fault_kind(), "NotSupported");
  EXPECT_TRUE(MarkAsTemplate(*site.client, site.vm).ok());
  EXPECT_EQ(PowerOnVmTask(*site.client, site.vm).fault_kind(), "InvalidState") << "at once";
  EXPECT_EQ(Reconfigure({{"numCPUs", 2}}), "NotSupported");
  EXPECT_EQ(Reconfigure({{"annotation", "golden"}}), "");
  EXPECT_EQ(MarkAsVirtualMachine(*site.client, site.vm, {}).fault_kind(), "InvalidArgument");
  EXPECT_TRUE(MarkAsVirtualMachine(*site.client, site.vm, Pool()).ok());
  EXPECT_EQ(On(), "");
  EXPECT_EQ(MarkAsTemplate(*site.client, site.vm).fault_kind(), "InvalidPowerState");
}

TEST_P(VmTest, ACloneIsItsOwnMachine) {
  const Value location = Make("VirtualMachineRelocateSpec", {{"pool", Pool()}});
  const Value spec = Make("VirtualMachineCloneSpec", {{"location", location}, {"template", false}});
  const Result<Value> made =
      Finish(*site.client, CloneVmTask(*site.client, site.vm, Folder(), "copy", spec));
  ASSERT_TRUE(made.ok());
  const Ref copy = made.value().reference();
  EXPECT_EQ(site.Get(copy, "name").text(), "copy");
  EXPECT_NE(site.Get(copy, "config.uuid").text(), site.Get("config.uuid").text());
  EXPECT_EQ(site.EventTypes(copy).back(), "VmClonedEvent");
  EXPECT_EQ(site.Run(ReconfigVmTask(*site.client, copy,
                                    Make("VirtualMachineConfigSpec", {{"numCPUs", 8}}))),
            "");
  EXPECT_EQ(site.Get("config.hardware.numCPU").integer(), 1);
  EXPECT_EQ(site.Run(CloneVmTask(*site.client, site.vm, Folder(), "copy", spec)), "DuplicateName");
  EXPECT_EQ(CloneVmTask(*site.client, site.vm, Folder(), "x", With(spec, {{"location", Value()}}))
                .fault_kind(),
            "InvalidArgument");
}

TEST_P(VmTest, OnlyAMachineThatIsOffIsDestroyed) {
  EXPECT_EQ(On(), "");
  EXPECT_EQ(site.Run(DestroyTask(*site.client, site.vm)), "InvalidPowerState");
  EXPECT_EQ(UnregisterVm(*site.client, site.vm).fault_kind(), "InvalidPowerState");
  EXPECT_EQ(Off(), "");
  EXPECT_EQ(site.Run(DestroyTask(*site.client, site.vm)), "");
  EXPECT_EQ(site.client->Find(site.vm), nullptr);
  EXPECT_TRUE(site.Get(Folder(), "childEntity").items().empty());
  EXPECT_TRUE(site.Get(Host(), "vm").items().empty());
  EXPECT_EQ(DestroyTask(*site.client, site.vm).fault_kind(), "ManagedObjectNotFound");
}

TEST_P(VmTest, ARelocatedMachineIsWhereItWasSent) {
  const Ref target = CreateFolder(*site.client, Folder(), "archive").value();
  EXPECT_EQ(site.Run(RelocateVmTask(*site.client, site.vm,
                                    Make("VirtualMachineRelocateSpec", {{"folder", target}}))),
            "");
  EXPECT_EQ(site.Get("parent").reference(), target);
  EXPECT_THAT(site.Get(target, "childEntity").items(), ElementsAre(Value(site.vm)));
  EXPECT_THAT(site.Get(Folder(), "childEntity").items(), ElementsAre(Value(target)));
}

TEST_P(VmTest, RenameEscapesAndRefusesDuplicates) {
  EXPECT_EQ(site.Run(RenameTask(*site.client, site.vm, "a%b/c\\d")), "");
  EXPECT_EQ(site.Get("name").text(), "a%25b%2fc%5cd");
  EXPECT_EQ(site.Get("config.name").text(), "a%25b%2fc%5cd");
  EXPECT_EQ(site.Run(RenameTask(*site.client, site.vm, "a%b/c\\d")), "DuplicateName");
}

TEST_P(VmTest, SnapshotsMakeATree) {
  const auto create = [&](const char* name) {
    return Finish(*site.client, CreateSnapshotTask(*site.client, site.vm, name, ""))
        .value()
        .reference();
  };
  EXPECT_EQ(site.Run(RevertToCurrentSnapshotTask(*site.client, site.vm)), "NotFound");
  const Ref root = create("root");
  const Ref child = create("child");
  EXPECT_EQ(Reconfigure({{"numCPUs", 2}}), "");
  EXPECT_EQ(site.Run(RevertToSnapshotTask(*site.client, root)), "");
  EXPECT_EQ(site.Get("config.hardware.numCPU").integer(), 1);
  EXPECT_EQ(site.Get("snapshot.currentSnapshot").reference(), root);
  const Ref second = create("second child");
  const Value tree = site.Get("snapshot.rootSnapshotList").items().front();
  EXPECT_EQ(tree["childSnapshotList"].items().size(), 2u);
  EXPECT_EQ(site.Run(RemoveSnapshotTask(*site.client, root, false)), "");
  EXPECT_THAT(SnapshotsOf(site.client->Find(site.vm)->Read()), ElementsAre(child, second));
  EXPECT_EQ(site.Get("snapshot.currentSnapshot").reference(), second);
  EXPECT_EQ(site.Run(RemoveAllSnapshotsTask(*site.client, site.vm)), "");
  EXPECT_FALSE(site.Get("snapshot").is_set());
  EXPECT_EQ(site.client->Find(child), nullptr);
}

TEST_P(VmTest, RemovingASnapshotTakesItsChildrenIfAsked) {
  const auto create = [&](const char* name) {
    return Finish(*site.client, CreateSnapshotTask(*site.client, site.vm, name, ""))
        .value()
        .reference();
  };
  const Ref root = create("root");
  const Ref child = create("child");
  const Ref grandchild = create("grandchild");
  EXPECT_EQ(site.Run(RemoveSnapshotTask(*site.client, child, true)), "");
  EXPECT_EQ(site.Get("snapshot.currentSnapshot").reference(), root);
  EXPECT_EQ(site.client->Find(grandchild), nullptr);
  EXPECT_EQ(RemoveSnapshotTask(*site.client, child, true).fault_kind(), "ManagedObjectNotFound");
}

TEST_P(VmTest, UnknownMachinesAreNotFound) {
  const Ref nobody = {"VirtualMachine", "vm-0"};
  EXPECT_EQ(PowerOnVmTask(*site.client, nobody).fault_kind(), "ManagedObjectNotFound");
  EXPECT_EQ(PowerOnVmTask(site.simulator.Anonymous(), site.vm).fault_kind(), "NotAuthenticated");
}

TEST(VmFixedTest, ALostCardFailsTheCustomization) {
  TestSite site;
  EXPECT_EQ(
      site.Run(CustomizeVmTask(*site.client, site.vm,
                               MakeLinuxCustomization(Make("CustomizationUnknownName"), {{}}))),
      "");
  const Value card = site.Get("config.hardware.device[4000]");
  const Value spec = Make(
      "VirtualMachineConfigSpec",
      {{"deviceChange", MakeArray("VirtualDeviceConfigSpec", {MakeDeviceChange("remove", card)})}});
  EXPECT_EQ(site.Run(ReconfigVmTask(*site.client, site.vm, spec)), "");
  EXPECT_EQ(site.Run(PowerOnVmTask(*site.client, site.vm)), "");
  EXPECT_EQ(site.Get("config.tools.pendingCustomization").text(), "");
  EXPECT_THAT(site.EventTypes(site.vm), testing::Contains("CustomizationNetworkSetupFailed"));
}

TEST(VmFixedTest, SeveralArePoweredOnByOneCall) {
  TestSite site;
  const Result<Value> tasks =
      Finish(*site.client, PowerOnMultiVmTask(*site.client, site.Find("Datacenter", "DC0"),
                                              {site.vm, {"VirtualMachine", "vm-0"}}));
  ASSERT_EQ(tasks.value().items().size(), 1u);
  EXPECT_EQ(WaitForTask(*site.client, tasks.value().items().front().reference())["state"].text(),
            "success");
  EXPECT_EQ(site.Get("runtime.powerState").text(), "poweredOn");
}

}  // namespace
}  // namespace vsphere
