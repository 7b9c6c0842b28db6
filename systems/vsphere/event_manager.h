// What happened: events in the order in which they were posted. Guarded, as upstream's, by the lock of the managed object
// EventManager, which the posting request takes; so it takes two requests to exclude each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "systems/vsphere/context.h"
#include "systems/vsphere/managed_object.h"
#include "systems/vsphere/value.h"

namespace vsphere {

// Which events a client wants; what is not given does not matter.
struct EventFilter {
  enum class Recursion { kSelf, kChildren, kAll };
  std::optional<ManagedObjectReference> entity;  // that the event is about
  Recursion recursion = Recursion::kAll;
  std::vector<std::string> types;  // base types match what derives from them
  std::optional<DateTime> begin;
  std::optional<DateTime> end;
  std::optional<int> chain_id;
};

// Thread-safe, if each thread has a request of its own.
class EventManager {
 public:
  // Posts an event of that type. Key, chain, time and user are filled in, and for a machine the arguments vm, host,
  // computeResource and datacenter. Returns the event.
  Value Post(const Context& context, std::string_view type, Fields fields, std::string message);
  Value PostAbout(const Context& context, const ManagedObjectPtr& vm, std::string_view type,
                  Fields fields, std::string_view what);

  // The events that match, oldest first; the last 1000 are kept.
  [[nodiscard]] std::vector<Value> Query(const Context& context, const EventFilter& filter) const;

 private:
  std::vector<Value> events_;  // guarded by the object's lock
  int last_key_ = 0;           // guarded by the object's lock
};

// The nearest ancestor of that type (a base type will do), the object itself included; null if there is none.
[[nodiscard]] ManagedObjectPtr FindAncestor(const Context& context, const ManagedObjectPtr& object,
                                            std::string_view type);

}  // namespace vsphere
