// See surw.h.
#include "strategy/surw.h"

namespace heddle::strategy {
namespace {

constexpr uint32_t kEverythingPerMille = 250;

uint32_t PlaceOf(const PendingOp& op) { return trace::ProfilePlace(op.kind, op.site); }

// Synchronisation and atomics; that a thread starts or ends is of no interest.
bool Counts(const PendingOp& op) { return op.object != kNoObject; }

}  // namespace

void Surw::StartExecution(const ExecutionInfo& info) {
  prng_ = Prng(info.seed);
  place_count_ = 0;
  created_ = 0;
  intended_ = kNoThread;
  for (uint32_t& left : left_) left = 0;
  everything_ = prng_.Chance(kEverythingPerMille);
  if (profile_ == nullptr || profile_->entry_count == 0) return;
  if (!everything_) ChooseObject();
  for (uint32_t i = 0; i < profile_->entry_count; ++i) {
    const trace::ProfileEntry& entry = profile_->entries[i];
    bool wanted = everything_;
    for (uint32_t k = 0; k < place_count_ && !wanted; ++k) wanted = places_[k] == entry.place;
    if (wanted) left_[entry.thread] += entry.count;
  }
}

// Draws one object that several threads touched, and notes the places that touch it.
void Surw::ChooseObject() {
  uint32_t chosen = trace::kNoIndex;
  uint32_t candidates = 0;
  for (uint32_t i = 0; i < profile_->entry_count; ++i) {
    const trace::ProfileEntry& first = profile_->entries[i];
    bool shared = false;
    bool seen = false;
    for (uint32_t k = 0; k < profile_->entry_count; ++k) {
      const trace::ProfileEntry& other = profile_->entries[k];
      if (other.object != first.object) continue;
      shared |= other.thread != first.thread;
      seen |= k < i;
    }
    if (!shared || seen) continue;
    // Each candidate replaces the one before with the probability that makes all of them alike.
    if (prng_.Below(++candidates) == 0) chosen = first.object;
  }
  if (chosen == trace::kNoIndex) {
    everything_ = true;
    return;
  }
  for (uint32_t i = 0; i < profile_->entry_count && place_count_ < kPlacesMax; ++i) {
    if (profile_->entries[i].object == chosen) places_[place_count_++] = profile_->entries[i].place;
  }
}

void Surw::OnThreadCreated(ThreadId thread) {
  if (Index(thread) >= created_) created_ = Index(thread) + 1;
}

bool Surw::Interesting(const PendingOp& op) const {
  if (!Counts(op)) return false;
  if (everything_) return true;
  const uint32_t place = PlaceOf(op);
  for (uint32_t i = 0; i < place_count_; ++i) {
    if (places_[i] == place) return true;
  }
  return false;
}

// Draws the thread that is to do the next interesting event. Threads to come count for their nearest ancestor that exists.
void Surw::DrawIntended() {
  uint32_t weights[trace::kProfileThreads];
  uint64_t total = 0;
  for (uint32_t i = 0; i < trace::kProfileThreads; ++i) weights[i] = 0;
  for (uint32_t i = 0; i < trace::kProfileThreads; ++i) {
    if (left_[i] == 0) continue;
    uint32_t counts_for = i;
    while (counts_for >= created_ && counts_for != profile_->parents[counts_for])
      counts_for = profile_->parents[counts_for];
    if (counts_for >= created_) continue;
    weights[counts_for] += left_[i];
    total += left_[i];
  }
  if (total == 0) return;
  uint64_t drawn = prng_.Next() % total;
  for (uint32_t i = 0; i < trace::kProfileThreads; ++i) {
    if (drawn < weights[i]) {
      intended_ = ThreadId{i};
      picks_ = 0;
      yields_ = 0;
      return;
    }
    drawn -= weights[i];
  }
}

// Whether the threads that wait for the drawn one have waited in vain, when `op` is what is to be done instead.
bool Surw::WaitedTooLong(const PendingOp& op) {
  yields_ += op.kind == trace::OpKind::kYield || op.kind == trace::OpKind::kSleep;
  return yields_ > kYieldsMax || ++picks_ > kPicksMax;
}

ThreadId Surw::PickNext(const Choice& choice) {
  if (intended_ == kNoThread && profile_ != nullptr) DrawIntended();
  if (intended_ != kNoThread) {
    uint32_t free = 0;
    ThreadId chosen = kNoThread;
    choice.enabled->ForEach([&](ThreadId thread) {
      if (thread != intended_ && Interesting(choice.pending[Index(thread)])) return;
      if (prng_.Below(++free) == 0) chosen = thread;
    });
    if (chosen != kNoThread && !WaitedTooLong(choice.pending[Index(chosen)])) return chosen;
    // The intended thread cannot run or only waits, and all others wait for it: somebody has to go first.
    intended_ = kNoThread;
  }
  return choice.enabled->Nth(prng_.Below(choice.enabled->count()));
}

void Surw::OnEvent(ThreadId thread, const PendingOp& op, const PendingOp*, uint32_t) {
  if (!Interesting(op)) return;
  if (Index(thread) < trace::kProfileThreads && left_[Index(thread)] > 0) --left_[Index(thread)];
  // Whoever it was: the next one is drawn anew.
  intended_ = kNoThread;
}

}  // namespace heddle::strategy
