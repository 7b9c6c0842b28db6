// heddle: ways=gcc,clang levels=O0,O2 switches=1
// Bug: a lock-free stack whose nodes are used again. Its pop compares the head with what it read, and that may have
// been away and come back, with another successor (ABA).
//   step | thread 1                                   | thread 2
//   1    | pop: head is node 0, its next is node 1    |
//   2    |                                            | pops 0, pops 1, pushes 0
//   3    | compare-exchange head 0 -> 1 succeeds      |
//   4    | pops again: gets node 1                    |     <- thread 2 owns node 1
// Covers: Treiber stack, compare-exchange loops.
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

constexpr uint32_t kEmpty = 99;
constexpr uint64_t kTagStep = 0;

struct Node {
  std::atomic<uint32_t> next{kEmpty};
  std::atomic<bool> owned{false};
};

Node nodes[2];
std::atomic<uint64_t> head{kEmpty};  // Index of a node, and above it the tag.

void Push(uint32_t index) {
  nodes[index].owned = false;
  for (uint64_t old = head;;) {
    nodes[index].next = static_cast<uint32_t>(old);
    if (head.compare_exchange_weak(old, (old - static_cast<uint32_t>(old) + kTagStep) | index))
      return;
  }
}

uint32_t Pop() {
  for (uint64_t old = head;;) {
    const uint32_t index = static_cast<uint32_t>(old);
    if (index == kEmpty) return kEmpty;
    const uint32_t next = nodes[index].next;
    if (head.compare_exchange_weak(old, (old - index + kTagStep) | next)) {
      const bool was_owned = nodes[index].owned.exchange(true);
      assert(!was_owned);
      return index;
    }
  }
}

int main() {
  Push(1);
  Push(0);
  std::thread first([] {
    Pop();
    Pop();
  });
  std::thread second([] {
    const uint32_t top = Pop();
    Pop();
    if (top != kEmpty) Push(top);
  });
  first.join();
  second.join();
}
