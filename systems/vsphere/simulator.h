// The simulator: everything that lives as long as it does. Clients talk to it through a Context and the operations in
// inventory_ops.h, virtual_machine.h, property_collector.h and their like. Two simulators in one process share nothing.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "systems/base/clock.h"
#include "systems/base/variant.h"
#include "systems/vsphere/context.h"
#include "systems/vsphere/design.h"
#include "systems/vsphere/event_manager.h"
#include "systems/vsphere/fault.h"
#include "systems/vsphere/object_registry.h"
#include "systems/vsphere/session_manager.h"
#include "systems/vsphere/task_runner.h"

namespace vsphere {

struct SimulatorOptions {
  systems::Variant variant = systems::Variant::kFixed;
  Upstream upstream = Upstream::k042;  // of the variant as-reported
  const systems::Clock* clock = &systems::Clock::System();
  Credentials credentials = {};
};

// The objects that every client knows by name.
namespace singleton {
[[nodiscard]] ManagedObjectReference ServiceInstance();
[[nodiscard]] ManagedObjectReference RootFolder();
[[nodiscard]] ManagedObjectReference PropertyCollector();
[[nodiscard]] ManagedObjectReference ViewManager();
[[nodiscard]] ManagedObjectReference SessionManager();
[[nodiscard]] ManagedObjectReference TaskManager();
[[nodiscard]] ManagedObjectReference EventManager();
[[nodiscard]] ManagedObjectReference CustomizationSpecManager();
}  // namespace singleton

// Thread-safe. The destructor waits for all tasks; no client may be in a call.
class Simulator {
 public:
  explicit Simulator(SimulatorOptions options = {});
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;
  ~Simulator();

  [[nodiscard]] const Design& design() const { return *design_; }
  [[nodiscard]] ObjectRegistry& registry() { return registry_; }
  [[nodiscard]] SessionManager& sessions() { return sessions_; }
  [[nodiscard]] EventManager& events() { return events_; }
  [[nodiscard]] TaskRunner& tasks() { return tasks_; }
  [[nodiscard]] DateTime Now() const { return clock_.Now(); }

  // A client that has not logged in.
  [[nodiscard]] Context Anonymous() { return Context(*this, nullptr); }
  // A client that has, as this user.
  [[nodiscard]] Context LogIn(const std::string& user = "user");

  // Numbers that are given once, from 1.
  [[nodiscard]] RequestId NewRequest() { return RequestId{++requests_}; }
  [[nodiscard]] int NewNumber() { return ++numbers_; }
  [[nodiscard]] int NewHostNameNumber() { return ++host_name_numbers_; }
  // The same sequence in every run, so that runs can be compared.
  [[nodiscard]] std::string NewUuid();

  // Adds an object with a new name, or with a given one.
  ManagedObjectPtr Add(std::string_view type, const Fields& properties);
  ManagedObjectPtr Add(const ManagedObjectReference& self, const Fields& properties);

 private:
  const std::unique_ptr<const Design> design_;
  const systems::Clock& clock_;
  std::atomic<uint64_t> requests_{0};
  std::atomic<int> numbers_{0};
  std::atomic<int> host_name_numbers_{0};
  std::atomic<uint64_t> uuids_{0};
  ObjectRegistry registry_;
  SessionManager sessions_;
  EventManager events_;
  TaskRunner tasks_;  // last: its threads use the others
};

// AboutInfo of the VPX model.
[[nodiscard]] Value About(Simulator& simulator);

// RetrieveServiceContent: needs no session.
[[nodiscard]] Value RetrieveServiceContent(Simulator& simulator);

// Runs `handler` as one request of the client on the object `self`, with the object's lock held. Faults: NotAuthenticated,
// ManagedObjectNotFound, MethodDisabled. The handler gets the request's context and the object.
template <typename Handler>
auto Call(const Context& client, const ManagedObjectReference& self, std::string_view method,
          Handler&& handler) -> decltype(handler(client, ManagedObjectPtr()));

// What Call refuses, or an unset value.
[[nodiscard]] Result<ManagedObjectPtr> Admit(const Context& client,
                                             const ManagedObjectReference& self,
                                             std::string_view method);

template <typename Handler>
auto Call(const Context& client, const ManagedObjectReference& self, std::string_view method,
          Handler&& handler) -> decltype(handler(client, ManagedObjectPtr())) {
  const Context request = client.Fork();
  const Result<ManagedObjectPtr> object = Admit(request, self, method);
  if (!object.ok()) return object.fault();
  const ObjectGuard guard = request.Lock(object.value());
  // It may have been destroyed while we waited.
  if (request.Find(self) == nullptr) return NotFoundFault(self);
  return handler(request, object.value());
}

}  // namespace vsphere
