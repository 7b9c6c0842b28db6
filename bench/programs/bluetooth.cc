// A program of the size of the bluetooth driver model that the literature on schedule exploration measures itself by: a
// request thread and a stopping thread around a count of pending requests, a flag and an event. This is a sound
// version: checking the flag and counting the request are one step, which the well-known faulty one does in two.
// Nothing may be found in it, so that an exploration of N schedules runs all of them.
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace {

class Device {
 public:
  // A request: refused once stopping, otherwise the device must stay up until it is done.
  void Request() {
    if (!Begin()) return;
    // What a request touches; guarded by the count, not by the lock.
    if (stopped_) std::abort();
    ++requests_done_;
    End();
  }

  // Refuses new requests, waits for the running ones and puts the device down.
  void Stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_flag_ = true;
    }
    End();  // the device's own share of the count
    std::unique_lock lock(mutex_);
    while (!stopping_event_) stopped_condition_.wait(lock);
    stopped_ = true;
  }

 private:
  bool Begin() {
    const std::lock_guard lock(mutex_);
    if (stopping_flag_) return false;
    ++pending_io_;
    return true;
  }

  void End() {
    const std::lock_guard lock(mutex_);
    if (--pending_io_ > 0) return;
    stopping_event_ = true;
    stopped_condition_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable stopped_condition_;
  int pending_io_ = 1;  // the device itself counts as one until it stops
  bool stopping_flag_ = false;
  bool stopping_event_ = false;
  // Of the request thread while a request is counted, of the stopping thread afterwards.
  bool stopped_ = false;
  int requests_done_ = 0;
};

}  // namespace

int main() {
  Device device;
  std::thread request([&] { device.Request(); });
  std::thread stop([&] { device.Stop(); });
  request.join();
  stop.join();
}
