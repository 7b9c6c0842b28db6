// A value of the vim25 object model, as it is held in memory: a primitive, a reference to a managed object, a data object
// or an array. Properties are reflective by nature (clients name them by path, answers carry their types), so one tree type
// serves all of them; schema.h says which fields a type has.
//
// Data objects and arrays hang on shared pointers. Copying a Value copies a pointer, and who may write through it is the
// whole question of this system: see design.h. All other code uses the const interface and the Make functions.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vsphere {

struct Type;
class Value;

// Names a managed object: ("VirtualMachine", "vm-42").
struct ManagedObjectReference {
  std::string type;
  std::string value;

  auto operator<=>(const ManagedObjectReference&) const = default;
};

// xsd:dateTime.
using DateTime = std::chrono::system_clock::time_point;

// A data object: one value per field of its type, unset ones included, so the vector never grows.
struct DataObject {
  const Type* type = nullptr;
  std::vector<Value> fields;
};

// ArrayOf<element_type>.
struct Array {
  std::string element_type;
  std::vector<Value> items;
};

using DataObjectPtr = std::shared_ptr<DataObject>;
using ArrayPtr = std::shared_ptr<Array>;

// Thread-compatible: as safe as what it points to.
class Value {
 public:
  enum class Kind {
    kUnset,
    kBoolean,
    kInteger,
    kDouble,
    kString,
    kDateTime,
    kReference,
    kObject,
    kArray
  };

  Value() = default;
  Value(bool value) : data_(value) {}                    // NOLINT(google-explicit-constructor)
  Value(int value) : data_(int64_t{value}) {}            // NOLINT(google-explicit-constructor)
  Value(int64_t value) : data_(value) {}                 // NOLINT(google-explicit-constructor)
  Value(double value) : data_(value) {}                  // NOLINT(google-explicit-constructor)
  Value(std::string value) : data_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Value(std::string_view value)
      : data_(std::string(value)) {}                       // NOLINT(google-explicit-constructor)
  Value(const char* value) : data_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  Value(DateTime value) : data_(value) {}                  // NOLINT(google-explicit-constructor)
  Value(ManagedObjectReference value)
      : data_(std::move(value)) {}                         // NOLINT(google-explicit-constructor)
  Value(DataObjectPtr value) : data_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Value(ArrayPtr value) : data_(std::move(value)) {}       // NOLINT(google-explicit-constructor)

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(data_.index()); }
  [[nodiscard]] bool is_set() const { return kind() != Kind::kUnset; }

  // The value if it is of that kind, else the neutral one: false, 0, "", no reference. What is asked of a temporary
  // is a copy, so that it may be looped over.
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] int64_t integer() const;
  [[nodiscard]] double real() const;
  [[nodiscard]] DateTime time() const;
  [[nodiscard]] const std::string& text() const&;
  [[nodiscard]] std::string text() && { return std::as_const(*this).text(); }
  [[nodiscard]] const ManagedObjectReference& reference() const&;
  [[nodiscard]] ManagedObjectReference reference() && { return std::as_const(*this).reference(); }
  // Null if the value is of another kind.
  [[nodiscard]] const DataObject* object() const;
  [[nodiscard]] const Array* array() const;
  // The items of an array; none if the value is of another kind.
  [[nodiscard]] const std::vector<Value>& items() const&;
  [[nodiscard]] std::vector<Value> items() && { return std::as_const(*this).items(); }
  // A field of a data object by name; unset if there is none.
  [[nodiscard]] const Value& operator[](std::string_view field) const&;
  [[nodiscard]] Value operator[](std::string_view field) && { return std::as_const(*this)[field]; }
  // The name of a data object's type; "" for other kinds.
  [[nodiscard]] std::string_view type_name() const;

  // For who makes a value and has not shown it to anybody yet, and for the design that writes in place.
  // REQUIRES: the value is of that kind.
  [[nodiscard]] DataObject& mutable_object() const { return *std::get<DataObjectPtr>(data_); }
  [[nodiscard]] Array& mutable_array() const { return *std::get<ArrayPtr>(data_); }

  // Deep equality.
  friend bool operator==(const Value& a, const Value& b);

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, DateTime, ManagedObjectReference,
               DataObjectPtr, ArrayPtr>
      data_;
};

using Fields = std::vector<std::pair<std::string_view, Value>>;

// A data object of the named type with these fields. Panics if the schema does not know the type or a field.
[[nodiscard]] Value Make(std::string_view type, const Fields& fields = {});

// The same object but for these fields; what is below is shared.
[[nodiscard]] Value With(const Value& object, const Fields& fields);

[[nodiscard]] Value MakeArray(std::string_view element_type, std::vector<Value> items = {});
[[nodiscard]] Value MakeStrings(const std::vector<std::string>& items);
[[nodiscard]] Value MakeReferences(const std::vector<ManagedObjectReference>& items);

// A copy that shares nothing with the original.
[[nodiscard]] Value DeepCopy(const Value& value);

}  // namespace vsphere
