// See view.h.
#include "systems/vsphere/view.h"

#include <algorithm>
#include <memory>

#include "systems/vsphere/schema.h"
#include "systems/vsphere/simulator.h"

namespace vsphere {
namespace {

using Ref = ManagedObjectReference;

ManagedObjectPtr AddView(const Context& request, std::string_view type, const Fields& properties) {
  Simulator& simulator = request.simulator();
  const Ref self = {std::string(type),
                    "session[" + request.session()->key() + "]" + simulator.NewUuid()};
  auto view = std::make_shared<ManagedObject>(simulator.design(), self, Make(type, properties));
  request.session()->Put(view);
  return view;
}

void SetView(const Context& request, const ManagedObjectPtr& view, std::vector<Value> refs) {
  const Change change = {.name = "view",
                         .value = MakeArray("ManagedObjectReference", std::move(refs))};
  request.simulator().registry().Update(request, view, {&change, 1});
}

// Appends what exists and is not there yet; returns what does not exist.
std::vector<Value> AppendExisting(const Context& request, const std::vector<Ref>& objects,
                                  std::vector<Value>& refs) {
  std::vector<Value> unresolved;
  for (const Ref& ref : objects) {
    if (request.Find(ref) == nullptr) {
      unresolved.emplace_back(ref);
    } else if (std::find(refs.begin(), refs.end(), Value(ref)) == refs.end()) {
      refs.emplace_back(ref);
    }
  }
  return unresolved;
}

// What a container view shows, by the `parent` of the objects.
struct Container {
  Ref self;
  std::vector<std::string> types;
  bool recursive = false;

  [[nodiscard]] bool IsOfType(const Ref& ref) const {
    const Type* type = FindType(ref.type);
    return type->IsA("ManagedEntity") &&
           (types.empty() || std::any_of(types.begin(), types.end(),
                                         [&](const std::string& each) { return type->IsA(each); }));
  }

  [[nodiscard]] bool Holds(const Context& request, const ManagedObjectPtr& object) const {
    if (!IsOfType(object->self())) return false;
    ManagedObjectPtr at = object;
    do {
      const Ref parent = at->Get("parent").reference();
      if (parent == self) return true;
      at = request.Find(parent);
    } while (recursive && at != nullptr);
    return false;
  }
};

// Keeps a container view up to date as long as the view is there.
class ContainerKeeper final : public ChangeListener {
 public:
  ContainerKeeper(const Context& request, Container container, const ManagedObjectPtr& view)
      : simulator_(request.simulator()),
        session_(request.session()),
        container_(std::move(container)),
        view_(view),
        view_ref_(view->self()) {}

  void OnPut(const ManagedObjectPtr& object) override { Place(object); }
  void OnUpdate(const Context& /*context*/, const ManagedObjectPtr& object,
                std::span<const Change> changes, const ObjectVersion& /*after*/) override {
    const bool has_moved = std::any_of(changes.begin(), changes.end(),
                                       [](const Change& each) { return each.name == "parent"; });
    if (has_moved) Place(object);
  }
  void OnRemove(const Ref& ref) override {
    if (container_.IsOfType(ref)) SetMember(ref, false);
  }

  bool IsFor(const Ref& view) const override { return view == view_ref_; }

 private:
  void Place(const ManagedObjectPtr& object) {
    const std::shared_ptr<Session> session = session_.lock();
    if (session == nullptr || !container_.IsOfType(object->self())) return;
    SetMember(object->self(), container_.Holds(Context(simulator_, session), object));
  }

  void SetMember(const Ref& ref, bool is_in) {
    const std::shared_ptr<Session> session = session_.lock();
    const ManagedObjectPtr view = view_.lock();
    if (session == nullptr || view == nullptr) return;
    const Context request(simulator_, session);
    const ObjectGuard guard = request.Lock(view);
    std::vector<Value> refs = view->Get("view").items();
    const auto found = std::find(refs.begin(), refs.end(), Value(ref));
    if (is_in == (found != refs.end())) return;
    if (is_in) {
      refs.emplace_back(ref);
    } else {
      refs.erase(found);
    }
    SetView(request, view, std::move(refs));
  }

  Simulator& simulator_;
  const std::weak_ptr<Session> session_;
  const Container container_;
  const std::weak_ptr<ManagedObject> view_;
  const Ref view_ref_;
};

std::vector<Value> Contents(const Context& request, const ManagedObjectPtr& container,
                            const Container& rule) {
  std::vector<Value> refs;
  const Type& type = *FindType(container->self().type);
  if (type.IsA("ResourcePool") || type.IsA("HostSystem")) {
    const Value machines = container->Get("vm");
    for (const Value& vm : machines.items()) {
      if (rule.IsOfType(vm.reference())) refs.push_back(vm);
    }
    return refs;
  }
  for (const ManagedObjectPtr& object : request.simulator().registry().All("ManagedEntity")) {
    if (rule.Holds(request, object)) refs.emplace_back(object->self());
  }
  return refs;
}

}  // namespace

Result<Ref> CreateListView(const Context& client, const std::vector<Ref>& objects) {
  return Call(client, singleton::ViewManager(), "CreateListView",
              [&](const Context& request, const ManagedObjectPtr& /*self*/) -> Result<Ref> {
                std::vector<Value> refs;
                (void)AppendExisting(request, objects, refs);
                return AddView(request, "ListView",
                               {{"view", MakeArray("ManagedObjectReference", std::move(refs))}})
                    ->self();
              });
}

Result<Value> ModifyListView(const Context& client, const Ref& view, const std::vector<Ref>& add,
                             const std::vector<Ref>& remove) {
  return Call(client, view, "ModifyListView",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Value> {
                std::vector<Value> refs = self->Get("view").items();
                for (const Ref& ref : remove) std::erase(refs, Value(ref));
                std::vector<Value> unresolved = AppendExisting(request, add, refs);
                SetView(request, self, std::move(refs));
                return MakeArray("ManagedObjectReference", std::move(unresolved));
              });
}

Result<Value> ResetListView(const Context& client, const Ref& view,
                            const std::vector<Ref>& objects) {
  return Call(client, view, "ResetListView",
              [&](const Context& request, const ManagedObjectPtr& self) -> Result<Value> {
                std::vector<Value> refs;
                std::vector<Value> unresolved = AppendExisting(request, objects, refs);
                SetView(request, self, std::move(refs));
                return MakeArray("ManagedObjectReference", std::move(unresolved));
              });
}

Result<Ref> CreateContainerView(const Context& client, const Ref& container,
                                const std::vector<std::string>& types, bool recursive) {
  return Call(
      client, singleton::ViewManager(), "CreateContainerView",
      [&](const Context& request, const ManagedObjectPtr& /*self*/) -> Result<Ref> {
        const ManagedObjectPtr root = request.Find(container);
        if (root == nullptr) return NotFoundFault(container);
        const Type* type = FindType(container.type);
        const bool holds_others = std::ranges::any_of(
            std::initializer_list<std::string_view>{"Folder", "Datacenter", "ComputeResource",
                                                    "ResourcePool", "HostSystem"},
            [&](std::string_view each) { return type->IsA(each); });
        if (!holds_others) return InvalidArgument("container");
        for (const std::string& each : types) {
          if (FindType(each) == nullptr || !FindType(each)->IsA("ManagedEntity"))
            return InvalidArgument("type");
        }
        Container rule = {container, types, recursive};
        const ManagedObjectPtr view = AddView(
            request, "ContainerView",
            {{"container", container}, {"type", MakeStrings(types)}, {"recursive", recursive}});
        // Listens first: what appears while the view is filled is found one way or the other.
        const ObjectGuard guard = request.Lock(view);
        auto keeper = std::make_shared<ContainerKeeper>(request, rule, view);
        request.simulator().registry().AddListener(keeper);
        SetView(request, view, Contents(request, root, rule));
        return view->self();
      });
}

Result<Value> DestroyView(const Context& client, const Ref& view) {
  return Call(client, view, "DestroyView",
              [](const Context& request, const ManagedObjectPtr& self) -> Result<Value> {
                request.session()->Remove(self->self());
                request.simulator().registry().RemoveListenersFor(self->self());
                return Value();
              });
}

}  // namespace vsphere
