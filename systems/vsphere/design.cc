// See design.h.
//
//                               | as reported                           | fixed
//   a property is written       | in place, in the live object          | into a new version; the old one never changes
//   a reader gets               | a struct whose pointers are live      | a version
//   while it collects           | it holds the object's lock            | it needs no lock
//   a traversal reads           | the live object, unlocked (0.49: lock) | a version
//   pendingCustomization is set | nobody is told                        | as every change
//   list of filters             | no lock                               | the collector's lock, for the copy of the list
//   stale flag of a filter      | a plain bool (0.49: under the lock    | an atomic; traversing holds no lock
//                               |   that traversing holds)              |
//   tasks of one call           | share one request, so one lock owner  | a request each
//   relocation between folders  | leaves the registry and comes back    | stays
//   power-on with a card fewer  | index out of range                    | CustomizationNetworkSetupFailed
#include "systems/vsphere/design.h"

#include <utility>

namespace vsphere {
namespace {

class AsReported : public Design {
 public:
  bool WritesInPlace() const override { return true; }
  Value Collected(const Value& property) const override { return CopyTopStruct(property); }
  ObjectGuard LockToCollect(const Context& context, const ManagedObjectPtr& object) const override {
    return context.Lock(object);
  }
  bool KeepsLockToTraverse() const override { return false; }
  bool Notifies(const Change& change) const override { return !change.bypasses_update; }

  std::unique_lock<std::mutex> LockFilters(std::mutex& mutex) const override {
    return std::unique_lock(mutex, std::defer_lock);
  }
  void SetStale(const Context& /*context*/, StaleFlag& flag) const override { flag.plain = true; }
  bool TakeStale(const Context& /*context*/, StaleFlag& flag) const override {
    return std::exchange(flag.plain, false);
  }
  ObjectGuard LockToTraverse(const Context& /*context*/, StaleFlag& /*flag*/) const override {
    return {};
  }

  Context ContextOfSubtask(const Context& context) const override { return context; }
  bool StaysRegisteredWhileMoved() const override { return false; }
  bool ChecksCardsAtPowerOn() const override { return false; }
};

class AsReportedWithDeepCopy final : public AsReported {
 public:
  Value Collected(const Value& property) const override { return DeepCopy(property); }
};

class AsReportedWithFilterLock final : public AsReported {
 public:
  bool KeepsLockToTraverse() const override { return true; }
  void SetStale(const Context& context, StaleFlag& flag) const override {
    const ObjectGuard guard = LockToTraverse(context, flag);
    flag.plain = true;
  }
  bool TakeStale(const Context& context, StaleFlag& flag) const override {
    const ObjectGuard guard = LockToTraverse(context, flag);
    return std::exchange(flag.plain, false);
  }
  ObjectGuard LockToTraverse(const Context& context, StaleFlag& flag) const override {
    return {std::shared_ptr<ObjectLock>(std::shared_ptr<void>(), &flag.lock), context.id()};
  }
};

class Fixed final : public Design {
 public:
  bool WritesInPlace() const override { return false; }
  Value Collected(const Value& property) const override { return property; }
  ObjectGuard LockToCollect(const Context& /*context*/,
                            const ManagedObjectPtr& /*object*/) const override {
    return {};
  }
  bool KeepsLockToTraverse() const override { return false; }
  bool Notifies(const Change& /*change*/) const override { return true; }

  std::unique_lock<std::mutex> LockFilters(std::mutex& mutex) const override {
    return std::unique_lock(mutex);
  }
  void SetStale(const Context& /*context*/, StaleFlag& flag) const override { flag.atomic = true; }
  bool TakeStale(const Context& /*context*/, StaleFlag& flag) const override {
    return flag.atomic.exchange(false);
  }
  ObjectGuard LockToTraverse(const Context& /*context*/, StaleFlag& /*flag*/) const override {
    return {};
  }

  Context ContextOfSubtask(const Context& context) const override { return context.Fork(); }
  bool StaysRegisteredWhileMoved() const override { return true; }
  bool ChecksCardsAtPowerOn() const override { return true; }
};

}  // namespace

std::unique_ptr<const Design> MakeDesign(systems::Variant variant, Upstream upstream) {
  if (variant == systems::Variant::kFixed) return std::make_unique<Fixed>();
  switch (upstream) {
    case Upstream::k042:
      return std::make_unique<AsReported>();
    case Upstream::k043:
      return std::make_unique<AsReportedWithDeepCopy>();
    case Upstream::k049:
      return std::make_unique<AsReportedWithFilterLock>();
  }
  return nullptr;
}

}  // namespace vsphere
