// Where the design of the bug report and the one that holds differ: all of it is in design.cc, side by side, and nothing
// else in this system asks which of the two it is part of.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "systems/base/variant.h"
#include "systems/vsphere/context.h"
#include "systems/vsphere/managed_object.h"
#include "systems/vsphere/object_lock.h"
#include "systems/vsphere/property_write.h"
#include "systems/vsphere/value.h"

namespace vsphere {

// The traversal of a filter has to be repeated, because an object that it passes through has changed: a flag that updates
// set and waiting clients take. Who guards it is up to the design, so it is kept in three forms.
struct StaleFlag {
  bool plain = false;
  std::atomic<bool> atomic{false};
  ObjectLock lock;  // of the filter
};

// Stateless; one object serves a simulator and all its threads.
class Design {
 public:
  virtual ~Design() = default;

  // --- the state of managed objects
  // True: a write goes into the tree that readers may hold. False: a write makes a new version.
  [[nodiscard]] virtual bool WritesInPlace() const = 0;
  // What a reader is given of a property; it is encoded later, by a thread that holds no lock.
  [[nodiscard]] virtual Value Collected(const Value& property) const = 0;
  // Held while the properties of one object are collected.
  [[nodiscard]] virtual ObjectGuard LockToCollect(const Context& context,
                                                  const ManagedObjectPtr& object) const = 0;
  // Whether that lock is kept until the references that a traversal follows are read, too.
  [[nodiscard]] virtual bool KeepsLockToTraverse() const = 0;
  // Whether listeners are told of a change.
  [[nodiscard]] virtual bool Notifies(const Change& change) const = 0;

  // --- property collectors
  // Guards the list of a collector's filters; may not be locked.
  [[nodiscard]] virtual std::unique_lock<std::mutex> LockFilters(std::mutex& mutex) const = 0;
  // Called by whoever updates an object, with that object locked.
  virtual void SetStale(const Context& context, StaleFlag& flag) const = 0;
  // Returns the flag and clears it.
  virtual bool TakeStale(const Context& context, StaleFlag& flag) const = 0;
  // Held while a waiting client traverses for a filter, which takes the locks of the objects it passes.
  [[nodiscard]] virtual ObjectGuard LockToTraverse(const Context& context,
                                                   StaleFlag& flag) const = 0;

  // --- virtual machines
  // The request on whose behalf one of several tasks of a single call runs.
  [[nodiscard]] virtual Context ContextOfSubtask(const Context& context) const = 0;
  // Whether a machine that moves between folders stays in the registry meanwhile.
  [[nodiscard]] virtual bool StaysRegisteredWhileMoved() const = 0;
  // Whether power-on compares a pending customisation with the network cards that are there now.
  [[nodiscard]] virtual bool ChecksCardsAtPowerOn() const = 0;
};

// Which upstream a design is faithful to.
enum class Upstream {
  k042,  // v0.42.0, the version of the report
  k043,  // + its fix: the result of a read is copied deeply under the object's lock
  k049,  // v0.42.0 + the locks that were added since: around the stale flag of filters, which brought a deadlock, and
         // across collecting and traversing
};

[[nodiscard]] std::unique_ptr<const Design> MakeDesign(systems::Variant variant,
                                                       Upstream upstream = Upstream::k042);

}  // namespace vsphere
