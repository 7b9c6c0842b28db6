// See object_lock.h.
#include "systems/vsphere/object_lock.h"

#include "systems/base/panic.h"

namespace vsphere {

void ObjectLock::Acquire(RequestId owner) {
  std::unique_lock lock(mutex_);
  released_.wait(lock, [&] { return depth_ == 0 || owner_ == owner; });
  owner_ = owner;
  ++depth_;
}

void ObjectLock::Release(RequestId owner) {
  const std::lock_guard lock(mutex_);
  systems::Ensure(depth_ > 0 && owner_ == owner, "released the lock of another request");
  --depth_;
  if (depth_ == 0) released_.notify_one();
}

}  // namespace vsphere
