// Values, types, paths, writes and their XML: what the object model is made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "systems/vsphere/encode.h"
#include "systems/vsphere/property_path.h"
#include "systems/vsphere/property_write.h"
#include "systems/vsphere/schema.h"
#include "systems/vsphere/value.h"

namespace vsphere {
namespace {

using Status = Lookup::Status;

Value Machine() {
  const Value device = Make("VirtualVmxnet3", {{"key", 4000}, {"macAddress", "00:50:56:aa:bb:cc"}});
  const Value option = Make("OptionValue", {{"key", "guestinfo.x"}, {"value", "1"}});
  return Make(
      "VirtualMachine",
      {{"name", "vm0"},
       {"config",
        Make("VirtualMachineConfigInfo",
             {{"tools", Make("ToolsConfigInfo", {{"pendingCustomization", ""}})},
              {"hardware", Make("VirtualHardware",
                                {{"numCPU", 1}, {"device", MakeArray("VirtualDevice", {device})}})},
              {"extraConfig", MakeArray("OptionValue", {option})}})},
       {"summary",
        Make("VirtualMachineSummary",
             {{"runtime", Make("VirtualMachineRuntimeInfo", {{"powerState", "poweredOff"}})},
              {"guest", Make("VirtualMachineGuestSummary", {{"hostName", "old"}})},
              {"config", Make("VirtualMachineConfigSummary", {{"name", "vm0"}})}})}});
}

Lookup Find(const Value& object, std::string_view path) {
  const std::optional<PropertyPath> parsed = ParsePath(path);
  return parsed ? Resolve(object, *parsed) : Lookup();
}

TEST(SchemaTest, EveryFieldHasATypeThatIsKnown) {
  // What is neither primitive nor in the table has to be an enumeration of this list.
  const std::set<std::string_view> others = {"boolean",
                                             "int",
                                             "long",
                                             "string",
                                             "dateTime",
                                             "anyType",
                                             "ManagedObjectReference",
                                             "ManagedEntityStatus",
                                             "TaskInfoState",
                                             "HostSystemConnectionState",
                                             "HostSystemPowerState",
                                             "VirtualSCSISharing",
                                             "VirtualMachineConnectionState",
                                             "VirtualMachinePowerState",
                                             "VirtualMachineToolsStatus",
                                             "VirtualDeviceConfigSpecOperation",
                                             "VirtualDeviceConfigSpecFileOperation"};
  for (const Type* type : AllTypes()) {
    std::set<std::string_view> names;
    for (const Field& field : type->fields) {
      EXPECT_TRUE(field.data_type != nullptr || others.contains(field.type))
          << type->name << "." << field.name;
      EXPECT_TRUE(names.insert(field.name).second) << type->name << "." << field.name << " twice";
    }
  }
}

TEST(SchemaTest, KnowsBasesAndInheritedFieldsComeFirst) {
  const Type& card = *FindType("VirtualVmxnet3");
  EXPECT_TRUE(card.IsA("VirtualEthernetCard"));
  EXPECT_TRUE(card.IsA("VirtualDevice"));
  EXPECT_FALSE(card.IsA("VirtualDisk"));
  EXPECT_EQ(card.fields.front().name, "key");
  EXPECT_EQ(FindType("NoSuchThing"), nullptr);
}

TEST(PathTest, ParsesFieldsAndKeys) {
  const auto path = ParsePath("config.extraConfig[\"a.b\"].value");
  ASSERT_TRUE(path.has_value());
  ASSERT_EQ(path->size(), 3u);
  EXPECT_EQ((*path)[1].field, "extraConfig");
  EXPECT_EQ((*path)[1].key, "a.b");
  EXPECT_EQ((*path)[2].field, "value");
}

TEST(PathTest, RefusesWhatIsNoPath) {
  for (const char* text : {"", ".", "a..b", "a.", "a[", "a[]", "[1]", "a b", "guest.net#0"}) {
    EXPECT_FALSE(ParsePath(text).has_value()) << text;
  }
}

TEST(PathTest, FindsNestedAndKeyedProperties) {
  const Value vm = Machine();
  EXPECT_EQ(Find(vm, "summary.guest.hostName").value.text(), "old");
  EXPECT_EQ(Find(vm, "config.hardware.device[4000].macAddress").value.text(), "00:50:56:aa:bb:cc");
  EXPECT_EQ(Find(vm, "config.extraConfig[\"guestinfo.x\"].value").value.text(), "1");
}

TEST(PathTest, TellsUnsetFromInvalid) {
  const Value vm = Machine();
  EXPECT_EQ(Find(vm, "guest").status, Status::kUnset);
  EXPECT_EQ(Find(vm, "guest.net").status, Status::kUnset);
  EXPECT_EQ(Find(vm, "guest.nothing").status, Status::kInvalid);
  EXPECT_EQ(Find(vm, "nothing").status, Status::kInvalid);
  EXPECT_EQ(Find(vm, "name.length").status, Status::kInvalid);
  EXPECT_EQ(Find(vm, "config.hardware.device.macAddress").status, Status::kInvalid)
      << "an item needs a key";
  EXPECT_EQ(Find(vm, "name[1]").status, Status::kInvalid) << "what is no array has no items";
  EXPECT_EQ(Find(vm, "config.hardware.device[1].key").status, Status::kUnset);
}

TEST(PathTest, KnowsWhatIsBelowWhat) {
  EXPECT_TRUE(IsBelow("guest.net", "guest"));
  EXPECT_TRUE(IsBelow("config.hardware.device[4000]", "config.hardware.device"));
  EXPECT_TRUE(IsBelow("guest", "guest"));
  EXPECT_FALSE(IsBelow("guestHeartbeatStatus", "guest"));
  EXPECT_FALSE(IsBelow("guest", "guest.net"));
}

TEST(WriteTest, ACopyLeavesTheOldVersionAndSharesTheRest) {
  const Value before = Machine();
  const Value after =
      WriteCopy(before, {.name = "config.hardware.device[4000].macAddress", .value = "new"});
  EXPECT_EQ(Find(before, "config.hardware.device[4000].macAddress").value.text(),
            "00:50:56:aa:bb:cc");
  EXPECT_EQ(Find(after, "config.hardware.device[4000].macAddress").value.text(), "new");
  EXPECT_EQ(before["summary"].object(), after["summary"].object());
  EXPECT_NE(before["config"].object(), after["config"].object());
}

TEST(WriteTest, InPlaceShowsToWhoeverSharesThePart) {
  const Value vm = Machine();
  const Value tools = vm["config"]["tools"];
  WriteInPlace(vm, {.name = "config.tools.pendingCustomization", .value = "uuid"});
  EXPECT_EQ(tools["pendingCustomization"].text(), "uuid");
}

TEST(WriteTest, BothWaysLeadToTheSame) {
  const Change changes[] = {{.name = "guest.hostName", .value = "made on the way"},
                            {.name = "summary.guest.hostName", .value = "new"},
                            {.name = "config.hardware.device#0.addressType", .value = "manual"},
                            {.name = "recentTask",
                             .value = ManagedObjectReference{"Task", "task-1"},
                             .op = Change::Op::kAdd},
                            {.name = "recentTask",
                             .value = ManagedObjectReference{"Task", "task-2"},
                             .op = Change::Op::kAdd},
                            {.name = "recentTask",
                             .value = ManagedObjectReference{"Task", "task-1"},
                             .op = Change::Op::kRemove}};
  const Value in_place = Machine();
  Value copied = Machine();
  for (const Change& change : changes) {
    WriteInPlace(in_place, change);
    copied = WriteCopy(copied, change);
  }
  EXPECT_TRUE(in_place == copied);
  EXPECT_EQ(copied["recentTask"].items().size(), 1u);
}

TEST(WriteTest, UpstreamsCopySharesWhatHangsOnPointers) {
  const Value vm = Machine();
  const Value summary = CopyTopStruct(vm["summary"]);
  EXPECT_NE(summary["runtime"].object(), vm["summary"]["runtime"].object()) << "embedded: copied";
  EXPECT_EQ(summary["guest"].object(), vm["summary"]["guest"].object()) << "optional: a pointer";
  const Value config = CopyTopStruct(vm["config"]);
  EXPECT_EQ(config["tools"].object(), vm["config"]["tools"].object());
  EXPECT_EQ(config["hardware"]["device"].array(), vm["config"]["hardware"]["device"].array());
}

TEST(EncodeTest, ObjectsCarryTheirTypeAndFieldsComeInOrder) {
  EXPECT_EQ(EncodeValue(Make("NetDnsConfigInfo", {{"domainName", "d"},
                                                  {"hostName", "h"},
                                                  {"dhcp", true},
                                                  {"ipAddress", MakeStrings({"1", "2"})}}),
                        "NetDnsConfigInfo"),
            "<val "
            "xsi:type=\"NetDnsConfigInfo\"><dhcp>true</dhcp><hostName>h</hostName><domainName>d</"
            "domainName>"
            "<ipAddress>1</ipAddress><ipAddress>2</ipAddress></val>");
}

TEST(EncodeTest, ArraysArePackedWithTheirItemType) {
  EXPECT_EQ(EncodeValue(MakeReferences({{"HostSystem", "host-1"}}), "ManagedObjectReference"),
            "<val xsi:type=\"ArrayOfManagedObjectReference\">"
            "<ManagedObjectReference type=\"HostSystem\">host-1</ManagedObjectReference></val>");
  EXPECT_EQ(EncodeValue(MakeStrings({"a"}), "string"),
            "<val xsi:type=\"ArrayOfString\"><string>a</string></val>");
  EXPECT_EQ(EncodeValue(MakeArray("VirtualDevice", {Make("VirtualKeyboard", {{"key", 600}})}),
                        "VirtualDevice"),
            "<val xsi:type=\"ArrayOfVirtualDevice\">"
            "<VirtualDevice xsi:type=\"VirtualKeyboard\"><key>600</key></VirtualDevice></val>");
}

TEST(EncodeTest, PrimitivesAndEnumerationsAreTyped) {
  EXPECT_EQ(EncodeValue("x<y", "string"), "<val xsi:type=\"xsd:string\">x&lt;y</val>");
  EXPECT_EQ(EncodeValue("poweredOn", "VirtualMachinePowerState"),
            "<val xsi:type=\"VirtualMachinePowerState\">poweredOn</val>");
  EXPECT_EQ(EncodeValue(int64_t{7}, "long"), "<val xsi:type=\"xsd:long\">7</val>");
  EXPECT_EQ(EncodeValue(true, "boolean"), "<val xsi:type=\"xsd:boolean\">true</val>");
  EXPECT_EQ(EncodeValue(DateTime(std::chrono::milliseconds(1'500)), "dateTime"),
            "<val xsi:type=\"xsd:dateTime\">1970-01-01T00:00:01.500000Z</val>");
  EXPECT_EQ(EncodeValue(ManagedObjectReference{"Folder", "group-d1"}, "ManagedObjectReference"),
            "<val xsi:type=\"ManagedObjectReference\" type=\"Folder\">group-d1</val>");
}

TEST(EncodeTest, AnyTypeFieldsAndFaults) {
  EXPECT_EQ(
      EncodeValue(Make("OptionValue", {{"key", "k"}, {"value", "v"}}), "OptionValue"),
      "<val xsi:type=\"OptionValue\"><key>k</key><value xsi:type=\"xsd:string\">v</value></val>");
  EXPECT_EQ(EncodeFaultDetail(InvalidPowerState("poweredOn", "poweredOff")),
            "<detail><InvalidPowerStateFault xmlns=\"urn:vim25\" xsi:type=\"InvalidPowerState\">"
            "<requestedState>poweredOn</requestedState><existingState>poweredOff</existingState>"
            "</InvalidPowerStateFault></detail>");
}

}  // namespace
}  // namespace vsphere
