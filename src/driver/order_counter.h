// Counts the orders that the executions of all jobs showed (trace/order_count.h), in memory of its own.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "trace/order_count.h"
#include "trace/region.h"

namespace heddle::driver {

class OrderCounter {
 public:
  OrderCounter()
      : memory_(static_cast<uint64_t*>(std::calloc(1, trace::OrderCount::kMemoryBytes))) {
    if (memory_ == nullptr) throw std::bad_alloc();
    count_.Adopt(memory_.get());
  }

  // The executions of a batch that has just ended.
  void AddBatch(const trace::OrderLog& log) {
    for (uint32_t i = 0; i < std::min(log.count, kOrderLogMax); ++i) count_.Add(log.orders[i]);
  }

  [[nodiscard]] const trace::OrderCount& count() const { return count_; }

 private:
  // Not cleared by hand: most of it is never touched.
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint64_t, Free> memory_;
  trace::OrderCount count_;
};

}  // namespace heddle::driver
