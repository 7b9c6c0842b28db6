// See object_lock.h.
#include "systems/vsphere/object_lock.h"

#include "systems/base/panic.h"

namespace vsphere {

void ObjectLock::Acquire(RequestId owner) {
  {
    const std::lock_guard lock(mutex_);
    if (owner_ == owner) {
      ++depth_;
      return;
    }
  }
  free_.acquire();
  const std::lock_guard lock(mutex_);
  owner_ = owner;
  depth_ = 1;
}

void ObjectLock::Release(RequestId owner) {
  {
    const std::lock_guard lock(mutex_);
    systems::Ensure(owner_ == owner, "released the lock of another request");
    if (--depth_ > 0) return;
    owner_ = RequestId::kNone;
  }
  free_.release();
}

}  // namespace vsphere
