// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: if the producer sees the cancellation first, it never sets the flag that the consumer spins on.
//   step | main                | producer                 | consumer
//   1    | cancelled = true    |                          |
//   2    |                     | sees it, leaves          |
//   3    |                     |                          | spins on finished for ever
// Covers: spinning on an atomic.
#include <atomic>
#include <thread>

std::atomic<bool> cancelled;
std::atomic<bool> finished;

int main() {
  std::thread producer([] {
    if (cancelled) return;
    finished = true;
  });
  std::thread consumer([] {
    while (!finished) {
    }
  });
  cancelled = true;
  producer.join();
  consumer.join();
}
