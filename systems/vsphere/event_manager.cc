// See event_manager.h.
#include "systems/vsphere/event_manager.h"

#include <algorithm>

#include "systems/vsphere/schema.h"
#include "systems/vsphere/simulator.h"

namespace vsphere {
namespace {

constexpr size_t kKeptMax = 1000;

void AddArgument(Fields& fields, std::string_view type, std::string_view field,
                 const ManagedObjectPtr& object) {
  if (object == nullptr) return;
  fields.emplace_back(field, Make(type, {{"name", object->Get("name")}, {field, object->self()}}));
}

// Whether an event is about the entity, or about something below it.
bool IsAbout(const Context& context, const Value& event, const EventFilter& filter) {
  for (const std::string_view field : {"vm", "host", "computeResource", "datacenter"}) {
    const ManagedObjectReference& subject = event[field][field].reference();
    if (subject.value.empty()) continue;
    if (filter.recursion != EventFilter::Recursion::kChildren && subject == *filter.entity)
      return true;
    if (filter.recursion == EventFilter::Recursion::kSelf) continue;
    ManagedObjectPtr at = context.Find(subject);
    const int levels = filter.recursion == EventFilter::Recursion::kChildren ? 1 : 100;
    for (int i = 0; i < levels && at != nullptr; ++i) {
      const ManagedObjectReference parent = at->Get("parent").reference();
      if (parent == *filter.entity) return true;
      at = context.Find(parent);
    }
  }
  return false;
}

bool Matches(const Context& context, const Value& event, const EventFilter& filter) {
  const DateTime created = event["createdTime"].time();
  if (filter.begin && created < *filter.begin) return false;
  if (filter.end && created > *filter.end) return false;
  if (filter.chain_id && event["chainId"].integer() != *filter.chain_id) return false;
  const bool is_of_type =
      filter.types.empty() ||
      std::any_of(filter.types.begin(), filter.types.end(),
                  [&](const std::string& type) { return event.object()->type->IsA(type); });
  return is_of_type && (!filter.entity || IsAbout(context, event, filter));
}

}  // namespace

Value EventManager::Post(const Context& context, std::string_view type, Fields fields,
                         std::string message) {
  Simulator& simulator = context.simulator();
  const ManagedObjectPtr self = simulator.registry().Find(singleton::EventManager());
  const ObjectGuard guard = context.Lock(self);
  const int key = ++last_key_;
  fields.insert(fields.end(),
                {{"key", key},
                 {"chainId", key},
                 {"createdTime", simulator.Now()},
                 {"userName", context.session() == nullptr ? "" : context.session()->user()},
                 {"fullFormattedMessage", std::move(message)}});
  Value event = Make(type, fields);
  if (events_.size() == kKeptMax) events_.erase(events_.begin());
  events_.push_back(event);
  const Change latest = {.name = "latestEvent", .value = event};
  simulator.registry().Update(context, self, {&latest, 1});
  return event;
}

Value EventManager::PostAbout(const Context& context, const ManagedObjectPtr& vm,
                              std::string_view type, Fields fields, std::string_view what) {
  const ManagedObjectPtr host = context.Find(vm->Get("runtime.host").reference());
  AddArgument(fields, "VmEventArgument", "vm", vm);
  AddArgument(fields, "HostEventArgument", "host", host);
  AddArgument(fields, "ComputeResourceEventArgument", "computeResource",
              FindAncestor(context, host, "ComputeResource"));
  AddArgument(fields, "DatacenterEventArgument", "datacenter",
              FindAncestor(context, vm, "Datacenter"));
  fields.emplace_back("template", vm->Get("config.template").boolean());
  return Post(context, type, std::move(fields), vm->Get("name").text() + " " + std::string(what));
}

std::vector<Value> EventManager::Query(const Context& context, const EventFilter& filter) const {
  std::vector<Value> kept;
  {
    const ObjectGuard guard = context.Lock(context.Find(singleton::EventManager()));
    kept = events_;
  }
  std::erase_if(kept, [&](const Value& event) { return !Matches(context, event, filter); });
  return kept;
}

ManagedObjectPtr FindAncestor(const Context& context, const ManagedObjectPtr& object,
                              std::string_view type) {
  ManagedObjectPtr at = object;
  while (at != nullptr && !FindType(at->self().type)->IsA(type)) {
    at = context.Find(at->Get("parent").reference());
  }
  return at;
}

}  // namespace vsphere
