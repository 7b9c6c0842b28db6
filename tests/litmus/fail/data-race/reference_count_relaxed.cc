// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a reference count whose decrement is relaxed: the last one to leave is not ordered after the others, and its
// delete races with their last use.
//   step | thread 1                     | thread 2
//   1    | writes object->first         |
//   2    | count 2 -> 1 (relaxed)       |
//   3    |                              | count 1 -> 0 (relaxed)
//   4    |                              | reads object->first, deletes     <- unordered with step 1
// Covers: intrusive reference count.
#include <atomic>
#include <thread>

constexpr auto kOrder = std::memory_order_relaxed;

struct Object {
  std::atomic<int> count{2};
  int first = 0;
  int second = 0;
};

std::atomic<int> sum;

void Release(Object* object) {
  if (object->count.fetch_sub(1, kOrder) != 1) return;
  sum = object->first + object->second;
  delete object;
}

int main() {
  auto* object = new Object;
  std::thread first([=] {
    object->first = 1;
    Release(object);
  });
  std::thread second([=] {
    object->second = 1;
    Release(object);
  });
  first.join();
  second.join();
  return sum == 0;
}
