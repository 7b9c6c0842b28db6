// See observed_names.h.
#include "cli/observed_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <regex>
#include <sstream>

#include "report/names.h"
#include "report/objects.h"
#include "report/trim.h"

namespace heddle::cli {
namespace {

using explain::kNothing;
using report::Frame;
using report::PcKind;
using report::Stack;

// Return addresses are looked for in so much of a stack; two stacks that are equal there count as one.
constexpr size_t kKeyBytes = 2048;

[[nodiscard]] std::vector<std::pair<uint64_t, uint64_t>> CodeOf(pid_t pid) {
  std::vector<std::pair<uint64_t, uint64_t>> code;
  std::ifstream maps(fmt::format("/proc/{}/maps", pid));
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    uint64_t low = 0;
    uint64_t high = 0;
    char dash = 0;
    std::string rights;
    if (words >> std::hex >> low >> dash >> high >> rights && rights.find('x') != std::string::npos)
      code.emplace_back(low, high);
  }
  return code;
}

[[nodiscard]] std::string KindWords(trace::LockKind kind) {
  return std::string(report::KindOfLock(kind).words);
}

}  // namespace

std::string LockInSource(const std::string& line) {
  static const std::regex kForms[] = {
      std::regex(
          R"((?:lock_guard|unique_lock|scoped_lock|shared_lock)\b(?:\s*<[^;]*>)?\s*\w*\s*[({]\s*([\w.:>\-*]+))"),
      std::regex(R"(pthread_(?:mutex|rwlock|spin)_\w*lock\(\s*&?\s*([\w.:>\-]+))"),
      std::regex(R"(mtx_lock\(\s*&?\s*([\w.:>\-]+))"),
      std::regex(R"(([\w.:>\-]*\w)(?:\.|->)(?:try_)?lock(?:_shared)?(?:_for|_until)?\()"),
  };
  std::smatch match;
  for (const std::regex& form : kForms) {
    if (std::regex_search(line, match, form)) return match[1];
  }
  return "";
}

ObservedNames::ObservedNames(report::Symbolizer& symbolizer, pid_t pid,
                             explain::Observations& observations)
    : symbolizer_(symbolizer), observations_(observations), code_(CodeOf(pid)) {}

// The innermost frame of the program. Operators that the compiler makes stand at the head of their class, where nobody can
// change anything: then who called it.
const Frame* ObservedNames::PlaceIn(const Stack& stack) {
  for (const Frame& frame : stack.frames) {
    if (!report::IsUserFrame(frame) || frame.line == 0) continue;
    const std::string source = sources_.Trimmed(frame.file, frame.line);
    if (!source.starts_with("struct ") && !source.starts_with("class ")) return &frame;
  }
  return nullptr;
}

uint32_t ObservedNames::PlaceOfFrame(const Frame& frame) {
  const explain::Place place{report::ShortName(frame.function), frame.file, frame.line};
  const auto [entry, inserted] = places_.try_emplace(
      {place.function, place.file, place.line}, static_cast<uint32_t>(observations_.places.size()));
  if (inserted) observations_.places.push_back(place);
  return entry->second;
}

uint64_t ObservedNames::KeyOf(const trace::Region& region, uint64_t pc,
                              const trace::StackSnapshot& snapshot) const {
  uint64_t key = pc;
  const size_t bytes = std::min<size_t>(snapshot.bytes, kKeyBytes);
  for (size_t at = 0; at + sizeof(uint64_t) <= bytes; at += sizeof(uint64_t)) {
    uint64_t word = 0;
    std::memcpy(&word, region.snapshot_pool + snapshot.pool_offset + at, sizeof word);
    const bool is_code = std::any_of(code_.begin(), code_.end(), [word](const auto& range) {
      return word >= range.first && word < range.second;
    });
    if (is_code) key = (key ^ word) * 0x9e3779b97f4a7c15;
  }
  return key;
}

uint32_t ObservedNames::PlaceOf(const trace::Region& region, uint64_t pc, uint32_t snapshot) {
  const auto [by_pc, unknown] = by_pc_.try_emplace(pc, kNothing);
  if (unknown && pc != 0) {
    const Stack stack = symbolizer_.Symbolize(pc, PcKind::kReturnAddress);
    if (const Frame* frame = PlaceIn(stack)) by_pc->second = PlaceOfFrame(*frame);
  }
  if (by_pc->second != kNothing) return by_pc->second;
  if (snapshot >= std::min(region.execution.snapshot_count, kSnapshotsMax)) return kNothing;
  const trace::StackSnapshot& raw = region.snapshots[snapshot];
  if (raw.pool_offset + raw.bytes > kSnapshotPoolBytes) return kNothing;
  const auto [by_stack, is_new] = by_stack_.try_emplace(KeyOf(region, pc, raw), kNothing);
  if (is_new) {
    const Stack stack = symbolizer_.Unwind(raw, region.snapshot_pool);
    if (const Frame* frame = PlaceIn(stack)) by_stack->second = PlaceOfFrame(*frame);
  }
  return by_stack->second;
}

uint32_t ObservedNames::LockOf(uint64_t address, const Block* block, trace::LockKind kind) {
  const auto key = block != nullptr ? std::tuple(block->site, block->bytes, address - block->start)
                                    : std::tuple(uint64_t{0}, uint64_t{0}, address);
  const auto [entry, inserted] =
      locks_.try_emplace(key, static_cast<uint32_t>(observations_.locks.size()));
  if (!inserted) return entry->second;
  const std::string variable =
      block == nullptr ? report::VariableName(symbolizer_, address) : std::string();
  named_.push_back(!variable.empty());
  const std::string words = KindWords(kind);
  observations_.locks.push_back(
      {!variable.empty()  ? fmt::format("{} '{}'", words, variable)
       : block != nullptr ? fmt::format("the {} in a heap block of {} bytes", words, block->bytes)
                          : fmt::format("the {} at {:#x}", words, address)});
  return entry->second;
}

void ObservedNames::NameByTaking(uint32_t lock, const trace::Region& region,
                                 const trace::ObservedStep& step) {
  if (named_[lock]) return;
  const uint32_t index = PlaceOf(region, step.pc, step.snapshot);
  if (index == kNothing) return;
  named_[lock] = true;
  const explain::Place& place = observations_.places[index];
  const std::string source = LockInSource(sources_.Trimmed(place.file, place.line));
  const std::string where = fmt::format("{}:{}", report::BaseName(place.file), place.line);
  std::string& name = observations_.locks[lock].name;
  const std::string words = name.substr(0, name.find(" in a "));
  if (source.empty()) {
    name = fmt::format("the lock that {} takes ({})", place.function, where);
  } else {
    const std::string kind =
        words.starts_with("the ") ? words.substr(4, words.find(" at ") - 4) : std::string("lock");
    name = fmt::format("{} '{}' (taken in {} {})", kind, source, place.function, where);
  }
}

}  // namespace heddle::cli
