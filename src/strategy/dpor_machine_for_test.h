// A machine without threads that runs small programs one step at a time, for tests of the search without repetitions: as
// its own judge it can run every schedule and say which of them are of one kind.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "strategy/dependence.h"

namespace heddle::strategy {

// One instruction. Values are small numbers; each thread has one register.
struct Do {
  enum Kind : uint8_t {
    kLoad,      // register = cell
    kStore,     // cell = argument
    kStoreReg,  // cell = register
    kAdd,       // register = cell; cell += argument
    kCas,       // register = (cell == 0); if so cell = argument
    kLock,
    kUnlock,   // nothing if this thread does not hold it
    kTryLock,  // register = whether it was taken
    kWait,     // condition `object`, mutex `argument`; nothing if this thread does not hold it
    kSignal,
    kBroadcast,
    kPost,
    kSemWait,
    kSkipUnless,  // skips `object` instructions unless register == argument; no step of its own
    kSkipIf,      // skips `object` instructions if register == argument; no step of its own
    kCellOfReg,   // the next instruction uses cell (object + register) instead of its own; no step
    kAddReg,      // register += argument; no step of its own
    kChoose,      // register = one of `argument` values
    kAwait,       // waits until cell `object` is not 0
    kJoin,        // waits until thread `object` is done
  } kind;
  uint32_t object = 0;
  uint32_t argument = 0;
};

using Code = std::vector<Do>;

class Machine {
 public:
  static constexpr uint32_t kCells = 40;

  struct Step {
    uint32_t thread;
    trace::DporOp op;
    uint32_t enabled_by;  // earlier step, or kDporNone
    uint32_t value;
  };

  explicit Machine(const std::vector<Code>& program, uint32_t semaphore = 0)
      : program_(program), threads_(program.size()) {
    for (uint32_t& value : semaphores_) value = semaphore;
    for (uint32_t i = 0; i < program.size(); ++i) Settle(i);
  }

  [[nodiscard]] uint32_t threads() const { return static_cast<uint32_t>(threads_.size()); }
  [[nodiscard]] bool Ended(uint32_t thread) const {
    return threads_[thread].at == program_[thread].size();
  }
  [[nodiscard]] bool AllEnded() const {
    for (uint32_t i = 0; i < threads(); ++i) {
      if (!Ended(i)) return false;
    }
    return true;
  }
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }
  // The step without which the thread could not go on, or kDporNone.
  [[nodiscard]] uint32_t EnabledBy(uint32_t thread) const { return threads_[thread].enabled_by; }

  // Object numbers: cells from 1, then mutexes, conditions, semaphores.
  [[nodiscard]] Announcement NextOf(uint32_t thread) const {
    using trace::OpKind;
    const Thread& self = threads_[thread];
    const Do& next = Next(thread);
    const uint32_t cell = 1 + Cell(thread);
    switch (next.kind) {
      case Do::kLoad:
        return {OpKind::kAtomicLoad, cell, false, 0};
      case Do::kStore:
      case Do::kStoreReg:
        return {OpKind::kAtomicStore, cell, false, 0};
      case Do::kAdd:
        return {OpKind::kAtomicRmw, cell, false, 0};
      case Do::kCas:
        return {OpKind::kAtomicCas, cell, false, 0};
      case Do::kLock:
        return {OpKind::kMutexLock, Mutex(next.object), true, 0};
      case Do::kUnlock:
        return {OpKind::kMutexUnlock, Mutex(next.object), false, 0};
      case Do::kTryLock:
        return {OpKind::kMutexTryLock, Mutex(next.object), false, 0};
      case Do::kWait:
        if (self.phase == 0)
          return {OpKind::kMutexUnlock, Mutex(next.argument), false, Condition(next.object)};
        if (self.phase == 1) return {OpKind::kCondWait, Condition(next.object), true, 0};
        return {OpKind::kCondRelock, Mutex(next.argument), true, 0};
      case Do::kSignal:
        return {OpKind::kCondSignal, Condition(next.object), false, 0};
      case Do::kBroadcast:
        return {OpKind::kCondBroadcast, Condition(next.object), false, 0};
      case Do::kPost:
        return {OpKind::kSemPost, Semaphore(next.object), false, 0};
      case Do::kSemWait:
        return {OpKind::kSemWait, Semaphore(next.object), true, 0};
      case Do::kChoose:
        return {OpKind::kChoose, 0, false, 0};
      case Do::kAwait:
        return {OpKind::kSpin, 0, true, 0};
      case Do::kJoin:
        return {OpKind::kThreadJoin, 0, true, 0};
      case Do::kSkipUnless:
      case Do::kSkipIf:
      case Do::kCellOfReg:
      case Do::kAddReg:
        break;
    }
    HEDDLE_CHECK(false);
    return {};
  }

  [[nodiscard]] bool Enabled(uint32_t thread) const {
    if (Ended(thread)) return false;
    const Thread& self = threads_[thread];
    const Do& next = Next(thread);
    switch (next.kind) {
      case Do::kLock:
        return owners_[next.object] == kNobody;
      case Do::kWait:
        if (self.phase == 1) return self.woken;
        return self.phase == 0 || owners_[next.argument] == kNobody;
      case Do::kSemWait:
        return semaphores_[next.object] > 0;
      case Do::kAwait:
        return cells_[next.object] != 0;
      case Do::kJoin:
        return Ended(next.object);
      default:
        return true;
    }
  }

  // What the first object of the thread's next step looks like.
  [[nodiscard]] uint32_t Available(uint32_t thread) const {
    const Do& next = Next(thread);
    constexpr uint32_t kBoth = trace::kDporShared | trace::kDporExclusive;
    switch (next.kind) {
      case Do::kLock:
      case Do::kUnlock:
      case Do::kTryLock:
        return owners_[next.object] == kNobody ? kBoth : 0;
      case Do::kWait:
        return owners_[next.argument] == kNobody ? kBoth : 0;
      case Do::kPost:
      case Do::kSemWait:
        return semaphores_[next.object] > 0 ? kBoth : 0;
      default:
        return 0;
    }
  }

  // Does the next step of a thread. `choose(count)` picks a result.
  template <typename Choose>
  void Run(uint32_t thread, Choose&& choose) {
    Thread& self = threads_[thread];
    const Do next = Next(thread);
    uint32_t& cell = cells_[Cell(thread)];
    steps_.push_back({thread, OpOf(NextOf(thread)), self.enabled_by, 0});
    self.enabled_by = trace::kDporNone;
    const auto step = static_cast<uint32_t>(steps_.size() - 1);
    const auto wake = [&](uint32_t other) { threads_[other].enabled_by = step; };
    const auto write = [&](uint32_t value) {
      for (uint32_t i = 0; i < threads(); ++i) {
        if (cell == 0 && value != 0 && !Ended(i) && Next(i).kind == Do::kAwait &&
            Next(i).object == Cell(thread))
          wake(i);
      }
      cell = value;
    };
    bool stays = false;
    switch (next.kind) {
      case Do::kLoad:
        self.reg = cell;
        break;
      case Do::kStore:
        write(next.argument);
        break;
      case Do::kStoreReg:
        write(self.reg);
        break;
      case Do::kAdd:
        self.reg = cell;
        write(cell + next.argument);
        break;
      case Do::kCas:
        self.reg = cell == 0;
        if (cell == 0) write(next.argument);
        break;
      case Do::kLock:
        owners_[next.object] = thread;
        break;
      case Do::kUnlock:
        if (owners_[next.object] == thread) owners_[next.object] = kNobody;
        break;
      case Do::kTryLock:
        self.reg = owners_[next.object] == kNobody;
        if (self.reg != 0) owners_[next.object] = thread;
        break;
      case Do::kWait:
        if (self.phase == 0) {
          if (owners_[next.argument] == thread) owners_[next.argument] = kNobody;
          self.waits_on = next.object;
        } else if (self.phase == 1) {
          self.woken = false;
        } else {
          owners_[next.argument] = thread;
        }
        stays = self.phase < 2;
        self.phase = stays ? self.phase + 1 : 0;
        break;
      case Do::kSignal:
      case Do::kBroadcast: {
        std::vector<uint32_t> waiters;
        for (uint32_t i = 0; i < threads(); ++i) {
          if (threads_[i].phase == 1 && threads_[i].waits_on == next.object && !threads_[i].woken)
            waiters.push_back(i);
        }
        if (next.kind == Do::kSignal && waiters.size() > 1) {
          const uint32_t value = choose(static_cast<uint32_t>(waiters.size()));
          steps_.back().value = value;
          waiters = {waiters[value]};
        }
        for (const uint32_t waiter : waiters) {
          threads_[waiter].woken = true;
          wake(waiter);
        }
        break;
      }
      case Do::kPost:
        ++semaphores_[next.object];
        break;
      case Do::kSemWait:
        --semaphores_[next.object];
        break;
      case Do::kChoose:
        self.reg = choose(next.argument);
        steps_.back().value = self.reg;
        break;
      case Do::kAwait:
      case Do::kJoin:
        break;
      case Do::kSkipUnless:
      case Do::kSkipIf:
      case Do::kCellOfReg:
      case Do::kAddReg:
        HEDDLE_CHECK(false);
    }
    if (stays) return;
    ++self.at;
    self.cell_offset = 0;
    Settle(thread);
    if (!Ended(thread)) return;
    for (uint32_t i = 0; i < threads(); ++i) {
      if (!Ended(i) && Next(i).kind == Do::kJoin && Next(i).object == thread) wake(i);
    }
    threads_[thread].last_step = step;
  }

  // The kind of the execution: the order of its dependent steps, and nothing else. Written down as what happens before each
  // step of each thread, found by comparing all pairs.
  [[nodiscard]] std::string Kind() const {
    const size_t count = steps_.size();
    std::vector<std::vector<uint32_t>> clocks(count, std::vector<uint32_t>(threads(), 0));
    std::vector<uint32_t> done(threads(), 0);
    std::vector<std::string> words(threads());
    for (size_t i = 0; i < count; ++i) {
      for (size_t k = 0; k < i; ++k) {
        const bool before = steps_[k].thread == steps_[i].thread || steps_[i].enabled_by == k ||
                            Dependent(steps_[k].op, steps_[i].op);
        if (!before) continue;
        for (uint32_t t = 0; t < threads(); ++t)
          clocks[i][t] = std::max(clocks[i][t], clocks[k][t]);
      }
      const uint32_t thread = steps_[i].thread;
      clocks[i][thread] = ++done[thread];
      words[thread] +=
          " " + std::to_string(steps_[i].op.kind) + "=" + std::to_string(steps_[i].value) + ":";
      for (const uint32_t number : clocks[i]) words[thread] += std::to_string(number) + ",";
    }
    std::string kind;
    for (const std::string& word : words) kind += word + "|";
    return kind;
  }

 private:
  static constexpr uint32_t kNobody = 0xffff;
  struct Thread {
    uint32_t at = 0;
    uint32_t reg = 0;
    uint32_t phase = 0;
    uint32_t waits_on = 0;
    uint32_t cell_offset = 0;
    bool woken = false;
    uint32_t enabled_by = trace::kDporNone;
    uint32_t last_step = trace::kDporNone;
  };

  static uint32_t Mutex(uint32_t object) { return 1 + kCells + object; }
  static uint32_t Condition(uint32_t object) { return 1 + kCells + 32 + object; }
  static uint32_t Semaphore(uint32_t object) { return 1 + kCells + 64 + object; }

  [[nodiscard]] const Do& Next(uint32_t thread) const {
    return program_[thread][threads_[thread].at];
  }
  [[nodiscard]] uint32_t Cell(uint32_t thread) const {
    return (Next(thread).object + threads_[thread].cell_offset) % kCells;
  }

  // Does what is no step.
  void Settle(uint32_t thread) {
    Thread& self = threads_[thread];
    while (!Ended(thread)) {
      const Do& next = Next(thread);
      if (next.kind == Do::kSkipUnless || next.kind == Do::kSkipIf) {
        const bool skips = (self.reg == next.argument) == (next.kind == Do::kSkipIf);
        self.at += 1 + (skips ? next.object : 0);
        if (self.at > program_[thread].size())
          self.at = static_cast<uint32_t>(program_[thread].size());
      } else if (next.kind == Do::kCellOfReg) {
        self.cell_offset = self.reg;
        ++self.at;
      } else if (next.kind == Do::kAddReg) {
        self.reg += next.argument;
        ++self.at;
      } else {
        break;
      }
    }
    if (Ended(thread)) return;
    const Do& next = Next(thread);
    // Joining somebody who is done already: that is what it comes after.
    if (next.kind == Do::kJoin && Ended(next.object))
      self.enabled_by = threads_[next.object].last_step;
    if (next.kind == Do::kAwait && cells_[next.object] != 0)
      self.enabled_by = LastWrite(next.object);
  }

  [[nodiscard]] uint32_t LastWrite(uint32_t cell) const {
    for (size_t i = steps_.size(); i > 0; --i) {
      const trace::DporOp& op = steps_[i - 1].op;
      if (op.access_count > 0 && op.accesses[0].object == ObjectKey(1 + cell) &&
          op.accesses[0].writes != 0)
        return static_cast<uint32_t>(i - 1);
    }
    return trace::kDporNone;
  }

  const std::vector<Code>& program_;
  std::vector<Thread> threads_;
  uint32_t cells_[kCells] = {};
  uint32_t owners_[32] = {kNobody, kNobody, kNobody, kNobody, kNobody, kNobody, kNobody, kNobody,
                          kNobody, kNobody, kNobody, kNobody, kNobody, kNobody, kNobody, kNobody,
                          kNobody, kNobody, kNobody, kNobody, kNobody, kNobody, kNobody, kNobody,
                          kNobody, kNobody, kNobody, kNobody, kNobody, kNobody, kNobody, kNobody};
  uint32_t semaphores_[8] = {};
  std::vector<Step> steps_;
};

}  // namespace heddle::strategy
