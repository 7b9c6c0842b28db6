// Encodings as the assembler makes them, with the operand that each has. Registers hold their number times 0x1000.
#include "race/memory_operand.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace heddle::race {
namespace {

constexpr uint64_t kRip = 0x7000'0000;

struct Decoded {
  int count = 0;
  MemoryOperand operands[kMemoryOperandsMax] = {};
};

Decoded Decode(std::vector<uint8_t> code, uint64_t rcx = 0x1000) {
  code.resize(32, 0x90);
  InstructionContext context = {};
  for (uint64_t i = 0; i < 16; ++i) context.registers[i] = i * 0x1000;
  context.registers[1] = rcx;
  context.rip = kRip;
  Decoded decoded;
  decoded.count = MemoryOperandsOf(code.data(), context, decoded.operands);
  return decoded;
}

void Expect(const std::vector<uint8_t>& code, uint64_t address, uint32_t bytes,
            const std::string& use, const char* text) {
  SCOPED_TRACE(text);
  const Decoded decoded = Decode(code);
  ASSERT_EQ(decoded.count, 1);
  EXPECT_EQ(decoded.operands[0].address, address);
  EXPECT_EQ(decoded.operands[0].bytes, bytes);
  EXPECT_EQ(decoded.operands[0].reads, use != "w");
  EXPECT_EQ(decoded.operands[0].writes, use != "r");
}

void ExpectNone(const std::vector<uint8_t>& code, const char* text) {
  EXPECT_EQ(Decode(code).count, 0) << text;
}

TEST(MemoryOperandTest, Addresses) {
  Expect({0x8b, 0x06}, 0x6000, 4, "r", "mov eax, [rsi]");
  Expect({0x8b, 0x46, 0xf8}, 0x5ff8, 4, "r", "mov eax, [rsi-8]");
  Expect({0x8b, 0x86, 0x00, 0x01, 0x00, 0x00}, 0x6100, 4, "r", "mov eax, [rsi+0x100]");
  Expect({0x41, 0x8b, 0x00}, 0x8000, 4, "r", "mov eax, [r8]");
  Expect({0x8b, 0x04, 0x24}, 0x4000, 4, "r", "mov eax, [rsp]");
  Expect({0x41, 0x8b, 0x04, 0x24}, 0xc000, 4, "r", "mov eax, [r12]");
  Expect({0x8b, 0x04, 0xbe}, 0x6000 + 4 * 0x7000, 4, "r", "mov eax, [rsi+4*rdi]");
  Expect({0x42, 0x8b, 0x44, 0xa6, 0x10}, 0x6000 + 4 * 0xc000 + 0x10, 4, "r",
         "mov eax, [rsi+4*r12+16]");
  Expect({0x8b, 0x04, 0x25, 0x10, 0x00, 0x00, 0x00}, 0x10, 4, "r", "mov eax, [0x10]");
  Expect({0x41, 0x8b, 0x45, 0x00}, 0xd000, 4, "r", "mov eax, [r13]");
}

TEST(MemoryOperandTest, RelativeToTheEndOfTheInstruction) {
  Expect({0x8b, 0x05, 0x10, 0x00, 0x00, 0x00}, kRip + 6 + 0x10, 4, "r", "mov eax, [rip+16]");
  Expect({0xc7, 0x05, 0x10, 0x00, 0x00, 0x00, 1, 0, 0, 0}, kRip + 10 + 0x10, 4, "w",
         "mov dword [rip+16], 1");
  Expect({0x66, 0xc7, 0x05, 0x10, 0x00, 0x00, 0x00, 1, 0}, kRip + 9 + 0x10, 2, "w",
         "mov word [rip+16], 1");
  Expect({0xc6, 0x05, 0x10, 0x00, 0x00, 0x00, 1}, kRip + 7 + 0x10, 1, "w", "mov byte [rip+16], 1");
  Expect({0x80, 0x3d, 0x10, 0x00, 0x00, 0x00, 0}, kRip + 7 + 0x10, 1, "r", "cmp byte [rip+16], 0");
  Expect({0xf7, 0x05, 0, 0, 0, 0, 1, 0, 0, 0}, kRip + 10, 4, "r", "test dword [rip], 1");
  Expect({0xf7, 0x15, 0, 0, 0, 0}, kRip + 6, 4, "rw", "not dword [rip]");
}

TEST(MemoryOperandTest, WhatLocksAreMadeOf) {
  Expect({0xf0, 0x0f, 0xb1, 0x0f}, 0x7000, 4, "rw", "lock cmpxchg [rdi], ecx");
  Expect({0xf0, 0x48, 0x0f, 0xb1, 0x0f}, 0x7000, 8, "rw", "lock cmpxchg [rdi], rcx");
  Expect({0xf0, 0x0f, 0xc1, 0x07}, 0x7000, 4, "rw", "lock xadd [rdi], eax");
  Expect({0x87, 0x07}, 0x7000, 4, "rw", "xchg [rdi], eax");
  Expect({0x86, 0x07}, 0x7000, 1, "rw", "xchg [rdi], al");
  Expect({0xf0, 0x0f, 0xba, 0x2f, 0x00}, 0x7000, 4, "rw", "lock bts dword [rdi], 0");
  Expect({0xf0, 0x0f, 0xba, 0x27, 0x00}, 0x7000, 4, "r", "bt dword [rdi], 0");
  Expect({0xf0, 0x83, 0x07, 0x01}, 0x7000, 4, "rw", "lock add dword [rdi], 1");
  Expect({0xf0, 0xff, 0x0f}, 0x7000, 4, "rw", "lock dec dword [rdi]");
  Expect({0xf0, 0x48, 0x0f, 0xc7, 0x0f}, 0x7000, 16, "rw", "lock cmpxchg16b [rdi]");
  Expect({0xc7, 0x07, 0, 0, 0, 0}, 0x7000, 4, "w", "mov dword [rdi], 0");
  Expect({0x83, 0x3f, 0x00}, 0x7000, 4, "r", "cmp dword [rdi], 0");
  Expect({0x39, 0x07}, 0x7000, 4, "r", "cmp [rdi], eax");
  Expect({0x01, 0x07}, 0x7000, 4, "rw", "add [rdi], eax");
  Expect({0x03, 0x07}, 0x7000, 4, "r", "add eax, [rdi]");
}

TEST(MemoryOperandTest, OtherStoresAndLoads) {
  Expect({0x0f, 0x94, 0x07}, 0x7000, 1, "w", "sete [rdi]");
  Expect({0x0f, 0xb6, 0x07}, 0x7000, 1, "r", "movzx eax, byte [rdi]");
  Expect({0x0f, 0x11, 0x07}, 0x7000, 16, "w", "movups [rdi], xmm0");
  Expect({0x0f, 0x10, 0x07}, 0x7000, 16, "r", "movups xmm0, [rdi]");
  Expect({0xf3, 0x0f, 0x7e, 0x07}, 0x7000, 8, "r", "movq xmm0, [rdi]");
  Expect({0x66, 0x0f, 0xd6, 0x07}, 0x7000, 8, "w", "movq [rdi], xmm0");
  Expect({0xf3, 0x0f, 0x7f, 0x07}, 0x7000, 16, "w", "movdqu [rdi], xmm0");
  Expect({0xc5, 0xfe, 0x7f, 0x07}, 0x7000, 32, "w", "vmovdqu [rdi], ymm0");
  Expect({0xc4, 0xc1, 0x7e, 0x6f, 0x00}, 0x8000, 32, "r", "vmovdqu ymm0, [r8]");
  Expect({0xff, 0x37}, 0x7000, 4, "r", "push [rdi]");
  Expect({0x63, 0x07}, 0x7000, 4, "r", "movsxd eax, [rdi]");
  Expect({0x66, 0x0f, 0x3a, 0x16, 0x07, 0x00}, 0x7000, 8, "w", "pextrd [rdi], xmm0, 0");
}

TEST(MemoryOperandTest, StringInstructions) {
  const Decoded moved = Decode({0xf3, 0x48, 0xa5});
  ASSERT_EQ(moved.count, 2) << "rep movsq";
  EXPECT_EQ(moved.operands[0].address, 0x6000u);
  EXPECT_TRUE(moved.operands[0].reads && !moved.operands[0].writes);
  EXPECT_EQ(moved.operands[1].address, 0x7000u);
  EXPECT_TRUE(moved.operands[1].writes && !moved.operands[1].reads);
  EXPECT_EQ(moved.operands[1].bytes, 8u);
  EXPECT_EQ(Decode({0xf3, 0x48, 0xa5}, 0).count, 0) << "rep movsq of nothing";
  EXPECT_EQ(Decode({0xaa}).count, 1) << "stosb";
}

TEST(MemoryOperandTest, NothingOfTheProgramsMemory) {
  ExpectNone({0x89, 0xc8}, "mov eax, ecx");
  ExpectNone({0x8d, 0x07}, "lea eax, [rdi]");
  ExpectNone({0x90}, "nop");
  ExpectNone({0x0f, 0x1f, 0x40, 0x00}, "nop [rax]");
  ExpectNone({0xe8, 0, 0, 0, 0}, "call");
  ExpectNone({0xc3}, "ret");
  ExpectNone({0x55}, "push rbp");
  ExpectNone({0x0f, 0x05}, "syscall");
  ExpectNone({0x74, 0x10}, "je");
  ExpectNone({0x0f, 0x84, 0, 0, 0, 0}, "je near");
  ExpectNone({0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0}, "mov rax, fs:[0x28]");
  ExpectNone({0x0f, 0xae, 0xf0}, "mfence");
  ExpectNone({0xc5, 0xf8, 0x77}, "vzeroupper");
  ExpectNone({0xb8, 1, 0, 0, 0}, "mov eax, 1");
  ExpectNone({0x62, 0xf1, 0xfe, 0x48, 0x7f, 0x07}, "vmovdqu64 [rdi], zmm0");
}

}  // namespace
}  // namespace heddle::race
