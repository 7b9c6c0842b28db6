// See encode.h.
#include "systems/vsphere/encode.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <pugixml.hpp>

#include "systems/vsphere/schema.h"

namespace vsphere {
namespace {

constexpr const char* kTypeAttribute = "xsi:type";
constexpr std::string_view kPrimitives[] = {"boolean", "byte",   "short",  "int",      "long",
                                            "float",   "double", "string", "dateTime", "anyType"};

bool IsPrimitive(std::string_view type) {
  for (const std::string_view each : kPrimitives) {
    if (each == type) return true;
  }
  return false;
}

std::string FormatTime(DateTime time) {
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(micros / 1'000'000);
  std::tm parts;
  gmtime_r(&seconds, &parts);
  std::array<char, 40> text;
  const size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%06dZ",
                static_cast<int>(micros % 1'000'000));
  return text.data();
}

// The name of a value's type as xsi:type has it. The declared one is right for numbers and enumerations.
std::string TypeName(const Value& value, std::string_view declared) {
  switch (value.kind()) {
    case Value::Kind::kObject:
      return std::string(value.type_name());
    case Value::Kind::kArray: {
      std::string item = value.array()->element_type;
      item[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(item[0])));
      return "ArrayOf" + item;
    }
    case Value::Kind::kReference:
      return "ManagedObjectReference";
    case Value::Kind::kBoolean:
      return "xsd:boolean";
    case Value::Kind::kDouble:
      return "xsd:double";
    case Value::Kind::kDateTime:
      return "xsd:dateTime";
    case Value::Kind::kInteger:
      return declared == "anyType" ? "xsd:int" : "xsd:" + std::string(declared);
    case Value::Kind::kString:
      return declared == "anyType" ? "xsd:string"
                                   : (IsPrimitive(declared) ? "xsd:" : "") + std::string(declared);
    case Value::Kind::kUnset:
      break;
  }
  return "";
}

void SetText(pugi::xml_node node, const std::string& text) { node.text().set(text.c_str()); }

void EncodeFields(pugi::xml_node node, const DataObject& object);

// The content of an element; its name is the caller's business.
void EncodeContent(pugi::xml_node node, const Value& value) {
  switch (value.kind()) {
    case Value::Kind::kUnset:
      return;
    case Value::Kind::kBoolean:
      node.text().set(value.boolean());
      return;
    case Value::Kind::kInteger:
      SetText(node, std::to_string(value.integer()));
      return;
    case Value::Kind::kDouble:
      node.text().set(value.real());
      return;
    case Value::Kind::kString:
      SetText(node, value.text());
      return;
    case Value::Kind::kDateTime:
      SetText(node, FormatTime(value.time()));
      return;
    case Value::Kind::kReference:
      node.append_attribute("type").set_value(value.reference().type.c_str());
      SetText(node, value.reference().value);
      return;
    case Value::Kind::kObject:
      EncodeFields(node, *value.object());
      return;
    case Value::Kind::kArray:
      break;
  }
  // ArrayOfThing has children <Thing>, ArrayOfString <string>.
  const Array& array = *value.array();
  for (const Value& item : array.items) {
    pugi::xml_node child = node.append_child(array.element_type.c_str());
    if (item.object() != nullptr && item.type_name() != array.element_type) {
      child.append_attribute(kTypeAttribute).set_value(std::string(item.type_name()).c_str());
    }
    EncodeContent(child, item);
  }
}

// An element for a field: one per item if it is an array.
void EncodeField(pugi::xml_node node, const Field& field, const Value& value) {
  const std::string name(field.name);
  if (field.is_array) {
    for (const Value& item : value.items()) {
      EncodeField(node, {.name = field.name, .type = field.type, .data_type = field.data_type},
                  item);
    }
    return;
  }
  pugi::xml_node child = node.append_child(name.c_str());
  const bool is_other_type = value.object() != nullptr && value.type_name() != field.type;
  if (is_other_type || field.type == "anyType") {
    child.append_attribute(kTypeAttribute).set_value(TypeName(value, field.type).c_str());
  }
  EncodeContent(child, value);
}

void EncodeFields(pugi::xml_node node, const DataObject& object) {
  for (size_t i = 0; i < object.fields.size(); ++i) {
    if (object.fields[i].is_set()) EncodeField(node, object.type->fields[i], object.fields[i]);
  }
}

void AddReference(pugi::xml_node node, const char* name, const ManagedObjectReference& ref) {
  EncodeContent(node.append_child(name), Value(ref));
}

void AddText(pugi::xml_node node, const char* name, const std::string& text) {
  SetText(node.append_child(name), text);
}

void AddAny(pugi::xml_node node, const char* name, const Value& value, std::string_view declared) {
  pugi::xml_node child = node.append_child(name);
  child.append_attribute(kTypeAttribute).set_value(TypeName(value, declared).c_str());
  EncodeContent(child, value);
}

void AddMissing(pugi::xml_node node, const std::vector<MissingProperty>& missing_set) {
  for (const MissingProperty& missing : missing_set) {
    pugi::xml_node child = node.append_child("missingSet");
    AddText(child, "path", missing.path);
    pugi::xml_node fault = child.append_child("fault");
    AddAny(fault, "fault", missing.fault.detail, "MethodFault");
    AddText(fault, "localizedMessage", missing.fault.message);
  }
}

struct StringWriter final : pugi::xml_writer {
  void write(const void* data, size_t size) override {
    text.append(static_cast<const char*>(data), size);
  }
  std::string text;
};

std::string Print(const pugi::xml_document& document) {
  StringWriter writer;
  document.save(writer, "", pugi::format_raw | pugi::format_no_declaration);
  return std::move(writer.text);
}

void AddUpdate(pugi::xml_node node, const ObjectUpdate& update) {
  static constexpr const char* kKinds[] = {"enter", "modify", "leave"};
  pugi::xml_node child = node.append_child("objectSet");
  AddText(child, "kind", kKinds[static_cast<int>(update.kind)]);
  AddReference(child, "obj", update.obj);
  for (const PropertyChange& change : update.change_set) {
    pugi::xml_node change_node = child.append_child("changeSet");
    AddText(change_node, "name", change.name);
    AddText(change_node, "op", change.op);
    if (change.val.is_set()) AddAny(change_node, "val", change.val, change.declared_type);
  }
  AddMissing(child, update.missing_set);
}

}  // namespace

std::string EncodeValue(const Value& value, std::string_view declared_type) {
  pugi::xml_document document;
  AddAny(document, "val", value, declared_type);
  return Print(document);
}

std::string EncodeRetrieveResult(const RetrieveResult& result) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("returnval");
  if (!result.token.empty()) AddText(root, "token", result.token);
  for (const ObjectContent& content : result.objects) {
    pugi::xml_node object = root.append_child("objects");
    AddReference(object, "obj", content.obj);
    for (const DynamicProperty& property : content.prop_set) {
      pugi::xml_node node = object.append_child("propSet");
      AddText(node, "name", property.name);
      AddAny(node, "val", property.val, property.declared_type);
    }
    AddMissing(object, content.missing_set);
  }
  return Print(document);
}

std::string EncodeUpdateSet(const UpdateSet& set) {
  pugi::xml_document document;
  pugi::xml_node root = document.append_child("returnval");
  AddText(root, "version", set.version);
  for (const PropertyFilterUpdate& filter : set.filter_set) {
    pugi::xml_node node = root.append_child("filterSet");
    AddReference(node, "filter", filter.filter);
    for (const ObjectUpdate& update : filter.object_set) AddUpdate(node, update);
  }
  if (set.truncated) AddText(root, "truncated", "true");
  return Print(document);
}

std::string EncodeFaultDetail(const Fault& fault) {
  pugi::xml_document document;
  const std::string kind(fault.kind());
  pugi::xml_node node = document.append_child("detail").append_child((kind + "Fault").c_str());
  node.append_attribute("xmlns").set_value("urn:vim25");
  node.append_attribute(kTypeAttribute).set_value(kind.c_str());
  EncodeContent(node, fault.detail);
  return Print(document);
}

}  // namespace vsphere
