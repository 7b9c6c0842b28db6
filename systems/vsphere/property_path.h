// Names of properties as clients write them: "summary.guest.hostName", "config.hardware.device[4000].macAddress",
// "config.extraConfig[\"guestinfo.x\"].value".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "systems/vsphere/schema.h"
#include "systems/vsphere/value.h"

namespace vsphere {

// One step: a field, then perhaps one item of the array that it holds, by key or by position.
struct PathStep {
  std::string field;
  std::optional<std::string> key;  // of the item: its "key" field as text; quotes taken off
  std::optional<size_t>
      position;  // not in the language of clients: only for code that changes an item in place
};

using PropertyPath = std::vector<PathStep>;

// Nothing if the text is no path.
[[nodiscard]] std::optional<PropertyPath> ParsePath(std::string_view text);

// "guest.net#1.macAddress": as ParsePath, and the position of an item may be given behind #. Panics if it is no path.
[[nodiscard]] PropertyPath MustParsePath(std::string_view text);

struct Lookup {
  enum class Status {
    kFound,
    kUnset,
    kInvalid
  };  // kInvalid: the type has no such property, or an item has no key given
  Status status = Status::kInvalid;
  Value value;                      // if found; shares what is below with the object
  const Field* declared = nullptr;  // of the last step, unless invalid
  bool is_item = false;             // the last step named an item of an array
};

// What a path leads to in an object.
[[nodiscard]] Lookup Resolve(const Value& object, const PropertyPath& path);

// The position of the item with that key, or nothing.
[[nodiscard]] std::optional<size_t> FindItem(const Array& array, const PathStep& step);

// True if `path` is `ancestor` or below it: "guest.net" is below "guest".
[[nodiscard]] bool IsBelow(std::string_view path, std::string_view ancestor);

}  // namespace vsphere
