// Two threads count. As reported the counter is a plain int: a data race. With COUNTER_FIXED a mutex protects it.
#include <mutex>
#include <thread>

namespace {

std::mutex mutex;
int counter = 0;

void Count() {
#ifdef COUNTER_FIXED
  const std::lock_guard<std::mutex> lock(mutex);
#endif
  ++counter;
}

}  // namespace

int main() {
  std::thread first(Count);
  std::thread second(Count);
  first.join();
  second.join();
  return 0;
}
