#include "profile_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <sstream>
#include <thread>

namespace {

// Stands for the slow store: some microseconds of work.
std::string ReadFromStore(const std::string& user) {
  std::ostringstream profile;
  for (int line = 0; line < 20; ++line) profile << user << " line " << line << '\n';
  return profile.str();
}

TEST(ProfileCacheTest, RemembersTheProfile) {
  ProfileCache cache(ReadFromStore);
  EXPECT_EQ(cache.Get("ada"), ReadFromStore("ada"));
  EXPECT_EQ(cache.Get("ada"), ReadFromStore("ada"));
}

TEST(ProfileCacheTest, LoadsOnceForTwoThreads) {
  std::atomic<int> loads = 0;
  ProfileCache cache([&](const std::string& user) {
    ++loads;
    return ReadFromStore(user);
  });
  std::thread first([&] { cache.Get("ada"); });
  std::thread second([&] { cache.Get("ada"); });
  first.join();
  second.join();
  EXPECT_EQ(loads, 1);
}

// One slow user must not hold up another: here each load ends only when the other one has begun.
TEST(ProfileCacheTest, LoadsTwoUsersSideBySide) {
  std::latch loading(2);
  ProfileCache cache([&](const std::string& user) {
    loading.arrive_and_wait();
    return ReadFromStore(user);
  });
  std::thread first([&] { cache.Get("ada"); });
  std::thread second([&] { cache.Get("grace"); });
  first.join();
  second.join();
}

}  // namespace
