// Fibres: what it takes to stop one thread of the program and go on with another, all on one kernel thread.
//
// A fibre runs on the stack and with the thread-local storage of a real pthread that is parked for good (its lent
// identity), so thread_local, errno, pthread_self, exceptions and malloc behave as the program expects. A switch saves
// the callee-saved registers on the stack, writes the thread pointer and takes the other stack: about 20 ns.
#pragma once

#include <cstdint>

namespace heddle::sys {

// What is kept of a fibre that does not run. The registers are on its stack, see SavedRegisters.
struct FibreContext {
  void* stack_pointer = nullptr;
  uint64_t thread_pointer = 0;
};

// The words at FibreContext::stack_pointer of a stopped fibre, lowest address first.
struct SavedRegisters {
  uint64_t mxcsr_and_fpucw;
  uint64_t r15, r14, r13, r12, rbx, rbp;
  uint64_t return_address;
};

// Registers of the caller at the place where it asked.
struct Registers {
  uint64_t rip, rsp, rbp, rbx, r12, r13, r14, r15;
};

// Chooses how the thread pointer is written. Must be called once before the first switch; false means FSGSBASE is
// missing and arch_prctl is used (slower, same result).
bool InitFibres();

// The thread pointer of the running fibre; glibc keeps a pointer to itself there.
[[nodiscard]] inline uint64_t ThreadPointer() {
  uint64_t value;
  asm("movq %%fs:0x10, %0" : "=r"(value));
  return value;
}

// The parts of a switch (fibre_x86_64.cc).
extern bool g_has_fsgsbase;
void SetThreadPointerSlowly(uint64_t value);
extern "C" void HeddleSwitchStack(void** save_stack_pointer, void* new_stack_pointer);

// Stops the running fibre into `from` and goes on with `to`. Returns when somebody switches back.
// Inline, because each return after a switch is one that the processor predicts wrongly.
[[gnu::always_inline]] inline void SwitchFibre(FibreContext* from, const FibreContext& to) {
  if (__builtin_expect(g_has_fsgsbase, 1)) {
    asm volatile("wrfsbase %0" : : "r"(to.thread_pointer) : "memory");
  } else {
    SetThreadPointerSlowly(to.thread_pointer);
  }
  HeddleSwitchStack(&from->stack_pointer, to.stack_pointer);
}

// Makes a context that will call `entry` on the given stack. `entry` must not return.
// `stack_top` is the end (highest address) of usable stack; `thread_pointer` that of the identity.
void MakeFibre(FibreContext* context, void* stack_top, uint64_t thread_pointer, void (*entry)());

// Fills in the caller's registers, for a stack snapshot.
[[gnu::always_inline]] inline void CaptureRegisters(Registers* registers) {
  asm volatile(
      "leaq 0(%%rip), %%rax\n\t"
      "movq %%rax, 0(%0)\n\t"
      "movq %%rsp, 8(%0)\n\t"
      "movq %%rbp, 16(%0)\n\t"
      "movq %%rbx, 24(%0)\n\t"
      "movq %%r12, 32(%0)\n\t"
      "movq %%r13, 40(%0)\n\t"
      "movq %%r14, 48(%0)\n\t"
      "movq %%r15, 56(%0)\n\t"
      :
      : "r"(registers)
      : "rax", "memory");
}

}  // namespace heddle::sys
