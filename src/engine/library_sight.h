// A second look at a race: what do libraries do that were not compiled for the detector?
//
// Their atomic operations are instructions like any other, so the detector does not see what a lock made of them puts in
// order, and reports races that there are none. For every race that an exploring execution found, the driver runs the
// same decisions once more with kSeeLibraries. Then the code of such libraries is walked through instruction by
// instruction: every load takes over what the last stores to the address published, every store publishes. A race that
// is still there is one whatever the library means by its loads and stores; one that is gone is withdrawn.
//
//   step  what happens                                    memory of the libraries' code
//   1     the execution begins                            not executable
//   2     a thread enters a library: SIGSEGV              executable, the processor stops after each instruction
//   3     SIGTRAP: operands are decoded, clocks joined    the same
//   4     the next instruction lies elsewhere             not executable again; full speed
//
// Only one thread runs at a time, and threads change places inside the loom only, so step 4 always comes before another
// thread runs. Walking costs 2 to 20 microseconds an instruction (a virtual machine leaves its guest at each); after
// kStepsMax of them the look is given up, and said.
//
// This takes more for synchronisation than there is (a relaxed counter of the library orders as much as its mutex): a
// withdrawn race may be real, a confirmed one is. So races are not given up for good after one withdrawal
// (driver/exploration.cc).
//
// Thread safety: used only by the holder of the run token.
#pragma once

#include <signal.h>
#include <ucontext.h>

#include <cstdint>

#include "clock/vector_clock.h"
#include "engine/object.h"
#include "race/memory_operand.h"

namespace heddle::engine {

class LibrarySight {
 public:
  static constexpr uint64_t kStepsMax = 500'000;

  // From now on no code of an uninstrumented library runs unseen. Says in the region whether there is any.
  void Begin();

  // The execution is over. What goes on in this process runs at full speed; the region keeps what came of it.
  void End();

  [[nodiscard]] bool on() const { return on_; }

  // The crash handlers' first question: was the signal one of ours? Then the program goes on.
  [[nodiscard]] bool OnSignal(int signal, const siginfo_t& info, ucontext_t* context);

  // Instrumented code is about to use an atomic that a library may have stored to.
  void BeforeAtomic(SyncObject* object);

 private:
  struct Range {
    uintptr_t low;
    uintptr_t high;
  };
  struct Slot {
    uintptr_t place;  // address / 8; 0: free
    VectorClock clock;
  };

  static constexpr uint32_t kRangesMax = 256;
  static constexpr uint32_t kSlots = 1u << 18;

  [[nodiscard]] bool Covers(uintptr_t pc) const;
  void Protect(int protection);
  void Observe(const ucontext_t& context);
  void Order(const race::MemoryOperand& operand);
  [[nodiscard]] Slot* SlotOf(uintptr_t place, bool make);
  void Stop();
  void GiveUp();

  bool on_ = false;
  bool inside_ = false;  // the running thread is in a library, step by step
  uint32_t range_count_ = 0;
  uint32_t slots_used_ = 0;
  uint64_t steps_ = 0;
  Slot* slots_ = nullptr;
  Range ranges_[kRangesMax] = {};
};

extern LibrarySight g_library_sight;

}  // namespace heddle::engine
