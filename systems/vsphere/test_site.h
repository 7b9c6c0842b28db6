// What the unit tests share: a simulator with its inventory, and a client.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "systems/vsphere/inventory.h"
#include "systems/vsphere/property_collector.h"
#include "systems/vsphere/simulator.h"
#include "systems/vsphere/task.h"
#include "systems/vsphere/virtual_machine.h"

namespace vsphere {

struct TestSite {
  explicit TestSite(systems::Variant variant = systems::Variant::kFixed,
                    const Model& model = SmallModel(), Credentials credentials = {})
      : simulator({.variant = variant, .clock = &clock, .credentials = std::move(credentials)}) {
    Populate(simulator, model);
    client = std::make_unique<Context>(simulator.LogIn());
    vm = Find("VirtualMachine", "DC0_H0_VM0");
  }

  [[nodiscard]] Ref Find(std::string_view type, std::string_view name) {
    const ManagedObjectPtr found = FindByName(simulator, type, name);
    return found == nullptr ? Ref() : found->self();
  }
  [[nodiscard]] Value Get(const Ref& object, std::string_view path) {
    const ManagedObjectPtr found = client->Find(object);
    return found == nullptr ? Value() : found->Get(path);
  }
  [[nodiscard]] Value Get(std::string_view path) { return Get(vm, path); }
  // "" if the task succeeds, else the kind of the fault.
  std::string Run(const Result<Ref>& started) {
    return std::string(Finish(*client, started).fault_kind());
  }

  [[nodiscard]] std::shared_ptr<PropertyCollector> Collector() {
    return FindPropertyCollector(*client, singleton::PropertyCollector()).value();
  }
  [[nodiscard]] std::vector<std::string> EventTypes(const Ref& about) {
    std::vector<std::string> types;
    for (const Value& event : simulator.events().Query(*client, {.entity = about})) {
      types.emplace_back(event.type_name());
    }
    return types;
  }

  systems::ManualClock clock;
  Simulator simulator;
  std::unique_ptr<Context> client;
  Ref vm;
};

}  // namespace vsphere
