// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: one thread copies a name into a shared buffer while another measures it.
//   step | writer                | reader
//   1    | strcpy to name        |
//   2    |                       | strlen of name     <- unordered with step 1
// Covers: string functions of the C library.
#include <cstring>
#include <mutex>
#include <thread>

std::mutex mutex;
char name[16];
const char* volatile new_name = "heddle";

int main() {
  std::size_t length = 0;
  std::thread writer([] { std::strcpy(name, new_name); });
  std::thread reader([&] { length = std::strlen(name); });
  writer.join();
  reader.join();
  return length > 6;
}
