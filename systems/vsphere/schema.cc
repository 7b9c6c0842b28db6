// See schema.h. The table is read once, before main: what depends on it sees the same in every run.
#include "systems/vsphere/schema.h"

#include <algorithm>
#include <map>
#include <string>

#include "systems/base/panic.h"

namespace vsphere {
namespace {

std::string_view TakeWord(std::string_view& text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  const size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

Field ParseField(std::string_view word) {
  Field field;
  if (word.ends_with('?')) {
    field.is_optional = true;
    word.remove_suffix(1);
  }
  if (word.ends_with("[]")) {
    field.is_array = true;
    word.remove_suffix(2);
  }
  const size_t colon = word.find(':');
  systems::Ensure(colon != std::string_view::npos, "schema: no type in " + std::string(word));
  field.name = word.substr(0, colon);
  field.type = word.substr(colon + 1);
  return field;
}

class Schema {
 public:
  // A base stands before what derives from it; fields may name types that come later.
  Schema() {
    for (const TypeText& row : SchemaTable()) Add(row);
    for (auto& [type_name, type] : types_) {
      for (Field& field : type.fields) field.data_type = Find(field.type);
    }
  }

  [[nodiscard]] const Type* Find(std::string_view name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] std::vector<const Type*> All() const {
    std::vector<const Type*> all;
    for (const auto& [type_name, type] : types_) all.push_back(&type);
    return all;
  }

 private:
  void Add(const TypeText& row) {
    Type type;
    type.name = row.name;
    if (!row.base.empty()) {
      const auto base = types_.find(row.base);
      systems::Ensure(base != types_.end(), "schema: no base " + std::string(row.base));
      base->second.is_abstract = true;
      type.base = &base->second;
      type.fields = base->second.fields;
    }
    std::string_view text = row.fields;
    for (std::string_view word = TakeWord(text); !word.empty(); word = TakeWord(text)) {
      type.fields.push_back(ParseField(word));
    }
    for (size_t i = 0; i < type.fields.size(); ++i) {
      type.by_name.emplace_back(type.fields[i].name, static_cast<int>(i));
    }
    std::sort(type.by_name.begin(), type.by_name.end());
    types_.emplace(row.name, std::move(type));
  }

  std::map<std::string_view, Type> types_;  // nodes: pointers to them stay
};

const Schema& TheSchema() {
  static const Schema schema;
  return schema;
}

// Read before main, so that no thread of the program ever waits for it.
[[maybe_unused]] const Schema& kReadEarly = TheSchema();

}  // namespace

int Type::IndexOf(std::string_view field) const {
  const auto found = std::lower_bound(
      by_name.begin(), by_name.end(), field,
      [](const auto& each, std::string_view wanted) { return each.first < wanted; });
  return found != by_name.end() && found->first == field ? found->second : -1;
}

bool Type::IsA(std::string_view type) const {
  for (const Type* each = this; each != nullptr; each = each->base) {
    if (each->name == type) return true;
  }
  return false;
}

const Type* FindType(std::string_view name) { return TheSchema().Find(name); }

std::vector<const Type*> AllTypes() { return TheSchema().All(); }

}  // namespace vsphere
