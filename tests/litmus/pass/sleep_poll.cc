// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the worker polls for the question as well.
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
    while (!asked) SleepMillisecond();
    answered = true;
  });
  asked = true;
  while (!answered) SleepMillisecond();
  worker.join();
}
