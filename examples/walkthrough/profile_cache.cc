#include "profile_cache.h"

std::string ProfileCache::Get(const std::string& user) {
  {
    std::lock_guard lock(mutex_);
    const auto found = profiles_.find(user);
    if (found != profiles_.end()) return found->second;
  }
  const std::string profile = load_(user);  // slow, so not under the lock
  std::lock_guard lock(mutex_);
  profiles_.emplace(user, profile);
  return profile;
}
