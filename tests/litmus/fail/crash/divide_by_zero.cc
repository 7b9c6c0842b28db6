// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a divisor is set in two steps, and is zero in between.
//   step | writer             | reader
//   1    | divisor = 0        |
//   2    |                    | 100 / divisor     <- SIGFPE
//   3    | divisor += 5       |
// Covers: atomic stores.
#include <atomic>
#include <thread>

std::atomic<int> divisor{10};
volatile int quotient;

int main() {
  std::thread writer([] {
    divisor = 0;
    divisor += 5;
  });
  std::thread reader([] { quotient = 100 / divisor; });
  writer.join();
  reader.join();
  return quotient < 10;
}
