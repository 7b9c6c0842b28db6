// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the producer says that it has finished in any case.
// Covers: spinning on an atomic.
#include <atomic>
#include <thread>

std::atomic<bool> cancelled;
std::atomic<bool> finished;

int main() {
  std::thread producer([] {
    [[maybe_unused]] const bool work_wanted = !cancelled;
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
