// INCR, DECR, INCRBYFLOAT, GETPUT, and locks, which are keys that are only written if they are not there. See dmaps.h.
#include <charconv>
#include <chrono>
#include <utility>

#include "systems/olric/dmaps.h"

namespace olric {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLockRetryInterval(10);

// What other systems take for a number; anything else counts as zero, as upstream.
int64_t IntegerIn(const Entry* entry) {
  return entry == nullptr ? 0 : ParseInteger(entry->value).value_or(0);
}

std::string FloatText(double value) {
  char text[400];  // the longest has 309 digits
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
  return {text, end};
}

}  // namespace

Reply DMaps::ChangeAtOwner(const Invocation& invocation, const Change& change) {
  return AtOwner(invocation, change.map, change.key, [&](const Site& site) {
    const KeyLocks::Hold lock(&locks_, site.map + '\0' + site.key);
    const std::optional<Entry> newest = Lookup(site).newest;
    const bool live = newest && !Over(*newest, site.map);
    Change::Outcome outcome = change.compute(live ? &*newest : nullptr);
    if (!outcome.value) return outcome.reply;
    Entry entry = {.key = site.key, .value = std::move(*outcome.value)};
    const int64_t ttl_ms = context_.config.OfMap(site.map).ttl.count();
    if (live && outcome.keeps_expiry) {
      entry.expires_ms = newest->expires_ms;
    } else if (ttl_ms != 0) {
      entry.expires_ms = NowMs() + ttl_ms;
    }
    entry.timestamp = NextTimestamp(newest ? &*newest : nullptr);
    entry.last_access_ns = NowNs();
    const Reply written = Write(site, std::move(entry));
    return written.ok() ? outcome.reply : written;
  });
}

// DM.INCR dmap key delta, DM.DECR dmap key delta
Reply DMaps::Increment(const Invocation& invocation, int sign) {
  if (const Status status = CheckKey(invocation[2]); !status.ok()) return Reply::Error(status);
  const std::optional<int64_t> delta = ParseInteger(invocation[3]);
  if (!delta) return Reply::Error(Fail(Code::kInvalidArgument, "invalid delta"));
  const Change change = {invocation[1], invocation[2], [&](const Entry* current) {
                           // Wraps around, as Go's numbers do.
                           const auto value = static_cast<uint64_t>(IntegerIn(current));
                           const auto by = static_cast<uint64_t>(*delta);
                           const auto sum =
                               static_cast<int64_t>(sign > 0 ? value + by : value - by);
                           return Change::Outcome{std::to_string(sum), true, Reply::Integer(sum)};
                         }};
  return context_.config.design.change(*this, invocation, change);
}

// DM.INCRBYFLOAT dmap key delta
Reply DMaps::IncrementByFloat(const Invocation& invocation) {
  if (const Status status = CheckKey(invocation[2]); !status.ok()) return Reply::Error(status);
  const std::optional<double> delta = ParseFloat(invocation[3]);
  if (!delta) return Reply::Error(Fail(Code::kInvalidArgument, "invalid delta"));
  const Change change = {invocation[1], invocation[2], [&](const Entry* current) {
                           const double value =
                               current == nullptr ? 0 : ParseFloat(current->value).value_or(0);
                           std::string sum = FloatText(value + *delta);
                           return Change::Outcome{sum, true, Reply::Bulk(sum)};
                         }};
  return context_.config.design.change(*this, invocation, change);
}

// DM.GETPUT dmap key value [RW]
Reply DMaps::GetPut(const Invocation& invocation) {
  if (const Status status = CheckKey(invocation[2]); !status.ok()) return Reply::Error(status);
  const bool raw = invocation.size() == 5;
  if (raw && !IsWord(invocation[4], "RW")) {
    return Reply::Error(Fail(Code::kInvalidArgument, "invalid argument: " + invocation[4]));
  }
  const Change change = {invocation[1], invocation[2], [&](const Entry* current) {
                           Reply old = Reply::Nil();
                           if (current != nullptr) {
                             old = Reply::Bulk(raw ? EncodeEntry(*current) : current->value);
                           }
                           return Change::Outcome{invocation[3], false, std::move(old)};
                         }};
  return context_.config.design.change(*this, invocation, change);
}

std::string DMaps::NewToken() {
  static constexpr char kDigits[] = "0123456789abcdef";
  const std::lock_guard lock(random_mutex_);
  std::string token;
  for (int half = 0; half < 2; ++half) {
    const uint64_t word = random_();
    for (int shift = 0; shift < 64; shift += 4) token.push_back(kDigits[word >> shift & 15]);
  }
  return token;
}

// DM.LOCK dmap key deadline_s [EX s | PX ms]: the answer is a token, which is the value of the key while the lock is held.
// Each attempt goes to the owner whole, its time to live included.
Reply DMaps::Lock(const Invocation& invocation) {
  const std::optional<double> deadline = ParseFloat(invocation[3]);
  if (!deadline || *deadline < 0 || *deadline > 1e9) {
    return Reply::Error(Fail(Code::kInvalidArgument, "invalid deadline"));
  }
  Command put = {"DM.PUT", invocation[1], invocation[2], NewToken(), "NX"};
  if (invocation.size() > 4) {
    const bool seconds = IsWord(invocation[4], "EX");
    if (!seconds && !IsWord(invocation[4], "PX")) {
      return Reply::Error(Fail(Code::kInvalidArgument, "invalid argument: " + invocation[4]));
    }
    if (invocation.size() != 6 || !ParseMilliseconds(invocation[5], seconds ? 1000 : 1)) {
      return Reply::Error(Fail(Code::kError, "syntax error"));
    }
    put.insert(put.end(), {invocation[4], invocation[5]});
  }
  const auto end = steady_clock::now() + std::chrono::duration<double>(*deadline);
  for (;;) {
    const Reply reply = Put({put});
    if (reply.ok()) return Reply::Simple(put[3]);
    if (reply.code() != Code::kKeyFound) return reply;
    if (steady_clock::now() >= end) return Reply::Error(Code::kLockNotAcquired);
    if (stopping_.WaitFor(kLockRetryInterval) != systems::Latch::State::kWaiting) {
      return Reply::Error(Code::kServerGone);
    }
  }
}

// DM.UNLOCK dmap key token
Reply DMaps::Unlock(const Invocation& invocation) {
  return AtOwner(invocation, invocation[1], invocation[2], [&](const Site& site) {
    const KeyLocks::Hold lock(&locks_, site.map + '\0' + site.key);
    const std::optional<Entry> entry = Live(site);
    if (!entry || entry->value != invocation[3]) return Reply::Error(Code::kNoSuchLock);
    return Remove(site);
  });
}

// DM.LOCKLEASE dmap key token s, DM.PLOCKLEASE dmap key token ms
Reply DMaps::Lease(const Invocation& invocation, int64_t unit_ms) {
  const std::optional<int64_t> time = ParseMilliseconds(invocation[4], unit_ms);
  if (!time) return Reply::Error(Fail(Code::kInvalidArgument, "invalid lease time"));
  return AtOwner(invocation, invocation[1], invocation[2], [&](const Site& site) {
    const KeyLocks::Hold lock(&locks_, site.map + '\0' + site.key);
    std::optional<Entry> entry = Live(site);
    if (!entry || entry->value != invocation[3]) return Reply::Error(Code::kNoSuchLock);
    entry->expires_ms = NowMs() + *time;
    entry->timestamp = NextTimestamp(&*entry);
    return Write(site, std::move(*entry));
  });
}

}  // namespace olric
