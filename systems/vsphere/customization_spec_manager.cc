// See customization_spec_manager.h. The items are the manager's hidden value; clients see their `info`.
#include "systems/vsphere/customization_spec_manager.h"

#include <algorithm>

#include "systems/vsphere/simulator.h"
#include "systems/vsphere/vm_customize.h"

namespace vsphere {
namespace {

auto FindItem(const std::vector<Value>& items, const std::string& name) {
  return std::find_if(items.begin(), items.end(),
                      [&](const Value& item) { return item["info"]["name"].text() == name; });
}

// REQUIRES: the request owns the manager's lock.
void SetItems(const Context& request, const ManagedObjectPtr& self, std::vector<Value> items) {
  std::vector<Value> infos;
  for (const Value& item : items) infos.push_back(item["info"]);
  self->hidden = MakeArray("CustomizationSpecItem", std::move(items));
  const Change change = {.name = "info",
                         .value = MakeArray("CustomizationSpecInfo", std::move(infos))};
  request.simulator().registry().Update(request, self, {&change, 1});
}

template <typename Handler>
auto CallManager(const Context& client, std::string_view method, Handler&& handler) {
  return Call(client, singleton::CustomizationSpecManager(), method,
              std::forward<Handler>(handler));
}

Value Item(const std::string& name, const std::string& type, const Value& identity,
           const std::string& address) {
  const Value spec =
      With(MakeLinuxCustomization(Make("CustomizationUnknownName"), {{.ip_address = address}}),
           {{"identity", identity}});
  const Value info =
      Make("CustomizationSpecInfo",
           {{"name", name}, {"description", ""}, {"type", type}, {"changeVersion", "1"}});
  return Make("CustomizationSpecItem", {{"info", info}, {"spec", spec}});
}

Value Linux(Value host_name) {
  return Make("CustomizationLinuxPrep",
              {{"hostName", std::move(host_name)}, {"domain", "eng.example"}});
}

Value Windows(Value computer_name) {
  return Make(
      "CustomizationSysprep",
      {{"userData", Make("CustomizationUserData", {{"fullName", "vcsim"},
                                                   {"orgName", "example"},
                                                   {"computerName", std::move(computer_name)},
                                                   {"productId", ""}})}});
}

}  // namespace

Result<bool> DoesCustomizationSpecExist(const Context& client, const std::string& name) {
  return CallManager(client, "DoesCustomizationSpecExist",
                     [&](const Context& /*request*/, const ManagedObjectPtr& self) -> Result<bool> {
                       const std::vector<Value>& items = self->hidden.items();
                       return FindItem(items, name) != items.end();
                     });
}

Result<Value> GetCustomizationSpec(const Context& client, const std::string& name) {
  return CallManager(
      client, "GetCustomizationSpec",
      [&](const Context& /*request*/, const ManagedObjectPtr& self) -> Result<Value> {
        const std::vector<Value>& items = self->hidden.items();
        const auto found = FindItem(items, name);
        if (found == items.end()) return MakeFault("NotFound");
        return *found;
      });
}

Result<Value> CreateCustomizationSpec(const Context& client, const Value& item) {
  return CallManager(client, "CreateCustomizationSpec",
                     [&](const Context& request, const ManagedObjectPtr& self) -> Result<Value> {
                       std::vector<Value> items = self->hidden.items();
                       const std::string& name = item["info"]["name"].text();
                       if (FindItem(items, name) != items.end())
                         return MakeFault("AlreadyExists", {{"name", name}});
                       items.push_back(item);
                       SetItems(request, self, std::move(items));
                       return Value();
                     });
}

Result<Value> OverwriteCustomizationSpec(const Context& client, const Value& item) {
  return CallManager(client, "OverwriteCustomizationSpec",
                     [&](const Context& request, const ManagedObjectPtr& self) -> Result<Value> {
                       std::vector<Value> items = self->hidden.items();
                       const auto found = FindItem(items, item["info"]["name"].text());
                       if (found == items.end()) return MakeFault("NotFound");
                       items[static_cast<size_t>(found - items.begin())] = item;
                       SetItems(request, self, std::move(items));
                       return Value();
                     });
}

void AddBuiltInCustomizationSpecs(Simulator& simulator) {
  const Context request = simulator.Anonymous();
  const Value windows = Windows(Make("CustomizationFixedName", {{"name", "windoze"}}));
  SetItems(request, request.Find(singleton::CustomizationSpecManager()),
           {Item("vcsim-linux", "Linux", Linux(Make("CustomizationVirtualMachineName")), ""),
            Item("vcsim-linux-static", "Linux",
                 Linux(Make("CustomizationPrefixName", {{"base", "vcsim"}})), "10.0.0.42"),
            Item("vcsim-windows-static", "Windows", windows, "10.0.0.33"),
            Item("vcsim-windows-domain", "Windows", windows, "")});
}

}  // namespace vsphere
