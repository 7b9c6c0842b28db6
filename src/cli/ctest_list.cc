#include "cli/ctest_list.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace heddle::cli {
namespace {

using driver::Error;
using driver::kExitUsage;
using driver::Result;
using nlohmann::json;

[[nodiscard]] std::vector<std::string> Strings(const json& value) {
  std::vector<std::string> strings;
  if (value.is_string()) strings.push_back(value.get<std::string>());
  if (!value.is_array()) return strings;
  for (const json& entry : value) {
    if (entry.is_string()) strings.push_back(entry.get<std::string>());
  }
  return strings;
}

[[nodiscard]] bool IsTrue(const json& value) { return value.is_boolean() && value.get<bool>(); }

void SetVariable(const std::string& name, const std::string& value, ListedTest& test) {
  std::erase(test.unset_variables, name);
  std::erase_if(test.set_variables, [&name](const auto& entry) { return entry.first == name; });
  test.set_variables.emplace_back(name, value);
}

void UnsetVariable(const std::string& name, ListedTest& test) {
  std::erase_if(test.set_variables, [&name](const auto& entry) { return entry.first == name; });
  test.unset_variables.push_back(name);
}

// "NAME=operation:value", CMake's ENVIRONMENT_MODIFICATION. False for an operation that is not known here.
[[nodiscard]] bool Modify(const std::string& modification, const VariableLookup& inherited,
                          ListedTest& test) {
  const size_t equals = modification.find('=');
  const size_t colon = modification.find(':', equals == std::string::npos ? 0 : equals);
  if (equals == std::string::npos || colon == std::string::npos) return false;
  const std::string name = modification.substr(0, equals);
  const std::string operation = modification.substr(equals + 1, colon - equals - 1);
  const std::string value = modification.substr(colon + 1);
  if (operation == "set") {
    SetVariable(name, value, test);
    return true;
  }
  if (operation == "unset") {
    UnsetVariable(name, test);
    return true;
  }
  std::string separator;
  if (operation.starts_with("path_list_")) separator = ":";
  if (operation.starts_with("cmake_list_")) separator = ";";
  if (separator.empty() && !operation.starts_with("string_")) return false;

  std::optional<std::string> old;
  const bool unset = std::find(test.unset_variables.begin(), test.unset_variables.end(), name) !=
                     test.unset_variables.end();
  if (!unset) old = inherited(name);
  for (const auto& entry : test.set_variables) {
    if (entry.first == name) old = entry.second;
  }
  if (!old.has_value() || old->empty()) {
    SetVariable(name, value, test);
  } else if (operation.ends_with("_append")) {
    SetVariable(name, *old + separator + value, test);
  } else if (operation.ends_with("_prepend")) {
    SetVariable(name, value + separator + *old, test);
  } else {
    return false;
  }
  return true;
}

// Applies one property. False if the test is disabled.
[[nodiscard]] bool ApplyProperty(const std::string& name, const json& value,
                                 const VariableLookup& inherited, ListedTest& test) {
  if (name == "DISABLED" && IsTrue(value)) return false;
  if (name == "WORKING_DIRECTORY" && value.is_string()) test.directory = value.get<std::string>();
  if (name == "ENVIRONMENT") {
    for (const std::string& entry : Strings(value)) {
      const size_t equals = entry.find('=');
      if (equals != std::string::npos)
        SetVariable(entry.substr(0, equals), entry.substr(equals + 1), test);
    }
  }
  if (name == "ENVIRONMENT_MODIFICATION") {
    for (const std::string& entry : Strings(value)) {
      if (!Modify(entry, inherited, test))
        test.refusal = "its environment is modified in a way that is not understood: " + entry;
    }
  }
  if (name == "WILL_FAIL" && IsTrue(value))
    test.refusal = "it is meant to fail (WILL_FAIL), so a finding would say nothing";
  // The output decides, whatever the exit status is.
  if (name == "PASS_REGULAR_EXPRESSION") test.exit_status_counts = false;
  return true;
}

// Nothing if the test is disabled.
[[nodiscard]] std::optional<ListedTest> ReadTest(const json& entry,
                                                 const VariableLookup& inherited) {
  ListedTest test;
  test.name = entry.value("name", "");
  if (const auto command = entry.find("command"); command != entry.end())
    test.argv = Strings(*command);
  if (test.argv.empty()) test.refusal = "it has no command: was it built?";
  const auto properties = entry.find("properties");
  if (properties == entry.end() || !properties->is_array()) return test;
  // The modifications are applied to what ENVIRONMENT made.
  for (const bool modifications : {false, true}) {
    for (const json& property : *properties) {
      if (!property.is_object() || !property.contains("value")) continue;
      if (!property.contains("name") || !property["name"].is_string()) continue;
      const std::string name = property["name"].get<std::string>();
      if ((name == "ENVIRONMENT_MODIFICATION") != modifications) continue;
      if (!ApplyProperty(name, property["value"], inherited, test)) return std::nullopt;
    }
  }
  return test;
}

}  // namespace

Result<std::vector<ListedTest>> ParseCtestList(std::string_view text,
                                               const VariableLookup& inherited) {
  const Error error{kExitUsage, "the listing of ctest is not understood",
                    "see what `ctest --show-only=json-v1` prints there (CMake 3.20 or newer)"};
  const json listing = json::parse(text, nullptr, false);
  if (!listing.is_object() || !listing.contains("tests") || !listing["tests"].is_array())
    return error;
  std::vector<ListedTest> tests;
  for (const json& entry : listing["tests"]) {
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string()) return error;
    if (std::optional<ListedTest> test = ReadTest(entry, inherited))
      tests.push_back(std::move(*test));
  }
  return tests;
}

}  // namespace heddle::cli
