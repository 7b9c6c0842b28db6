#include "cli/finding_filter.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "cli/console.h"
#include "cli/output_file.h"
#include "cli/parse.h"

namespace heddle::cli {
namespace {

using driver::Error;
using driver::kExitUsage;
using driver::Result;
using nlohmann::json;

constexpr int kBaselineVersion = 1;

[[nodiscard]] Result<std::string> Read(const std::string& path, const std::string& what) {
  std::error_code ignored;
  // A stream would open it, and fail only when it is read.
  const bool directory = std::filesystem::is_directory(path, ignored);
  std::ifstream file(path, std::ios::binary);
  const int error = directory ? EISDIR : errno;
  if (directory || !file) {
    return Error{kExitUsage,
                 "cannot read the " + what + " '" + Printable(path) + "': " + std::strerror(error),
                 "check the path"};
  }
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

}  // namespace

Result<Baseline> LoadBaseline(const std::string& path) {
  const Result<std::string> text = Read(path, "baseline");
  if (!text.ok()) {
    Error error = text.error();
    error.remedy = "a first one is made with --write-baseline FILE";
    return error;
  }
  const json object = json::parse(text.value(), nullptr, false);
  const auto bad = [&path](const std::string& why) {
    return Error{kExitUsage, "cannot use the baseline '" + Printable(path) + "': " + why,
                 "make it anew with --write-baseline FILE"};
  };
  if (!object.is_object() || !object.contains("findings") || !object["findings"].is_array())
    return bad("it is no JSON object with a list of findings");
  if (!object.contains("version") || object["version"] != kBaselineVersion)
    return bad("it is of another version");
  Baseline baseline;
  for (const json& entry : object["findings"]) {
    if (!entry.is_object() || !entry.contains("id") || !entry["id"].is_string())
      return bad("an entry has no id");
    const auto summary = entry.find("summary");
    baseline[entry["id"].get<std::string>()] =
        summary != entry.end() && summary->is_string() ? summary->get<std::string>() : "";
  }
  return baseline;
}

driver::Status StoreBaseline(const Baseline& baseline, const std::string& path) {
  json findings = json::array();
  for (const auto& [id, summary] : baseline) findings.push_back({{"id", id}, {"summary", summary}});
  const json object = {{"version", kBaselineVersion}, {"findings", std::move(findings)}};
  return WriteOutput(object.dump(2, ' ', false, json::error_handler_t::replace) + "\n", path,
                     "--write-baseline");
}

std::string FindingFilter::RuleFor(const report::FindingView& finding) const {
  if (const report::SuppressionRule* rule = report::FindRule(suppressions, finding))
    return rule->text;
  return baseline.contains(finding.id) ? "baseline" : "";
}

driver::Status LoadFilter(FindingFilter& filter) {
  if (!filter.suppressions_path.empty()) {
    const Result<std::string> text = Read(filter.suppressions_path, "suppressions");
    if (!text.ok()) return text.error();
    filter.suppressions = report::ParseSuppressions(text.value());
    for (const std::string& note : filter.suppressions.notes)
      PrintNote("suppressions " + Printable(filter.suppressions_path) + ", " + note);
  }
  if (!filter.baseline_path.empty()) {
    const Result<Baseline> baseline = LoadBaseline(filter.baseline_path);
    if (!baseline.ok()) return baseline.error();
    filter.baseline = baseline.value();
  }
  return driver::Ok();
}

driver::Result<FindingFilter> FilterOfEnvironment(const char* options) {
  FindingFilter filter;
  if (options == nullptr) return filter;
  const Result<Arguments> words = SplitOptions(options);
  if (!words.ok()) return words.error();
  std::string* awaited = nullptr;  // the path that the next word is
  for (std::string_view word : words.value()) {
    if (awaited != nullptr) {
      *awaited = word;
      awaited = nullptr;
      continue;
    }
    if (word.starts_with("--")) word.remove_prefix(2);
    const size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    std::string* path = name == "suppressions" ? &filter.suppressions_path
                        : name == "baseline"   ? &filter.baseline_path
                                               : nullptr;
    if (path == nullptr) continue;
    if (equals == std::string_view::npos) {
      awaited = path;
    } else {
      *path = word.substr(equals + 1);
    }
  }
  if (driver::Status loaded = LoadFilter(filter); !loaded.ok()) return loaded.error();
  return filter;
}

void CountSuppressed(const report::FindingView& finding, const std::string& rule,
                     report::RunView& run) {
  auto entry =
      std::find_if(run.suppressed.begin(), run.suppressed.end(),
                   [&rule](const report::SuppressedView& other) { return other.rule == rule; });
  if (entry == run.suppressed.end())
    entry = run.suppressed.insert(entry, {.rule = rule, .findings = 0, .executions = 0, .ids = {}});
  ++entry->findings;
  entry->executions += finding.count;
  entry->ids.push_back(finding.id);
}

}  // namespace heddle::cli
