#include "driver/card.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>

#include "driver/loom_options.h"
#include "driver/schedule_codec.h"
#include "driver/unique_fd.h"
#include "driver/version.h"

namespace heddle::driver {
namespace {

using nlohmann::json;

constexpr std::string_view kFormat = "heddle-card";
// The longest schedule takes at most 11 characters per decision ("spurious:3999 "), in practice two; anything larger
// was not written by Heddle.
constexpr size_t kCardBytesMax = size_t{192} << 20;
constexpr int kNestingMax = 6;
constexpr size_t kListMax = 65'536;
constexpr size_t kTextMax = size_t{1} << 20;

// Reads members of an object and remembers the first thing that is wrong, so that the reader below is a plain list.
class Reader {
 public:
  explicit Reader(const json& object, std::string where = "")
      : object_(object), where_(std::move(where)) {}

  [[nodiscard]] std::string Text(const char* name) {
    const json* value = Find(name);
    if (value == nullptr) return "";
    if (!value->is_string()) return Wrong(name, "is not a text");
    return CheckText(name, value->get_ref<const std::string&>());
  }
  [[nodiscard]] uint64_t Number(const char* name, uint64_t max) {
    const json* value = Find(name);
    if (value == nullptr) return 0;
    if (!value->is_number_unsigned() || value->get<uint64_t>() > max) {
      Wrong(name, "is not a whole number from 0 to " + std::to_string(max));
      return 0;
    }
    return value->get<uint64_t>();
  }
  [[nodiscard]] std::vector<std::string> Texts(const char* name) {
    const json* value = Find(name);
    std::vector<std::string> texts;
    if (value == nullptr) return texts;
    if (!value->is_array() || value->size() > kListMax) {
      Wrong(name, "is not a list of reasonable length");
      return texts;
    }
    for (const json& element : *value) {
      if (!element.is_string()) {
        Wrong(name, "contains something that is not a text");
        return texts;
      }
      texts.push_back(CheckText(name, element.get_ref<const std::string&>()));
    }
    return texts;
  }
  [[nodiscard]] const json& Object(const char* name) {
    static const json kEmpty = json::object();
    const json* value = Find(name);
    if (value == nullptr) return kEmpty;
    if (value->is_object() && value->size() <= kListMax) return *value;
    Wrong(name, "is not an object");
    return kEmpty;
  }
  std::string Wrong(const std::string& name, const std::string& why) {
    if (error_.empty()) error_ = "'" + where_ + name + "' " + why;
    return "";
  }
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  [[nodiscard]] const json* Find(const char* name) {
    const auto found = object_.find(name);
    if (found != object_.end()) return &*found;
    Wrong(name, "is missing");
    return nullptr;
  }
  [[nodiscard]] std::string CheckText(const char* name, const std::string& text) {
    if (text.size() > kTextMax && std::strcmp(name, "schedule") != 0)
      return Wrong(name, "is too long");
    if (text.find('\0') != std::string::npos) return Wrong(name, "contains a zero byte");
    return text;
  }

  const json& object_;
  std::string where_;
  std::string error_;
};

[[nodiscard]] Error BadCard(const std::string& why) {
  return Error{kExitUsage, "the card is not usable: " + why,
               "record the finding again with `heddle run`"};
}

[[nodiscard]] std::string HashText(uint64_t hash) {
  char text[17] = {};
  std::snprintf(text, sizeof(text), "%016lx", hash);
  return text;
}

// How deep brackets are nested, outside of texts. Stops counting once it is too deep.
[[nodiscard]] int NestingOf(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_text = false;
  for (size_t i = 0; i < text.size() && deepest <= kNestingMax; ++i) {
    const char c = text[i];
    if (in_text && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_text = !in_text;
    } else if (!in_text && (c == '[' || c == '{')) {
      deepest = std::max(deepest, ++depth);
    } else if (!in_text && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return deepest;
}

void ReadProgram(const json& object, Card& card, Reader& parent) {
  Reader reader(object, "program.");
  card.program_path = reader.Text("path");
  card.argv = reader.Texts("argv");
  card.directory = reader.Text("directory");
  card.build_id = reader.Text("build_id");
  card.standard_input = reader.Text("stdin");
  for (const auto& [name, value] : reader.Object("environment").items()) {
    if (!value.is_string() || name.empty() ||
        name.find_first_of(std::string("=\0", 2)) != std::string::npos ||
        value.get_ref<const std::string&>().find('\0') != std::string::npos) {
      reader.Wrong("environment", "contains something that is not an environment variable");
      break;
    }
    card.environment.emplace_back(name, value.get<std::string>());
  }
  if (reader.error().empty() && (card.program_path.empty() || card.argv.empty())) {
    reader.Wrong("path", "or argv is empty");
  }
  if (!reader.error().empty()) parent.Wrong("program", "is wrong: " + reader.error());
}

// Only in cards of a body in a test.
void ReadExplore(const json& card_object, Card& card, Reader& parent) {
  if (!card_object.contains("explore")) return;
  Reader reader(parent.Object("explore"), "explore.");
  card.explore_name = reader.Text("name");
  card.explore_occurrence = static_cast<uint32_t>(reader.Number("occurrence", UINT32_MAX));
  card.explore_argument = reader.Text("argument");
  const bool fits = !card.explore_name.empty() && card.explore_name.size() < kExploreNameBytes;
  if (!fits) reader.Wrong("name", "is empty or too long");
  if (!reader.error().empty()) parent.Wrong("explore", "is wrong: " + reader.error());
}

void ReadOptions(const json& object, Card& card, Reader& parent) {
  Reader reader(object, "options.");
  const Result<trace::StrategySpec> strategy = ParseStrategy(reader.Text("strategy"));
  if (strategy.ok()) {
    card.strategy = strategy.value();
  } else {
    reader.Wrong("strategy", "is not one: " + strategy.error().message);
  }
  card.seed = reader.Number("seed", UINT64_MAX);
  for (const std::string& word : reader.Texts("detect")) {
    const std::optional<uint32_t> flag = DetectFlagOf(word);
    if (!flag.has_value()) {
      reader.Wrong("detect", "contains an unknown word");
      break;
    }
    card.detect |= *flag;
  }
  if (!reader.error().empty()) parent.Wrong("options", "is wrong: " + reader.error());
}

// Only in cards whose schedule was shrunk.
void ReadFound(const json& card_object, Card& card, Reader& parent) {
  if (!card_object.contains("found")) return;
  Reader reader(parent.Object("found"), "found.");
  const uint64_t count = reader.Number("decisions", kDecisionsMax);
  Result<std::vector<trace::Decision>> schedule = DecodeSchedule(reader.Text("schedule"));
  if (!schedule.ok()) {
    reader.Wrong("schedule", "cannot be read: " + schedule.error().message);
  } else if (schedule.value().size() != count) {
    reader.Wrong("schedule", "has another number of decisions than it says");
  } else {
    card.found_decisions = std::move(schedule.value());
  }
  if (!reader.error().empty()) parent.Wrong("found", "is wrong: " + reader.error());
}

// Only in cards of findings about which more was learned than one execution tells.
void ReadExplanation(const json& card_object, Card& card, Reader& parent) {
  if (!card_object.contains("explanation")) return;
  card.explanation =
      parent.Object("explanation").dump(-1, ' ', false, json::error_handler_t::replace);
  if (card.explanation.size() > kTextMax) parent.Wrong("explanation", "is too long");
}

void ReadExecution(Reader& reader, Card& card) {
  card.execution = reader.Number("execution", UINT64_MAX);
  card.id = reader.Text("id");
  card.summary = reader.Text("summary");
  const std::optional<trace::Verdict> verdict = ParseVerdict(reader.Text("verdict"));
  if (verdict.has_value()) {
    card.verdict = *verdict;
  } else {
    reader.Wrong("verdict", "is not a verdict");
  }
  card.event_count = reader.Number("events", UINT64_MAX);
  const std::string hash = reader.Text("event_hash");
  const char* end = hash.data() + hash.size();
  const std::from_chars_result parsed = std::from_chars(hash.data(), end, card.event_hash, 16);
  if (hash.empty() || parsed.ec != std::errc() || parsed.ptr != end) {
    reader.Wrong("event_hash", "is not a hexadecimal number");
  }
  card.thread_count = static_cast<uint32_t>(reader.Number("threads", kThreadsMax));
  const uint64_t count = reader.Number("decisions", kDecisionsMax);
  Result<std::vector<trace::Decision>> schedule = DecodeSchedule(reader.Text("schedule"));
  if (!schedule.ok()) {
    reader.Wrong("schedule", "cannot be read: " + schedule.error().message);
  } else if (schedule.value().size() != count) {
    reader.Wrong("schedule", "has " + std::to_string(schedule.value().size()) +
                                 " decisions, but 'decisions' says " + std::to_string(count));
  } else {
    card.decisions = std::move(schedule.value());
  }
}

}  // namespace

std::string CardText(const Card& card) {
  nlohmann::ordered_json environment = nlohmann::ordered_json::object();
  for (const auto& [name, value] : card.environment) environment[name] = value;
  nlohmann::ordered_json object;
  object["format"] = kFormat;
  object["version"] = kCardVersion;
  object["heddle"] = card.heddle;
  object["id"] = card.id;
  object["verdict"] = trace::VerdictName(card.verdict);
  object["summary"] = card.summary;
  object["program"] = {{"path", card.program_path},   {"argv", card.argv},
                       {"directory", card.directory}, {"environment", environment},
                       {"build_id", card.build_id},   {"stdin", card.standard_input}};
  if (!card.explore_name.empty()) {
    object["explore"] = {{"name", card.explore_name},
                         {"occurrence", card.explore_occurrence},
                         {"argument", card.explore_argument}};
  }
  object["options"] = {{"strategy", StrategyText(card.strategy)},
                       {"seed", card.seed},
                       {"detect", DetectWords(card.detect)}};
  object["execution"] = card.execution;
  object["threads"] = card.thread_count;
  object["events"] = card.event_count;
  object["event_hash"] = HashText(card.event_hash);
  object["decisions"] = card.decisions.size();
  object["schedule"] = EncodeSchedule(card.decisions);
  if (!card.found_decisions.empty()) {
    object["found"] = {{"decisions", card.found_decisions.size()},
                       {"schedule", EncodeSchedule(card.found_decisions)}};
  }
  if (!card.explanation.empty())
    object["explanation"] = nlohmann::ordered_json::parse(card.explanation, nullptr, false);
  // Arguments and environment need not be UTF-8; JSON must be.
  return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<Card> ParseCard(std::string_view text) {
  // Before parsing: a parser needs memory for each level.
  if (NestingOf(text) > kNestingMax) return BadCard("it is nested too deeply");
  const json object = json::parse(text.begin(), text.end(), nullptr, false);
  if (object.is_discarded())
    return BadCard("it is no complete JSON (truncated, or something else)");
  if (!object.is_object()) return BadCard("it is no JSON object");

  Reader reader(object);
  if (reader.Text("format") != kFormat)
    return BadCard("it does not say that its format is heddle-card");
  const uint64_t version = reader.Number("version", UINT32_MAX);
  if (version != kCardVersion) {
    return Error{kExitUsage,
                 "the card has format version " + std::to_string(version) + ", and this Heddle (" +
                     Version() + ") reads version " + std::to_string(kCardVersion),
                 "use the Heddle that wrote it"};
  }
  Card card;
  card.heddle = reader.Text("heddle");
  ReadProgram(reader.Object("program"), card, reader);
  ReadExplore(object, card, reader);
  ReadOptions(reader.Object("options"), card, reader);
  ReadExecution(reader, card);
  ReadFound(object, card, reader);
  ReadExplanation(object, card, reader);
  if (!reader.error().empty()) return BadCard(reader.error());
  return card;
}

Result<Card> LoadCard(const std::string& path) {
  const auto failed = [&path](const std::string& why, const std::string& remedy) {
    return Error{kExitUsage, "cannot read the card '" + path + "': " + why, remedy};
  };
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return failed(std::strerror(errno), "check the path");
  struct stat status {};
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
    return failed("it is not a regular file", "check the path");
  if (status.st_size < 0 || static_cast<size_t>(status.st_size) > kCardBytesMax)
    return failed("it is too large", "");
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = read(file.get(), text.data() + have, text.size() - have);
    if (got < 0) return failed(std::strerror(errno), "");
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  text.resize(have);
  Result<Card> card = ParseCard(text);
  if (!card.ok()) return failed(card.error().message, card.error().remedy);
  return card;
}

Status StoreCard(const Card& card, const std::string& path) {
  const std::filesystem::path target(path);
  std::error_code error;
  if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path(), error);
  const std::string temporary = path + ".tmp" + std::to_string(getpid());
  const auto failed = [&path, &temporary](const std::string& why) {
    unlink(temporary.c_str());
    return Error{kExitUsage, "cannot write the card '" + path + "': " + why,
                 "name another directory with --cards"};
  };
  if (error) return failed(error.message());
  const std::string text = CardText(card);
  UniqueFd file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.valid()) return failed(std::strerror(errno));
  for (size_t done = 0; done < text.size();) {
    const ssize_t wrote = write(file.get(), text.data() + done, text.size() - done);
    if (wrote <= 0) return failed(std::strerror(errno));
    done += static_cast<size_t>(wrote);
  }
  if (fsync(file.get()) != 0) return failed(std::strerror(errno));
  file.Reset(-1);
  if (rename(temporary.c_str(), path.c_str()) != 0) return failed(std::strerror(errno));
  return Ok();
}

}  // namespace heddle::driver
