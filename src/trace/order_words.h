// What an exploration covered, in words: how many different orders were seen, and how much is still unseen.
#pragma once

#include "base/text.h"
#include "trace/order_count.h"
#include "trace/region.h"

namespace heddle::trace {

// Where the executions came from.
enum class OrderSource : uint8_t {
  kDrawn,     // at random: they say something about those that were not drawn
  kSearched,  // one by one, and the search is not over: they do not
  kComplete,  // all there are
};

[[nodiscard]] inline bool IsDrawn(StrategyKind kind) {
  return kind != StrategyKind::kDfs && kind != StrategyKind::kDpor && kind != StrategyKind::kReplay;
}

// Two digits, which is more than the estimate is worth: "12%", "3.1%", "0.042%".
inline void AddPercent(double part, Text* text) {
  double percent = part * 100;
  if (percent < 1e-6) {
    text->Add("0%");
    return;
  }
  if (percent >= 9.95) {
    text->Number(static_cast<uint64_t>(percent + 0.5)).Add("%");
    return;
  }
  int decimals = 1;
  for (; decimals < 9 && percent * 10 < 9.95; ++decimals) percent *= 10;
  auto digits = static_cast<uint64_t>(percent * 10 + 0.5);
  char word[12];
  for (int i = decimals; i > 0; --i, digits /= 10) word[i] = static_cast<char>('0' + digits % 10);
  word[decimals + 1] = '\0';
  word[0] = '.';
  text->Number(digits).Add(word).Add("%");
}

// "90 orders of dependent steps, 3 of them first seen in the last 1000 executions".
inline void AddOrdersSeen(const OrderStatistics& orders, OrderSource source, Text* text) {
  if (!orders.exact) text->Add("about ");
  text->Number(orders.distinct).Add(orders.distinct == 1 ? " order" : " orders");
  text->Add(" of dependent steps");
  if (source != OrderSource::kDrawn) return;
  text->Add(", ").Number(orders.recent_new).Add(" of them first seen in the last ");
  text->Number(orders.recent_executions);
  text->Add(orders.recent_executions == 1 ? " execution" : " executions");
}

// "about 3.1% of what this strategy would see is still unseen (95% confidence: 2.6% to 3.5%)".
inline void AddUnseen(const OrderStatistics& orders, OrderSource source, Text* text) {
  switch (source) {
    case OrderSource::kComplete:
      text->Add("complete: nothing is unseen");
      return;
    case OrderSource::kSearched:
      text->Add("a search that is not over says nothing about the rest");
      return;
    case OrderSource::kDrawn:
      break;
  }
  if (orders.executions < OrderCount::kExecutionsMin) {
    text->Add("too few executions to say how much is still unseen");
    return;
  }
  if (orders.once == 0) {
    text->Add("less than ");
    AddPercent(orders.unseen_high, text);
    text->Add(" of what this strategy would see is still unseen (95% confidence)");
    return;
  }
  if (orders.unseen > 0.99) {
    text->Add("nearly all");
  } else {
    text->Add("about ");
    AddPercent(orders.unseen, text);
  }
  text->Add(" of what this strategy would see is still unseen (95% confidence: ");
  AddPercent(orders.unseen_low, text);
  text->Add(" to ");
  AddPercent(orders.unseen_high, text);
  text->Add(")");
}

}  // namespace heddle::trace
