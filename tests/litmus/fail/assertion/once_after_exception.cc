// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: a hand-made "once" marks itself done before the initialiser has run, and the first one throws.
//   step | thread 1                   | thread 2
//   1    | marks, initialiser throws  |
//   2    |                            | marked: assert(initialised)
// Covers: std::call_once with an exception.
#include <atomic>
#include <cassert>
#include <stdexcept>
#include <thread>

std::atomic<bool> marked;
std::atomic<int> attempts;
std::atomic<bool> initialised;

void Initialise() {
  if (attempts++ == 0) throw std::runtime_error("not yet");
  initialised = true;
}

void Use() {
  try {
    if (!marked.exchange(true)) Initialise();
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
