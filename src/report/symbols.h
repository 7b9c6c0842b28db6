// Turns raw stack snapshots and addresses of a loom into functions, files, lines and variables.
//
// The loom records registers and a copy of the stack and nothing else, so that recording is cheap and safe anywhere.
// All understanding happens here, in the host process: modules are those of the checkpointed process, frames are found
// with the modules' own unwind tables (or frame pointers where a module has none), and functions with their inlined
// callees, lines and variables are read from DWARF. Every answer is cached per address: a report asks for the same few
// hundred addresses thousands of times.
//
// Snapshots are not trusted: a program that smashed its stack must still get a report. Each word is read from the
// copied bytes with a bounds check, and the number of frames is limited.
//
// Thread safety: one thread at a time per Symbolizer.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "report/model.h"
#include "trace/region.h"

namespace heddle::report {

// What the program counter of a snapshot means: the instruction where the thread stands (a crash, or anywhere inside the
// loom), or the address it returns to, which belongs to the call before it.
enum class PcKind : uint8_t { kExact, kReturnAddress };

// A variable with static storage that covers an address.
struct DataSymbol {
  std::string name;  // qualified: "bank::balance"
  uint64_t start = 0;
  uint64_t bytes = 0;  // 0 if unknown
  std::string module;
  uint64_t module_offset = 0;
  std::string file;  // declaration, "" without DWARF
  uint32_t line = 0;
};

class Symbolizer {
 public:
  // Reads the modules of the process from /proc. A process that is gone gives a Symbolizer that knows nothing: frames
  // then have addresses only, and error() says why.
  explicit Symbolizer(pid_t pid);
  ~Symbolizer();
  Symbolizer(const Symbolizer&) = delete;
  Symbolizer& operator=(const Symbolizer&) = delete;

  [[nodiscard]] const std::string& error() const;

  // The stack of a snapshot as a person wants it: without frames of the loom, of thread start-up and of the standard
  // library's calling machinery (trim.h). `pool` is the whole snapshot pool of the region.
  [[nodiscard]] Stack Unwind(const trace::StackSnapshot& snapshot, std::span<const uint8_t> pool,
                             PcKind kind = PcKind::kExact);

  // The same without leaving anything out.
  [[nodiscard]] Stack UnwindAll(const trace::StackSnapshot& snapshot, std::span<const uint8_t> pool,
                                PcKind kind = PcKind::kExact);

  // The function at a code address, preceded by the functions inlined there. Never empty: without symbols there is one
  // frame with the address (and module, if any).
  [[nodiscard]] Stack Symbolize(uint64_t address, PcKind kind = PcKind::kExact);

  // The variable at a data address, if a module defines one there.
  [[nodiscard]] std::optional<DataSymbol> SymbolizeData(uint64_t address);

  // See unseen_atomics.h. Found once, then remembered.
  [[nodiscard]] const std::vector<std::string>& UnseenLibraries();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::report
