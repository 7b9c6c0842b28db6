// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the parts touch but do not overlap: adjacent bytes are no race.
// Covers: memset of a size that the compiler does not know, byte granularity.
#include <cstddef>
#include <cstring>
#include <thread>

char buffer[32];
volatile std::size_t first_size = 16;
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
