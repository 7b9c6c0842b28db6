// Names for what an observing execution saw: places in the source, and locks that are the same in every execution.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "explain/observations.h"
#include "report/source_text.h"
#include "report/symbols.h"
#include "trace/region.h"

namespace heddle::cli {

class ObservedNames {
 public:
  ObservedNames(report::Symbolizer& symbolizer, pid_t pid, explain::Observations& observations);

  // The innermost place of the program; kNothing if none is known. Stacks are unwound only where the address alone does
  // not tell, and each different one once.
  [[nodiscard]] uint32_t PlaceOf(const trace::Region& region, uint64_t pc, uint32_t snapshot);

  // A block that holds a lock or the observed place.
  struct Block {
    uint64_t start, bytes, site;
  };
  // A lock: by the code that allocated its block and its offset there, or by its address, if it is in no block.
  [[nodiscard]] uint32_t LockOf(uint64_t address, const Block* block, trace::LockKind kind);

  // Where a lock was taken gives it the name that the source has for it, if no variable does.
  void NameByTaking(uint32_t lock, const trace::Region& region, const trace::ObservedStep& step);

 private:
  [[nodiscard]] const report::Frame* PlaceIn(const report::Stack& stack);
  [[nodiscard]] uint32_t PlaceOfFrame(const report::Frame& frame);
  [[nodiscard]] uint64_t KeyOf(const trace::Region& region, uint64_t pc,
                               const trace::StackSnapshot& snapshot) const;

  report::Symbolizer& symbolizer_;
  explain::Observations& observations_;
  report::SourceText sources_;
  std::vector<std::pair<uint64_t, uint64_t>> code_;  // mapped code, to tell return addresses
  std::map<uint64_t, uint32_t> by_pc_;
  std::map<uint64_t, uint32_t> by_stack_;
  std::map<std::tuple<std::string, std::string, uint32_t>, uint32_t> places_;
  std::map<std::tuple<uint64_t, uint64_t, uint64_t>, uint32_t> locks_;
  std::vector<bool> named_;  // locks that need no better name
};

// The name of the lock in a line that takes it: "mutex_" in `std::lock_guard lock(mutex_);`, "" if the line is of no form
// that is known.
[[nodiscard]] std::string LockInSource(const std::string& line);

}  // namespace heddle::cli
