// Executions written down as a script, so that a test shows what happened: threads 0 (main), 1, 2, … made and joined by
// main, accesses to one place, locks, atomics and semaphores. Clocks are computed as the loom does it.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "explain/observations.h"

namespace heddle::explain {

class Script {
 public:
  explicit Script(Observations* into) : into_(*into) {
    into_.executions.emplace_back();
    clock_[0][0] = 1;
    created_[0][0] = 1;
  }

  void Create(uint32_t by, uint32_t thread) {
    clock_[thread] = clock_[by];
    created_[thread] = created_[by];
    ++clock_[by][by];
    ++created_[by][by];
    clock_[thread][thread] = 1;
    created_[thread][thread] = 1;
    Add(by, trace::OpKind::kThreadCreate).value = thread;
    Add(thread, trace::OpKind::kThreadStart);
  }
  void Join(uint32_t by, uint32_t thread) {
    Merge(clock_[by], clock_[thread]);
    Merge(created_[by], created_[thread]);
    Add(by, trace::OpKind::kThreadJoin).value = thread;
  }
  void Take(uint32_t thread, const std::string& lock, bool shared = false) {
    Merge(clock_[thread], published_[lock]);
    held_[thread].push_back({LockIndex(lock), shared});
    Step& step = Add(thread, shared ? trace::OpKind::kReadLock : trace::OpKind::kMutexLock);
    step.lock = LockIndex(lock);
  }
  void Give(uint32_t thread, const std::string& lock) {
    Publish(thread, lock);
    std::erase_if(held_[thread],
                  [&](const HeldLock& held) { return held.lock == LockIndex(lock); });
    Add(thread, trace::OpKind::kMutexUnlock).lock = LockIndex(lock);
  }
  void Post(uint32_t thread, const std::string& semaphore) {
    Publish(thread, semaphore);
    Add(thread, trace::OpKind::kSemPost);
  }
  void Wait(uint32_t thread, const std::string& semaphore) {
    Merge(clock_[thread], published_[semaphore]);
    Add(thread, trace::OpKind::kSemWait);
  }
  void Store(uint32_t thread, const std::string& atomic, int order) {
    published_[atomic].clear();
    if (order != __ATOMIC_RELAXED) Publish(thread, atomic);
    Step& step = Atomic(thread, trace::OpKind::kAtomicStore, atomic, order);
    step.stored = true;
  }
  void Load(uint32_t thread, const std::string& atomic, int order) {
    if (order != __ATOMIC_RELAXED) Merge(clock_[thread], published_[atomic]);
    Atomic(thread, trace::OpKind::kAtomicLoad, atomic, order);
  }
  void Write(uint32_t thread, const std::string& place) { Access(thread, place, true); }
  void Read(uint32_t thread, const std::string& place) { Access(thread, place, false); }
  void Finds(const std::string& verdict, const std::string& message) {
    into_.executions.back().findings.push_back({verdict, message});
  }

 private:
  using Clock = std::map<uint32_t, uint32_t>;

  static void Merge(Clock& into, const Clock& from) {
    for (const auto& [thread, clock] : from) into[thread] = std::max(into[thread], clock);
  }
  void Publish(uint32_t thread, const std::string& what) {
    Merge(published_[what], clock_[thread]);
    ++clock_[thread][thread];
  }
  uint32_t LockIndex(const std::string& name) {
    for (uint32_t i = 0; i < into_.locks.size(); ++i) {
      if (into_.locks[i].name == name) return i;
    }
    into_.locks.push_back({name});
    return static_cast<uint32_t>(into_.locks.size() - 1);
  }
  uint32_t PlaceIndex(const std::string& name) {
    for (uint32_t i = 0; i < into_.places.size(); ++i) {
      if (into_.places[i].function == name) return i;
    }
    into_.places.push_back({name, "/src/a.cc", static_cast<uint32_t>(into_.places.size() + 1)});
    return static_cast<uint32_t>(into_.places.size() - 1);
  }
  Step& Add(uint32_t thread, trace::OpKind op) {
    Step& step = into_.executions.back().steps.emplace_back();
    step.thread = thread;
    step.op = op;
    step.clock = clock_[thread][thread];
    step.created_clock = created_[thread][thread];
    for (const auto& [other, clock] : clock_[thread]) step.known[other] = clock;
    for (const auto& [other, clock] : created_[thread]) step.created[other] = clock;
    return step;
  }
  Step& Atomic(uint32_t thread, trace::OpKind op, const std::string& atomic, int order) {
    Step& step = Add(thread, op);
    step.object = atomics_.try_emplace(atomic, 100 + atomics_.size()).first->second;
    step.order = order;
    return step;
  }
  void Access(uint32_t thread, const std::string& place, bool write) {
    Step& step = Add(thread, write ? trace::OpKind::kPlainWrite : trace::OpKind::kPlainRead);
    step.access = true;
    step.write = write;
    step.place = PlaceIndex(place);
    step.locks = held_[thread];
  }

  Observations& into_;
  std::map<uint32_t, Clock> clock_, created_;
  std::map<std::string, Clock> published_;
  std::map<uint32_t, std::vector<HeldLock>> held_;
  std::map<std::string, uint64_t> atomics_;
};

}  // namespace heddle::explain
