// See property_write.h.
#include "systems/vsphere/property_write.h"

#include <algorithm>

#include "systems/base/panic.h"
#include "systems/vsphere/property_path.h"

namespace vsphere {
namespace {

enum class Mode { kInPlace, kCopy };

Value ShallowCopy(const Value& value) {
  if (value.object() != nullptr) return std::make_shared<DataObject>(*value.object());
  return std::make_shared<Array>(*value.array());
}

void StoreValue(Value& slot, const Field& field, const Change& change, Mode mode) {
  if (change.op == Change::Op::kAssign) {
    slot = change.value;
    return;
  }
  systems::Ensure(field.is_array, "added to what is no array: " + change.name);
  if (!slot.is_set()) slot = MakeArray(field.type);
  // Adding makes a new array in both modes; removing moves the items of the old one up, unless it is copied before.
  if (change.op == Change::Op::kAdd || mode == Mode::kCopy) slot = ShallowCopy(slot);
  std::vector<Value>& items = slot.mutable_array().items;
  if (change.op == Change::Op::kAdd) {
    items.push_back(change.value);
  } else {
    items.erase(std::remove(items.begin(), items.end(), change.value), items.end());
  }
}

// Stores what `path` from its `step`-th step on names in `object`, which may be written.
void Store(DataObject& object, const PropertyPath& path, size_t step, const Change& change,
           Mode mode) {
  const int index = object.type->IndexOf(path[step].field);
  systems::Ensure(index >= 0,
                  "no property " + change.name + " of " + std::string(object.type->name));
  const Field& field = object.type->fields[static_cast<size_t>(index)];
  Value* slot = &object.fields[static_cast<size_t>(index)];
  const bool is_last = step + 1 == path.size();
  const bool is_item = path[step].key || path[step].position;
  if (is_item) {
    if (mode == Mode::kCopy) *slot = ShallowCopy(*slot);
    Array& array = slot->mutable_array();
    const std::optional<size_t> item = FindItem(array, path[step]);
    systems::Ensure(item.has_value(), "no item " + change.name);
    slot = &array.items[*item];
  }
  if (is_last) {
    StoreValue(*slot, field, change, mode);
    return;
  }
  if (!slot->is_set()) {
    *slot = Make(field.type);
  } else if (mode == Mode::kCopy) {
    *slot = ShallowCopy(*slot);
  }
  Store(slot->mutable_object(), path, step + 1, change, mode);
}

}  // namespace

void WriteInPlace(const Value& object, const Change& change) {
  Store(object.mutable_object(), MustParsePath(change.name), 0, change, Mode::kInPlace);
}

Value WriteCopy(const Value& object, const Change& change) {
  Value copy = ShallowCopy(object);
  Store(copy.mutable_object(), MustParsePath(change.name), 0, change, Mode::kCopy);
  return copy;
}

Value CopyTopStruct(const Value& live) {
  if (live.object() == nullptr) return live;
  Value copy = ShallowCopy(live);
  DataObject& object = copy.mutable_object();
  for (size_t i = 0; i < object.fields.size(); ++i) {
    const Field& field = object.type->fields[i];
    const bool is_embedded = field.data_type != nullptr && !field.is_array && !field.is_optional &&
                             !field.data_type->is_abstract;
    if (is_embedded) object.fields[i] = CopyTopStruct(object.fields[i]);
  }
  return copy;
}

}  // namespace vsphere
