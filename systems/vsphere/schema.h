// Which types the object model has, and which fields, in the order of the WSDL (strict clients insist on it). The table
// itself is in schema_types.cc.
#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace vsphere {

struct Type;

struct Field {
  std::string_view name;
  std::string_view type;  // of an item, if the field is an array
  bool is_array = false;
  bool is_optional = false;
  const Type* data_type = nullptr;  // null unless the type is that of a data object
};

struct Type {
  std::string_view name;
  const Type* base = nullptr;
  bool is_abstract = false;   // others derive from it: a field of this type may hold any of them
  std::vector<Field> fields;  // inherited ones first

  // The position of a field, or -1.
  [[nodiscard]] int IndexOf(std::string_view field) const;
  // True for the type itself and for what it derives from.
  [[nodiscard]] bool IsA(std::string_view type) const;

  std::vector<std::pair<std::string_view, int>> by_name;  // sorted
};

// Null if there is none of that name (primitives and enumerations are not in the table).
[[nodiscard]] const Type* FindType(std::string_view name);

// All of them, for tests.
[[nodiscard]] std::vector<const Type*> AllTypes();

// One row of the table. A field is "name:type", with [] behind an array and ? behind what may be unset.
struct TypeText {
  std::string_view name;
  std::string_view base;
  std::string_view fields;
};
[[nodiscard]] std::span<const TypeText> SchemaTable();

}  // namespace vsphere
