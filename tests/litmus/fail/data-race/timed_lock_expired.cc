// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: try_lock_for may expire; the access happens nevertheless.
//   step | thread 1               | thread 2
//   1    | locks                  |
//   2    |                        | try_lock_for expires
//   3    | ++shared               |
//   4    |                        | ++shared     <- unordered with step 3
// Covers: std::timed_mutex (pthread_mutex_clocklock), pthread_mutex_timedlock, time-outs.
#include <pthread.h>
#include <time.h>

#include <chrono>
#include <mutex>
#include <thread>

std::timed_mutex mutex;
int shared;
pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
int guarded_by_other;

// The C way, with an absolute time; correct in both programs.
void AddToOther() {
  timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += 1;
  if (pthread_mutex_timedlock(&other, &deadline) != 0) return;
  ++guarded_by_other;
  pthread_mutex_unlock(&other);
}

int main() {
  std::thread first([] {
    std::lock_guard lock(mutex);
    ++shared;
    AddToOther();
  });
  std::thread second([] {
    AddToOther();
    const bool locked = mutex.try_lock_for(std::chrono::milliseconds(1));
    ++shared;
    if (locked) mutex.unlock();
  });
  first.join();
  second.join();
  return shared == 0;
}
