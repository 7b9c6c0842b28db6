// heddle: ways=gcc,clang levels=O0,O2
// Fixed: both under one lock.
// Covers: string functions of the C library.
#include <cstring>
#include <mutex>
#include <thread>

std::mutex mutex;
char name[16];
const char* volatile new_name = "heddle";

int main() {
  std::size_t length = 0;
  std::thread writer([] {
    std::lock_guard lock(mutex);
    std::strcpy(name, new_name);
  });
  std::thread reader([&] {
    std::lock_guard lock(mutex);
    length = std::strlen(name);
  });
  writer.join();
  reader.join();
  return length > 6;
}
