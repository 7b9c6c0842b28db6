// See simulator.h.
#include "systems/vsphere/simulator.h"

#include <cstdio>

namespace vsphere {

namespace singleton {
ManagedObjectReference ServiceInstance() { return {"ServiceInstance", "ServiceInstance"}; }
ManagedObjectReference RootFolder() { return {"Folder", "group-d1"}; }
ManagedObjectReference PropertyCollector() { return {"PropertyCollector", "propertyCollector"}; }
ManagedObjectReference ViewManager() { return {"ViewManager", "ViewManager"}; }
ManagedObjectReference SessionManager() { return {"SessionManager", "SessionManager"}; }
ManagedObjectReference TaskManager() { return {"TaskManager", "TaskManager"}; }
ManagedObjectReference EventManager() { return {"EventManager", "EventManager"}; }
ManagedObjectReference CustomizationSpecManager() {
  return {"CustomizationSpecManager", "CustomizationSpecManager"};
}
}  // namespace singleton

Context::Context(Simulator& simulator, std::shared_ptr<Session> session)
    : simulator_(&simulator), session_(std::move(session)), id_(simulator.NewRequest()) {}

ManagedObjectPtr Context::Find(const ManagedObjectReference& ref) const {
  if (session_ != nullptr) {
    if (ManagedObjectPtr found = session_->Find(ref)) return found;
  }
  return simulator_->registry().Find(ref);
}

ObjectGuard Context::Lock(const ManagedObjectPtr& object) const {
  if (object == nullptr) return {};
  return {std::shared_ptr<ObjectLock>(object, &object->lock()), id_};
}

Simulator::Simulator(SimulatorOptions options)
    : design_(MakeDesign(options.variant, options.upstream)),
      clock_(*options.clock),
      registry_(*design_),
      sessions_(*this, std::move(options.credentials)) {
  Add(singleton::ServiceInstance(),
      {{"serverClock", Now()}, {"content", RetrieveServiceContent(*this)}});
  Add(singleton::RootFolder(), {{"name", "Datacenters"},
                                {"overallStatus", "green"},
                                {"configStatus", "green"},
                                {"effectiveRole", MakeArray("int", {-1})},
                                {"childType", MakeStrings({"Folder", "Datacenter"})}});
  Add(singleton::PropertyCollector(), {});
  Add(singleton::ViewManager(), {});
  Add(singleton::SessionManager(), {});
  Add(singleton::TaskManager(), {{"maxCollector", 32}});
  Add(singleton::EventManager(), {{"maxCollector", 32}});
  Add(singleton::CustomizationSpecManager(), {});
}

Simulator::~Simulator() { tasks_.JoinAll(); }

Context Simulator::LogIn(const std::string& user) {
  const Context anonymous = Anonymous();
  const Result<std::shared_ptr<Session>> session = sessions_.Login(anonymous, user, "pass");
  return Context(*this, session.ok() ? session.value() : nullptr);
}

std::string Simulator::NewUuid() {
  // The finaliser of splitmix64, twice: scattered, and never the same number twice.
  const auto scatter = [](uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  };
  const uint64_t number = ++uuids_;
  const uint64_t high = scatter(number * 0x9e3779b97f4a7c15);
  const uint64_t low = scatter(high + number);
  std::array<char, 37> text;
  std::snprintf(text.data(), text.size(), "%08x-%04x-5%03x-%04x-%012llx",
                static_cast<unsigned>(high >> 32), static_cast<unsigned>(high >> 16 & 0xffff),
                static_cast<unsigned>(high & 0xfff), static_cast<unsigned>(0x8000 | (low >> 50)),
                static_cast<unsigned long long>(low & 0xffffffffffff));
  return text.data();
}

ManagedObjectPtr Simulator::Add(std::string_view type, const Fields& properties) {
  return Add(registry_.NewReference(type), properties);
}

ManagedObjectPtr Simulator::Add(const ManagedObjectReference& self, const Fields& properties) {
  auto object = std::make_shared<ManagedObject>(*design_, self, Make(self.type, properties));
  registry_.Put(object);
  return object;
}

Value About(Simulator& simulator) {
  return Make("AboutInfo", {{"name", "VMware vCenter Server"},
                            {"fullName", "VMware vCenter Server 6.5.0 build-5973321"},
                            {"vendor", "VMware, Inc."},
                            {"version", "6.5.0"},
                            {"build", "5973321"},
                            {"localeVersion", "INTL"},
                            {"localeBuild", "000"},
                            {"osType", "linux-x64"},
                            {"productLineId", "vpx"},
                            {"apiType", "VirtualCenter"},
                            {"apiVersion", "6.5"},
                            {"instanceUuid", simulator.NewUuid()},
                            {"licenseProductName", "VMware VirtualCenter Server"},
                            {"licenseProductVersion", "6.0"}});
}

Value RetrieveServiceContent(Simulator& simulator) {
  if (const ManagedObjectPtr self = simulator.registry().Find(singleton::ServiceInstance())) {
    return self->Get("content");
  }
  return Make("ServiceContent",
              {{"rootFolder", singleton::RootFolder()},
               {"propertyCollector", singleton::PropertyCollector()},
               {"viewManager", singleton::ViewManager()},
               {"about", About(simulator)},
               {"sessionManager", singleton::SessionManager()},
               {"customizationSpecManager", singleton::CustomizationSpecManager()},
               {"eventManager", singleton::EventManager()},
               {"taskManager", singleton::TaskManager()}});
}

Result<ManagedObjectPtr> Admit(const Context& client, const ManagedObjectReference& self,
                               std::string_view method) {
  if (client.session() == nullptr || !client.session()->is_active()) {
    return NotAuthenticated(self, "System.View");
  }
  client.simulator().sessions().Touch(*client.session());
  ManagedObjectPtr object = client.Find(self);
  if (object == nullptr) return NotFoundFault(self);
  for (const Value& disabled : object->Get("disabledMethod").items()) {
    if (disabled.text() == method) return MakeFault("MethodDisabled");
  }
  return object;
}

}  // namespace vsphere
