// Snapshots of virtual machines (virtual_machine.h): a tree of names in the machine's property `snapshot`, and a managed
// object with the configuration of that time for each.
#include <functional>

#include "systems/vsphere/inventory.h"
#include "systems/vsphere/simulator.h"
#include "systems/vsphere/task.h"
#include "systems/vsphere/virtual_machine.h"

namespace vsphere {
namespace {

constexpr std::string_view kTree = "VirtualMachineSnapshotTree";

void Collect(const std::vector<Value>& trees, std::vector<Ref>& refs) {
  for (const Value& tree : trees) {
    refs.push_back(tree["snapshot"].reference());
    Collect(tree["childSnapshotList"].items(), refs);
  }
}

// The same forest with each node replaced by what `change` makes of it, children first. Several nodes or none may come.
using NodeChange = std::function<std::vector<Value>(const Value& node)>;
std::vector<Value> Rebuilt(const std::vector<Value>& trees, const NodeChange& change) {
  std::vector<Value> result;
  for (const Value& tree : trees) {
    const Value children = MakeArray(kTree, Rebuilt(tree["childSnapshotList"].items(), change));
    for (Value& node : change(With(tree, {{"childSnapshotList", children}})))
      result.push_back(std::move(node));
  }
  return result;
}

void SetForest(const Context& request, const ManagedObjectPtr& vm, std::vector<Value> forest,
               const Value& current) {
  std::vector<Ref> roots;
  for (const Value& tree : forest) roots.push_back(tree["snapshot"].reference());
  const Value info = forest.empty()
                         ? Value()
                         : Make("VirtualMachineSnapshotInfo",
                                {{"currentSnapshot", current},
                                 {"rootSnapshotList", MakeArray(kTree, std::move(forest))}});
  const Change changes[] = {
      {.name = "snapshot", .value = info},
      {.name = "rootSnapshot", .value = roots.empty() ? Value() : MakeReferences(roots)}};
  request.simulator().registry().Update(request, vm, changes);
}

Result<Value> Create(const Context& request, const ManagedObjectPtr& vm, const std::string& name,
                     const std::string& description) {
  Simulator& simulator = request.simulator();
  const Value info = vm->Get("snapshot");
  const Value current = info["currentSnapshot"];
  const ManagedObjectPtr snapshot = simulator.Add(
      "VirtualMachineSnapshot", {{"config", DeepCopy(vm->Get("config"))}, {"vm", vm->self()}});
  const Value node = Make(kTree, {{"snapshot", snapshot->self()},
                                  {"vm", vm->self()},
                                  {"name", name},
                                  {"description", description},
                                  {"id", simulator.NewNumber()},
                                  {"createTime", simulator.Now()},
                                  {"state", vm->Get("runtime.powerState")},
                                  {"quiesced", false},
                                  {"childSnapshotList", MakeArray(kTree)}});
  std::vector<Value> forest =
      Rebuilt(info["rootSnapshotList"].items(), [&](const Value& each) -> std::vector<Value> {
        if (each["snapshot"] != current) return {each};
        std::vector<Value> children = each["childSnapshotList"].items();
        children.push_back(node);
        return {With(each, {{"childSnapshotList", MakeArray(kTree, std::move(children))}})};
      });
  if (!current.is_set()) forest.push_back(node);
  SetForest(request, vm, std::move(forest), snapshot->self());
  return Value(snapshot->self());
}

Result<Value> RevertTo(const Context& request, const ManagedObjectPtr& vm,
                       const ManagedObjectPtr& snapshot) {
  std::string state = "poweredOff";
  const Value info = vm->Get("snapshot");
  (void)Rebuilt(info["rootSnapshotList"].items(), [&](const Value& node) -> std::vector<Value> {
    if (node["snapshot"].reference() == snapshot->self()) state = node["state"].text();
    return {node};
  });
  const Change changes[] = {{.name = "config", .value = DeepCopy(snapshot->Get("config"))},
                            {.name = "runtime.powerState", .value = state},
                            {.name = "summary.runtime.powerState", .value = state},
                            {.name = "snapshot.currentSnapshot", .value = snapshot->self()}};
  request.simulator().registry().Update(request, vm, changes);
  return Value();
}

Result<Value> RevertToCurrent(const Context& request, const ManagedObjectPtr& vm) {
  const ManagedObjectPtr snapshot = request.Find(vm->Get("snapshot.currentSnapshot").reference());
  if (snapshot == nullptr) return MakeFault("NotFound");
  return RevertTo(request, vm, snapshot);
}

Result<Value> RemoveAll(const Context& request, const ManagedObjectPtr& vm) {
  const std::vector<Ref> snapshots = SnapshotsOf(vm->Read());
  SetForest(request, vm, {}, Value());
  for (const Ref& snapshot : snapshots) request.simulator().registry().Remove(snapshot);
  return Value();
}

Result<Value> Remove(const Context& request, const ManagedObjectPtr& vm, const Ref& snapshot,
                     bool remove_children) {
  const Value info = vm->Get("snapshot");
  std::vector<Ref> gone = {snapshot};
  Value parent;
  std::vector<Value> forest =
      Rebuilt(info["rootSnapshotList"].items(), [&](const Value& node) -> std::vector<Value> {
        const std::vector<Value>& children = node["childSnapshotList"].items();
        if (node["snapshot"].reference() != snapshot) return {node};
        if (!remove_children) return children;
        Collect(children, gone);
        return {};
      });
  // The current snapshot moves to the parent of what was removed.
  const std::function<void(const std::vector<Value>&, const Value&)> find =
      [&](const std::vector<Value>& trees, const Value& above) {
        for (const Value& tree : trees) {
          if (tree["snapshot"].reference() == snapshot) parent = above;
          find(tree["childSnapshotList"].items(), tree["snapshot"]);
        }
      };
  find(info["rootSnapshotList"].items(), Value());
  Value current = info["currentSnapshot"];
  for (const Ref& each : gone) {
    if (current.reference() == each) current = parent;
  }
  SetForest(request, vm, std::move(forest), current);
  for (const Ref& each : gone) request.simulator().registry().Remove(each);
  return Value();
}

// A task of the machine that a snapshot belongs to.
template <typename Work>
Result<Ref> StartOnSnapshot(const Context& client, const Ref& snapshot, std::string_view method,
                            Work work) {
  const Context request = client.Fork();
  const Result<ManagedObjectPtr> self = Admit(request, snapshot, method);
  if (!self.ok()) return self.fault();
  return Call(client, self.value()->Get("vm").reference(), method,
              [&](const Context& vm_request, const ManagedObjectPtr& vm) -> Result<Ref> {
                return StartTask(
                    vm_request, vm, std::string("VirtualMachineSnapshot.") + std::string(method),
                    [vm, snapshot = self.value(), work](const Context& task) -> Result<Value> {
                      if (task.Find(snapshot->self()) == nullptr)
                        return NotFoundFault(snapshot->self());
                      return work(task, vm, snapshot);
                    });
              });
}

}  // namespace

std::vector<Ref> SnapshotsOf(const Value& vm) {
  std::vector<Ref> refs;
  Collect(vm["snapshot"]["rootSnapshotList"].items(), refs);
  return refs;
}

Result<Ref> CreateSnapshotTask(const Context& client, const Ref& vm, const std::string& name,
                               const std::string& description) {
  return Call(client, vm, "CreateSnapshot_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(request, self, "VirtualMachine.createSnapshot",
                                 [self, name, description](const Context& task) {
                                   return Create(task, self, name, description);
                                 });
              });
}

Result<Ref> RevertToCurrentSnapshotTask(const Context& client, const Ref& vm) {
  return Call(client, vm, "RevertToCurrentSnapshot_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(
                    request, self, "VirtualMachine.revertToCurrentSnapshot",
                    [self](const Context& task) { return RevertToCurrent(task, self); });
              });
}

Result<Ref> RemoveAllSnapshotsTask(const Context& client, const Ref& vm) {
  return Call(client, vm, "RemoveAllSnapshots_Task",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Ref> {
                return StartTask(request, self, "VirtualMachine.removeAllSnapshots",
                                 [self](const Context& task) { return RemoveAll(task, self); });
              });
}

Result<Ref> RevertToSnapshotTask(const Context& client, const Ref& snapshot) {
  return StartOnSnapshot(client, snapshot, "revert", RevertTo);
}

Result<Ref> RemoveSnapshotTask(const Context& client, const Ref& snapshot, bool remove_children) {
  return StartOnSnapshot(client, snapshot, "remove",
                         [remove_children](const Context& task, const ManagedObjectPtr& vm,
                                           const ManagedObjectPtr& self) {
                           return Remove(task, vm, self->self(), remove_children);
                         });
}

}  // namespace vsphere
