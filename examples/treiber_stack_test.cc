// A Treiber stack whose nodes are used again at once. Pop reads the top and its successor and then swings the top from one
// to the other; if the same node was popped and pushed again in between (ABA), the successor is an old one, and a node is
// lost or handed out twice. The remedy is a tag beside the index that every change increments.
#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

#include "hunt.h"

namespace {

enum class Tags { kNone, kCounted };

constexpr uint32_t kNodes = 3;
constexpr uint32_t kNil = kNodes;

template <Tags kTags>
class Stack {
 public:
  void Push(uint32_t node) {
    Top top = top_.load();
    do {
      next_[node].store(top.node);
    } while (!top_.compare_exchange_strong(top, Changed(top, node)));
  }

  // The node that was on top, kNil if the stack is empty.
  uint32_t Pop() {
    Top top = top_.load();
    while (top.node != kNil) {
      const uint32_t next = next_[top.node].load();
      if (top_.compare_exchange_strong(top, Changed(top, next))) break;
    }
    return top.node;
  }

 private:
  struct alignas(8) Top {
    uint32_t node;
    uint32_t tag;
  };
  static Top Changed(Top top, uint32_t node) {
    return {node, kTags == Tags::kCounted ? top.tag + 1 : 0};
  }

  std::atomic<Top> top_ = Top{kNil, 0};
  std::array<std::atomic<uint32_t>, kNodes> next_ = {};
};

// Three nodes; one thread takes one of them, the other takes two and puts the first back. No node may be lost or
// handed out twice.
template <Tags kTags>
void PopAgainstPopPopPush() {
  Stack<kTags> stack;
  for (uint32_t node = 0; node < kNodes; ++node) stack.Push(node);
  uint32_t taken_by_first = kNil;
  uint32_t taken_by_second = kNil;
  std::thread first([&] { taken_by_first = stack.Pop(); });
  std::thread second([&] {
    const uint32_t top = stack.Pop();
    taken_by_second = stack.Pop();
    if (top != kNil) stack.Push(top);
  });
  first.join();
  second.join();

  std::array<int, kNodes> seen = {};
  const auto count = [&seen](uint32_t node) {
    if (node != kNil) ++seen[node];
  };
  count(taken_by_first);
  count(taken_by_second);
  for (uint32_t i = 0; i <= kNodes; ++i) count(stack.Pop());
  for (const int times : seen) heddle::Check(times == 1, "every node is in exactly one place");
}

TEST(TreiberStack, WithoutTagsLosesANode) {
  examples::ExpectFound("invariant", PopAgainstPopPopPush<Tags::kNone>);
}

HEDDLE_TEST(TreiberStack, WithTagsKeepsEveryNode, .schedules = examples::kSchedules) {
  PopAgainstPopPopPush<Tags::kCounted>();
}

}  // namespace
