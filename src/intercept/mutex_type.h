// The type of a mutex, read from the mutex itself: statically initialised ones have no other place for it.
#pragma once

#include <pthread.h>

#include "model/mutex.h"

namespace heddle::intercept {

// Bits of glibc's pthread_mutex_t::__data.__kind.
inline constexpr int kMutexTypeBits = 3;
inline constexpr int kMutexRobustBit = 16;
inline constexpr int kMutexSharedBit = 128;

[[nodiscard]] inline model::MutexKind MutexKindOf(const pthread_mutex_t& mutex) {
  const int kind = mutex.__data.__kind;
  if (kind <= 0) return model::MutexKind::kNormal;  // negative: destroyed
  switch (kind & kMutexTypeBits) {
    case PTHREAD_MUTEX_RECURSIVE_NP:
      return model::MutexKind::kRecursive;
    case PTHREAD_MUTEX_ERRORCHECK_NP:
      return model::MutexKind::kErrorCheck;
    default:
      return model::MutexKind::kNormal;  // adaptive mutexes differ in speed only
  }
}

}  // namespace heddle::intercept
