// Double-checked locking. The first look at the pointer is without the lock; if it is also without `acquire`, nothing
// orders what the maker wrote into the object before what the finder reads from it.
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "hunt.h"

namespace {

struct Settings {
  std::string host = "localhost";
  int port = 8080;
};

template <std::memory_order kFirstLook>
class LazySettings {
 public:
  const Settings& Get() {
    const Settings* settings = settings_.load(kFirstLook);
    if (settings == nullptr) {
      const std::lock_guard lock(mutex_);
      settings = settings_.load(std::memory_order_relaxed);
      if (settings == nullptr) {
        owned_ = std::make_unique<Settings>();
        settings = owned_.get();
        settings_.store(settings, std::memory_order_release);
      }
    }
    return *settings;
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<Settings> owned_;
  std::atomic<const Settings*> settings_ = nullptr;
};

template <std::memory_order kFirstLook>
void TwoUsers() {
  LazySettings<kFirstLook> lazy;
  const auto use = [&] { EXPECT_EQ(lazy.Get().port, 8080); };
  std::thread first(use);
  std::thread second(use);
  first.join();
  second.join();
}

TEST(DoubleCheckedLock, WithoutAcquireRaces) {
  examples::ExpectFound("data-race", TwoUsers<std::memory_order_relaxed>);
}

HEDDLE_TEST(DoubleCheckedLock, WithAcquireIsOrdered, .schedules = examples::kSchedules) {
  TwoUsers<std::memory_order_acquire>();
}

}  // namespace
