// Views: lists of objects that a client keeps at the server, as a place for its filters to begin. A list view holds what the
// client puts into it; a container view whatever is below a container, as objects come and go. They belong to the session.
#pragma once

#include <string>
#include <vector>

#include "systems/vsphere/context.h"
#include "systems/vsphere/fault.h"
#include "systems/vsphere/value.h"

namespace vsphere {

// The result is the view. References to nothing are left out.
Result<ManagedObjectReference> CreateListView(const Context& client,
                                              const std::vector<ManagedObjectReference>& objects);

// Returns (as a value) the references that lead to nothing.
Result<Value> ModifyListView(const Context& client, const ManagedObjectReference& view,
                             const std::vector<ManagedObjectReference>& add,
                             const std::vector<ManagedObjectReference>& remove);
Result<Value> ResetListView(const Context& client, const ManagedObjectReference& view,
                            const std::vector<ManagedObjectReference>& objects);

// The objects of these types (base types will do; none: all) in a folder, datacenter or compute resource: its children, or
// all that is below. Of a resource pool or host: its machines. Faults: ManagedObjectNotFound of the container;
// InvalidArgument "container" if it is none, "type" if a type is not known.
Result<ManagedObjectReference> CreateContainerView(const Context& client,
                                                   const ManagedObjectReference& container,
                                                   const std::vector<std::string>& types,
                                                   bool recursive);

Result<Value> DestroyView(const Context& client, const ManagedObjectReference& view);

}  // namespace vsphere
