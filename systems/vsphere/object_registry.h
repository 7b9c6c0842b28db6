// All managed objects of the simulator, and who wants to know when one appears, changes or goes.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "systems/vsphere/context.h"
#include "systems/vsphere/managed_object.h"
#include "systems/vsphere/property_write.h"

namespace vsphere {

// Told of every change, by the thread that made it, which owns the lock of the object. Must not block for long.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  virtual void OnPut(const ManagedObjectPtr& object) = 0;
  // `after`: the object as it is after the changes.
  virtual void OnUpdate(const Context& context, const ManagedObjectPtr& object,
                        std::span<const Change> changes, const ObjectVersion& after) = 0;
  virtual void OnRemove(const ManagedObjectReference& ref) = 0;
  // Whether it listens on behalf of that object of a session.
  [[nodiscard]] virtual bool IsFor(const ManagedObjectReference& /*owner*/) const { return false; }
};

// Thread-safe.
class ObjectRegistry {
 public:
  explicit ObjectRegistry(const Design& design) : design_(design) {}
  ObjectRegistry(const ObjectRegistry&) = delete;
  ObjectRegistry& operator=(const ObjectRegistry&) = delete;

  // A name for a new object of that type: "vm-17", "group-3"; numbers are given once.
  [[nodiscard]] ManagedObjectReference NewReference(std::string_view type);

  void Put(const ManagedObjectPtr& object);
  // Returns the object that was removed; null if there was none.
  ManagedObjectPtr Remove(const ManagedObjectReference& ref);
  [[nodiscard]] ManagedObjectPtr Find(const ManagedObjectReference& ref) const;
  // All objects of a type or of one derived from it, in the order of their references.
  [[nodiscard]] std::vector<ManagedObjectPtr> All(std::string_view type) const;

  // Makes the changes and tells the listeners.
  // REQUIRES: the request owns the object's lock.
  void Update(const Context& context, const ManagedObjectPtr& object,
              std::span<const Change> changes);
  // The same, with the lock taken for it.
  void AtomicUpdate(const Context& context, const ManagedObjectPtr& object,
                    std::span<const Change> changes);

  void AddListener(std::shared_ptr<ChangeListener> listener);
  void RemoveListener(const ChangeListener* listener);
  void RemoveListenersFor(const ManagedObjectReference& owner);

 private:
  [[nodiscard]] std::vector<std::shared_ptr<ChangeListener>> Listeners() const;

  const Design& design_;
  std::atomic<int> last_number_{0};
  mutable std::mutex mutex_;  // guards the rest; never held while a listener is called
  std::map<ManagedObjectReference, ManagedObjectPtr> objects_;
  std::vector<std::shared_ptr<ChangeListener>> listeners_;
};

}  // namespace vsphere
