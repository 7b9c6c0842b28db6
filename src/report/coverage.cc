// See coverage.h.
#include "report/coverage.h"

#include "base/text.h"
#include "trace/order_words.h"

namespace heddle::report {
namespace {

using nlohmann::json;
using trace::OrderSource;

constexpr const char* kSourceNames[] = {"drawn", "searched", "complete"};

[[nodiscard]] std::string Percent(double part) {
  TextBuffer<40> text;
  trace::AddPercent(part, &text);
  return text.c_str();
}

}  // namespace

std::vector<std::string> CoverageLines(const CoverageView& view) {
  TextBuffer<300> seen;
  trace::AddOrdersSeen(view.orders, view.source, &seen);
  TextBuffer<300> unseen;
  trace::AddUnseen(view.orders, view.source, &unseen);
  std::vector<std::string> lines = {seen.c_str(), unseen.c_str()};
  if (view.wanted > 0 && view.source == OrderSource::kDrawn) {
    const std::string wanted = "at most " + Percent(view.wanted) + " is unseen (--until-saturated)";
    lines.push_back(view.saturated ? "saturated: the run ended because " + wanted
                                   : "not saturated: the run ended before " + wanted);
  }
  return lines;
}

std::string CoverageInShort(const CoverageView& view) {
  switch (view.source) {
    case OrderSource::kComplete:
      return "every order seen";
    case OrderSource::kSearched:
      return "";
    case OrderSource::kDrawn:
      break;
  }
  if (view.orders.executions < trace::OrderCount::kExecutionsMin) return "";
  const std::string saturated = view.saturated ? "saturated, " : "";
  if (view.orders.once == 0)
    return saturated + "less than " + Percent(view.orders.unseen_high) + " unseen";
  return saturated + "about " + Percent(view.orders.unseen) + " unseen";
}

json CoverageJson(const std::optional<CoverageView>& view) {
  if (!view.has_value()) return nullptr;
  const trace::OrderStatistics& orders = view->orders;
  json object = {{"source", kSourceNames[static_cast<size_t>(view->source)]},
                 {"executions", orders.executions},
                 {"orders", orders.distinct},
                 {"exact", orders.exact},
                 {"once", orders.once},
                 {"twice", orders.twice},
                 {"recent_executions", orders.recent_executions},
                 {"recent_new", orders.recent_new},
                 {"unseen", nullptr},
                 {"unseen_low", nullptr},
                 {"unseen_high", nullptr},
                 {"until", view->wanted},
                 {"saturated", view->saturated}};
  if (view->source == OrderSource::kSearched) return object;
  const bool complete = view->source == OrderSource::kComplete;
  object["unseen"] = complete ? 0.0 : orders.unseen;
  object["unseen_low"] = complete ? 0.0 : orders.unseen_low;
  object["unseen_high"] = complete ? 0.0 : orders.unseen_high;
  return object;
}

std::optional<CoverageView> ReadCoverage(const json& object) {
  if (!object.is_object()) return std::nullopt;
  const auto number = [&object](const char* name) {
    const auto found = object.find(name);
    const bool is_number = found != object.end() && found->is_number_unsigned();
    return is_number ? found->get<uint64_t>() : uint64_t{0};
  };
  const auto part = [&object](const char* name, double otherwise) {
    const auto found = object.find(name);
    return found != object.end() && found->is_number() ? found->get<double>() : otherwise;
  };
  const auto flag = [&object](const char* name, bool otherwise) {
    const auto found = object.find(name);
    return found != object.end() && found->is_boolean() ? found->get<bool>() : otherwise;
  };
  CoverageView view;
  const auto source = object.find("source");
  for (size_t i = 0; i < std::size(kSourceNames); ++i) {
    if (source != object.end() && *source == kSourceNames[i])
      view.source = static_cast<OrderSource>(i);
  }
  view.orders.executions = number("executions");
  view.orders.distinct = number("orders");
  view.orders.exact = flag("exact", true);
  view.orders.once = number("once");
  view.orders.twice = number("twice");
  view.orders.recent_executions = number("recent_executions");
  view.orders.recent_new = number("recent_new");
  view.orders.unseen = part("unseen", 1);
  view.orders.unseen_low = part("unseen_low", 0);
  view.orders.unseen_high = part("unseen_high", 1);
  view.wanted = part("until", 0);
  view.saturated = flag("saturated", false);
  return view;
}

}  // namespace heddle::report
