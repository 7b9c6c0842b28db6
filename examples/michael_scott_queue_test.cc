// The queue of Michael and Scott (PODC 1996) on a pool of nodes. Dequeue reads head, tail and the head's successor one after
// the other; only if the head is still the same afterwards do the three belong together. Without this second look the head
// may have been dequeued and used again meanwhile, and its successor is none.
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>

#include "hunt.h"

namespace {

enum class SecondLook { kLeftOut, kTaken };

constexpr uint32_t kNodes = 4;
constexpr uint32_t kNil = kNodes;

// A node's index and a count of the changes of this link, so that a link that came back is another one.
struct alignas(8) Link {
  uint32_t node;
  uint32_t count;
  bool operator==(const Link&) const = default;
};

struct Node {
  std::atomic<int> value = 0;
  std::atomic<Link> next = Link{kNil, 0};
};

template <SecondLook kSecondLook>
class Queue {
 public:
  // REQUIRES: `node` is in no queue.
  void Enqueue(uint32_t node, int value) {
    Node& fresh = NodeAt(node);
    fresh.value.store(value, std::memory_order_relaxed);
    fresh.next.store({kNil, fresh.next.load().count + 1});
    for (;;) {
      Link tail = tail_.load();
      Link next = NodeAt(tail.node).next.load();
      if (tail != tail_.load()) continue;
      if (next.node != kNil) {
        tail_.compare_exchange_strong(tail, {next.node, tail.count + 1});
      } else if (NodeAt(tail.node).next.compare_exchange_strong(next, {node, next.count + 1})) {
        tail_.compare_exchange_strong(tail, {node, tail.count + 1});
        return;
      }
    }
  }

  struct Taken {
    int value;
    uint32_t node;  // free again
  };
  std::optional<Taken> Dequeue() {
    for (;;) {
      Link head = head_.load();
      Link tail = tail_.load();
      const Link next = NodeAt(head.node).next.load();
      if (kSecondLook == SecondLook::kTaken && head != head_.load()) continue;
      if (head.node == tail.node) {
        if (next.node == kNil) return std::nullopt;
        tail_.compare_exchange_strong(tail, {next.node, tail.count + 1});
        continue;
      }
      const int value = NodeAt(next.node).value.load(std::memory_order_relaxed);
      if (head_.compare_exchange_strong(head, {next.node, head.count + 1}))
        return Taken{value, head.node};
    }
  }

 private:
  Node& NodeAt(uint32_t node) {
    heddle::Check(node < kNodes, "a successor that does not exist is followed");
    return nodes_[node];
  }

  std::array<Node, kNodes> nodes_;
  std::atomic<Link> head_ = Link{0, 0};
  std::atomic<Link> tail_ = Link{0, 0};
};

// Node 0 is the dummy, 1 holds a value. One thread dequeues; the other dequeues as well and uses the node that it got free
// for another value.
template <SecondLook kSecondLook>
void DequeueAgainstReuse() {
  Queue<kSecondLook> queue;
  queue.Enqueue(1, 10);
  queue.Enqueue(2, 20);
  int sum = 0;
  std::thread first([&] {
    if (const auto taken = queue.Dequeue()) sum += taken->value;
  });
  int of_second = 0;
  std::thread second([&] {
    const auto taken = queue.Dequeue();
    if (!taken) return;
    of_second = taken->value;
    queue.Enqueue(taken->node, 30);
  });
  first.join();
  second.join();
  sum += of_second;
  while (const auto taken = queue.Dequeue()) sum += taken->value;
  heddle::Check(sum == 60, "every value is dequeued once");
}

TEST(MichaelScottQueue, WithoutASecondLookFollowsNothing) {
  examples::ExpectFound("invariant", DequeueAgainstReuse<SecondLook::kLeftOut>);
}

HEDDLE_TEST(MichaelScottQueue, WithASecondLookKeepsEveryValue, .schedules = examples::kSchedules) {
  DequeueAgainstReuse<SecondLook::kTaken>();
}

}  // namespace
