// The lock of one managed object. It is owned by a request, not by a thread: a request may take it again, from any of its
// threads, and may hand it to the thread of a task without a gap in between. Different requests exclude each other.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace vsphere {

// Names the owner of locks: the context of a request.
enum class RequestId : uint64_t { kNone = 0 };

// Thread-safe.
class ObjectLock {
 public:
  ObjectLock() = default;
  ObjectLock(const ObjectLock&) = delete;
  ObjectLock& operator=(const ObjectLock&) = delete;

  // Waits until no other request owns the lock.
  void Acquire(RequestId owner);
  // To be called once per Acquire, by any thread.
  void Release(RequestId owner);

 private:
  std::mutex mutex_;
  std::condition_variable released_;
  RequestId owner_ = RequestId::kNone;  // guarded by mutex_
  int depth_ = 0;                       // guarded by mutex_: how often the owner has it
};

// Holds a lock as long as it lives. May be moved to another thread; an empty one holds nothing.
class ObjectGuard {
 public:
  ObjectGuard() = default;
  ObjectGuard(std::shared_ptr<ObjectLock> lock, RequestId owner)
      : lock_(std::move(lock)), owner_(owner) {
    lock_->Acquire(owner_);
  }
  ObjectGuard(ObjectGuard&& other) noexcept : lock_(std::move(other.lock_)), owner_(other.owner_) {}
  ObjectGuard& operator=(ObjectGuard&&) = delete;
  ~ObjectGuard() { Release(); }

  void Release() {
    if (lock_ == nullptr) return;
    lock_->Release(owner_);
    lock_ = nullptr;
  }

 private:
  std::shared_ptr<ObjectLock> lock_;
  RequestId owner_ = RequestId::kNone;
};

}  // namespace vsphere
