// A std::condition_variable that is waited for without a condition. If the notification comes before the wait, nobody hears
// it, and the waiting thread sleeps for ever.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "hunt.h"

namespace {

enum class Predicate { kNone, kChecked };

template <Predicate kPredicate>
class Event {
 public:
  void Set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_one();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    if (kPredicate == Predicate::kNone) {
      changed_.wait(lock);
    } else {
      changed_.wait(lock, [this] { return set_; });
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

template <Predicate kPredicate>
void SetAndWait() {
  Event<kPredicate> event;
  std::thread waiter([&] { event.Wait(); });
  std::thread setter([&] { event.Set(); });
  waiter.join();
  setter.join();
}

TEST(ConditionVariable, WithoutAPredicateMissesTheNotification) {
  examples::ExpectFound("lost-wakeup", SetAndWait<Predicate::kNone>);
}

HEDDLE_TEST(ConditionVariable, WithAPredicateHearsIt, .schedules = examples::kSchedules) {
  SetAndWait<Predicate::kChecked>();
}

}  // namespace
