// What an execution teaches: its order (which step happens before which), its races, the branches that they call for; and
// where the next execution begins. See dpor.h.
#include <bit>
#include <new>

#include "base/check.h"
#include "strategy/dpor.h"
#include "strategy/dpor_tree.h"

namespace heddle::strategy {
namespace {

using trace::DporAccess;
using trace::DporAsleep;
using trace::DporEvent;
using trace::DporNode;
using trace::DporSearch;
using trace::DporStatus;
using trace::kDporAnyValue;
using trace::kDporNoBranch;
using trace::kDporNone;

using Clock = uint16_t[kDporThreadsMax];

// One execution, looked at from its end. `last` stands for the second step of a race: a step that was done, or one that a
// thread is about to do when the execution ends (its number is then `depth_`).
class Analysis {
 public:
  explicit Analysis(DporSearch* search)
      : search_(*search),
        mode_(search->mode),
        depth_(search->depth),
        threads_(search->thread_count) {}

  void Run() {
    for (uint32_t step = FirstNewStep(); step < depth_; ++step) FillClock(step);
    for (uint32_t step = 0; step < depth_ && HasRoom(); ++step)
      FindRaces(search_.events[step], step);
    for (uint64_t left = search_.pending_alive; left != 0 && HasRoom(); left &= left - 1) {
      DporEvent& pending = search_.pending[std::countr_zero(left)];
      for (uint32_t i = 0; i < pending.op.access_count; ++i)
        pending.earlier[i] = LastUse(pending, i);
      FindRaces(pending, depth_);
    }
  }

 private:
  [[nodiscard]] bool HasRoom() const {
    return search_.status == DporStatus::kRunning && search_.mode == mode_;
  }

  // Steps before this one, and their clocks, are those of the execution before.
  [[nodiscard]] uint32_t FirstNewStep() const {
    return search_.prefix > 0 ? search_.prefix - 1 : 0;
  }

  [[nodiscard]] bool HappensBefore(uint32_t step, const Clock& clock) const {
    const DporEvent& event = search_.events[step];
    return clock[event.thread] >= event.number;
  }

  static void Join(Clock& clock, const Clock& other, uint32_t threads) {
    for (uint32_t i = 0; i < threads; ++i) clock[i] = clock[i] < other[i] ? other[i] : clock[i];
  }

  // What happens before `event` whatever the uses of its objects are.
  void FillBase(const DporEvent& event, uint32_t step, Clock& clock) const {
    for (uint32_t i = 0; i < threads_; ++i) clock[i] = 0;
    if (event.before != kDporNone) Join(clock, search_.clocks[event.before], threads_);
    if (event.enabled_by != kDporNone) Join(clock, search_.clocks[event.enabled_by], threads_);
    uint32_t barrier = 0;
    for (uint32_t i = search_.barrier_count; i > 0; --i) {
      if (search_.barriers[i - 1] > step) continue;
      barrier = search_.barriers[i - 1];
      break;
    }
    if (event.joins_all != 0) barrier = step;
    const bool is_first_after = event.before == kDporNone || event.before < barrier;
    if (barrier > 0 && is_first_after) {
      for (uint32_t i = 0; i < barrier; ++i)
        clock[search_.events[i].thread] = static_cast<uint16_t>(search_.events[i].number);
    }
  }

  void FillClock(uint32_t step) {
    const DporEvent& event = search_.events[step];
    Clock& clock = search_.clocks[step];
    FillBase(event, step, clock);
    for (uint32_t i = 0; i < event.op.access_count; ++i) {
      // A write comes after the uses back to the last write, a read after that write only.
      for (uint32_t use = event.earlier[i]; use != kDporNone; use = Before(use)) {
        const bool writes = AccessOf(use).writes != 0;
        if (writes || event.op.accesses[i].writes != 0)
          Join(clock, search_.clocks[use / 2], threads_);
        if (writes) break;
      }
    }
    clock[event.thread] = static_cast<uint16_t>(event.number);
  }

  [[nodiscard]] const DporAccess& AccessOf(uint32_t use) const {
    return search_.events[use / 2].op.accesses[use % 2];
  }
  [[nodiscard]] uint32_t Before(uint32_t use) const {
    return search_.events[use / 2].earlier[use % 2];
  }

  [[nodiscard]] uint32_t LastUse(const DporEvent& pending, uint32_t access) const {
    for (uint32_t step = depth_; step > 0; --step) {
      const trace::DporOp& op = search_.events[step - 1].op;
      for (uint32_t i = op.access_count; i > 0; --i) {
        if (op.accesses[i - 1].object == pending.op.accesses[access].object)
          return 2 * (step - 1) + i - 1;
      }
    }
    return kDporNone;
  }

  void AddCandidate(uint32_t step) {
    if (HappensBefore(step, base_)) return;
    for (uint32_t i = 0; i < candidate_count_; ++i) {
      if (candidates_[i] == step) return;
    }
    if (candidate_count_ < kCandidatesMax) {
      candidates_[candidate_count_++] = step;
    } else {
      search_.status = DporStatus::kTooLarge;
      search_.left_out |= trace::kDporTree;
    }
  }

  // The steps that `last` could have come before, looking at one of its objects only.
  void AddCandidates(const DporEvent& last, uint32_t access) {
    if (access == 0 && last.op.acquires != 0) {
      for (uint32_t use = last.earlier[0]; use != kDporNone; use = Before(use)) {
        if (HappensBefore(use / 2, base_)) return;
        if ((search_.events[use / 2].available & last.op.acquires) == 0) continue;
        AddCandidate(use / 2);
        return;
      }
      return;
    }
    bool any_read = false;
    for (uint32_t use = last.earlier[access]; use != kDporNone; use = Before(use)) {
      const bool writes = AccessOf(use).writes != 0;
      if (!writes && last.op.accesses[access].writes == 0) continue;
      if (!writes || !any_read) AddCandidate(use / 2);
      any_read = true;
      if (writes) return;
    }
  }

  void FindRaces(const DporEvent& last, uint32_t step) {
    if (last.op.access_count == 0) return;
    FillBase(last, step, base_);
    candidate_count_ = 0;
    for (uint32_t i = 0; i < last.op.access_count; ++i) AddCandidates(last, i);
    for (uint32_t i = 0; i < candidate_count_; ++i) {
      bool is_immediate = true;
      for (uint32_t k = 0; k < candidate_count_ && is_immediate; ++k) {
        is_immediate = k == i || !HappensBefore(candidates_[i], search_.clocks[candidates_[k]]);
      }
      if (is_immediate) TurnRound(candidates_[i], last, step);
    }
  }

  // --- one race ---

  // The order to be tried from before `first`: what comes after it in the execution and does not depend on it, then `last`.
  void TurnRound(uint32_t first, const DporEvent& last, uint32_t step) {
    last_ = &last;
    last_step_ = step;
    rest_count_ = 0;
    const DporEvent& event = search_.events[first];
    for (uint32_t i = 0; i < threads_; ++i) done_[i] = 0;
    for (uint32_t i = 0; i < first; ++i)
      done_[search_.events[i].thread] = static_cast<uint16_t>(search_.events[i].number);
    const bool optimal = search_.mode == trace::DporMode::kOptimal;
    for (uint32_t i = first + 1; i < (optimal ? depth_ : step); ++i) {
      if (i != step && search_.clocks[i][event.thread] < event.number) rest_[rest_count_++] = i;
    }
    first_ = first;
    outside_ = 0;
    DporNode& node = search_.nodes[first];
    if (!optimal) {
      InsertStep(&node);
    } else if (!BeginsAsleep(node)) {
      Insert(&node.first_branch);
    }
  }

  // The next step of `thread` in the order: kInRest and its step, kIsLast, or kNotThere (it moves only after `first`).
  enum class Place : uint8_t { kInRest, kIsLast, kNotThere };
  [[nodiscard]] Place NextOf(uint32_t thread, uint32_t* step) const {
    const uint32_t number = done_[thread] + 1u;
    if (last_->thread == thread && last_->number == number) return Place::kIsLast;
    if (thread >= threads_ || number >= search_.pending[thread].number) return Place::kNotThere;
    *step = search_.places[thread][number];
    const DporEvent& event = search_.events[first_];
    if (*step == first_ || search_.clocks[*step][event.thread] >= event.number)
      return Place::kNotThere;
    return Place::kInRest;
  }

  // What `thread` does next, wherever in the execution that is.
  [[nodiscard]] const trace::DporOp& OpOfNext(uint32_t thread) const {
    const uint32_t number = done_[thread] + 1u;
    if (number >= search_.pending[thread].number) return search_.pending[thread].op;
    return search_.events[search_.places[thread][number]].op;
  }

  // Whether nothing that is left in the order comes before the step.
  [[nodiscard]] bool IsInitial(uint32_t step) const {
    const Clock& clock = search_.clocks[step];
    for (uint32_t i = 0; i < threads_; ++i) {
      if (i != search_.events[step].thread && clock[i] > done_[i]) return false;
    }
    return true;
  }

  [[nodiscard]] bool LastIsInitial() const {
    for (uint32_t i = 0; i < threads_; ++i) {
      if (i != last_->thread && base_[i] > done_[i]) return false;
    }
    for (uint32_t i = 0; i < rest_count_; ++i) {
      const DporEvent& event = search_.events[rest_[i]];
      if (event.number > done_[event.thread] && Dependent(event.op, last_->op)) return false;
    }
    return true;
  }

  [[nodiscard]] bool CommutesWithAll(const trace::DporOp& op) const {
    if (Dependent(op, last_->op)) return false;
    for (uint32_t i = 0; i < rest_count_; ++i) {
      const DporEvent& event = search_.events[rest_[i]];
      if (event.number > done_[event.thread] && Dependent(event.op, op)) return false;
    }
    return true;
  }

  // Whether a step could stand at the beginning of the order, so that what begins with it covers the order. `value` is its
  // result, or kDporAnyValue for all of them.
  // `op` is what the step does where the execution does not say it.
  [[nodiscard]] bool CouldBegin(uint32_t thread, uint32_t value, const trace::DporOp* op,
                                Place* place) {
    uint32_t step = 0;
    *place = NextOf(thread, &step);
    switch (*place) {
      case Place::kIsLast:
        return value == kDporAnyValue && LastIsInitial();
      case Place::kInRest: {
        const DporEvent& event = search_.events[step];
        const bool same = value == kDporAnyValue || event.value_count == 0 || event.value == value;
        return same && IsInitial(step);
      }
      case Place::kNotThere:
        if (thread < threads_ && (outside_ >> thread & 1) == 0)
          return CommutesWithAll(OpOfNext(thread));
        HEDDLE_CHECK(op != nullptr);
        if (op->unstable != 0) search_.mode = trace::DporMode::kSource;
        return CommutesWithAll(*op);
    }
    return false;
  }

  [[nodiscard]] bool BeginsAsleep(const DporNode& node) {
    Place place{};
    for (uint64_t left = node.asleep; left != 0; left &= left - 1) {
      if (CouldBegin(static_cast<uint32_t>(std::countr_zero(left)), kDporAnyValue, nullptr, &place))
        return true;
    }
    for (uint32_t i = 0; i < node.asleep_count; ++i) {
      if (CouldBegin(node.some_asleep[i].thread, node.some_asleep[i].value, nullptr, &place))
        return true;
    }
    return false;
  }

  void Insert(uint32_t* place_of_list) {
    for (bool descended = true; descended;) {
      descended = false;
      for (uint32_t index = *place_of_list; index != kDporNoBranch;
           index = search_.branches[index].next_sibling) {
        trace::DporBranch& branch = search_.branches[index];
        Place place{};
        if (!CouldBegin(branch.thread, branch.value, &branch.op, &place)) continue;
        if (branch.first_child == kDporNoBranch) return;  // what it stands for is tried anyway
        if (place == Place::kIsLast) return;
        if (place == Place::kInRest) ++done_[branch.thread];
        if (place == Place::kNotThere) outside_ |= uint64_t{1} << branch.thread;
        place_of_list = &branch.first_child;
        descended = true;
        break;
      }
    }
    Append(place_of_list);
  }

  // Source sets: some step that the order can begin with must be explored here; one that is, is enough.
  void InsertStep(DporNode* node) {
    Place place{};
    const auto begins = [&](uint32_t thread) {
      uint32_t step = 0;
      place = NextOf(thread, &step);
      return place == Place::kIsLast ? LastIsInitial() : place == Place::kInRest && IsInitial(step);
    };
    for (uint64_t left = node->asleep; left != 0; left &= left - 1) {
      if (begins(static_cast<uint32_t>(std::countr_zero(left)))) return;
    }
    for (uint32_t index = node->first_branch; index != kDporNoBranch;
         index = search_.branches[index].next_sibling) {
      if (begins(search_.branches[index].thread)) return;
    }
    const DporEvent& event = rest_count_ > 0 ? search_.events[rest_[0]] : *last_;
    (void)AppendStep(&node->first_branch, event, kDporAnyValue);
  }

  void Append(uint32_t* place_of_list) {
    for (uint32_t i = 0; i < rest_count_; ++i) {
      const DporEvent& event = search_.events[rest_[i]];
      if (event.number <= done_[event.thread]) continue;
      const uint32_t value = event.value_count > 0 ? event.value : kDporAnyValue;
      place_of_list = AppendStep(place_of_list, event, value);
      if (place_of_list == nullptr) return;
    }
    (void)AppendStep(place_of_list, *last_, kDporAnyValue);
  }

  [[nodiscard]] uint32_t* AppendStep(uint32_t* place_of_list, const DporEvent& event,
                                     uint32_t value) {
    const uint32_t index = AddBranch(&search_, place_of_list, event, value);
    if (index != kDporNoBranch) {
      trace::DporBranch& branch = search_.branches[index];
      for (uint32_t i = 0; i < branch.op.access_count; ++i) {
        branch.op.unstable |= branch.op.accesses[i].object >= search_.nodes[first_].stable_objects;
      }
      return &branch.first_child;
    }
    search_.status = DporStatus::kTooLarge;
    search_.left_out |= trace::kDporTree;
    return nullptr;
  }

  static constexpr uint32_t kCandidatesMax = 2 * kDporThreadsMax;

  DporSearch& search_;
  const trace::DporMode mode_;
  uint32_t depth_;
  uint32_t threads_;

  // --- of the step that races are looked for ---
  Clock base_;
  uint32_t candidates_[kCandidatesMax];
  uint32_t candidate_count_ = 0;

  // --- of the race that is turned round ---
  const DporEvent* last_ = nullptr;
  uint32_t last_step_ = 0;
  uint32_t first_ = 0;
  Clock done_;  // steps of each thread that are behind: before `first`, or taken by the tree
  uint64_t outside_ = 0;  // threads of which a step was taken that is not in the order
  uint32_t rest_count_ = 0;
  uint32_t rest_[kDporDepthMax];
};

// What was explored at this node sleeps from now on.
void PutToSleep(DporNode* node) {
  const uint64_t bit = uint64_t{1} << node->thread;
  if (node->value_count == 0 || node->all_values != 0) {
    node->asleep |= bit;
    return;
  }
  uint32_t known = 1;
  for (uint32_t i = 0; i < node->asleep_count; ++i)
    known += node->some_asleep[i].thread == node->thread;
  if (known == node->value_count) {
    node->asleep |= bit;
  } else if (node->asleep_count < trace::kDporAsleepMax) {
    node->some_asleep[node->asleep_count++] = {node->thread, node->value, node->value_count};
  }
}

// Goes back to the deepest node with something left to do. False if there is none.
bool Advance(DporSearch* search) {
  search->carried = kDporNoBranch;
  for (uint32_t depth = search->depth; depth > 0; --depth) {
    DporNode& node = search->nodes[depth - 1];
    search->prefix = depth;
    if (node.all_values != 0 && node.value_count > 0) {
      const uint32_t value = NextValue(node, node.value + 1, node.value_count);
      if (value < node.value_count) {
        node.value = value;
        return true;
      }
    }
    PutToSleep(&node);
    if (node.first_branch == kDporNoBranch) continue;
    BeginBranch(search, depth - 1);
    return true;
  }
  return false;
}

}  // namespace

void FinishDporExecution(DporSearch* search) {
  if (search->status != DporStatus::kRunning) return;
  if (search->depth < search->prefix) {
    search->status = DporStatus::kDeviated;
    return;
  }
  if (search->depth > search->depth_most) search->depth_most = search->depth;
  alignas(Analysis) static constinit char memory[sizeof(Analysis)] = {};
  Analysis& analysis = *new (memory) Analysis(search);
  const trace::DporMode mode = search->mode;
  analysis.Run();
  if (search->mode != mode) {
    // The trees cannot be trusted: from the beginning, without them.
    const trace::DporEstimate estimate = search->estimate;
    RestartDpor(search);
    search->estimate = estimate;
    search->mode = trace::DporMode::kSource;
    return;
  }
  if (search->status != DporStatus::kRunning) return;
  if (search->redundant_now == 0) ++search->executions;
  if (!Advance(search)) search->status = DporStatus::kComplete;
}

void RestartDpor(DporSearch* search) {
  search->status = DporStatus::kUnused;
  search->mode = trace::DporMode::kOptimal;
  search->left_out = 0;
  search->supposed = 0;
  search->prefix = 0;
  search->depth = 0;
  search->frozen = 0;
  search->executions = 0;
  search->redundant = 0;
  search->carried = kDporNoBranch;
  search->free_branch = kDporNoBranch;
  search->branch_count = 0;
  search->branches_in_use = 0;
  search->branches_most = 0;
  search->depth_most = 0;
  search->estimate = {};
}

}  // namespace heddle::strategy
