// The smallest data race: two threads write one int and nothing orders them, so every schedule has it.
// `heddle doctor` must find it; if it does not, the hooks are dead and no green result means anything.
//
//   step | thread 1     | thread 2
//   1    | value = 1    |
//   2    |              | value = 2      <- unordered with step 1: data-race
#include <thread>

int value;

int main() {
  std::thread first([] { value = 1; });
  std::thread second([] { value = 2; });
  first.join();
  second.join();
}
