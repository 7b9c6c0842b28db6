#include "cli/demo_list.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "driver/loom_options.h"

namespace heddle::cli {
namespace {

using nlohmann::json;

[[nodiscard]] std::string TextOf(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

[[nodiscard]] std::vector<std::string> TextsOf(const json& object, const char* name) {
  std::vector<std::string> texts;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_array()) return texts;
  for (const json& text : *found) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

}  // namespace

driver::Result<std::vector<Demonstration>> LoadDemonstrations(const std::string& directory) {
  const std::string path = directory + "/demo.json";
  const auto wrong = [&path](const std::string& why) {
    return driver::Error{driver::kExitUsage,
                         "cannot use the list of demonstrations '" + path + "': " + why,
                         "build or install Heddle completely"};
  };
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong("it cannot be opened");
  const json list = json::parse(std::istreambuf_iterator<char>(file), {}, nullptr, false);
  if (!list.is_array()) return wrong("it is no JSON list");
  std::vector<Demonstration> demonstrations;
  for (const json& entry : list) {
    if (!entry.is_object()) return wrong("an entry is no object");
    Demonstration demonstration;
    demonstration.name = TextOf(entry, "name");
    demonstration.title = TextOf(entry, "title");
    const std::string program = TextOf(entry, "program");
    demonstration.program = program.starts_with("/") ? program : directory + "/" + program;
    demonstration.arguments = TextsOf(entry, "arguments");
    demonstration.system = TextOf(entry, "system");
    demonstration.group = TextOf(entry, "group");
    const std::string expected = TextOf(entry, "expect");
    const std::optional<trace::Verdict> verdict = driver::ParseVerdict(expected);
    const auto schedules = entry.find("schedules");
    if (demonstration.name.empty() || program.empty() ||
        (!verdict.has_value() && expected != "none") || schedules == entry.end() ||
        !schedules->is_number_unsigned() || schedules->get<uint64_t>() == 0) {
      return wrong("the entry '" + demonstration.name + "' is incomplete");
    }
    demonstration.expected = verdict.value_or(trace::Verdict::kNone);
    demonstration.schedules = schedules->get<uint64_t>();
    demonstrations.push_back(std::move(demonstration));
  }
  return demonstrations;
}

}  // namespace heddle::cli
