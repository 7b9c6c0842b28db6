// heddle: ways=gcc,clang levels=O0,O2
// Fixed: std::call_once lets the next caller try again after an exception.
// Covers: std::call_once with an exception.
#include <atomic>
#include <cassert>
#include <mutex>
#include <stdexcept>
#include <thread>

std::once_flag once;
std::atomic<int> attempts;
std::atomic<bool> initialised;

void Initialise() {
  if (attempts++ == 0) throw std::runtime_error("not yet");
  initialised = true;
}

void Use() {
  try {
    std::call_once(once, Initialise);
  } catch (const std::runtime_error&) {
    return;
  }
  assert(initialised);
}

int main() {
  std::thread first(Use);
  std::thread second(Use);
  first.join();
  second.join();
}
