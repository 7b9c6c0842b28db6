// The entries of one map in one partition on one node, and all partitions of a node.
//
// Nothing here waits for anything but a short lock: no call to another node happens under it. A deletion that older versions
// elsewhere could undo is an entry like any other, one that has expired already (a tombstone): the newest version wins, and
// it says that there is nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "systems/olric/entry.h"
#include "systems/olric/routes.h"

namespace olric {

// Thread-safe.
class Fragment {
 public:
  // The entry of the key, expired or not.
  [[nodiscard]] std::optional<Entry> Find(const std::string& key) const;

  // Whatever was there before.
  void Put(Entry entry);
  // Only if it is newer than what is there; returns whether it was.
  bool Merge(Entry entry);
  // True if the key was there.
  bool Erase(const std::string& key);
  // Only if it is still the version of that time.
  bool EraseVersion(const std::string& key, int64_t timestamp);
  void Touch(const std::string& key, int64_t now_ns);
  void Clear();

  [[nodiscard]] size_t length() const;
  // Of all entries as they are encoded.
  [[nodiscard]] size_t inuse_bytes() const;

  // All entries.
  [[nodiscard]] std::vector<Entry> Export() const;
  // At most `count` entries that follow each other, from a random place on.
  [[nodiscard]] std::vector<Entry> Sample(size_t count, std::mt19937_64* random) const;

  struct Page {
    std::vector<std::string> keys;
    uint64_t cursor = 0;  // where to go on; 0 at the end
  };
  // About `count` keys that `wanted` accepts, from a cursor on. A key that is there all the time of a scan comes exactly once
  // in it, whatever happens to others: a cursor is a hash, and keys are walked in the order of their hashes.
  [[nodiscard]] Page Scan(uint64_t cursor, size_t count,
                          const std::function<bool(const Entry&)>& wanted) const;

 private:
  using Place = std::pair<uint64_t, std::string>;  // hash, key
  [[nodiscard]] static Place PlaceOf(const std::string& key);

  mutable std::mutex mutex_;
  std::map<Place, Entry> entries_;  // guarded by mutex_
  size_t inuse_bytes_ = 0;          // guarded by mutex_
};

// All data of a node. Fragments are made when they are first written to and never removed. Thread-safe.
class Partitions {
 public:
  explicit Partitions(uint32_t count);

  // `name` is a fragment's name: "dmap." and the name of the map.
  [[nodiscard]] Fragment& Make(Kind kind, uint32_t partition, const std::string& name);
  // Null if nothing was ever written to it.
  [[nodiscard]] Fragment* Find(Kind kind, uint32_t partition, const std::string& name) const;
  // Those with entries, by name.
  [[nodiscard]] std::vector<std::pair<std::string, Fragment*>> Filled(Kind kind,
                                                                      uint32_t partition) const;
  // Entries in all fragments of a partition.
  [[nodiscard]] size_t Length(Kind kind, uint32_t partition) const;
  [[nodiscard]] uint32_t count() const { return count_; }

 private:
  struct Partition {
    mutable std::mutex mutex;
    std::map<std::string, std::unique_ptr<Fragment>> fragments;  // guarded by mutex
  };
  [[nodiscard]] Partition& At(Kind kind, uint32_t partition) const;

  const uint32_t count_;
  const std::unique_ptr<Partition[]> partitions_;  // primaries, then backups
};

// How the fragments of maps are named, and back.
[[nodiscard]] std::string FragmentName(std::string_view map);
[[nodiscard]] std::string_view MapName(std::string_view fragment_name);

}  // namespace olric
