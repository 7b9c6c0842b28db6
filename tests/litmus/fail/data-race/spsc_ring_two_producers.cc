// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a ring for one producer and one consumer has two producers.
//   step | producer 1                     | producer 2
//   1    | reads tail: 0                  |
//   2    |                                | reads tail: 0
//   3    | slots[0] = 1                   |
//   4    |                                | slots[0] = 2     <- unordered with step 3
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
  std::thread first([&] { ring.Push(1); });
  std::thread second([&] { ring.Push(2); });
  first.join();
  second.join();
  for (int value = 0; ring.Pop(&value);) sum += value;
  return sum == 0;
}
