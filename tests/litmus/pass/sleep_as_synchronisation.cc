// heddle: ways=gcc,clang levels=O0,O2
// Fixed: the reader joins the writer; the sleep is only a delay. Covers: sleep, join by another thread than main.
#include <chrono>
#include <thread>

int result;

int main() {
  int seen = 0;
  std::thread writer([] { result = 42; });
  std::thread reader([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    writer.join();
    seen = result;
  });
  reader.join();
  return seen != 42;
}
