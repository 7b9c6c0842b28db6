// What a client asks a property collector for, and collecting it: which objects (found by traversal), which of their
// properties.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "systems/vsphere/context.h"
#include "systems/vsphere/fault.h"
#include "systems/vsphere/managed_object.h"
#include "systems/vsphere/schema.h"
#include "systems/vsphere/value.h"

namespace vsphere {

// Properties of objects of a type; a base type (ManagedEntity) stands for all that derive from it.
struct PropertySpec {
  std::string type;
  bool all = false;
  std::vector<std::string> path_set;
};

// A TraversalSpec; or, with nothing but a name, a reference to one.
struct SelectionSpec {
  std::string name;
  std::string type;
  std::string path;   // a property that holds references
  bool skip = false;  // what it leads to is not in the result itself
  std::vector<SelectionSpec> select_set;
};

struct ObjectSpec {
  ManagedObjectReference obj;
  bool skip = false;
  std::vector<SelectionSpec> select_set;
};

struct PropertyFilterSpec {
  std::vector<PropertySpec> prop_set;
  std::vector<ObjectSpec> object_set;
  bool report_missing_objects_in_results = false;
};

struct DynamicProperty {
  std::string name;
  Value val;
  std::string_view declared_type;  // of the value, or of its items
};

struct MissingProperty {
  std::string path;
  Fault fault;
};

struct ObjectContent {
  ManagedObjectReference obj;
  std::vector<DynamicProperty> prop_set;
  std::vector<MissingProperty> missing_set;
};

// What a traversal found, in its order.
struct Collection {
  std::vector<ObjectContent> objects;
  std::map<ManagedObjectReference, uint64_t> versions;  // of the objects
  std::set<ManagedObjectReference> passed;              // objects whose references were followed
};

// Faults: ManagedObjectNotFound of an object of the spec, unless missing ones are to be reported; InvalidArgument for the
// name of a traversal that is not defined.
Result<Collection> Collect(const Context& request, const PropertyFilterSpec& spec);

// The properties that the specs ask for, of one object as it is in `properties`.
ObjectContent CollectProperties(const Context& request, const ManagedObjectReference& self,
                                const Value& properties, const std::vector<PropertySpec>& specs);

// Whether a spec of that type applies to an object of this one.
[[nodiscard]] bool AppliesTo(const std::string& spec_type, const std::string& object_type);

}  // namespace vsphere
