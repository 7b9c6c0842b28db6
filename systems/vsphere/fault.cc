// See fault.h.
#include "systems/vsphere/fault.h"

namespace vsphere {

Fault MakeFault(std::string_view kind, const Fields& fields, std::string message) {
  if (message.empty()) message = kind;
  return {Make(kind, fields), std::move(message)};
}

Fault NotFoundFault(const ManagedObjectReference& object) {
  return MakeFault("ManagedObjectNotFound", {{"obj", object}},
                   "managed object not found: " + object.type + ":" + object.value);
}

Fault InvalidArgument(std::string_view property) {
  return MakeFault("InvalidArgument", {{"invalidProperty", property}},
                   "A specified parameter was not correct: " + std::string(property));
}

Fault InvalidProperty(std::string_view name) {
  return MakeFault("InvalidProperty", {{"name", name}});
}

Fault NotAuthenticated(const ManagedObjectReference& object, std::string_view privilege) {
  return MakeFault("NotAuthenticated", {{"object", object}, {"privilegeId", privilege}},
                   "The session is not authenticated.");
}

Fault InvalidPowerState(std::string_view requested, std::string_view existing) {
  return MakeFault("InvalidPowerState",
                   {{"requestedState", requested}, {"existingState", existing}});
}

}  // namespace vsphere
