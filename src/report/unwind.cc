// See unwind.h. x86-64 only for now: the numbers below are its DWARF registers.
#include "report/unwind.h"

#include <gelf.h>
#include <libelf.h>

#include <array>
#include <cstring>
#include <utility>

namespace heddle::report {
namespace {

// DWARF numbers registers of x86-64 rax, rdx, rcx, rbx, rsi, rdi, rbp, rsp, r8 … r15, return address.
constexpr int kRbx = 3;
constexpr int kRbp = 6;
constexpr int kRsp = 7;
constexpr int kR12 = 12;
constexpr int kReturnAddress = 16;

// libdwfl wants an id for the one thread; it is never shown.
constexpr pid_t kOnlyThread = 1;

}  // namespace

const Dwfl_Thread_Callbacks Unwinder::kCallbacks = {
    .next_thread = &Unwinder::NextThread,
    .get_thread = &Unwinder::GetThread,
    .memory_read = &Unwinder::ReadMemory,
    .set_initial_registers = &Unwinder::SetRegisters,
    .detach = nullptr,
    .thread_detach = nullptr,
};

Unwinder::Unwinder(Dwfl* dwfl) : dwfl_(dwfl) {
  if (dwfl_ == nullptr) return;
  attached_ = dwfl_attach_state(dwfl_, nullptr, kOnlyThread, &kCallbacks, this);
}

std::vector<CodeAddress> Unwinder::Walk(const trace::StackSnapshot& snapshot,
                                        std::span<const uint8_t> pool, PcKind kind) {
  frames_.clear();
  registers_ = snapshot;
  stack_start_ = snapshot.rsp;
  // Offsets come from a process that may have written anything over them.
  const bool in_pool =
      snapshot.pool_offset <= pool.size() && snapshot.bytes <= pool.size() - snapshot.pool_offset;
  stack_ =
      in_pool ? pool.subspan(snapshot.pool_offset, snapshot.bytes) : std::span<const uint8_t>();

  if (!IsCode(registers_.rip)) {
    // A call through a bad pointer: the frame that did it is what the top of the stack returns to.
    frames_.push_back({registers_.rip, kind});
    uint64_t caller = 0;
    if (ReadStack(registers_.rsp, &caller) && IsCode(caller)) {
      registers_.rip = caller;
      registers_.rsp += sizeof(uint64_t);
      WalkTables(PcKind::kReturnAddress);
    }
  } else {
    WalkTables(kind);
  }
  if (frames_.size() < 2) WalkFramePointers(registers_.rbp);
  stack_ = {};
  return std::move(frames_);
}

void Unwinder::WalkTables(PcKind kind) {
  const size_t first = frames_.size();
  if (attached_) {
    // An error only means that no further frame was found.
    (void)dwfl_getthread_frames(dwfl_, kOnlyThread, &Unwinder::AddFrame, this);
  }
  if (frames_.size() == first) frames_.push_back({registers_.rip, kind});
  frames_[first].kind = kind;
}

// Without a table a function compiled with a frame pointer still tells where it returns to: the word above the one that
// rbp points to; and that one is the caller's rbp. The chain must go up, or it is not a chain.
void Unwinder::WalkFramePointers(uint64_t frame_pointer) {
  while (frames_.size() < kStackFramesMax) {
    uint64_t next = 0;
    uint64_t caller = 0;
    if (!ReadStack(frame_pointer, &next)) return;
    if (!ReadStack(frame_pointer + sizeof(uint64_t), &caller)) return;
    if (!IsCode(caller)) return;
    frames_.push_back({caller, PcKind::kReturnAddress});
    if (next <= frame_pointer) return;
    frame_pointer = next;
  }
}

bool Unwinder::ReadStack(uint64_t address, uint64_t* value) const {
  if (address < stack_start_ || stack_.size() < sizeof(uint64_t)) return false;
  if (address - stack_start_ > stack_.size() - sizeof(uint64_t)) return false;
  std::memcpy(value, stack_.data() + (address - stack_start_), sizeof(uint64_t));
  return true;
}

// Constants and tables of a module, as they are in its file. Writable parts may have changed and are refused.
bool Unwinder::ReadModule(uint64_t address, uint64_t* value) const {
  Dwfl_Module* module = dwfl_addrmodule(dwfl_, address);
  if (module == nullptr) return false;
  GElf_Addr bias = 0;
  Elf* elf = dwfl_module_getelf(module, &bias);
  size_t count = 0;
  if (elf == nullptr || elf_getphdrnum(elf, &count) != 0) return false;
  const uint64_t linked = address - bias;
  for (size_t i = 0; i < count; ++i) {
    GElf_Phdr segment;
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) == nullptr) continue;
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    if (linked < segment.p_vaddr || segment.p_filesz < sizeof(uint64_t)) continue;
    if (linked - segment.p_vaddr > segment.p_filesz - sizeof(uint64_t)) continue;
    const auto offset = static_cast<int64_t>(segment.p_offset + (linked - segment.p_vaddr));
    const Elf_Data* data = elf_getdata_rawchunk(elf, offset, sizeof(uint64_t), ELF_T_BYTE);
    if (data == nullptr || data->d_size < sizeof(uint64_t)) return false;
    std::memcpy(value, data->d_buf, sizeof(uint64_t));
    return true;
  }
  return false;
}

bool Unwinder::IsCode(uint64_t address) const {
  return dwfl_ != nullptr && address != 0 && dwfl_addrmodule(dwfl_, address) != nullptr;
}

bool Unwinder::ReadMemory(Dwfl* /*dwfl*/, Dwarf_Addr address, Dwarf_Word* result, void* argument) {
  const auto* self = static_cast<const Unwinder*>(argument);
  return self->ReadStack(address, result) || self->ReadModule(address, result);
}

// Registers that a call destroys are not in a snapshot: no unwind table asks for them.
bool Unwinder::SetRegisters(Dwfl_Thread* thread, void* argument) {
  const trace::StackSnapshot& from = static_cast<const Unwinder*>(argument)->registers_;
  const std::array<Dwarf_Word, 2> pointers = {from.rbp, from.rsp};
  const std::array<Dwarf_Word, 4> saved = {from.r12, from.r13, from.r14, from.r15};
  const Dwarf_Word rbx = from.rbx;
  const Dwarf_Word rip = from.rip;
  static_assert(kRsp == kRbp + 1);
  return dwfl_thread_state_registers(thread, kRbx, 1, &rbx) &&
         dwfl_thread_state_registers(thread, kRbp, pointers.size(), pointers.data()) &&
         dwfl_thread_state_registers(thread, kR12, saved.size(), saved.data()) &&
         dwfl_thread_state_registers(thread, kReturnAddress, 1, &rip);
}

pid_t Unwinder::NextThread(Dwfl* /*dwfl*/, void* argument, void** thread_argument) {
  if (*thread_argument != nullptr) return 0;
  *thread_argument = argument;
  return kOnlyThread;
}

bool Unwinder::GetThread(Dwfl* /*dwfl*/, pid_t id, void* argument, void** thread_argument) {
  *thread_argument = argument;
  return id == kOnlyThread;
}

int Unwinder::AddFrame(Dwfl_Frame* frame, void* argument) {
  auto* self = static_cast<Unwinder*>(argument);
  Dwarf_Addr address = 0;
  bool exact = false;
  if (!dwfl_frame_pc(frame, &address, &exact)) return DWARF_CB_ABORT;
  if (address == 0) return DWARF_CB_ABORT;
  self->frames_.push_back({address, exact ? PcKind::kExact : PcKind::kReturnAddress});
  return self->frames_.size() < kStackFramesMax ? DWARF_CB_OK : DWARF_CB_ABORT;
}

}  // namespace heddle::report
