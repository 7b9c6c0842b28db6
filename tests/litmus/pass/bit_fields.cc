// heddle: ways=gcc,clang levels=O0,O2
// Fixed: a zero-width bit-field between them makes them two memory locations.
// Covers: bit-fields.
#include <thread>

struct State {
  unsigned char open : 1;
  unsigned char : 0;
  unsigned char dirty : 1;
};

State state;

int main() {
  std::thread first([] { state.open = 1; });
  std::thread second([] { state.dirty = 1; });
  first.join();
  second.join();
  return state.open + state.dirty != 2;
}
