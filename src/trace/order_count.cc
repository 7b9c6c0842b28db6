// See order_count.h.
#include "trace/order_count.h"

#include "base/check.h"

namespace heddle::trace {
namespace {

constexpr uint64_t kSeenBits = 3;
constexpr uint32_t kSampleShift = 2;

// 95% of a normal distribution lie within so many standard errors.
constexpr double kConfidence = 1.96;

// No library of mathematics in this zone. Newton's method, from above.
double SquareRoot(double x) {
  if (x <= 0) return 0;
  double root = x < 1 ? 1 : x;
  for (int i = 0; i < 200; ++i) {
    const double next = (root + x / root) / 2;
    if (next >= root) break;
    root = next;
  }
  return root;
}

// Spreads the order over all bits and frees those that say how often it was seen.
uint64_t KeyOf(uint64_t order) {
  const uint64_t spread = (order ^ order >> 31) * 0x9e3779b97f4a7c15;
  return (spread ^ spread >> 29) & ~kSeenBits;
}

}  // namespace

void OrderCount::Adopt(uint64_t* memory, uint32_t slots_max) {
  HEDDLE_CHECK((slots_max & (slots_max - 1)) == 0);
  HEDDLE_CHECK(slots_max >= kSlotsFirst && slots_max <= kSlotsMax);
  memory_ = memory;
  slots_max_ = slots_max;
  slot_count_ = kSlotsFirst;
}

void OrderCount::Clear() {
  uint64_t* const memory = memory_;
  const uint32_t slots_max = slots_max_;
  for (uint32_t i = 0; i < slot_count_; ++i) slots()[i] = 0;
  *this = {};
  Adopt(memory, slots_max);
}

// The slot that holds `key`, or the free one where it would go.
uint64_t* OrderCount::Probe(uint64_t key) const {
  const uint32_t mask = slot_count_ - 1;
  auto at = static_cast<uint32_t>(key >> 32) & mask;
  for (;; at = (at + 1) & mask) {
    uint64_t* slot = slots() + at;
    if (*slot == 0 || (*slot & ~kSeenBits) == key) return slot;
  }
}

void OrderCount::Add(uint64_t order) {
  const uint64_t key = KeyOf(order);
  ++executions_;
  if ((key >> kSampleShift & ((uint64_t{1} << level_) - 1)) == 0) {
    uint64_t* slot = Probe(key);
    const uint64_t seen = *slot & kSeenBits;
    if (*slot == 0) {
      AddNew(slot, key);
    } else if (seen < kSeenBits) {
      --counts_[seen];
      ++counts_[seen + 1];
      ++*slot;
    }
  }
  if (executions_ == next_mark_) SetMark();
}

void OrderCount::AddNew(uint64_t* slot, uint64_t key) {
  *slot = key | 1;
  ++counts_[1];
  first_seen_ += uint64_t{1} << level_;
  if (++used_ > slot_count_ / 4 * 3) MakeRoom();
}

void OrderCount::MakeRoom() {
  if (slot_count_ < slots_max_) {
    Grow();
  } else {
    Halve();
  }
}

// The table of twice the size begins where this one ends.
void OrderCount::Grow() {
  uint64_t* const old = slots();
  const uint32_t old_count = slot_count_;
  slot_count_ *= 2;
  for (uint32_t i = 0; i < old_count; ++i) {
    if (old[i] != 0) *Probe(old[i] & ~kSeenBits) = old[i];
    old[i] = 0;
  }
}

// Keeps the orders whose next bit is zero. They wait in the memory of the smaller table while this one is cleared.
void OrderCount::Halve() {
  const uint64_t bit = uint64_t{1} << (kSampleShift + level_++);
  uint64_t* const waiting = memory_ + slot_count_ / 2;
  for (uint64_t& count : counts_) count = 0;
  used_ = 0;
  for (uint32_t i = 0; i < slot_count_; ++i) {
    uint64_t& slot = slots()[i];
    // More than half of the table cannot wait; nor will it, of three quarters of which every other one is kept.
    if (slot != 0 && (slot & bit) == 0 && used_ < slot_count_ / 2) waiting[used_++] = slot;
    slot = 0;
  }
  for (uint32_t i = 0; i < used_; ++i) {
    *Probe(waiting[i] & ~kSeenBits) = waiting[i];
    ++counts_[waiting[i] & kSeenBits];
    waiting[i] = 0;
  }
}

// When there is no more room every other mark is dropped, so that they always divide the time into equal parts.
void OrderCount::SetMark() {
  if (mark_count_ == kMarksMax) {
    mark_count_ /= 2;
    mark_distance_ *= 2;
    for (uint32_t i = 0; i < mark_count_; ++i) marks_[i] = marks_[2 * i + 1];
  }
  if (executions_ % mark_distance_ == 0) marks_[mark_count_++] = {executions_, first_seen_};
  next_mark_ = (executions_ / mark_distance_ + 1) * mark_distance_;
}

OrderStatistics OrderCount::Statistics() const {
  OrderStatistics result;
  result.executions = executions_;
  result.once = counts_[1] << level_;
  result.twice = counts_[2] << level_;
  result.distinct = (counts_[1] + counts_[2] + counts_[3]) << level_;
  result.exact = level_ == 0;
  if (executions_ == 0) return result;
  Mark begin = {};
  for (uint32_t i = 0; i < mark_count_; ++i) {
    if (marks_[i].executions <= executions_ - (executions_ + 9) / 10) begin = marks_[i];
  }
  result.recent_executions = executions_ - begin.executions;
  result.recent_new = first_seen_ - begin.first_seen;

  const auto n = static_cast<double>(executions_);
  const auto once = static_cast<double>(result.once);
  const double unseen = once < n ? once / n : 1;
  const double spread =
      SquareRoot(once * (1 - unseen) + 2 * static_cast<double>(result.twice)) / n * kConfidence;
  const double least_high = 3 / n;
  result.unseen = unseen;
  result.unseen_low = unseen > spread ? unseen - spread : 0;
  result.unseen_high = unseen + (spread > least_high ? spread : least_high);
  if (result.unseen_high > 1) result.unseen_high = 1;
  return result;
}

bool OrderCount::IsSaturated(double unseen) const {
  return executions_ >= kExecutionsMin && Statistics().unseen_high <= unseen;
}

}  // namespace heddle::trace
