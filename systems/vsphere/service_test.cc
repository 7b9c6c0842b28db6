// The service around the machines: inventory, sessions, tasks, events, locks, views.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "systems/vsphere/customization_spec_manager.h"
#include "systems/vsphere/test_site.h"
#include "systems/vsphere/view.h"

namespace vsphere {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

size_t CountOf(TestSite& site, std::string_view type) {
  return site.simulator.registry().All(type).size();
}

TEST(InventoryTest, TheDefaultIsUpstreamsVpxModel) {
  TestSite site(systems::Variant::kFixed, {});
  EXPECT_EQ(CountOf(site, "Datacenter"), 1u);
  EXPECT_EQ(CountOf(site, "HostSystem"), 4u);
  EXPECT_EQ(CountOf(site, "ComputeResource"), 2u) << "the cluster is one, too";
  EXPECT_EQ(CountOf(site, "VirtualMachine"), 4u);
  for (const char* name : {"DC0_H0_VM0", "DC0_H0_VM1", "DC0_C0_RP0_VM0", "DC0_C0_RP0_VM1"}) {
    EXPECT_EQ(site.Get(site.Find("VirtualMachine", name), "runtime.powerState").text(), "poweredOn")
        << name;
  }
  for (const auto& [type, name] :
       {std::pair("HostSystem", "DC0_C0_H2"), std::pair("HostSystem", "DC0_H0"),
        std::pair("Datastore", "LocalDS_0"), std::pair("Network", "VM Network"),
        std::pair("DistributedVirtualSwitch", "DVS0"),
        std::pair("DistributedVirtualPortgroup", "DC0_DVPG0")}) {
    EXPECT_NE(site.Find(type, name).value, "") << name;
  }
}

TEST(InventoryTest, TheKnobsCount) {
  TestSite site(systems::Variant::kFixed, {.datacenters = 2,
                                           .clusters = 1,
                                           .cluster_hosts = 1,
                                           .standalone_hosts = 0,
                                           .datastores = 2,
                                           .machines = 1,
                                           .pools = 1,
                                           .portgroups = 0,
                                           .autostart = false});
  EXPECT_EQ(CountOf(site, "Datacenter"), 2u);
  EXPECT_EQ(CountOf(site, "HostSystem"), 2u);
  EXPECT_EQ(CountOf(site, "Datastore"), 4u);
  EXPECT_EQ(CountOf(site, "ResourcePool"), 4u);
  EXPECT_EQ(CountOf(site, "VirtualMachine"), 4u);
  EXPECT_EQ(CountOf(site, "DistributedVirtualSwitch"), 0u);
  EXPECT_NE(site.Find("VirtualMachine", "DC1_C0_RP1_VM0").value, "");
}

TEST(InventoryTest, NamesOfObjectsSayTheirType) {
  TestSite site;
  EXPECT_TRUE(site.vm.value.starts_with("vm-"));
  EXPECT_TRUE(site.Find("HostSystem", "DC0_H0").value.starts_with("host-"));
  EXPECT_TRUE(site.Find("Folder", "vm").value.starts_with("group-"));
  EXPECT_TRUE(site.Find("ResourcePool", "Resources").value.starts_with("resgroup-"));
  EXPECT_TRUE(site.Find("Datastore", "LocalDS_0").value.starts_with("datastore-"));
}

TEST(InventoryTest, FoldersRefuseDuplicatesAndStrangers) {
  TestSite site;
  const Ref folder = site.Find("Folder", "vm");
  ASSERT_TRUE(CreateFolder(*site.client, folder, "new").ok());
  EXPECT_EQ(CreateFolder(*site.client, folder, "new").fault_kind(), "DuplicateName");
  EXPECT_EQ(CreateFolder(*site.client, {"Folder", "group-0"}, "x").fault_kind(),
            "ManagedObjectNotFound");
}

TEST(InventoryTest, TwoRunsAreAlike) {
  TestSite one;
  TestSite two;
  EXPECT_EQ(one.vm, two.vm);
  EXPECT_EQ(one.Get("config.uuid"), two.Get("config.uuid"));
}

TEST(ServiceTest, TheContentNamesTheSingletons) {
  TestSite site;
  const Value content = RetrieveServiceContent(site.simulator);
  EXPECT_EQ(content["rootFolder"].reference().value, "group-d1");
  EXPECT_EQ(content["about"]["fullName"].text(), "VMware vCenter Server 6.5.0 build-5973321");
  EXPECT_EQ(content["about"]["apiVersion"].text(), "6.5");
}

TEST(ServiceTest, DisabledMethodsAreRefused) {
  TestSite site;
  const ManagedObjectPtr vm = site.client->Find(site.vm);
  const Change change = {.name = "disabledMethod", .value = MakeStrings({"PowerOnVM_Task"})};
  site.simulator.registry().AtomicUpdate(*site.client, vm, {&change, 1});
  EXPECT_EQ(PowerOnVmTask(*site.client, site.vm).fault_kind(), "MethodDisabled");
}

TEST(SessionTest, LoginChecksTheCredentials) {
  TestSite site(systems::Variant::kFixed, SmallModel(), {});
  SessionManager& sessions = site.simulator.sessions();
  EXPECT_EQ(sessions.Login(site.simulator.Anonymous(), "", "x").fault_kind(), "InvalidLogin");
  EXPECT_EQ(sessions.Login(site.simulator.Anonymous(), "x", "").fault_kind(), "InvalidLogin");
  EXPECT_EQ(sessions.Login(*site.client, "x", "y").fault_kind(), "InvalidLogin")
      << "logged in already";
  EXPECT_TRUE(sessions.Login(site.simulator.Anonymous(), "x", "y").ok());
}

TEST(SessionTest, GivenCredentialsMustMatch) {
  systems::ManualClock clock;
  Simulator simulator({.clock = &clock, .credentials = {.user = "admin", .password = "secret"}});
  EXPECT_EQ(simulator.sessions().Login(simulator.Anonymous(), "admin", "wrong").fault_kind(),
            "InvalidLogin");
  EXPECT_TRUE(simulator.sessions().Login(simulator.Anonymous(), "admin", "secret").ok());
}

TEST(SessionTest, LogoutEndsEverything) {
  TestSite site;
  const Ref view = CreateListView(*site.client, {site.vm}).value();
  ASSERT_TRUE(site.simulator.sessions().Logout(*site.client).ok());
  EXPECT_EQ(PowerOnVmTask(*site.client, site.vm).fault_kind(), "NotAuthenticated");
  EXPECT_EQ(site.client->Find(view), nullptr);
  EXPECT_TRUE(site.simulator.sessions().List().empty());
}

TEST(SessionTest, OthersAreTerminatedAndNotOneself) {
  TestSite site;
  SessionManager& sessions = site.simulator.sessions();
  const Context other = site.simulator.LogIn("other");
  EXPECT_TRUE(sessions.SessionIsActive(*site.client, other.session()->key(), "other").value());
  EXPECT_FALSE(sessions.SessionIsActive(*site.client, other.session()->key(), "user").value());
  EXPECT_EQ(sessions.TerminateSession(*site.client, site.client->session()->key()).fault_kind(),
            "InvalidArgument");
  EXPECT_EQ(sessions.TerminateSession(*site.client, "nobody").fault_kind(), "NotFound");
  EXPECT_TRUE(sessions.TerminateSession(*site.client, other.session()->key()).ok());
  EXPECT_FALSE(sessions.SessionIsActive(*site.client, other.session()->key(), "other").value());
}

TEST(SessionTest, ACloneTicketWorksOnce) {
  TestSite site;
  SessionManager& sessions = site.simulator.sessions();
  const std::string ticket = sessions.AcquireCloneTicket(*site.client).value();
  const auto clone = sessions.CloneSession(site.simulator.Anonymous(), ticket);
  ASSERT_TRUE(clone.ok());
  EXPECT_EQ(clone.value()->user(), "user");
  EXPECT_EQ(sessions.CloneSession(site.simulator.Anonymous(), ticket).fault_kind(), "InvalidLogin");
}

TEST(SessionTest, IdleOnesExpire) {
  TestSite site(systems::Variant::kFixed, SmallModel(), {.idle_timeout = std::chrono::seconds(60)});
  const Context busy = site.simulator.LogIn("busy");
  site.clock.Advance(std::chrono::seconds(59));
  (void)CreateListView(busy, {});
  site.clock.Advance(std::chrono::seconds(2));
  EXPECT_EQ(site.simulator.sessions().ExpireIdle(), 1);
  EXPECT_EQ(PowerOnVmTask(*site.client, site.vm).fault_kind(), "NotAuthenticated");
  EXPECT_TRUE(CreateListView(busy, {}).ok());
}

TEST(TaskTest, TellsItsLife) {
  TestSite site;
  site.clock.Advance(std::chrono::seconds(5));
  const Ref task = PowerOnVmTask(*site.client, site.vm).value();
  const Value info = WaitForTask(*site.client, task);
  EXPECT_EQ(info["state"].text(), "success");
  EXPECT_EQ(info["key"].text(), task.value);
  EXPECT_EQ(info["name"].text(), "PowerOn");
  EXPECT_EQ(info["descriptionId"].text(), "VirtualMachine.powerOn");
  EXPECT_EQ(info["entity"].reference(), site.vm);
  EXPECT_EQ(info["entityName"].text(), site.vm.value);
  EXPECT_EQ(info["reason"]["userName"].text(), "user");
  EXPECT_EQ(info["completeTime"].time(), site.clock.Now());
  EXPECT_EQ(site.Get("recentTask").items().back().reference(), task);
  EXPECT_EQ(site.Get(singleton::TaskManager(), "recentTask").items().back().reference(), task);
}

TEST(TaskTest, TellsItsFault) {
  TestSite site;
  const Value info = WaitForTask(*site.client, PowerOffVmTask(*site.client, site.vm).value());
  EXPECT_EQ(info["state"].text(), "error");
  EXPECT_EQ(info["error"]["fault"].type_name(), "InvalidPowerState");
  EXPECT_FALSE(info["result"].is_set());
}

TEST(TaskTest, TheCallIsOverWhenTheTaskHasTheLock) {
  // Two calls start tasks on one machine: whoever comes first turns it on, the other one is told that it is on.
  TestSite site;
  std::string first;
  std::string second;
  std::thread one([&] { first = site.Run(PowerOnVmTask(*site.client, site.vm)); });
  std::thread two([&] { second = site.Run(PowerOnVmTask(*site.client, site.vm)); });
  one.join();
  two.join();
  EXPECT_THAT((std::vector{first, second}), UnorderedElementsAre("", "InvalidPowerState"));
}

TEST(EventTest, AreNumberedAndFiltered) {
  TestSite site;
  ASSERT_EQ(site.Run(PowerOnVmTask(*site.client, site.vm)), "");
  EventManager& events = site.simulator.events();
  const std::vector<Value> all = events.Query(*site.client, {});
  for (size_t i = 1; i < all.size(); ++i)
    EXPECT_GT(all[i]["key"].integer(), all[i - 1]["key"].integer());
  EXPECT_EQ(events.Query(*site.client, {.types = {"VmPoweredOnEvent"}}).size(), 1u);
  EXPECT_GT(events.Query(*site.client, {.types = {"VmEvent"}}).size(), 4u) << "base types match";
  EXPECT_EQ(
      events.Query(*site.client, {.begin = site.clock.Now() + std::chrono::seconds(1)}).size(), 0u);
  const Value event = events.Query(*site.client, {.types = {"VmPoweredOnEvent"}}).front();
  EXPECT_EQ(event["datacenter"]["name"].text(), "DC0");
  EXPECT_EQ(event["host"]["name"].text(), "DC0_H0");
  EXPECT_EQ(event["userName"].text(), "user");
  EXPECT_EQ(site.Get(singleton::EventManager(), "latestEvent")["key"], all.back()["key"]);
}

TEST(EventTest, KnowWhatIsBelow) {
  TestSite site;
  using Recursion = EventFilter::Recursion;
  EventManager& events = site.simulator.events();
  const Ref folder = site.Find("Folder", "vm");
  EXPECT_TRUE(
      events.Query(*site.client, {.entity = folder, .recursion = Recursion::kSelf}).empty());
  EXPECT_FALSE(
      events.Query(*site.client, {.entity = folder, .recursion = Recursion::kChildren}).empty());
  EXPECT_FALSE(events.Query(*site.client, {.entity = singleton::RootFolder()}).empty());
}

TEST(ObjectLockTest, IsOwnedByARequestAndHandedOn) {
  TestSite site;
  const ManagedObjectPtr vm = site.client->Find(site.vm);
  const Context first = site.client->Fork();
  bool released = false;
  ObjectGuard guard = first.Lock(vm);
  const ObjectGuard again = first.Lock(vm);
  std::thread worker([&released, guard = std::move(guard)]() mutable {
    released = true;
    guard.Release();
  });
  worker.join();
  EXPECT_TRUE(released);
}

TEST(ObjectLockTest, RequestsExcludeEachOther) {
  TestSite site;
  const ManagedObjectPtr vm = site.client->Find(site.vm);
  int inside = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      const ObjectGuard guard = site.client->Fork().Lock(vm);
      ++inside;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(inside, 3);
}

TEST(CustomizationSpecTest, FourAreThereAndOthersCome) {
  TestSite site;
  const Context& client = *site.client;
  EXPECT_EQ(site.Get(singleton::CustomizationSpecManager(), "info").items().size(), 4u);
  const Value item = GetCustomizationSpec(client, "vcsim-linux-static").value();
  EXPECT_EQ(site.Run(CustomizeVmTask(client, site.vm, item["spec"])), "");
  EXPECT_EQ(site.Run(PowerOnVmTask(client, site.vm)), "");
  EXPECT_EQ(site.Get("guest.hostName").text(), "vcsim-1");
  EXPECT_EQ(site.Get("guest.ipAddress").text(), "10.0.0.42");
  EXPECT_EQ(CreateCustomizationSpec(client, item).fault_kind(), "AlreadyExists");
  const Value own = With(item, {{"info", With(item["info"], {{"name", "own"}})}});
  EXPECT_EQ(OverwriteCustomizationSpec(client, own).fault_kind(), "NotFound");
  EXPECT_EQ(GetCustomizationSpec(client, "own").fault_kind(), "NotFound");
  EXPECT_TRUE(CreateCustomizationSpec(client, own).ok());
  EXPECT_TRUE(OverwriteCustomizationSpec(client, own).ok());
  EXPECT_TRUE(DoesCustomizationSpecExist(client, "own").value());
}

TEST(ViewTest, AListViewHoldsWhatItIsGiven) {
  TestSite site;
  const Ref folder = site.Find("Folder", "vm");
  const Ref nothing = {"VirtualMachine", "vm-0"};
  const Ref view = CreateListView(*site.client, {site.vm, nothing, site.vm}).value();
  EXPECT_THAT(site.Get(view, "view").items(), ElementsAre(Value(site.vm)));
  EXPECT_THAT(ModifyListView(*site.client, view, {folder, nothing}, {site.vm}).value().items(),
              ElementsAre(Value(nothing)));
  EXPECT_THAT(site.Get(view, "view").items(), ElementsAre(Value(folder)));
  EXPECT_TRUE(ResetListView(*site.client, view, {site.vm}).ok());
  EXPECT_THAT(site.Get(view, "view").items(), ElementsAre(Value(site.vm)));
  EXPECT_TRUE(DestroyView(*site.client, view).ok());
  EXPECT_EQ(DestroyView(*site.client, view).fault_kind(), "ManagedObjectNotFound");
}

TEST(ViewTest, ViewsBelongToTheirSession) {
  TestSite site;
  const Ref view = CreateListView(*site.client, {}).value();
  EXPECT_EQ(DestroyView(site.simulator.LogIn("other"), view).fault_kind(), "ManagedObjectNotFound");
}

TEST(ViewTest, AContainerViewChecksItsArguments) {
  TestSite site;
  const Ref root = singleton::RootFolder();
  EXPECT_EQ(CreateContainerView(*site.client, {"Folder", "group-0"}, {}, true).fault_kind(),
            "ManagedObjectNotFound");
  EXPECT_EQ(
      CreateContainerView(*site.client, site.vm, {}, true).fault().detail["invalidProperty"].text(),
      "container");
  EXPECT_EQ(CreateContainerView(*site.client, root, {"Toaster"}, true)
                .fault()
                .detail["invalidProperty"]
                .text(),
            "type");
}

TEST(ViewTest, AContainerViewFollowsTheInventory) {
  TestSite site;
  const Ref view =
      CreateContainerView(*site.client, singleton::RootFolder(), {"VirtualMachine"}, true).value();
  EXPECT_THAT(site.Get(view, "view").items(), ElementsAre(Value(site.vm)));
  const Ref pool = site.Find("ResourcePool", "Resources");
  const Result<Value> made =
      Finish(*site.client,
             CreateVmTask(*site.client, site.Find("Folder", "vm"), MakeVmSpec("new"), pool, {}));
  EXPECT_THAT(site.Get(view, "view").items(), ElementsAre(Value(site.vm), made.value()));
  ASSERT_EQ(site.Run(DestroyTask(*site.client, site.vm)), "");
  EXPECT_THAT(site.Get(view, "view").items(), ElementsAre(made.value()));
}

TEST(ViewTest, ContainersAreFoldersPoolsAndHosts) {
  TestSite site;
  const auto content = [&](const Ref& container, bool recursive) {
    return site
        .Get(CreateContainerView(*site.client, container, {"VirtualMachine"}, recursive).value(),
             "view")
        .items();
  };
  EXPECT_THAT(content(site.Find("HostSystem", "DC0_H0"), true), ElementsAre(Value(site.vm)));
  EXPECT_THAT(content(site.Find("ResourcePool", "Resources"), false), ElementsAre(Value(site.vm)));
  EXPECT_THAT(content(site.Find("Folder", "vm"), false), ElementsAre(Value(site.vm)));
  EXPECT_TRUE(content(singleton::RootFolder(), false).empty());
}

}  // namespace
}  // namespace vsphere
