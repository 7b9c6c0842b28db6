// See property_path.h.
#include "systems/vsphere/property_path.h"

#include <charconv>

#include "systems/base/panic.h"

namespace vsphere {
namespace {

// Cuts the next step off `text`: up to the next dot that is in no brackets.
std::string_view TakeStep(std::string_view& text) {
  bool in_brackets = false;
  bool in_quotes = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') in_quotes = !in_quotes;
    if (in_quotes) continue;
    if (c == '[') in_brackets = true;
    if (c == ']') in_brackets = false;
    if (c == '.' && !in_brackets) {
      const std::string_view step = text.substr(0, i);
      text.remove_prefix(i + 1);
      return step.empty() ? std::string_view(".") : step;
    }
  }
  const std::string_view step = text;
  text = {};
  return step;
}

std::optional<PathStep> ParseStep(std::string_view text) {
  PathStep step;
  const size_t bracket = text.find('[');
  if (bracket != std::string_view::npos) {
    if (!text.ends_with(']')) return std::nullopt;
    std::string_view key = text.substr(bracket + 1, text.size() - bracket - 2);
    if (key.size() >= 2 && key.starts_with('"') && key.ends_with('"'))
      key = key.substr(1, key.size() - 2);
    if (key.empty()) return std::nullopt;
    step.key = key;
    text = text.substr(0, bracket);
  }
  if (text.empty() || text.find_first_of("].\"# ") != std::string_view::npos) return std::nullopt;
  step.field = text;
  return step;
}

bool HasKey(const Value& item, std::string_view key) {
  const Value& own = item["key"];
  if (own.kind() == Value::Kind::kInteger) return std::to_string(own.integer()) == key;
  if (own.kind() == Value::Kind::kString) return own.text() == key;
  if (item.kind() == Value::Kind::kReference) return item.reference().value == key;
  return false;
}

// Whether the rest of a path is valid where nothing is set: only the declared types can say.
Lookup ResolveUnset(const Field* declared, const PropertyPath& path, size_t next) {
  for (; next < path.size(); ++next) {
    if (declared->is_array && !path[next - 1].key) return {};
    const int index =
        declared->data_type == nullptr ? -1 : declared->data_type->IndexOf(path[next].field);
    if (index < 0) return {};
    declared = &declared->data_type->fields[static_cast<size_t>(index)];
  }
  return {Lookup::Status::kUnset, {}, declared, path.back().key.has_value()};
}

}  // namespace

std::optional<PropertyPath> ParsePath(std::string_view text) {
  PropertyPath path;
  if (text.empty() || text.ends_with('.')) return std::nullopt;
  while (!text.empty()) {
    std::optional<PathStep> step = ParseStep(TakeStep(text));
    if (!step) return std::nullopt;
    path.push_back(std::move(*step));
  }
  return path;
}

PropertyPath MustParsePath(std::string_view text) {
  PropertyPath path;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::string_view word = TakeStep(rest);
    std::optional<size_t> position;
    if (const size_t mark = word.find('#'); mark != std::string_view::npos) {
      position = 0;
      std::from_chars(word.data() + mark + 1, word.data() + word.size(), *position);
      word = word.substr(0, mark);
    }
    std::optional<PathStep> step = ParseStep(word);
    systems::Ensure(step.has_value(), "no property path: " + std::string(text));
    step->position = position;
    path.push_back(std::move(*step));
  }
  return path;
}

std::optional<size_t> FindItem(const Array& array, const PathStep& step) {
  if (step.position) return *step.position < array.items.size() ? step.position : std::nullopt;
  for (size_t i = 0; i < array.items.size(); ++i) {
    if (HasKey(array.items[i], *step.key)) return i;
  }
  return std::nullopt;
}

Lookup Resolve(const Value& object, const PropertyPath& path) {
  const Value* at = &object;
  Lookup lookup;
  for (size_t i = 0; i < path.size(); ++i) {
    const PathStep& step = path[i];
    const DataObject* data = at->object();
    const int index = data == nullptr ? -1 : data->type->IndexOf(step.field);
    if (index < 0) return {};
    const Field& field = data->type->fields[static_cast<size_t>(index)];
    at = &data->fields[static_cast<size_t>(index)];
    lookup.declared = &field;
    lookup.is_item = step.key || step.position;
    if (lookup.is_item && !field.is_array) return {};
    if (!at->is_set()) return ResolveUnset(&field, path, i + 1);
    if (!lookup.is_item) continue;
    const std::optional<size_t> item = FindItem(*at->array(), step);
    if (!item) return ResolveUnset(&field, path, i + 1);
    at = &at->items()[*item];
  }
  lookup.status = Lookup::Status::kFound;
  lookup.value = *at;
  return lookup;
}

bool IsBelow(std::string_view path, std::string_view ancestor) {
  if (!path.starts_with(ancestor)) return false;
  if (path.size() == ancestor.size()) return true;
  const char next = path[ancestor.size()];
  return next == '.' || next == '[';
}

}  // namespace vsphere
