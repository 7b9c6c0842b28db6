// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: two threads clear parts of one buffer, and the parts overlap by one byte.
//   step | thread 1            | thread 2
//   1    | clears [0, 17)      |
//   2    |                     | clears [16, 32)     <- byte 16 is written twice, unordered
// Covers: memset of a size that the compiler does not know, byte granularity.
#include <cstddef>
#include <cstring>
#include <thread>

char buffer[32];
volatile std::size_t first_size = 17;
volatile std::size_t second_size = 16;

int main() {
  const std::size_t head = first_size;
  const std::size_t tail = second_size;
  std::thread first([head] { std::memset(buffer, 'a', head); });
  std::thread second([tail] { std::memset(buffer + 16, 'b', tail); });
  first.join();
  second.join();
  return buffer[0] != 'a' || buffer[31] != 'b';
}
