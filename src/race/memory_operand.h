// Which memory an instruction is about to read or write: a decoder of x86-64 for one purpose, to see what a library that was
// not compiled for the detector does to memory (engine/library_sight.h).
//
// Decoded: one-byte opcodes, the maps 0F, 0F 38 and 0F 3A, their VEX forms, string instructions. Not decoded, and said to
// touch nothing: EVEX (AVX-512), gather and scatter, the stack accesses of push, pop, call and ret, memory relative to the
// thread pointer. Intel SDM volume 2, chapters 2 and appendix A.
#pragma once

#include <cstdint>

namespace heddle::race {

// The general registers in the order in which instructions number them (rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 ... r15),
// and the address of the instruction.
struct InstructionContext {
  uint64_t registers[16];
  uint64_t rip;
};

struct MemoryOperand {
  uint64_t address;
  uint32_t
      bytes;  // a lower bound: 1 for instructions on bytes, 8 for wider general ones, the register's for vectors
  bool reads;
  bool writes;
};

inline constexpr int kMemoryOperandsMax = 2;
inline constexpr int kInstructionBytesMax = 15;

// The memory operands of the instruction at `code`, of which kInstructionBytesMax bytes must be readable. Returns how many
// there are. Thread-safe; touches nothing but its arguments.
[[nodiscard]] int MemoryOperandsOf(const uint8_t* code, const InstructionContext& context,
                                   MemoryOperand* operands);

}  // namespace heddle::race
