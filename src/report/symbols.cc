// See symbols.h: opens the process's modules and keeps the answers.
#include "report/symbols.h"

#include <elfutils/libdwfl.h>
#include <fmt/format.h>

#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "report/code_lookup.h"
#include "report/data_lookup.h"
#include "report/trim.h"
#include "report/unseen_atomics.h"
#include "report/unwind.h"

namespace heddle::report {
namespace {

// Debug information: beside the file, in ".debug", or below /usr/lib/debug.
const Dwfl_Callbacks kCallbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = nullptr,
    .debuginfo_path = nullptr,
};

struct DwflDeleter {
  void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
};
using DwflHandle = std::unique_ptr<Dwfl, DwflDeleter>;

DwflHandle OpenProcess(pid_t pid, std::string* error) {
  DwflHandle dwfl(dwfl_begin(&kCallbacks));
  if (dwfl == nullptr) {
    *error = dwfl_errmsg(-1);
    return nullptr;
  }
  const int status = dwfl_linux_proc_report(dwfl.get(), pid);
  if (status != 0) {
    *error = fmt::format("the modules of process {} cannot be read: {}", pid,
                         status > 0 ? std::strerror(status) : dwfl_errmsg(-1));
    return nullptr;
  }
  if (dwfl_report_end(dwfl.get(), nullptr, nullptr) != 0) {
    *error = dwfl_errmsg(-1);
    return nullptr;
  }
  return dwfl;
}

}  // namespace

struct Symbolizer::Impl {
  explicit Impl(pid_t pid)
      : dwfl(OpenProcess(pid, &error)), code(dwfl.get()), data(dwfl.get()), unwinder(dwfl.get()) {}

  // `address` is that of the instruction itself.
  const std::vector<Frame>& FramesAt(uint64_t address) {
    const auto [entry, inserted] = frames.try_emplace(address);
    if (inserted) entry->second = code.Find(address);
    return entry->second;
  }

  void Append(const CodeAddress& place, Stack* stack) {
    // A return address may already belong to the next line, or to the next function: the call is before it.
    const uint64_t back = place.kind == PcKind::kReturnAddress && place.address != 0 ? 1 : 0;
    for (Frame frame : FramesAt(place.address - back)) {
      frame.address = place.address;
      frame.module_offset += back;
      if (frame.module.empty()) frame.module_offset = 0;
      stack->frames.push_back(std::move(frame));
    }
  }

  std::string error;
  DwflHandle dwfl;
  CodeLookup code;
  DataLookup data;
  Unwinder unwinder;
  std::unordered_map<uint64_t, std::vector<Frame>> frames;
  std::unordered_map<uint64_t, std::optional<DataSymbol>> variables;
  std::optional<std::vector<std::string>> unseen_libraries;
};

Symbolizer::Symbolizer(pid_t pid) : impl_(std::make_unique<Impl>(pid)) {}
Symbolizer::~Symbolizer() = default;

const std::string& Symbolizer::error() const { return impl_->error; }

Stack Symbolizer::Unwind(const trace::StackSnapshot& snapshot, std::span<const uint8_t> pool,
                         PcKind kind) {
  return Trim(UnwindAll(snapshot, pool, kind));
}

Stack Symbolizer::UnwindAll(const trace::StackSnapshot& snapshot, std::span<const uint8_t> pool,
                            PcKind kind) {
  Stack stack;
  for (const CodeAddress& place : impl_->unwinder.Walk(snapshot, pool, kind))
    impl_->Append(place, &stack);
  return stack;
}

Stack Symbolizer::Symbolize(uint64_t address, PcKind kind) {
  Stack stack;
  impl_->Append({address, kind}, &stack);
  return stack;
}

std::optional<DataSymbol> Symbolizer::SymbolizeData(uint64_t address) {
  const auto [entry, inserted] = impl_->variables.try_emplace(address);
  if (inserted) entry->second = impl_->data.Find(address);
  return entry->second;
}

const std::vector<std::string>& Symbolizer::UnseenLibraries() {
  if (!impl_->unseen_libraries)
    impl_->unseen_libraries = LibrariesWithUnseenAtomics(impl_->dwfl.get());
  return *impl_->unseen_libraries;
}

}  // namespace heddle::report
