// Counts the different orders (strategy/order.h) of an exploration, and says from what was seen once, twice and more often how
// much of what the strategy would see is still unseen.
//
// The estimate is Good's and Turing's (I. J. Good, "The population frequencies of species and the estimation of population
// parameters", Biometrika 40, 1953): of n executions drawn independently, f1 had an order that no other had; then the chance
// that the next execution shows a new order is about f1 / n. Its standard error is sqrt(f1 (1 - f1/n) + 2 f2) / n, with f2
// orders seen twice (W. W. Esty, "A normal limit law for a nonparametric estimator of the coverage of a random sample", Annals
// of Statistics 11, 1983). Where nothing was seen once only, at most 3 / n is unseen, with 95% confidence: a chance p goes
// unnoticed n times in a row with probability (1 - p)^n.
//
// Memory is bounded. A table that is full keeps half of the orders, those whose next bit is zero, as a sample: from then on
// every number is an estimate, exact() says so, and its error is about one in a thousand. An order is in the sample or not, so
// how often those in it were seen stays exactly known.
//
//   slot  62 bits of the order, 2 bits: seen once, twice, more often; zero is free
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::trace {

struct OrderStatistics {
  uint64_t executions = 0;
  uint64_t distinct = 0;           // orders
  uint64_t once = 0;               // of them, seen in one execution only
  uint64_t twice = 0;              // … in two
  uint64_t recent_executions = 0;  // the last tenth of them, or a little more …
  uint64_t recent_new = 0;         // … and how many orders they were the first to show
  bool exact = true;               // false: the numbers of orders are estimates
  // Meaningful if executions are drawn at random: the chance that the next one shows a new order, and where it lies with 95%
  // confidence.
  double unseen = 1;
  double unseen_low = 0;
  double unseen_high = 1;
};

class OrderCount {
 public:
  static constexpr uint32_t kSlotsMax = 1u << 20;
  // Tables of growing size lie one behind the other.
  static constexpr size_t kMemoryBytes = size_t{2} * kSlotsMax * sizeof(uint64_t);
  // An exploration is not called saturated sooner.
  static constexpr uint64_t kExecutionsMin = 100;

  // Uses this memory of kMemoryBytes, which is zero and lives longer. Touched only as far as needed.
  void Adopt(uint64_t* memory, uint32_t slots_max = kSlotsMax);
  // Forgets everything.
  void Clear();
  void Add(uint64_t order);
  [[nodiscard]] uint64_t executions() const { return executions_; }
  [[nodiscard]] OrderStatistics Statistics() const;
  // Whether at most the part `unseen` is unseen, with 95% confidence.
  [[nodiscard]] bool IsSaturated(double unseen) const;

 private:
  static constexpr uint32_t kSlotsFirst = 1u << 11;
  static constexpr uint32_t kMarksMax = 40;

  // Where the count stood after some number of executions.
  struct Mark {
    uint64_t executions;
    uint64_t first_seen;
  };

  [[nodiscard]] uint64_t* slots() const { return memory_ + slot_count_; }
  [[nodiscard]] uint64_t* Probe(uint64_t key) const;
  void AddNew(uint64_t* slot, uint64_t key);
  void MakeRoom();
  void Grow();
  void Halve();
  void SetMark();

  uint64_t* memory_ = nullptr;
  uint32_t slots_max_ = 0;
  uint32_t slot_count_ = 0;
  uint32_t used_ = 0;
  uint32_t level_ = 0;       // so many bits of an order must be zero for it to be in the sample
  uint64_t counts_[4] = {};  // by the two bits: how many orders
  uint64_t executions_ = 0;
  uint64_t first_seen_ = 0;  // executions that were the first to show an order
  uint64_t mark_distance_ = 1;
  uint64_t next_mark_ = 1;
  uint32_t mark_count_ = 0;
  Mark marks_[kMarksMax] = {};
};

}  // namespace heddle::trace
