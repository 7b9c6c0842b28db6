// See object_registry.h.
#include "systems/vsphere/object_registry.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "systems/vsphere/design.h"
#include "systems/vsphere/schema.h"

namespace vsphere {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kPrefixes = {{
    {"VirtualMachine", "vm-"},
    {"HostSystem", "host-"},
    {"Folder", "group-"},
    {"ResourcePool", "resgroup-"},
    {"ClusterComputeResource", "domain-c"},
    {"DistributedVirtualPortgroup", "dvportgroup-"},
    {"DistributedVirtualSwitch", "dvs-"},
    {"VirtualMachineSnapshot", "snapshot-"},
}};

std::string PrefixOf(std::string_view type) {
  for (const auto& [name, prefix] : kPrefixes) {
    if (name == type) return std::string(prefix);
  }
  std::string prefix(type);
  for (char& c : prefix) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return prefix + "-";
}

}  // namespace

ManagedObjectReference ObjectRegistry::NewReference(std::string_view type) {
  return {std::string(type), PrefixOf(type) + std::to_string(++last_number_)};
}

void ObjectRegistry::Put(const ManagedObjectPtr& object) {
  {
    const std::lock_guard lock(mutex_);
    objects_[object->self()] = object;
  }
  for (const auto& listener : Listeners()) listener->OnPut(object);
}

ManagedObjectPtr ObjectRegistry::Remove(const ManagedObjectReference& ref) {
  ManagedObjectPtr removed;
  {
    const std::lock_guard lock(mutex_);
    const auto found = objects_.find(ref);
    if (found == objects_.end()) return nullptr;
    removed = std::move(found->second);
    objects_.erase(found);
  }
  for (const auto& listener : Listeners()) listener->OnRemove(ref);
  return removed;
}

ManagedObjectPtr ObjectRegistry::Find(const ManagedObjectReference& ref) const {
  const std::lock_guard lock(mutex_);
  const auto found = objects_.find(ref);
  return found == objects_.end() ? nullptr : found->second;
}

std::vector<ManagedObjectPtr> ObjectRegistry::All(std::string_view type) const {
  std::vector<ManagedObjectPtr> all;
  const std::lock_guard lock(mutex_);
  for (const auto& [ref, object] : objects_) {
    const Type* found = FindType(ref.type);
    if (found != nullptr && found->IsA(type)) all.push_back(object);
  }
  return all;
}

void ObjectRegistry::Update(const Context& context, const ManagedObjectPtr& object,
                            std::span<const Change> changes) {
  const ObjectVersion after = object->Apply(changes);
  std::vector<Change> told;
  for (const Change& change : changes) {
    if (design_.Notifies(change)) told.push_back(change);
  }
  if (told.empty()) return;
  for (const auto& listener : Listeners()) listener->OnUpdate(context, object, told, after);
}

void ObjectRegistry::AtomicUpdate(const Context& context, const ManagedObjectPtr& object,
                                  std::span<const Change> changes) {
  const ObjectGuard guard = context.Lock(object);
  Update(context, object, changes);
}

void ObjectRegistry::AddListener(std::shared_ptr<ChangeListener> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void ObjectRegistry::RemoveListener(const ChangeListener* listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](const auto& each) { return each.get() == listener; });
}

void ObjectRegistry::RemoveListenersFor(const ManagedObjectReference& owner) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](const auto& each) { return each->IsFor(owner); });
}

std::vector<std::shared_ptr<ChangeListener>> ObjectRegistry::Listeners() const {
  const std::lock_guard lock(mutex_);
  return listeners_;
}

}  // namespace vsphere
