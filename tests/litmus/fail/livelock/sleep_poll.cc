// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: main polls with sleeps for an answer that the worker does not give if it sees the question too late.
//   step | worker                       | main
//   1    | looks: no question, ends     |
//   2    |                              | asks, then sleeps and looks, sleeps and looks, …
// Covers: nanosleep in a loop, virtual time.
#include <time.h>

#include <atomic>
#include <thread>

std::atomic<bool> asked;
std::atomic<bool> answered;

void SleepMillisecond() {
  const timespec delay = {0, 1000000};
  nanosleep(&delay, nullptr);
}

int main() {
  std::thread worker([] {
    if (asked) answered = true;
  });
  asked = true;
  while (!answered) SleepMillisecond();
  worker.join();
}
