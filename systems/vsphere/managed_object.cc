// See managed_object.h.
#include "systems/vsphere/managed_object.h"

#include "systems/vsphere/design.h"
#include "systems/vsphere/property_path.h"

namespace vsphere {

ManagedObject::ManagedObject(const Design& design, ManagedObjectReference self, Value properties)
    : design_(design), self_(std::move(self)), current_{std::move(properties)} {}

ObjectVersion ManagedObject::ReadVersion() const {
  if (design_.WritesInPlace()) return current_;
  const std::lock_guard lock(version_mutex_);
  return current_;
}

Value ManagedObject::Get(std::string_view path) const {
  return Resolve(Read(), MustParsePath(path)).value;
}

ObjectVersion ManagedObject::Apply(std::span<const Change> changes) {
  if (design_.WritesInPlace()) {
    for (const Change& change : changes) WriteInPlace(current_.properties, change);
    return current_;
  }
  ObjectVersion next = ReadVersion();
  for (const Change& change : changes) next.properties = WriteCopy(next.properties, change);
  ++next.version;
  ObjectVersion retired = next;
  {
    const std::lock_guard lock(version_mutex_);
    std::swap(current_, retired);
  }
  return next;  // The old version ends here, outside of the lock, if nobody reads it.
}

}  // namespace vsphere
