// A cache in front of a slow store: the first request for a user loads the profile, later ones find it here.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

class ProfileCache {
 public:
  using Load = std::function<std::string(const std::string& user)>;

  explicit ProfileCache(Load load) : load_(std::move(load)) {}

  // The profile of `user`. May be called by several threads; each profile is loaded once.
  std::string Get(const std::string& user);

 private:
  struct Entry {
    std::once_flag loaded;
    std::string profile;  // written once, by the load
  };

  const Load load_;
  std::mutex mutex_;
  std::map<std::string, Entry> entries_;  // guarded by mutex_; entries stay where they are
};
