#include "profile_cache.h"

std::string ProfileCache::Get(const std::string& user) {
  std::lock_guard lock(mutex_);
  const auto found = profiles_.find(user);
  if (found != profiles_.end()) return found->second;
  return profiles_.emplace(user, load_(user)).first->second;
}
