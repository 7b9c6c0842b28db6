#include "profile_cache.h"

std::string ProfileCache::Get(const std::string& user) {
  std::unique_lock lock(mutex_);
  Entry& entry = entries_[user];
  lock.unlock();
  std::call_once(entry.loaded, [&] { entry.profile = load_(user); });
  return entry.profile;
}
