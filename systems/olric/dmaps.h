// The maps: every operation that clients know, carried out on the member that owns the key's partition.
//
// How an operation runs. It enters the partition (RoutingTable::Stay), so that the owner stays the same to the end. If this
// node is the owner, it works here; if not, it leaves and sends the command to the owner, marked as forwarded. A node that
// gets a forwarded command for what it does not own says so, and the sender looks at its table again.
//
// What writes takes the key's lock on the owner, then calls replicas with no other lock held: a slow replica delays the
// writers of that key, and nobody else.
//
// How a key is read. Its versions may be on previous owners, on replicas and here; the newest wins. This node comes last:
// data moves to it and never away, so what has left another place in the meantime is found here.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "systems/olric/context.h"
#include "systems/olric/key_locks.h"

namespace olric {

// A command as it came in.
struct Invocation {
  const Command& command;
  bool forwarded = false;  // by a node that holds this one for the owner

  [[nodiscard]] size_t size() const { return command.size(); }
  [[nodiscard]] const std::string& operator[](size_t index) const { return command[index]; }
};

// A read-modify-write of one key: gets the entry as it is (null: there is none) and says what it should be. A reply without
// a value changes nothing.
struct Change {
  struct Outcome {
    std::optional<std::string> value;
    bool keeps_expiry = false;
    Reply reply;
  };
  std::string map;
  std::string key;
  std::function<Outcome(const Entry* current)> compute;
};

// Thread-safe.
class DMaps {
 public:
  explicit DMaps(Context context);

  // The commands of clients; arguments as in the protocol, their number checked before. (dmap_*.cc)
  Reply Put(const Invocation& invocation);
  Reply Get(const Invocation& invocation);
  Reply Delete(const Invocation& invocation);
  Reply Expire(const Invocation& invocation, int64_t unit_ms);
  Reply Increment(const Invocation& invocation, int sign);
  Reply IncrementByFloat(const Invocation& invocation);
  Reply GetPut(const Invocation& invocation);
  Reply Lock(const Invocation& invocation);
  Reply Unlock(const Invocation& invocation);
  Reply Lease(const Invocation& invocation, int64_t unit_ms);
  Reply Scan(const Invocation& invocation);
  Reply Destroy(const Invocation& invocation);

  // The commands of other nodes.
  Reply PutEntry(const Invocation& invocation);
  Reply GetEntry(const Invocation& invocation);
  Reply DeleteEntry(const Invocation& invocation);

  // Ends the waiting of those who retry.
  void Stop() { stopping_.Stop(); }

  // Looks at some entries of a random partition that this node owns, and removes those whose time is over. Returns how many.
  size_t EvictSample();

  // Where the key's operations run: on the owner, or on the node that the client talks to. (design.cc)
  Reply ChangeAtOwner(const Invocation& invocation, const Change& change);
  [[nodiscard]] KeyLocks* receiver_locks() { return &receiver_locks_; }

 private:
  // What an operation works on when it runs on the owner.
  struct Site {
    const RoutingTable::Stay& stay;
    const std::string& map;
    const std::string& key;
    Fragment& fragment;
  };
  using Operation = std::function<Reply(const Site& site)>;

  struct Found {
    std::optional<Entry> newest;
    uint32_t versions = 0;  // places that answered, also those that have nothing
    bool disagree = false;  // not all of them have the newest
  };

  // Runs the operation here if this node owns the key, or sends the command to who does. (dmap_owner.cc)
  Reply AtOwner(const Invocation& invocation, const std::string& map, const std::string& key,
                const Operation& operation);
  [[nodiscard]] static Status CheckKey(const std::string& key);

  // Of the owner; all but Lookup want the key's lock held. (dmap_owner.cc)
  [[nodiscard]] Found Lookup(const Site& site) const;
  // The entry as clients see it: not if its time is over.
  [[nodiscard]] std::optional<Entry> Live(const Site& site) const;
  Reply Write(const Site& site, Entry entry);
  Reply Remove(const Site& site);
  void Repair(const Site& site);
  void MakeRoom(const Site& site, size_t new_bytes);

  [[nodiscard]] std::vector<Member> Replicas(const Route& route) const;
  [[nodiscard]] bool Over(const Entry& entry, const std::string& map) const;
  // Later than all times this node has issued or seen, and than the version it replaces.
  [[nodiscard]] int64_t NextTimestamp(const Entry* replaced);
  void Observe(int64_t timestamp);
  [[nodiscard]] int64_t NowMs() const;
  [[nodiscard]] int64_t NowNs() const;
  [[nodiscard]] std::string NewToken();

  Context context_;
  KeyLocks locks_;           // of keys this node owns
  KeyLocks receiver_locks_;  // as reported only: of keys whose commands this node received
  systems::Latch stopping_;
  std::atomic<int64_t> last_timestamp_{0};  // only ever grows; orders nothing else

  std::mutex random_mutex_;
  std::mt19937_64 random_;  // guarded by random_mutex_
};

// --- arguments (arguments.cc) ---

[[nodiscard]] std::optional<int64_t> ParseInteger(std::string_view text);
[[nodiscard]] std::optional<double> ParseFloat(std::string_view text);
// A length of time in units, as milliseconds. Nothing unless it is a number, positive, and fits.
[[nodiscard]] std::optional<int64_t> ParseMilliseconds(std::string_view text, int64_t unit_ms);

struct PutOptions {
  enum class Condition { kNone, kAbsent, kPresent };
  Condition condition = Condition::kNone;
  std::optional<int64_t> expires_ms;  // since the epoch
};
// The options of DM.PUT from `first` on: EX s, PX ms, EXAT s, PXAT ms, NX, XX, in any case. At most one of the first four
// and one of the last two, together in any order. ERR syntax error otherwise.
[[nodiscard]] Result<PutOptions> ParsePutOptions(const Command& command, size_t first,
                                                 int64_t now_ms);

// Compares words of the protocol, whatever their case.
[[nodiscard]] bool IsWord(std::string_view text, std::string_view upper_case_word);

}  // namespace olric
