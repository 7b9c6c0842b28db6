// See library_sight.h.
#include "engine/library_sight.h"

#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/engine.h"
#include "engine/gate.h"
#include "engine/instrumented_modules.h"
#include "engine/library_range.h"
#include "sys/raw_syscall.h"

namespace heddle::engine {

constinit LibrarySight g_library_sight;

namespace {

constexpr uintptr_t kPage = 4096;
constexpr greg_t kTrapFlag = 0x100;

struct Collected {
  uintptr_t* low_high;
  uint32_t count;
  uint32_t max;
};

// Executable segments of modules that are neither instrumented nor taken over by the loom.
int CollectRanges(dl_phdr_info* info, size_t, void* argument) {
  auto* collected = static_cast<Collected*>(argument);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const uintptr_t low = info->dlpi_addr + header.p_vaddr;
    if (InLoomCode(low) || LoomBase() == info->dlpi_addr || !IsUnseenModule(info->dlpi_name, low))
      continue;
    if (collected->count == collected->max) return 1;
    collected->low_high[2 * collected->count] = low & ~(kPage - 1);
    collected->low_high[2 * collected->count + 1] =
        (low + header.p_memsz + kPage - 1) & ~(kPage - 1);
    ++collected->count;
  }
  return 0;
}

// In the order in which instructions number the registers.
race::InstructionContext ContextOf(const ucontext_t& context) {
  constexpr int kOrder[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                              REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                              REG_R12, REG_R13, REG_R14, REG_R15};
  race::InstructionContext result;
  const greg_t* registers = context.uc_mcontext.gregs;
  for (int i = 0; i < 16; ++i) result.registers[i] = static_cast<uint64_t>(registers[kOrder[i]]);
  result.rip = static_cast<uint64_t>(registers[REG_RIP]);
  return result;
}

}  // namespace

void LibrarySight::Begin() {
  RuntimeScope scope;
  static_assert(sizeof(Range) == 2 * sizeof(uintptr_t));
  Collected collected = {&ranges_[0].low, 0, kRangesMax};
  dl_iterate_phdr(&CollectRanges, &collected);
  range_count_ = collected.count;
  trace::Execution& execution = g_engine.region()->execution;
  execution.library_sight =
      range_count_ == 0 ? trace::LibrarySight::kNoLibraries : trace::LibrarySight::kSaw;
  if (range_count_ == 0) return;
  void* memory = mmap(nullptr, sizeof(Slot) * kSlots, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    execution.library_sight = trace::LibrarySight::kGaveUp;
    return;
  }
  slots_ = static_cast<Slot*>(memory);
  slots_used_ = 0;
  steps_ = 0;
  inside_ = false;
  on_ = true;
  Protect(PROT_READ);
}

bool LibrarySight::Covers(uintptr_t pc) const {
  for (uint32_t i = 0; i < range_count_; ++i) {
    if (pc >= ranges_[i].low && pc < ranges_[i].high) return true;
  }
  return false;
}

void LibrarySight::Protect(int protection) {
  for (uint32_t i = 0; i < range_count_; ++i)
    sys::Syscall(SYS_mprotect, static_cast<long>(ranges_[i].low),
                 static_cast<long>(ranges_[i].high - ranges_[i].low), protection);
}

bool LibrarySight::OnSignal(int signal, const siginfo_t& info, ucontext_t* context) {
  if (!on_) return false;
  greg_t* registers = context->uc_mcontext.gregs;
  const auto pc = static_cast<uintptr_t>(registers[REG_RIP]);
  const bool enters = signal == SIGSEGV && !inside_ && Covers(pc) &&
                      reinterpret_cast<uintptr_t>(info.si_addr) == pc;
  const bool steps = signal == SIGTRAP && inside_;
  if (!enters && !steps) {
    // A crash of the program's own: what comes now is the report of it.
    if (inside_ || signal == SIGSEGV) GiveUp();
    return false;
  }
  if (enters) {
    inside_ = true;
    Protect(PROT_READ | PROT_EXEC);
  }
  if (Covers(pc) && on_) {
    registers[REG_EFL] |= kTrapFlag;
    Observe(*context);
    if (on_) return true;
  }
  inside_ = false;
  registers[REG_EFL] &= ~kTrapFlag;
  if (on_) Protect(PROT_READ);
  return true;
}

void LibrarySight::Observe(const ucontext_t& context) {
  if (++steps_ > kStepsMax || slots_used_ > kSlots / 4 * 3) {
    GiveUp();
    return;
  }
  constexpr uint64_t kStepsPerBeat = 1024;
  if (steps_ % kStepsPerBeat == 0) ++g_engine.region()->live.heartbeat;  // slow, but not hung
  const race::InstructionContext instruction = ContextOf(context);
  race::MemoryOperand operands[race::kMemoryOperandsMax];
  const int count = race::MemoryOperandsOf(reinterpret_cast<const uint8_t*>(instruction.rip),
                                           instruction, operands);
  for (int i = 0; i < count; ++i) Order(operands[i]);
}

// The granularity is 8 bytes: a lock and its neighbour may count as one, which withdraws more rather than less.
void LibrarySight::Order(const race::MemoryOperand& operand) {
  constexpr uintptr_t kUserMax = uintptr_t{1} << 47;
  if (operand.address < kPage || operand.address >= kUserMax) return;  // it is about to crash
  const uintptr_t last = (operand.address + operand.bytes - 1) / 8;
  for (uintptr_t place = operand.address / 8; place <= last; ++place) {
    Slot* slot = SlotOf(place, operand.writes);
    if (slot != nullptr) g_engine.OrderByLibrary(&slot->clock, operand.reads, operand.writes);
  }
  SyncObject* atomic = g_engine.FindAtomic(operand.address);
  if (atomic != nullptr) g_engine.OrderByLibrary(&atomic->clock, operand.reads, operand.writes);
}

void LibrarySight::BeforeAtomic(SyncObject* object) {
  const Slot* slot = SlotOf(object->address / 8, false);
  if (slot != nullptr) g_engine.JoinInto(&object->clock, slot->clock);
}

LibrarySight::Slot* LibrarySight::SlotOf(uintptr_t place, bool make) {
  uint32_t index = static_cast<uint32_t>(place * 0x9e3779b97f4a7c15 >> 40) % kSlots;
  while (slots_[index].place != 0) {
    if (slots_[index].place == place) return &slots_[index];
    index = (index + 1) % kSlots;
  }
  if (!make) return nullptr;
  ++slots_used_;
  slots_[index].place = place;
  slots_[index].clock.Reset();
  return &slots_[index];
}

void LibrarySight::Stop() {
  on_ = false;
  Protect(PROT_READ | PROT_EXEC);
}

void LibrarySight::End() {
  if (on_) Stop();
  if (slots_ != nullptr) munmap(slots_, sizeof(Slot) * kSlots);
  slots_ = nullptr;
}

void LibrarySight::GiveUp() {
  Stop();
  g_engine.region()->execution.library_sight = trace::LibrarySight::kGaveUp;
}

}  // namespace heddle::engine
