// A managed object: its name and the tree of its properties. How the tree is written and read is the design's business.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

#include "systems/vsphere/object_lock.h"
#include "systems/vsphere/property_write.h"
#include "systems/vsphere/value.h"

namespace vsphere {

class Design;

// The properties of an object at one time. Versions of one object count up; a design that writes in place has none: 0.
struct ObjectVersion {
  Value properties;
  uint64_t version = 0;
};

// Writers hold the object's lock (Context::Lock). With the fixed design Read may be called by anybody at any
// time; as reported, what it returns is the live tree.
class ManagedObject {
 public:
  ManagedObject(const Design& design, ManagedObjectReference self, Value properties);
  ManagedObject(const ManagedObject&) = delete;
  ManagedObject& operator=(const ManagedObject&) = delete;

  [[nodiscard]] const ManagedObjectReference& self() const { return self_; }

  // All properties.
  [[nodiscard]] ObjectVersion ReadVersion() const;
  [[nodiscard]] Value Read() const { return ReadVersion().properties; }
  // One of them by path; unset if it is unset or there is none.
  [[nodiscard]] Value Get(std::string_view path) const;

  // Makes the changes, all or none visible to a reader of a version, and returns the properties after them.
  // REQUIRES: the caller's request owns the object's lock.
  ObjectVersion Apply(std::span<const Change> changes);

  [[nodiscard]] ObjectLock& lock() { return lock_; }

  // What the simulator remembers about the object and no client sees: of a virtual machine, the customisation that
  // its next power-on will apply. Guarded by the object's lock.
  Value hidden;

 private:
  const Design& design_;
  const ManagedObjectReference self_;
  ObjectLock lock_;
  mutable std::mutex
      version_mutex_;  // held for the copy of a pointer; not used by a design that writes in place
  ObjectVersion current_;
};

using ManagedObjectPtr = std::shared_ptr<ManagedObject>;

}  // namespace vsphere
