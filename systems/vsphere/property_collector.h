// A client's property collector: reads properties now, or waits for them to change.
//
// It listens to the registry from the first wait on and keeps what it hears in a queue. A waiting client turns the queue
// into updates of its filters: the values are those of the version that the change made, so what a client is told is what
// was, in order, and each version of an object is told once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "systems/vsphere/design.h"
#include "systems/vsphere/object_registry.h"
#include "systems/vsphere/property_collect.h"

namespace vsphere {

struct RetrieveResult {
  std::string token;  // for ContinueRetrievePropertiesEx; "" if this is all
  std::vector<ObjectContent> objects;
};

struct PropertyChange {
  std::string name;
  std::string op = "assign";
  Value val;
  std::string_view declared_type;
};

struct ObjectUpdate {
  enum class Kind { kEnter, kModify, kLeave };
  Kind kind = Kind::kModify;
  ManagedObjectReference obj;
  std::vector<PropertyChange> change_set = {};
  std::vector<MissingProperty> missing_set = {};
};

struct PropertyFilterUpdate {
  ManagedObjectReference filter;
  std::vector<ObjectUpdate> object_set = {};
};

struct UpdateSet {
  std::string version;
  std::vector<PropertyFilterUpdate> filter_set = {};
  bool truncated = false;  // more is ready: the next call gets it at once
};

struct WaitOptions {
  std::optional<int> max_wait_seconds;  // 0: look once; nothing: wait for ever
  int max_object_updates = 100;
};

class PropertyCollector;

// What one client watches. The state is that of the last update that was calculated.
class PropertyFilter final : public ChangeListener {
 public:
  PropertyFilter(std::weak_ptr<PropertyCollector> collector, ManagedObjectReference self,
                 PropertyFilterSpec spec)
      : collector_(std::move(collector)), self_(std::move(self)), spec_(std::move(spec)) {}

  void OnPut(const ManagedObjectPtr& /*object*/) override {}
  void OnUpdate(const Context& context, const ManagedObjectPtr& object,
                std::span<const Change> changes, const ObjectVersion& after) override;
  void OnRemove(const ManagedObjectReference& /*ref*/) override {}

 private:
  friend class PropertyCollector;

  const std::weak_ptr<PropertyCollector> collector_;
  const ManagedObjectReference self_;
  const PropertyFilterSpec spec_;
  StaleFlag stale_;
  // Guarded by PropertyCollector::calculation_mutex_:
  std::map<ManagedObjectReference, uint64_t>
      known_;  // objects the client knows, and the version it was told of
  std::set<ManagedObjectReference> passed_;  // objects that the traversal passed through
};

// Thread-safe.
class PropertyCollector final : public ChangeListener,
                                public std::enable_shared_from_this<PropertyCollector> {
 public:
  PropertyCollector(Simulator& simulator, ManagedObjectReference self);
  ~PropertyCollector() override;

  [[nodiscard]] const ManagedObjectReference& self() const { return self_; }

  // --- reading (no session needed: then all properties are missing). max_objects: 0 is no limit.
  Result<RetrieveResult> RetrievePropertiesEx(const Context& client,
                                              const std::vector<PropertyFilterSpec>& specs,
                                              size_t max_objects = 0);
  // InvalidProperty "token" for one that is not known, or was used.
  Result<RetrieveResult> ContinueRetrievePropertiesEx(const Context& client,
                                                      const std::string& token);

  // --- watching
  Result<ManagedObjectReference> CreateFilter(const Context& client, PropertyFilterSpec spec);
  // ManagedObjectNotFound if there is none.
  Result<Value> DestroyPropertyFilter(const Context& client, const ManagedObjectReference& filter);
  // Version "": everything, as objects that enter. Else what has changed since the last call; nothing (no set) when the
  // time is over. Faults: RequestCanceled by CancelWaitForUpdates, Destroy, or another wait; those of Collect.
  Result<std::optional<UpdateSet>> WaitForUpdatesEx(const Context& client,
                                                    const std::string& version,
                                                    const WaitOptions& options = {});
  // Ends pending waits; without any it does nothing.
  void CancelWaitForUpdates();
  // The end: pending and later waits are cancelled, filters go. May be called again.
  void Destroy();

  // --- the registry's side
  void OnPut(const ManagedObjectPtr& object) override;
  void OnUpdate(const Context& context, const ManagedObjectPtr& object,
                std::span<const Change> changes, const ObjectVersion& after) override;
  void OnRemove(const ManagedObjectReference& ref) override;
  // A filter has become stale: look again.
  void Wake();

 private:
  struct Notice {
    ManagedObjectReference obj;
    bool is_update = false;  // else the object came or went
    std::vector<std::string> names = {};
    ObjectVersion after = {};
  };
  using Filters = std::vector<std::shared_ptr<PropertyFilter>>;

  void Record(Notice notice);
  [[nodiscard]] Filters FiltersNow() const;
  RetrieveResult Page(std::vector<ObjectContent> objects, size_t max_objects);

  // REQUIRES for all of these: calculation_mutex_ is held.
  Result<Value> Calculate(const Context& request, const std::vector<Notice>& notices,
                          bool is_first);
  Result<Value> Resync(const Context& request, PropertyFilter& filter);
  void AddModified(PropertyFilter& filter, const std::vector<Notice>& notices);
  std::optional<UpdateSet> TakeReady(int max_object_updates);

  Simulator& simulator_;
  const ManagedObjectReference self_;

  mutable std::mutex filters_mutex_;  // as the design uses it
  Filters filters_;

  std::mutex calculation_mutex_;  // guards the filters' state, and:
  std::deque<std::pair<ManagedObjectReference, ObjectUpdate>>
      ready_;  // updates to be told, by filter

  std::mutex mutex_;  // guards the rest; a leaf
  std::condition_variable changed_;
  std::vector<Notice> queue_;
  bool woken_ = false;
  bool listening_ = false;
  bool destroyed_ = false;
  uint64_t cancellations_ = 0;
  std::map<std::string, std::pair<std::vector<ObjectContent>, size_t>>
      pages_;  // by token: the rest, and the page's size
};

// --- by reference, for a client's session. Fault: NotAuthenticated.
Result<std::shared_ptr<PropertyCollector>> FindPropertyCollector(const Context& client,
                                                                 const ManagedObjectReference& ref);
Result<ManagedObjectReference> CreatePropertyCollector(const Context& client);
// ManagedObjectNotFound if there is none; NotSupported for the default one.
Result<Value> DestroyPropertyCollector(const Context& client, const ManagedObjectReference& ref);

}  // namespace vsphere
