// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a std::string is assigned by one thread and copied by another. Same length, so that the bytes are all that
// changes. Covers: library code that is not instrumented, seen through its memcpy.
//   step | writer                    | reader
//   1    | title = new text          |
//   2    |                           | copies title     <- unordered with step 1
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::string title = "a title that does not fit into the object itself";
const std::string replacement = "A TITLE THAT DOES NOT FIT INTO THE OBJECT ITSELF";

int main() {
  std::string copy;
  std::thread writer([] { title = replacement; });
  std::thread reader([&] { copy = title; });
  writer.join();
  reader.join();
  return copy.size() != replacement.size();
}
