// See discipline_json.h.
#include "report/discipline_json.h"

#include "report/utf8.h"

namespace heddle::report {
namespace {

using nlohmann::json;

const json& Member(const json& object, const char* name) {
  static const json nothing;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : nothing;
}

std::string Text(const json& object, const char* name) {
  const json& value = Member(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

uint64_t Number(const json& object, const char* name) {
  const json& value = Member(object, name);
  return value.is_number_unsigned() ? value.get<uint64_t>() : 0;
}

// Calls function(entry) for each entry of a list.
template <typename Function>
void ForEach(const json& object, const char* name, const Function& function) {
  const json& list = Member(object, name);
  if (!list.is_array()) return;
  for (const json& entry : list) function(entry);
}

json DisciplineJson(const DisciplineView& discipline) {
  json locks = json::array();
  for (const DisciplineView::Lock& lock : discipline.locks)
    locks.push_back({{"name", Utf8(lock.name)}, {"held", lock.held}});
  json statements = json::array();
  for (const std::string& statement : discipline.statements) statements.push_back(Utf8(statement));
  return {{"executions", discipline.executions}, {"accesses", discipline.accesses},
          {"contended", discipline.contended},   {"left_out", discipline.left_out},
          {"locks", std::move(locks)},           {"statements", std::move(statements)}};
}

json SuggestionJson(const SuggestionView& suggestion) {
  json value = {{"remedy", suggestion.remedy},
                {"advice", Utf8(suggestion.advice)},
                {"evidence", Utf8(suggestion.evidence)},
                {"lock", nullptr},
                {"location", nullptr}};
  if (!suggestion.lock.empty()) value["lock"] = Utf8(suggestion.lock);
  if (suggestion.line != 0) {
    value["location"] = {{"function", Utf8(suggestion.function)},
                         {"file", Utf8(suggestion.file)},
                         {"line", suggestion.line}};
  }
  return value;
}

json HarmJson(const HarmView& harm) {
  json consequences = json::array();
  for (const HarmView::Consequence& consequence : harm.consequences) {
    consequences.push_back({{"verdict", consequence.verdict},
                            {"message", Utf8(consequence.message)},
                            {"count", consequence.count}});
  }
  return {{"executions", harm.executions},
          {"raced", harm.raced},
          {"consequences", std::move(consequences)}};
}

}  // namespace

void AddDisciplineJson(const FindingView& finding, json* object) {
  if (finding.discipline) (*object)["discipline"] = DisciplineJson(*finding.discipline);
  if (finding.suggestion) (*object)["suggestion"] = SuggestionJson(*finding.suggestion);
  if (finding.harm) (*object)["harm"] = HarmJson(*finding.harm);
}

void ReadDiscipline(const json& object, FindingView* finding) {
  if (const json& value = Member(object, "discipline"); value.is_object()) {
    DisciplineView& view = finding->discipline.emplace();
    view.executions = Number(value, "executions");
    view.accesses = Number(value, "accesses");
    view.contended = Number(value, "contended");
    view.left_out = Number(value, "left_out");
    ForEach(value, "locks", [&view](const json& lock) {
      view.locks.push_back({Text(lock, "name"), Number(lock, "held")});
    });
    ForEach(value, "statements", [&view](const json& statement) {
      if (statement.is_string()) view.statements.push_back(statement.get<std::string>());
    });
  }
  if (const json& value = Member(object, "suggestion"); value.is_object()) {
    const json& location = Member(value, "location");
    const uint64_t line = Number(location, "line");
    finding->suggestion =
        SuggestionView{.remedy = Text(value, "remedy"),
                       .advice = Text(value, "advice"),
                       .evidence = Text(value, "evidence"),
                       .lock = Text(value, "lock"),
                       .function = Text(location, "function"),
                       .file = Text(location, "file"),
                       .line = static_cast<uint32_t>(line <= UINT32_MAX ? line : 0)};
  }
  if (const json& value = Member(object, "harm"); value.is_object()) {
    HarmView& view = finding->harm.emplace();
    view.executions = Number(value, "executions");
    view.raced = Number(value, "raced");
    ForEach(value, "consequences", [&view](const json& entry) {
      view.consequences.push_back(
          {Text(entry, "verdict"), Text(entry, "message"), Number(entry, "count")});
    });
  }
}

std::string ExplanationText(const FindingView& finding) {
  json object = json::object();
  AddDisciplineJson(finding, &object);
  return object.empty() ? "" : object.dump();
}

void ReadExplanation(std::string_view text, FindingView* finding) {
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  if (object.is_object()) ReadDiscipline(object, finding);
}

}  // namespace heddle::report
