// heddle: ways=gcc,clang levels=O0,O2 switches=0 remedy=hold-lock
// Bug: a snapshot of a record is copied without the lock that the writer holds.
//   step | writer                    | reader
//   1    | locks, fills the record   |
//   2    |                           | copies the record     <- unordered with step 1
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
  std::thread reader([&] { std::memcpy(snapshot, record, bytes); });
  writer.join();
  reader.join();
  return snapshot[0] != 'x' && snapshot[0] != '\0';
}
