// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the copy is made under the lock.
// Covers: memcpy of a size that the compiler does not know.
#include <cstddef>
#include <cstring>
#include <mutex>
#include <thread>

std::mutex mutex;
char record[64];
volatile std::size_t record_bytes = sizeof(record);

int main() {
  const std::size_t bytes = record_bytes;
  char snapshot[sizeof(record)] = {};
  std::thread writer([bytes] {
    std::lock_guard lock(mutex);
    std::memset(record, 'x', bytes);
  });
  std::thread reader([&] {
    std::lock_guard lock(mutex);
    std::memcpy(snapshot, record, bytes);
  });
  writer.join();
  reader.join();
  return snapshot[0] != 'x' && snapshot[0] != '\0';
}
