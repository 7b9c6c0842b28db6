// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the decrement releases what was done and acquires what the others did.
// Covers: intrusive reference count.
#include <atomic>
#include <thread>

constexpr auto kOrder = std::memory_order_acq_rel;

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
  return sum != 2;
}
