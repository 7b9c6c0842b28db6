// heddle: ways=gcc,clang,plain levels=O0,O2 switches=1
// Bug: sem_timedwait may return without the semaphore.
//   step | consumer                    | producer
//   1    | waits at most a second      |
//   2    | time-out                    |
//   3    | assert(published)           |
//   4    |                             | published = true, posts
// Covers: sem_timedwait, clock_gettime.
#include <semaphore.h>
#include <time.h>

#include <atomic>
#include <cassert>
#include <thread>

sem_t available;
std::atomic<bool> published;

bool WaitOneSecond() {
  timespec deadline;
  clock_gettime(CLOCK_REALTIME, &deadline);
  deadline.tv_sec += 1;
  return sem_timedwait(&available, &deadline) == 0;
}

int main() {
  sem_init(&available, 0, 0);
  std::thread consumer([] {
    WaitOneSecond();
    assert(published);
  });
  std::thread producer([] {
    published = true;
    sem_post(&available);
  });
  consumer.join();
  producer.join();
  sem_destroy(&available);
}
