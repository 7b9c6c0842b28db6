// See property_collector.h.
#include "systems/vsphere/property_collector.h"

#include <algorithm>
#include <chrono>

#include "systems/vsphere/property_path.h"
#include "systems/vsphere/simulator.h"

namespace vsphere {
namespace {

// "guest.net#1.macAddress" is told as "guest.net": clients know no positions.
std::string ToldName(const std::string& name) { return name.substr(0, name.find('#')); }

ObjectUpdate Entered(ObjectContent content) {
  ObjectUpdate update;
  update.kind = ObjectUpdate::Kind::kEnter;
  update.obj = std::move(content.obj);
  update.missing_set = std::move(content.missing_set);
  for (DynamicProperty& property : content.prop_set) {
    update.change_set.push_back({.name = std::move(property.name),
                                 .val = std::move(property.val),
                                 .declared_type = property.declared_type});
  }
  return update;
}

// The properties of the specs that a change touches: those at it, above it, or below it.
std::set<std::string> TouchedNames(const std::vector<PropertySpec>& specs, const std::string& type,
                                   const std::vector<std::string>& changed) {
  std::set<std::string> touched;
  for (const PropertySpec& spec : specs) {
    if (!AppliesTo(spec.type, type)) continue;
    if (spec.all) touched.insert(changed.begin(), changed.end());
    for (const std::string& path : spec.path_set) {
      for (const std::string& name : changed) {
        if (IsBelow(name, path) || IsBelow(path, name)) touched.insert(path);
      }
    }
  }
  return touched;
}

}  // namespace

void PropertyFilter::OnUpdate(const Context& context, const ManagedObjectPtr& object,
                              std::span<const Change> /*changes*/, const ObjectVersion& /*after*/) {
  for (const ObjectSpec& spec : spec_.object_set) {
    if (spec.obj != object->self() || spec.select_set.empty()) continue;
    context.simulator().design().SetStale(context, stale_);
    if (const auto collector = collector_.lock()) collector->Wake();
    return;
  }
}

PropertyCollector::PropertyCollector(Simulator& simulator, ManagedObjectReference self)
    : simulator_(simulator), self_(std::move(self)) {}

PropertyCollector::~PropertyCollector() = default;

Result<RetrieveResult> PropertyCollector::RetrievePropertiesEx(
    const Context& client, const std::vector<PropertyFilterSpec>& specs, size_t max_objects) {
  const Context request = client.Fork();
  std::vector<ObjectContent> objects;
  for (const PropertyFilterSpec& spec : specs) {
    Result<Collection> collected = Collect(request, spec);
    if (!collected.ok()) return collected.fault();
    for (ObjectContent& content : collected.value().objects) objects.push_back(std::move(content));
  }
  return Page(std::move(objects), max_objects);
}

Result<RetrieveResult> PropertyCollector::ContinueRetrievePropertiesEx(const Context& /*client*/,
                                                                       const std::string& token) {
  std::pair<std::vector<ObjectContent>, size_t> rest;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pages_.find(token);
    if (found == pages_.end()) return InvalidProperty("token");
    rest = std::move(found->second);
    pages_.erase(found);
  }
  return Page(std::move(rest.first), rest.second);
}

RetrieveResult PropertyCollector::Page(std::vector<ObjectContent> objects, size_t max_objects) {
  RetrieveResult result;
  if (max_objects == 0 || objects.size() <= max_objects) {
    result.objects = std::move(objects);
    return result;
  }
  const auto cut = objects.begin() + static_cast<std::ptrdiff_t>(max_objects);
  result.objects.assign(std::make_move_iterator(objects.begin()), std::make_move_iterator(cut));
  objects.erase(objects.begin(), cut);
  result.token = simulator_.NewUuid();
  const std::lock_guard lock(mutex_);
  pages_[result.token] = {std::move(objects), max_objects};
  return result;
}

Result<ManagedObjectReference> PropertyCollector::CreateFilter(const Context& client,
                                                               PropertyFilterSpec spec) {
  if (client.session() == nullptr) return NotAuthenticated(self_, "System.View");
  const ManagedObjectReference self = {
      "PropertyFilter", "session[" + client.session()->key() + "]" + simulator_.NewUuid()};
  const auto filter = std::make_shared<PropertyFilter>(weak_from_this(), self, std::move(spec));
  simulator_.registry().AddListener(filter);
  const std::unique_lock lock = simulator_.design().LockFilters(filters_mutex_);
  filters_.push_back(filter);
  return self;
}

Result<Value> PropertyCollector::DestroyPropertyFilter(const Context& /*client*/,
                                                       const ManagedObjectReference& filter) {
  std::shared_ptr<PropertyFilter> gone;
  {
    const std::unique_lock lock = simulator_.design().LockFilters(filters_mutex_);
    const auto found = std::find_if(filters_.begin(), filters_.end(),
                                    [&](const auto& each) { return each->self_ == filter; });
    if (found == filters_.end()) return NotFoundFault(filter);
    gone = *found;
    filters_.erase(found);
  }
  simulator_.registry().RemoveListener(gone.get());
  return Value();
}

Result<std::optional<UpdateSet>> PropertyCollector::WaitForUpdatesEx(const Context& client,
                                                                     const std::string& version,
                                                                     const WaitOptions& options) {
  using ClockType = std::chrono::steady_clock;
  const Context request = client.Fork();
  const bool is_first = version.empty();
  const bool looks_once = is_first || options.max_wait_seconds == 0;
  const auto deadline =
      ClockType::now() + std::chrono::seconds(options.max_wait_seconds.value_or(0));

  std::unique_lock lock(mutex_);
  const uint64_t mine = ++cancellations_;  // a new wait ends the one before
  changed_.notify_all();
  if (!std::exchange(listening_, true)) {
    lock.unlock();
    simulator_.registry().AddListener(shared_from_this());
    lock.lock();
  }
  bool is_over = false;
  for (;;) {
    if (destroyed_ || cancellations_ != mine) return MakeFault("RequestCanceled");
    const std::vector<Notice> notices = std::exchange(queue_, {});
    woken_ = false;
    lock.unlock();
    {
      const std::lock_guard calculation(calculation_mutex_);
      if (Result<Value> fault = Calculate(request, notices, is_first); !fault.ok())
        return fault.fault();
      if (std::optional<UpdateSet> set = TakeReady(options.max_object_updates)) return set;
    }
    if (is_first) return std::optional<UpdateSet>(UpdateSet{.version = "-"});
    if (looks_once || is_over) return std::optional<UpdateSet>();
    lock.lock();
    const auto has_news = [&] {
      return !queue_.empty() || woken_ || destroyed_ || cancellations_ != mine;
    };
    if (options.max_wait_seconds) {
      is_over = !changed_.wait_until(lock, deadline, has_news);
    } else {
      changed_.wait(lock, has_news);
    }
  }
}

void PropertyCollector::CancelWaitForUpdates() {
  const std::lock_guard lock(mutex_);
  ++cancellations_;
  changed_.notify_all();
}

void PropertyCollector::Destroy() {
  {
    const std::lock_guard lock(mutex_);
    destroyed_ = true;
    changed_.notify_all();
  }
  simulator_.registry().RemoveListener(this);
  Filters filters;
  {
    const std::unique_lock lock = simulator_.design().LockFilters(filters_mutex_);
    filters.swap(filters_);
  }
  for (const auto& filter : filters) simulator_.registry().RemoveListener(filter.get());
}

void PropertyCollector::OnPut(const ManagedObjectPtr& object) { Record({.obj = object->self()}); }

void PropertyCollector::OnUpdate(const Context& /*context*/, const ManagedObjectPtr& object,
                                 std::span<const Change> changes, const ObjectVersion& after) {
  Notice notice = {.obj = object->self(), .is_update = true, .after = after};
  for (const Change& change : changes) notice.names.push_back(ToldName(change.name));
  Record(std::move(notice));
}

void PropertyCollector::OnRemove(const ManagedObjectReference& ref) { Record({.obj = ref}); }

void PropertyCollector::Record(Notice notice) {
  const std::lock_guard lock(mutex_);
  if (destroyed_) return;
  queue_.push_back(std::move(notice));
  changed_.notify_all();
}

void PropertyCollector::Wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

PropertyCollector::Filters PropertyCollector::FiltersNow() const {
  const std::unique_lock lock = simulator_.design().LockFilters(filters_mutex_);
  return filters_;
}

Result<Value> PropertyCollector::Calculate(const Context& request,
                                           const std::vector<Notice>& notices, bool is_first) {
  if (is_first) ready_.clear();
  for (const auto& filter : FiltersNow()) {
    if (is_first) filter->known_.clear();
    // Of the filter's traversal: does it begin again, because an object came, went, or was passed and has changed?
    const bool is_stale = simulator_.design().TakeStale(request, filter->stale_);
    const bool has_moved = std::any_of(notices.begin(), notices.end(), [&](const Notice& notice) {
      return !notice.is_update || filter->passed_.contains(notice.obj);
    });
    if (is_first || is_stale || has_moved) {
      if (Result<Value> fault = Resync(request, *filter); !fault.ok() && is_first) return fault;
    }
    AddModified(*filter, notices);
  }
  return Value();
}

Result<Value> PropertyCollector::Resync(const Context& request, PropertyFilter& filter) {
  Result<Collection> collected = [&] {
    const ObjectGuard guard = simulator_.design().LockToTraverse(request, filter.stale_);
    return Collect(request, filter.spec_);
  }();
  // An object that the filter begins with is gone: to the client, everything that was found through it has left.
  if (!collected.ok() && collected.fault_kind() != "ManagedObjectNotFound")
    return collected.fault();
  Collection now = collected.ok() ? std::move(collected.value()) : Collection();
  for (const auto& [ref, version] : filter.known_) {
    if (now.versions.contains(ref)) continue;
    ready_.emplace_back(filter.self_, ObjectUpdate{.kind = ObjectUpdate::Kind::kLeave, .obj = ref});
  }
  std::map<ManagedObjectReference, uint64_t> known;
  for (ObjectContent& content : now.objects) {
    const auto before = filter.known_.find(content.obj);
    const bool is_new = before == filter.known_.end();
    known[content.obj] = is_new ? now.versions[content.obj] : before->second;
    if (is_new) ready_.emplace_back(filter.self_, Entered(std::move(content)));
  }
  filter.known_ = std::move(known);
  filter.passed_ = std::move(now.passed);
  if (!collected.ok()) return collected.fault();
  return Value();
}

void PropertyCollector::AddModified(PropertyFilter& filter, const std::vector<Notice>& notices) {
  // One update per object: the names of all its changes, the values of its last version.
  std::map<ManagedObjectReference, std::pair<std::vector<std::string>, const Notice*>> merged;
  for (const Notice& notice : notices) {
    const auto known = filter.known_.find(notice.obj);
    const bool is_news = notice.after.version == 0 ||
                         (known != filter.known_.end() && notice.after.version > known->second);
    if (!notice.is_update || known == filter.known_.end() || !is_news) continue;
    auto& [names, last] = merged[notice.obj];
    names.insert(names.end(), notice.names.begin(), notice.names.end());
    last = &notice;
  }
  for (const auto& [ref, change] : merged) {
    const auto& [names, last] = change;
    filter.known_[ref] = last->after.version;
    const std::set<std::string> touched = TouchedNames(filter.spec_.prop_set, ref.type, names);
    if (touched.empty()) continue;
    ObjectUpdate update = {.kind = ObjectUpdate::Kind::kModify, .obj = ref};
    for (const std::string& name : touched) {
      const std::optional<PropertyPath> path = ParsePath(name);
      const Lookup found = path ? Resolve(last->after.properties, *path) : Lookup();
      if (found.status == Lookup::Status::kInvalid) continue;
      update.change_set.push_back(
          {.name = name, .val = found.value, .declared_type = found.declared->type});
    }
    if (!update.change_set.empty()) ready_.emplace_back(filter.self_, std::move(update));
  }
}

std::optional<UpdateSet> PropertyCollector::TakeReady(int max_object_updates) {
  if (ready_.empty()) return std::nullopt;
  UpdateSet set = {.version = "-"};
  for (int i = 0; i < max_object_updates && !ready_.empty(); ++i) {
    auto& [filter, update] = ready_.front();
    if (set.filter_set.empty() || set.filter_set.back().filter != filter)
      set.filter_set.push_back({.filter = filter});
    set.filter_set.back().object_set.push_back(std::move(update));
    ready_.pop_front();
  }
  set.truncated = !ready_.empty();
  return set;
}

Result<std::shared_ptr<PropertyCollector>> FindPropertyCollector(
    const Context& client, const ManagedObjectReference& ref) {
  if (client.session() == nullptr || !client.session()->is_active())
    return NotAuthenticated(ref, "System.View");
  std::shared_ptr<PropertyCollector> found =
      client.session()->FindCollector(client.simulator(), ref);
  if (found == nullptr) return NotFoundFault(ref);
  return found;
}

Result<ManagedObjectReference> CreatePropertyCollector(const Context& client) {
  if (client.session() == nullptr)
    return NotAuthenticated(singleton::PropertyCollector(), "System.View");
  const ManagedObjectReference self = {"PropertyCollector", "session[" + client.session()->key() +
                                                                "]" + client.simulator().NewUuid()};
  client.session()->PutCollector(std::make_shared<PropertyCollector>(client.simulator(), self));
  return self;
}

Result<Value> DestroyPropertyCollector(const Context& client, const ManagedObjectReference& ref) {
  const Result<std::shared_ptr<PropertyCollector>> collector = FindPropertyCollector(client, ref);
  if (!collector.ok()) return collector.fault();
  if (ref == singleton::PropertyCollector()) return MakeFault("NotSupported");
  client.session()->RemoveCollector(ref);
  collector.value()->Destroy();
  return Value();
}

}  // namespace vsphere
