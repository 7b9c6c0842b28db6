// See fragment.h.
#include "systems/olric/fragment.h"

#include "systems/olric/hash.h"

namespace olric {
namespace {

constexpr std::string_view kPrefix = "dmap.";

}  // namespace

Fragment::Place Fragment::PlaceOf(const std::string& key) {
  // 0 is the cursor of the end, and no key's place.
  const uint64_t hash = Hash64(key);
  return {hash == 0 ? 1 : hash, key};
}

std::optional<Entry> Fragment::Find(const std::string& key) const {
  const Place place = PlaceOf(key);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(place);
  if (found == entries_.end()) return std::nullopt;
  return found->second;
}

void Fragment::Put(Entry entry) {
  const Place place = PlaceOf(entry.key);
  const std::lock_guard lock(mutex_);
  const auto [slot, inserted] = entries_.try_emplace(place);
  if (!inserted) inuse_bytes_ -= EncodedBytes(slot->second);
  inuse_bytes_ += EncodedBytes(entry);
  slot->second = std::move(entry);
}

bool Fragment::Merge(Entry entry) {
  const Place place = PlaceOf(entry.key);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(place);
  if (found != entries_.end()) {
    if (found->second.timestamp >= entry.timestamp) return false;
    inuse_bytes_ -= EncodedBytes(found->second);
  }
  inuse_bytes_ += EncodedBytes(entry);
  entries_[place] = std::move(entry);
  return true;
}

bool Fragment::Erase(const std::string& key) {
  const Place place = PlaceOf(key);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(place);
  if (found == entries_.end()) return false;
  inuse_bytes_ -= EncodedBytes(found->second);
  entries_.erase(found);
  return true;
}

bool Fragment::EraseVersion(const std::string& key, int64_t timestamp) {
  const Place place = PlaceOf(key);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(place);
  if (found == entries_.end() || found->second.timestamp != timestamp) return false;
  inuse_bytes_ -= EncodedBytes(found->second);
  entries_.erase(found);
  return true;
}

void Fragment::Touch(const std::string& key, int64_t now_ns) {
  const Place place = PlaceOf(key);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(place);
  if (found != entries_.end()) found->second.last_access_ns = now_ns;
}

void Fragment::Clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  inuse_bytes_ = 0;
}

size_t Fragment::length() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

size_t Fragment::inuse_bytes() const {
  const std::lock_guard lock(mutex_);
  return inuse_bytes_;
}

std::vector<Entry> Fragment::Export() const {
  const std::lock_guard lock(mutex_);
  std::vector<Entry> entries;
  entries.reserve(entries_.size());
  for (const auto& [place, entry] : entries_) entries.push_back(entry);
  return entries;
}

std::vector<Entry> Fragment::Sample(size_t count, std::mt19937_64* random) const {
  const uint64_t from = (*random)();
  const std::lock_guard lock(mutex_);
  std::vector<Entry> sample;
  auto at = entries_.lower_bound({from, {}});
  while (sample.size() < count && sample.size() < entries_.size()) {
    if (at == entries_.end()) at = entries_.begin();
    sample.push_back(at->second);
    ++at;
  }
  return sample;
}

Fragment::Page Fragment::Scan(uint64_t cursor, size_t count,
                              const std::function<bool(const Entry&)>& wanted) const {
  const std::lock_guard lock(mutex_);
  Page page;
  auto at = entries_.lower_bound({cursor, {}});
  uint64_t last = 0;
  // Keys with one hash stay on one page, or the next would begin in the middle of them.
  for (; at != entries_.end() && (page.keys.size() < count || at->first.first == last); ++at) {
    last = at->first.first;
    if (wanted(at->second)) page.keys.push_back(at->second.key);
  }
  if (at != entries_.end()) page.cursor = at->first.first;
  return page;
}

Partitions::Partitions(uint32_t count)
    : count_(count), partitions_(std::make_unique<Partition[]>(2 * size_t{count})) {}

Partitions::Partition& Partitions::At(Kind kind, uint32_t partition) const {
  return partitions_[partition + (kind == Kind::kPrimary ? 0 : count_)];
}

Fragment& Partitions::Make(Kind kind, uint32_t partition, const std::string& name) {
  Partition& at = At(kind, partition);
  const std::lock_guard lock(at.mutex);
  std::unique_ptr<Fragment>& fragment = at.fragments[name];
  if (fragment == nullptr) fragment = std::make_unique<Fragment>();
  return *fragment;
}

Fragment* Partitions::Find(Kind kind, uint32_t partition, const std::string& name) const {
  const Partition& at = At(kind, partition);
  const std::lock_guard lock(at.mutex);
  const auto found = at.fragments.find(name);
  return found == at.fragments.end() ? nullptr : found->second.get();
}

std::vector<std::pair<std::string, Fragment*>> Partitions::Filled(Kind kind,
                                                                  uint32_t partition) const {
  const Partition& at = At(kind, partition);
  const std::lock_guard lock(at.mutex);
  std::vector<std::pair<std::string, Fragment*>> filled;
  for (const auto& [name, fragment] : at.fragments) {
    if (fragment->length() > 0) filled.emplace_back(name, fragment.get());
  }
  return filled;
}

size_t Partitions::Length(Kind kind, uint32_t partition) const {
  size_t length = 0;
  for (const auto& [name, fragment] : Filled(kind, partition)) length += fragment->length();
  return length;
}

std::string FragmentName(std::string_view map) { return std::string(kPrefix) + std::string(map); }

std::string_view MapName(std::string_view fragment_name) {
  return fragment_name.starts_with(kPrefix) ? fragment_name.substr(kPrefix.size()) : fragment_name;
}

}  // namespace olric
