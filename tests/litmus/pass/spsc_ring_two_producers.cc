// heddle: ways=gcc,clang levels=O0,O2
// Fixed: one producer; the consumer runs beside it.
// Covers: lock-free single-producer single-consumer queue.
#include <atomic>
#include <thread>

class Ring {
 public:
  bool Push(int value) {
    const unsigned tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == kSize) return false;
    slots_[tail % kSize] = value;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  bool Pop(int* value) {
    const unsigned head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    *value = slots_[head % kSize];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  static constexpr unsigned kSize = 2;
  std::atomic<unsigned> head_{0};
  std::atomic<unsigned> tail_{0};
  int slots_[kSize] = {};
};

int main() {
  Ring ring;
  int sum = 0;
  std::thread producer([&] {
    for (int value = 1; value <= 3;) {
      if (ring.Push(value)) {
        ++value;
      } else {
        std::this_thread::yield();
      }
    }
  });
  for (int taken = 0; taken < 3;) {
    int value = 0;
    if (ring.Pop(&value)) {
      sum += value;
      ++taken;
    } else {
      std::this_thread::yield();
    }
  }
  producer.join();
  return sum != 6;
}
