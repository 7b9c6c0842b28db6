// heddle: ways=gcc,clang levels=O0,O2 switches=0
// Bug: adjacent bit-fields are one memory location: writing one rewrites the other.
//   step | thread 1             | thread 2
//   1    | state.open = 1       |
//   2    |                      | state.dirty = 1     <- unordered with step 1, the same byte
// Covers: bit-fields.
#include <thread>

struct State {
  unsigned char open : 1;
  unsigned char dirty : 1;
};

State state;

int main() {
  std::thread first([] { state.open = 1; });
  std::thread second([] { state.dirty = 1; });
  first.join();
  second.join();
  return state.open + state.dirty == 0;
}
