// Names for the objects of a finding: "M1", "C2", in the order in which the report mentions them, with the global
// variable behind them when there is one. Numbers of the engine would be stable too, but they start anywhere.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "report/symbols.h"
#include "trace/operation.h"
#include "trace/region.h"

namespace heddle::report {

// What kind of object an operation works on: the word for a person and the letters for a name.
struct ObjectKind {
  std::string_view words;    // "mutex"; "" if the operation has no object with a name
  std::string_view letters;  // "M"
};
[[nodiscard]] ObjectKind KindOfObject(trace::OpKind op);
[[nodiscard]] ObjectKind KindOfLock(trace::LockKind kind);

struct ObjectName {
  std::string name;      // "M1"
  std::string kind;      // "mutex"
  std::string variable;  // "bank::lock_a", "" if it is no global variable

  [[nodiscard]] std::string Label() const {
    return variable.empty() ? name : name + " (" + variable + ")";
  }
};

// The variable at an address as a person writes it: "balance", or "table+16" inside of a larger one; "" if none.
[[nodiscard]] std::string VariableName(Symbolizer& symbolizer, uint64_t address);

class ObjectNames {
 public:
  explicit ObjectNames(Symbolizer& symbolizer) : symbolizer_(symbolizer) {}

  // The name of object `id`, given at its first mention. `address` may be 0.
  const ObjectName& Name(uint32_t id, ObjectKind kind, uint64_t address);

 private:
  Symbolizer& symbolizer_;
  std::map<uint32_t, ObjectName> names_;
  std::map<std::string_view, uint32_t> next_;  // by letters
};

}  // namespace heddle::report
