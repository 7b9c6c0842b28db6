// Fibre switching for x86-64 (System V ABI): see fibre.h.
#include <asm/prctl.h>
#include <sys/auxv.h>

#include "sys/fibre.h"
#include "sys/raw_syscall.h"

namespace heddle::sys {
namespace {

constexpr unsigned long kHwcap2Fsgsbase = 1u << 1;  // HWCAP2_FSGSBASE of the x86 kernel ABI

}  // namespace

constinit bool g_has_fsgsbase = false;

void SetThreadPointerSlowly(uint64_t value) {
  Syscall(SYS_arch_prctl, ARCH_SET_FS, static_cast<long>(value));
}

// Saves what the ABI says a callee keeps, including the two floating-point control words, and takes the other stack.
// The frame layout is SavedRegisters. The CFI makes a stopped fibre unwindable from its saved registers.
//
// It leaves by a jump, not a return: the processor predicts a return by the call that it saw last, which was another
// fibre's.
asm(R"(
.text
.type HeddleSwitchStack, @function
.hidden HeddleSwitchStack
.globl HeddleSwitchStack
HeddleSwitchStack:
  .cfi_startproc
  pushq %rbp
  .cfi_adjust_cfa_offset 8
  pushq %rbx
  .cfi_adjust_cfa_offset 8
  pushq %r12
  .cfi_adjust_cfa_offset 8
  pushq %r13
  .cfi_adjust_cfa_offset 8
  pushq %r14
  .cfi_adjust_cfa_offset 8
  pushq %r15
  .cfi_adjust_cfa_offset 8
  subq $8, %rsp
  .cfi_adjust_cfa_offset 8
  movq $0, (%rsp)
  stmxcsr (%rsp)
  fnstcw 4(%rsp)
  movq %rsp, (%rdi)
  movq (%rsp), %rax
  movq %rsi, %rsp
  # Both control words are alike in nearly all programs, and loading them is slow.
  cmpq (%rsp), %rax
  je 1f
  ldmxcsr (%rsp)
  fldcw 4(%rsp)
1:
  addq $8, %rsp
  .cfi_adjust_cfa_offset -8
  popq %r15
  .cfi_adjust_cfa_offset -8
  popq %r14
  .cfi_adjust_cfa_offset -8
  popq %r13
  .cfi_adjust_cfa_offset -8
  popq %r12
  .cfi_adjust_cfa_offset -8
  popq %rbx
  .cfi_adjust_cfa_offset -8
  popq %rbp
  .cfi_adjust_cfa_offset -8
  popq %rcx
  .cfi_adjust_cfa_offset -8
  .cfi_register rip, rcx
  jmpq *%rcx
  .cfi_endproc
.size HeddleSwitchStack, . - HeddleSwitchStack

# First code of a fibre: calls the entry in rbx. There is no caller, and the CFI says so, so unwinders stop here.
.type HeddleFibreStart, @function
.hidden HeddleFibreStart
.globl HeddleFibreStart
HeddleFibreStart:
  .cfi_startproc
  .cfi_undefined rip
  xorl %ebp, %ebp
  callq *%rbx
  ud2
  .cfi_endproc
.size HeddleFibreStart, . - HeddleFibreStart
)");
extern "C" void HeddleFibreStart();

bool InitFibres() {
  g_has_fsgsbase = (getauxval(AT_HWCAP2) & kHwcap2Fsgsbase) != 0;
  return g_has_fsgsbase;
}

void MakeFibre(FibreContext* context, void* stack_top, uint64_t thread_pointer, void (*entry)()) {
  // At HeddleFibreStart the stack pointer must be 16-byte aligned, because it makes a call.
  const uintptr_t top = reinterpret_cast<uintptr_t>(stack_top) & ~uintptr_t{15};
  auto* saved = reinterpret_cast<SavedRegisters*>(top - sizeof(SavedRegisters));
  static_assert(sizeof(SavedRegisters) % 16 == 0);
  uint32_t mxcsr = 0;
  uint16_t fpu_control = 0;
  asm("stmxcsr %0" : "=m"(mxcsr));
  asm("fnstcw %0" : "=m"(fpu_control));
  *saved = {};
  saved->mxcsr_and_fpucw = uint64_t{fpu_control} << 32 | mxcsr;
  saved->rbx = reinterpret_cast<uint64_t>(entry);
  saved->return_address = reinterpret_cast<uint64_t>(&HeddleFibreStart);
  context->stack_pointer = saved;
  context->thread_pointer = thread_pointer;
}

}  // namespace heddle::sys
