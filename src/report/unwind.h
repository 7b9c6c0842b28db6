// From the registers and the copied stack of a snapshot to the program counters of its frames.
//
// The work is libdwfl's: it is given a "process" whose only thread has the snapshot's registers and whose memory is the
// copied stack, with the read-only parts of the modules' files behind it. Where a module has no unwind table, or the
// program jumped to nowhere, the return address on top of the stack and the chain of frame pointers are tried.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "report/symbols.h"
#include "trace/region.h"

namespace heddle::report {

// Physical frames of one stack. Deeper stacks are cut: what matters is at the top.
inline constexpr size_t kStackFramesMax = 64;

struct CodeAddress {
  uint64_t address = 0;
  PcKind kind = PcKind::kExact;
};

class Unwinder {
 public:
  // `dwfl` has its modules reported, outlives this object and gets its thread state from it.
  explicit Unwinder(Dwfl* dwfl);
  Unwinder(const Unwinder&) = delete;
  Unwinder& operator=(const Unwinder&) = delete;

  [[nodiscard]] std::vector<CodeAddress> Walk(const trace::StackSnapshot& snapshot,
                                              std::span<const uint8_t> pool, PcKind kind);

 private:
  static bool ReadMemory(Dwfl* dwfl, Dwarf_Addr address, Dwarf_Word* result, void* argument);
  static bool SetRegisters(Dwfl_Thread* thread, void* argument);
  static pid_t NextThread(Dwfl* dwfl, void* argument, void** thread_argument);
  static bool GetThread(Dwfl* dwfl, pid_t id, void* argument, void** thread_argument);
  static int AddFrame(Dwfl_Frame* frame, void* argument);
  static const Dwfl_Thread_Callbacks kCallbacks;

  [[nodiscard]] bool ReadStack(uint64_t address, uint64_t* value) const;
  [[nodiscard]] bool ReadModule(uint64_t address, uint64_t* value) const;
  [[nodiscard]] bool IsCode(uint64_t address) const;
  void WalkTables(PcKind kind);
  void WalkFramePointers(uint64_t frame_pointer);

  Dwfl* dwfl_;
  bool attached_ = false;
  // The walk in progress.
  trace::StackSnapshot registers_{};
  uint64_t stack_start_ = 0;  // address of the first byte of stack_
  std::span<const uint8_t> stack_;
  std::vector<CodeAddress> frames_;
};

}  // namespace heddle::report
