// See value.h.
#include "systems/vsphere/value.h"

#include "systems/base/panic.h"
#include "systems/vsphere/schema.h"

namespace vsphere {
namespace {

template <typename T>
const T& Get(const auto& data, const T& otherwise) {
  const T* found = std::get_if<T>(&data);
  return found != nullptr ? *found : otherwise;
}

const std::string kNoText;
const ManagedObjectReference kNoReference;
const std::vector<Value> kNoItems;
const Value kUnset;

void Set(DataObject& object, const Fields& fields) {
  for (const auto& [name, value] : fields) {
    const int index = object.type->IndexOf(name);
    systems::Ensure(index >= 0,
                    std::string(object.type->name) + " has no field " + std::string(name));
    object.fields[static_cast<size_t>(index)] = value;
  }
}

}  // namespace

bool Value::boolean() const { return Get<bool>(data_, false); }
int64_t Value::integer() const { return Get<int64_t>(data_, 0); }
double Value::real() const { return Get<double>(data_, 0); }
const std::string& Value::text() const& { return Get<std::string>(data_, kNoText); }
DateTime Value::time() const { return Get<DateTime>(data_, DateTime()); }

const ManagedObjectReference& Value::reference() const& {
  return Get<ManagedObjectReference>(data_, kNoReference);
}

const DataObject* Value::object() const {
  const DataObjectPtr* found = std::get_if<DataObjectPtr>(&data_);
  return found != nullptr ? found->get() : nullptr;
}

const Array* Value::array() const {
  const ArrayPtr* found = std::get_if<ArrayPtr>(&data_);
  return found != nullptr ? found->get() : nullptr;
}

const std::vector<Value>& Value::items() const& {
  const Array* found = array();
  return found != nullptr ? found->items : kNoItems;
}

const Value& Value::operator[](std::string_view field) const& {
  const DataObject* found = object();
  if (found == nullptr) return kUnset;
  const int index = found->type->IndexOf(field);
  return index < 0 ? kUnset : found->fields[static_cast<size_t>(index)];
}

std::string_view Value::type_name() const {
  const DataObject* found = object();
  return found != nullptr ? found->type->name : std::string_view();
}

bool operator==(const Value& a, const Value& b) {
  if (a.kind() != b.kind()) return false;
  if (a.kind() == Value::Kind::kObject) {
    return a.object()->type == b.object()->type && a.object()->fields == b.object()->fields;
  }
  if (a.kind() == Value::Kind::kArray) {
    return a.array()->element_type == b.array()->element_type && a.items() == b.items();
  }
  return a.data_ == b.data_;
}

Value Make(std::string_view type, const Fields& fields) {
  const Type* found = FindType(type);
  systems::Ensure(found != nullptr, "the schema has no type " + std::string(type));
  auto object =
      std::make_shared<DataObject>(DataObject{found, std::vector<Value>(found->fields.size())});
  Set(*object, fields);
  return object;
}

Value With(const Value& object, const Fields& fields) {
  auto copy = std::make_shared<DataObject>(*object.object());
  Set(*copy, fields);
  return copy;
}

Value MakeArray(std::string_view element_type, std::vector<Value> items) {
  return std::make_shared<Array>(Array{std::string(element_type), std::move(items)});
}

Value MakeStrings(const std::vector<std::string>& items) {
  return MakeArray("string", std::vector<Value>(items.begin(), items.end()));
}

Value MakeReferences(const std::vector<ManagedObjectReference>& items) {
  return MakeArray("ManagedObjectReference", std::vector<Value>(items.begin(), items.end()));
}

Value DeepCopy(const Value& value) {
  if (value.object() != nullptr) {
    auto copy = std::make_shared<DataObject>(*value.object());
    for (Value& field : copy->fields) field = DeepCopy(field);
    return copy;
  }
  if (value.array() != nullptr) {
    auto copy = std::make_shared<Array>(*value.array());
    for (Value& item : copy->items) item = DeepCopy(item);
    return copy;
  }
  return value;
}

}  // namespace vsphere
