// What a node counts about itself. Numbers for people: each is right by itself, together they are no snapshot.
#pragma once

#include <atomic>
#include <cstdint>

namespace olric {

// Counted with relaxed order: nothing is published through them.
class Counter {
 public:
  void Add(uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  void Subtract(uint64_t by = 1) { value_.fetch_sub(by, std::memory_order_relaxed); }
  [[nodiscard]] uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

struct Counters {
  Counter commands_total;
  Counter entries_total;  // written
  Counter get_hits;
  Counter get_misses;
  Counter delete_hits;
  Counter delete_misses;
  Counter evicted_total;
  Counter published_total;
  Counter subscribers_total;
  Counter current_subscribers;
  Counter psubscribers_total;
  Counter current_psubscribers;
};

}  // namespace olric
