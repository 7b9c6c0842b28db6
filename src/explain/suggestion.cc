// See suggestion.h.
#include "explain/suggestion.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace heddle::explain {
namespace {

using trace::OpKind;

// A thread that reads one place so often in a row, and does nothing else, waits for it.
constexpr int kPollsMin = 3;

[[nodiscard]] bool IsAtomic(const Step& step) {
  return step.op == OpKind::kAtomicLoad || step.op == OpKind::kAtomicStore ||
         step.op == OpKind::kAtomicRmw || step.op == OpKind::kAtomicCas;
}

[[nodiscard]] bool Gives(const Step& step) {
  return step.op == OpKind::kMutexUnlock || step.op == OpKind::kRwUnlock ||
         step.op == OpKind::kSpinUnlock;
}

[[nodiscard]] std::string Times(uint64_t count, uint64_t of) {
  if (count == of) return of == 1 ? "in the one case seen" : fmt::format("in all {} cases", of);
  return fmt::format("in {} of {} cases", count, of);
}

class Chooser {
 public:
  Chooser(const Discipline& discipline, const Observations& observations)
      : discipline_(discipline), observations_(observations) {}

  [[nodiscard]] std::optional<Suggestion> Choose() {
    if (discipline_.races.empty()) return std::nullopt;
    if (auto found = WeakPublication()) return found;
    if (auto found = ByLock()) return found;
    if (HasDisciplines()) return std::nullopt;
    if (auto found = AnnouncedTooEarly()) return found;
    if (auto found = Polled()) return found;
    return NotWaitedFor();
  }

 private:
  [[nodiscard]] const std::vector<Step>& StepsOf(const RacingPair& pair) const {
    return observations_.executions[pair.execution].steps;
  }
  [[nodiscard]] std::string At(uint32_t place) const {
    return place < observations_.places.size() ? PlaceText(observations_.places[place])
                                               : "an unknown place";
  }
  [[nodiscard]] const std::string& NameOf(uint32_t lock) const {
    return observations_.locks[lock].name;
  }

  // --- an atomic stands between, but too weak ---

  struct Weak {
    const Step* store = nullptr;
    const Step* load = nullptr;
  };

  [[nodiscard]] static std::optional<Weak> WeakBetween(const std::vector<Step>& steps,
                                                       const RacingPair& pair) {
    const uint32_t writer = steps[pair.first].thread;
    const uint32_t reader = steps[pair.second].thread;
    std::map<uint64_t, const Step*>
        stores;  // the last store, of locations that the first thread stored to
    for (size_t i = pair.first + 1; i < pair.second; ++i) {
      const Step& step = steps[i];
      if (step.access || !IsAtomic(step)) continue;
      const auto last = stores.find(step.object);
      if (step.thread == reader && step.op != OpKind::kAtomicStore && last != stores.end() &&
          last->second->thread != reader &&
          (!Releases(last->second->order) || !Acquires(step.order)))
        return Weak{last->second, &step};
      if (step.stored && (step.thread == writer || last != stores.end()))
        stores[step.object] = &step;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Suggestion> WeakPublication() const {
    Weak weak;
    for (const RacingPair& pair : discipline_.races) {
      const std::optional<Weak> between = WeakBetween(StepsOf(pair), pair);
      if (!between) return std::nullopt;
      if (weak.store == nullptr) weak = *between;
    }
    const bool store_is_weak = !Releases(weak.store->order);
    const bool load_is_weak = !Acquires(weak.load->order);
    const uint32_t place = store_is_weak ? weak.store->place : weak.load->place;
    const char* which = store_is_weak && load_is_weak
                            ? "the store was no release, the load no acquire"
                        : store_is_weak ? "the store was no release"
                                        : "the load was no acquire";
    const RacingPair& first = discipline_.races.front();
    return Suggestion{
        .remedy = "publish-release-acquire",
        .advice =
            "store the atomic with memory_order_release and load it with memory_order_acquire",
        .evidence = fmt::format("{} the first thread stored to an atomic after its access and the "
                                "second read it before "
                                "its own, but {}",
                                Times(discipline_.races.size(), discipline_.races.size()), which),
        .place = place != kNothing ? place : StepsOf(first)[first.first].place};
  }

  // --- locks ---

  // Accesses without the lock at places that raced. What was in order without the lock in all executions (destructors, what
  // comes before publication) breaks nothing.
  struct Breach {
    std::set<uint32_t> places;
    uint64_t count = 0;
    uint64_t reads = 0;
    uint64_t after_giving = 0;  // reads whose thread had just released the lock
    uint64_t looked_again = 0;  // reads that were followed by taking the lock and accessing again
    bool holds_other_lock = false;
    uint32_t most_frequent = kNothing;
  };

  [[nodiscard]] static bool JustGave(const std::vector<Step>& steps, size_t at, uint32_t lock) {
    for (size_t i = at; i-- > 0;) {
      const Step& step = steps[i];
      if (step.thread != steps[at].thread || step.access || IsAtomic(step)) continue;
      return Gives(step) && step.lock == lock;
    }
    return false;
  }

  [[nodiscard]] static bool LooksAgain(const std::vector<Step>& steps, size_t at, uint32_t lock) {
    for (size_t i = at + 1; i < steps.size(); ++i) {
      const Step& step = steps[i];
      if (step.thread != steps[at].thread || IsAtomic(step)) continue;
      if (!step.access) {
        if (step.lock != lock) return false;
        continue;
      }
      if (step.instance == steps[at].instance && Holds(step, lock)) return true;
    }
    return false;
  }

  [[nodiscard]] Breach BreachOf(uint32_t lock) const {
    Breach breach;
    std::map<uint32_t, uint64_t> counts;
    const std::set<uint32_t> raced = RacingPlaces(discipline_, observations_);
    for (const ObservedExecution& execution : observations_.executions) {
      for (const size_t at : ContendedSteps(execution)) {
        const Step& step = execution.steps[at];
        if (Holds(step, lock) || !raced.contains(step.place)) continue;
        ++breach.count;
        ++counts[step.place];
        breach.places.insert(step.place);
        breach.holds_other_lock |= !step.locks.empty();
        if (step.write) continue;
        ++breach.reads;
        if (JustGave(execution.steps, at, lock)) ++breach.after_giving;
        if (LooksAgain(execution.steps, at, lock)) ++breach.looked_again;
      }
    }
    for (const auto& [place, count] : counts) {
      if (breach.most_frequent == kNothing || count > counts[breach.most_frequent])
        breach.most_frequent = place;
    }
    return breach;
  }

  // Locks that a writer held exclusively.
  [[nodiscard]] std::vector<const LockCount*> Disciplines() const {
    std::vector<const LockCount*> locks;
    for (const LockCount& lock : discipline_.locks) {
      if (lock.writes > 0) locks.push_back(&lock);
    }
    return locks;
  }
  [[nodiscard]] bool HasDisciplines() const { return !Disciplines().empty(); }

  [[nodiscard]] std::optional<Suggestion> ByLock() const {
    const std::vector<const LockCount*> locks = Disciplines();
    if (locks.empty()) return SharedOnly();
    const LockCount& lock = *locks.front();
    const Breach breach = BreachOf(lock.lock);
    if (breach.count == 0) return SharedOnly();
    // Another lock where this one is missing: the wrong one only if it is the clear exception.
    if (breach.holds_other_lock && lock.places.size() <= 2 * breach.places.size())
      return std::nullopt;
    // Where most places do without, the few that hold it are no rule.
    if (breach.places.size() > std::max<size_t>(2, lock.places.size())) return std::nullopt;
    const std::string counted =
        fmt::format("{} of {} contended accesses held {}, {} {}did not", lock.held,
                    discipline_.contended, NameOf(lock.lock), breach.count,
                    lock.held + breach.count == discipline_.contended ? "" : "where it raced ");
    const bool only_reads = breach.reads == breach.count;
    if (only_reads && breach.looked_again > 0) {
      return Suggestion{
          .remedy = "publish-release-acquire",
          .advice = fmt::format("make it atomic: store it with release while {} is "
                                "held, and let this first look be an acquire load",
                                NameOf(lock.lock)),
          .evidence = fmt::format("{}; {} the thread then took the lock and looked again", counted,
                                  Times(breach.looked_again, breach.count)),
          .lock = lock.lock,
          .place = breach.most_frequent};
    }
    if (only_reads && breach.after_giving == breach.count) {
      return Suggestion{
          .remedy = "snapshot-under-lock",
          .advice =
              fmt::format("copy what is needed while {} is held, and work on the copy afterwards",
                          NameOf(lock.lock)),
          .evidence = fmt::format("{}; {} the thread had released it just before the read", counted,
                                  Times(breach.after_giving, breach.count)),
          .lock = lock.lock,
          .place = breach.most_frequent};
    }
    return Suggestion{.remedy = "hold-lock",
                      .advice = fmt::format("hold {} here", NameOf(lock.lock)),
                      .evidence = counted,
                      .lock = lock.lock,
                      .place = breach.most_frequent};
  }

  // Every racing pair holds one lock, and both for reading only.
  [[nodiscard]] std::optional<Suggestion> SharedOnly() const {
    uint32_t lock = kNothing;
    uint32_t place = kNothing;
    for (const RacingPair& pair : discipline_.races) {
      const Step& first = StepsOf(pair)[pair.first];
      const Step& second = StepsOf(pair)[pair.second];
      const auto both = std::find_if(
          first.locks.begin(), first.locks.end(),
          [&](const HeldLock& held) { return held.shared && Holds(second, held.lock); });
      if (both == first.locks.end() || (lock != kNothing && both->lock != lock))
        return std::nullopt;
      lock = both->lock;
      place = first.write ? first.place : second.place;
    }
    return Suggestion{.remedy = "hold-lock",
                      .advice = fmt::format("hold {} for writing here", NameOf(lock)),
                      .evidence = fmt::format(
                          "{} both accesses held {}, for reading only, and one of them writes",
                          Times(discipline_.races.size(), discipline_.races.size()), NameOf(lock)),
                      .lock = lock,
                      .place = place};
  }

  // --- no lock ---

  // The operation by which the thread of step `at` last heard of `other`; null if it has not since it started.
  [[nodiscard]] static const Step* HeardOf(const std::vector<Step>& steps, size_t at,
                                           uint32_t other) {
    const Step* heard = nullptr;
    bool started = false;
    uint32_t known = 0;
    for (size_t i = 0; i < at; ++i) {
      const Step& step = steps[i];
      if (step.access || step.thread != steps[at].thread) continue;
      // Its own children a creator knows from their beginning; that is no news.
      const bool creates = step.op == OpKind::kThreadCreate;
      if (started && !creates && step.known[other] > known) heard = &step;
      started = true;
      known = step.known[other];
    }
    return heard;
  }

  [[nodiscard]] std::optional<Suggestion> AnnouncedTooEarly() const {
    const Step* heard = nullptr;
    uint32_t place = kNothing;
    for (const RacingPair& pair : discipline_.races) {
      const std::vector<Step>& steps = StepsOf(pair);
      const bool first_writes = steps[pair.first].write;
      if (first_writes && steps[pair.second].write) return std::nullopt;
      const size_t read = first_writes ? pair.second : pair.first;
      const Step& write = steps[first_writes ? pair.first : pair.second];
      heard = HeardOf(steps, read, write.thread);
      if (heard == nullptr || (place != kNothing && place != write.place)) return std::nullopt;
      place = write.place;
    }
    return TooEarly(*heard, place);
  }

  [[nodiscard]] std::optional<Suggestion> TooEarly(const Step& heard, uint32_t place) const {
    return Suggestion{
        .remedy = "insert-after-exists",
        .advice = "do this before the other thread is told, not after",
        .evidence = fmt::format(
            "{} the reading thread had heard of the writing one since it started (it {}), and the "
            "write was not yet part of what it heard",
            Times(discipline_.races.size(), discipline_.races.size()), trace::OpWords(heard.op)),
        .place = place};
  }

  [[nodiscard]] std::optional<Suggestion> Polled() const {
    int longest = 0;
    uint32_t place = kNothing;
    for (const ObservedExecution& execution : observations_.executions) {
      std::map<uint32_t, std::pair<uint32_t, int>> runs;  // by thread: place, how often in a row
      for (const Step& step : execution.steps) {
        auto& [last, count] = runs[step.thread];
        const bool polls = step.access && !step.write && step.place == last;
        count = polls ? count + 1 : step.access && !step.write ? 1 : 0;
        last = step.access && !step.write ? step.place : kNothing;
        if (count > longest) {
          longest = count;
          place = step.place;
        }
      }
    }
    if (longest < kPollsMin) return std::nullopt;
    return Suggestion{
        .remedy = "publish-release-acquire",
        .advice =
            "make it atomic: store it with memory_order_release, load it with memory_order_acquire",
        .evidence = fmt::format(
            "no access held a lock, and a thread read it here {} times in a row: it waits for it",
            longest),
        .place = place};
  }

  [[nodiscard]] std::optional<Suggestion> NotWaitedFor() const {
    uint64_t joined_later = 0;
    uint32_t place = kNothing;
    for (const RacingPair& pair : discipline_.races) {
      const std::vector<Step>& steps = StepsOf(pair);
      const Step& first = steps[pair.first];
      const Step& second = steps[pair.second];
      if (!first.locks.empty() || !second.locks.empty()) return std::nullopt;
      const bool first_is_parent = IsAncestor(steps, first.thread, second.thread);
      if (!first_is_parent && !IsAncestor(steps, second.thread, first.thread)) return std::nullopt;
      const Step& parent = first_is_parent ? first : second;
      const Step& child = first_is_parent ? second : first;
      if (place != kNothing && place != parent.place) return std::nullopt;
      place = parent.place;
      joined_later += std::any_of(steps.begin(), steps.end(), [&](const Step& step) {
        return !step.access && step.op == OpKind::kThreadJoin && step.thread == parent.thread &&
               step.value == child.thread;
      });
    }
    return Suggestion{
        .remedy = "wait-for-all",
        .advice = "join the thread before this, not after",
        .evidence = fmt::format(
            "{} the access raced with one of a thread that its own thread had started and not yet "
            "joined ({} it was joined later)",
            Times(discipline_.races.size(), discipline_.races.size()),
            Times(joined_later, discipline_.races.size())),
        .place = place};
  }

  [[nodiscard]] static bool IsAncestor(const std::vector<Step>& steps, uint32_t ancestor,
                                       uint32_t thread) {
    for (uint32_t child = thread, hops = 0; hops < kObservedThreadsMax; ++hops) {
      const auto created = std::find_if(steps.begin(), steps.end(), [child](const Step& step) {
        return !step.access && step.op == OpKind::kThreadCreate && step.value == child;
      });
      if (created == steps.end()) return false;
      if (created->thread == ancestor) return true;
      child = created->thread;
    }
    return false;
  }

  const Discipline& discipline_;
  const Observations& observations_;
};

}  // namespace

bool Acquires(int order) {
  return order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME || order == __ATOMIC_ACQ_REL ||
         order == __ATOMIC_SEQ_CST;
}

bool Releases(int order) {
  return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

std::optional<Suggestion> SuggestForRace(const Discipline& discipline,
                                         const Observations& observations) {
  return Chooser(discipline, observations).Choose();
}

}  // namespace heddle::explain
