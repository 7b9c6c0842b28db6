// See task.h.
#include "systems/vsphere/task.h"

#include <cctype>

#include "systems/vsphere/simulator.h"

namespace vsphere {
namespace {

constexpr size_t kRecentMax = 200;

std::string NameOf(std::string_view method) {
  std::string name(method.substr(method.find('.') + 1));
  name[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[0])));
  return name;
}

void AddRecent(const Context& request, const ManagedObjectPtr& object,
               const ManagedObjectReference& task) {
  const ObjectGuard guard = request.Lock(object);
  std::vector<Value> recent = object->Get("recentTask").items();
  if (recent.size() == kRecentMax) recent.erase(recent.begin());
  recent.emplace_back(task);
  const Change change = {.name = "recentTask",
                         .value = MakeArray("ManagedObjectReference", std::move(recent))};
  request.simulator().registry().Update(request, object, {&change, 1});
}

ManagedObjectPtr CreateTask(const Context& request, const ManagedObjectPtr& entity,
                            std::string_view method) {
  Simulator& simulator = request.simulator();
  const ManagedObjectReference self = simulator.registry().NewReference("Task");
  const std::string user = request.session() == nullptr ? "" : request.session()->user();
  ManagedObjectPtr task = simulator.Add(
      self, {{"info", Make("TaskInfo", {{"key", self.value},
                                        {"task", self},
                                        {"name", NameOf(method)},
                                        {"descriptionId", method},
                                        {"entity", entity->self()},
                                        {"entityName", entity->self().value},
                                        {"state", "queued"},
                                        {"cancelled", false},
                                        {"cancelable", false},
                                        {"reason", Make("TaskReasonUser", {{"userName", user}})},
                                        {"queueTime", simulator.Now()},
                                        {"eventChainId", simulator.NewNumber()}})}});
  AddRecent(request, simulator.registry().Find(singleton::TaskManager()), self);
  AddRecent(request, entity, self);
  return task;
}

void Complete(const Context& request, const ManagedObjectPtr& task, const Result<Value>& outcome) {
  Simulator& simulator = request.simulator();
  std::vector<Change> changes = {{.name = "info.completeTime", .value = simulator.Now()}};
  if (outcome.ok()) {
    changes.push_back({.name = "info.state", .value = "success"});
    changes.push_back({.name = "info.result", .value = outcome.value()});
  } else {
    const Fault& fault = outcome.fault();
    changes.push_back({.name = "info.state", .value = "error"});
    changes.push_back(
        {.name = "info.error",
         .value = Make("LocalizedMethodFault",
                       {{"fault", fault.detail}, {"localizedMessage", fault.message}})});
  }
  simulator.registry().AtomicUpdate(request, task, changes);
}

}  // namespace

ManagedObjectReference StartTask(const Context& request, const ManagedObjectPtr& entity,
                                 std::string_view method, TaskBody body) {
  Simulator& simulator = request.simulator();
  const ManagedObjectPtr task = CreateTask(request, entity, method);
  const Change running[] = {{.name = "info.startTime", .value = simulator.Now()},
                            {.name = "info.state", .value = "running"}};
  simulator.registry().AtomicUpdate(request, task, running);
  simulator.tasks().Start(task->self().value, [request, task, body = std::move(body),
                                               guard = request.Lock(entity)]() mutable {
    const Result<Value> outcome = body(request);
    guard.Release();
    Complete(request, task, outcome);
  });
  return task->self();
}

Value WaitForTask(const Context& client, const ManagedObjectReference& task) {
  client.simulator().tasks().Wait(task.value);
  const ManagedObjectPtr object = client.Find(task);
  return object == nullptr ? Value() : object->Get("info");
}

Result<Value> Finish(const Context& client, const Result<ManagedObjectReference>& started) {
  if (!started.ok()) return started.fault();
  const Value info = WaitForTask(client, started.value());
  if (info["state"].text() == "success") return info["result"];
  return Fault{info["error"]["fault"], info["error"]["localizedMessage"].text()};
}

}  // namespace vsphere
