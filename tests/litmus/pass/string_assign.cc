// heddle: ways=gcc,clang levels=O0,O2
// Fixed: both under one lock. Covers: std::string under a lock.
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::string title = "a title that does not fit into the object itself";
const std::string replacement = "A TITLE THAT DOES NOT FIT INTO THE OBJECT ITSELF";

int main() {
  std::string copy;
  std::thread writer([] {
    std::lock_guard lock(mutex);
    title = replacement;
  });
  std::thread reader([&] {
    std::lock_guard lock(mutex);
    copy = title;
  });
  writer.join();
  reader.join();
  return copy.size() != replacement.size();
}
