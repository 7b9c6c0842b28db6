// See property_collect.h.
#include "systems/vsphere/property_collect.h"

#include <algorithm>

#include "systems/vsphere/property_path.h"
#include "systems/vsphere/simulator.h"

namespace vsphere {
namespace {

bool IsEmpty(const Value& value) {
  return !value.is_set() || (value.array() != nullptr && value.items().empty());
}

// Collects the properties of one object, each name once.
class ObjectCollector {
 public:
  ObjectCollector(const Context& request, const ManagedObjectReference& self,
                  const Value& properties)
      : request_(request), properties_(properties) {
    content_.obj = self;
  }

  void Add(const PropertySpec& spec) {
    if (spec.all) {
      for (const Field& field : properties_.object()->type->fields) Add(std::string(field.name));
    } else {
      for (const std::string& path : spec.path_set) Add(path);
    }
  }

  ObjectContent Take() { return std::move(content_); }

 private:
  void Add(const std::string& name) {
    if (!names_.insert(name).second) return;
    if (request_.session() == nullptr || !request_.session()->is_active()) {
      content_.missing_set.push_back({name, NotAuthenticated(content_.obj, "System.Read")});
      return;
    }
    const std::optional<PropertyPath> path = ParsePath(name);
    const Lookup found = path ? Resolve(properties_, *path) : Lookup();
    if (found.status == Lookup::Status::kInvalid) {
      content_.missing_set.push_back({name, InvalidProperty(name)});
    } else if (found.status == Lookup::Status::kFound && !IsEmpty(found.value)) {
      content_.prop_set.push_back(
          {name, request_.simulator().design().Collected(found.value), found.declared->type});
    }
  }

  const Context& request_;
  const Value& properties_;
  ObjectContent content_;
  std::set<std::string> names_;
};

// Session managers answer differently to each client.
Value PropertiesFor(const Context& request, const ManagedObjectReference& self, Value properties) {
  if (self != singleton::SessionManager() || request.session() == nullptr) return properties;
  return With(properties,
              {{"sessionList", MakeArray("UserSession", request.simulator().sessions().List())},
               {"currentSession", request.session()->Describe()}});
}

// One call's walk over the objects.
class Walk {
 public:
  Walk(const Context& request, const PropertyFilterSpec& spec) : request_(request), spec_(spec) {}

  Result<Collection> Run() {
    for (const ObjectSpec& object : spec_.object_set) Define(object.select_set);
    for (const ObjectSpec& object : spec_.object_set) {
      if (Result<Value> fault = CheckNames(object.select_set); !fault.ok()) return fault.fault();
    }
    for (const ObjectSpec& object : spec_.object_set) {
      const ManagedObjectPtr found = request_.Find(object.obj);
      if (found != nullptr) {
        Visit(found, object.skip, object.select_set);
      } else if (!spec_.report_missing_objects_in_results) {
        Fault fault = NotFoundFault(object.obj);
        fault.message = "The object has already been deleted or has not been completely created";
        return fault;
      }
    }
    return std::move(collection_);
  }

 private:
  static bool IsTraversal(const SelectionSpec& spec) { return !spec.path.empty(); }

  void Define(const std::vector<SelectionSpec>& specs) {
    for (const SelectionSpec& spec : specs) {
      if (!IsTraversal(spec)) continue;
      if (!spec.name.empty()) named_[spec.name] = &spec;
      Define(spec.select_set);
    }
  }

  Result<Value> CheckNames(const std::vector<SelectionSpec>& specs) {
    for (const SelectionSpec& spec : specs) {
      if (!IsTraversal(spec) && !named_.contains(spec.name)) {
        Fault fault = InvalidArgument("selectSet");
        fault.message = "undefined TraversalSpec name " + spec.name;
        return fault;
      }
      if (Result<Value> fault = CheckNames(spec.select_set); !fault.ok()) return fault;
    }
    return Value();
  }

  void Visit(const ManagedObjectPtr& object, bool skip,
             const std::vector<SelectionSpec>& selections) {
    ObjectGuard guard = request_.simulator().design().LockToCollect(request_, object);
    ObjectVersion now = object->ReadVersion();
    now.properties = PropertiesFor(request_, object->self(), std::move(now.properties));
    if (!skip) Include(object->self(), now);
    if (!request_.simulator().design().KeepsLockToTraverse()) guard.Release();

    // First the references, then, without a lock, what they lead to.
    std::vector<std::pair<const SelectionSpec*, Value>> ways;
    for (const SelectionSpec& selection : selections) {
      const SelectionSpec* traversal =
          IsTraversal(selection) ? &selection : named_.at(selection.name);
      if (!AppliesTo(traversal->type, object->self().type)) continue;
      if (!walked_.emplace(object->self(), traversal).second) continue;
      const std::optional<PropertyPath> path = ParsePath(traversal->path);
      if (!path) continue;
      collection_.passed.insert(object->self());
      ways.emplace_back(traversal, Resolve(now.properties, *path).value);
    }
    std::vector<std::pair<const SelectionSpec*, ManagedObjectReference>> next;
    for (const auto& [traversal, value] : ways) {
      if (value.kind() == Value::Kind::kReference) next.emplace_back(traversal, value.reference());
      for (const Value& item : value.items()) next.emplace_back(traversal, item.reference());
    }
    guard.Release();
    for (const auto& [traversal, ref] : next) {
      if (const ManagedObjectPtr found = request_.Find(ref))
        Visit(found, traversal->skip, traversal->select_set);
    }
  }

  void Include(const ManagedObjectReference& self, const ObjectVersion& now) {
    const bool is_wanted =
        std::any_of(spec_.prop_set.begin(), spec_.prop_set.end(),
                    [&](const PropertySpec& each) { return AppliesTo(each.type, self.type); });
    if (!is_wanted || !collection_.versions.emplace(self, now.version).second) return;
    collection_.objects.push_back(
        CollectProperties(request_, self, now.properties, spec_.prop_set));
  }

  const Context& request_;
  const PropertyFilterSpec& spec_;
  std::map<std::string, const SelectionSpec*> named_;
  std::set<std::pair<ManagedObjectReference, const SelectionSpec*>> walked_;
  Collection collection_;
};

}  // namespace

Result<Collection> Collect(const Context& request, const PropertyFilterSpec& spec) {
  return Walk(request, spec).Run();
}

ObjectContent CollectProperties(const Context& request, const ManagedObjectReference& self,
                                const Value& properties, const std::vector<PropertySpec>& specs) {
  ObjectCollector collector(request, self, properties);
  const bool is_hidden = self == singleton::SessionManager() && request.session() == nullptr;
  for (const PropertySpec& spec : specs) {
    if (!is_hidden && AppliesTo(spec.type, self.type)) collector.Add(spec);
  }
  return collector.Take();
}

bool AppliesTo(const std::string& spec_type, const std::string& object_type) {
  const Type* type = FindType(object_type);
  return type != nullptr && type->IsA(spec_type);
}

}  // namespace vsphere
