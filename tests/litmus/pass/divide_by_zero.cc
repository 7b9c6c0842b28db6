// heddle: ways=gcc,clang levels=O0,O2
// Fixed: it is set in one step.
// Covers: atomic stores.
#include <atomic>
#include <thread>

std::atomic<int> divisor{10};
volatile int quotient;

int main() {
  std::thread writer([] { divisor = 5; });
  std::thread reader([] { quotient = 100 / divisor; });
  writer.join();
  reader.join();
  return quotient < 10;
}
