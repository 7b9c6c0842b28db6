// A reader-writer lock that lets readers in as long as other readers are in. Readers that take turns keep a writer out for
// ever; no run of a test shows "for ever", but it can count how often a waiting writer is overtaken. The repaired lock makes
// readers wait behind a waiting writer.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "hunt.h"

namespace {

enum class Prefers { kReaders, kWriters };

template <Prefers kPrefers>
class ReaderWriterLock {
 public:
  void LockShared() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] {
      return !writing_ && (kPrefers == Prefers::kReaders || writers_waiting_ == 0);
    });
    ++readers_;
    if (writers_waiting_ > 0) ++overtaken_;
  }
  void UnlockShared() {
    const std::lock_guard lock(mutex_);
    if (--readers_ == 0) changed_.notify_all();
  }
  void Lock() {
    std::unique_lock lock(mutex_);
    ++writers_waiting_;
    changed_.wait(lock, [this] { return !writing_ && readers_ == 0; });
    --writers_waiting_;
    writing_ = true;
  }
  void Unlock() {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    changed_.notify_all();
  }
  // Readers that were let in while a writer waited.
  int Overtaken() {
    const std::lock_guard lock(mutex_);
    return overtaken_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int readers_ = 0;
  int writers_waiting_ = 0;
  bool writing_ = false;
  int overtaken_ = 0;
};

template <Prefers kPrefers>
void TwoReadersAndAWriter() {
  ReaderWriterLock<kPrefers> lock;
  const auto read = [&] {
    for (int i = 0; i < 3; ++i) {
      lock.LockShared();
      lock.UnlockShared();
    }
  };
  std::thread first(read);
  std::thread second(read);
  std::thread writer([&] {
    lock.Lock();
    lock.Unlock();
  });
  first.join();
  second.join();
  writer.join();
  heddle::Check(lock.Overtaken() <= 2, "a waiting writer is overtaken at most once by each reader");
}

TEST(ReaderWriterLock, ThatPrefersReadersStarvesTheWriter) {
  examples::ExpectFound("invariant", TwoReadersAndAWriter<Prefers::kReaders>);
}

HEDDLE_TEST(ReaderWriterLock, ThatPrefersWritersDoesNot, .schedules = examples::kSchedules) {
  TwoReadersAndAWriter<Prefers::kWriters>();
}

}  // namespace
