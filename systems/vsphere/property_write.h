// How a change gets into the tree of an object's properties: in place, or into a new version that shares with the old one
// whatever did not change.
#pragma once

#include <string>

#include "systems/vsphere/value.h"

namespace vsphere {

// One change of one property.
struct Change {
  enum class Op {
    kAssign,
    kAdd,
    kRemove
  };  // kAdd and kRemove: one item of the array that the path names

  std::string name;  // a path; the position of an item may be given behind #
  Value value;
  Op op = Op::kAssign;
  // Upstream stores this one straight into the object, past Registry.Update: nobody is notified.
  bool bypasses_update = false;
};

// Stores into the object itself, as upstream does by reflection: whoever shares any part of it sees the new value.
void WriteInPlace(const Value& object, const Change& change);

// Returns the object as it is after the change. The old version stays as it was; cost: the objects on the path.
[[nodiscard]] Value WriteCopy(const Value& object, const Change& change);

// What upstream's collector takes from a live object: the struct and the structs embedded in it by value are copied; what
// hangs on pointers (optional data objects, polymorphic ones, arrays) is shared with the live object.
[[nodiscard]] Value CopyTopStruct(const Value& live);

}  // namespace vsphere
