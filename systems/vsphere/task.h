// Tasks: operations that take time. A call returns the task at once; the work is done by a thread that has taken over the
// lock of the object from the call, so nobody gets in between.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "systems/vsphere/context.h"
#include "systems/vsphere/fault.h"
#include "systems/vsphere/managed_object.h"

namespace vsphere {

// Does the work, with the entity's lock held by the request; returns TaskInfo.result or the fault.
using TaskBody = std::function<Result<Value>(const Context& request)>;

// Creates a task (queued, then running) and starts it. `method` is "VirtualMachine.powerOn": the task's descriptionId;
// its name is "PowerOn". Returns its reference.
ManagedObjectReference StartTask(const Context& request, const ManagedObjectPtr& entity,
                                 std::string_view method, TaskBody body);

// Waits until the task is over and returns its TaskInfo.
Value WaitForTask(const Context& client, const ManagedObjectReference& task);

// Both, for operations: waits for what was started. The result, or the fault, of the call or of the task.
Result<Value> Finish(const Context& client, const Result<ManagedObjectReference>& started);

}  // namespace vsphere
