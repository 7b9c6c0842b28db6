// Where the instances of one kind (replicas, engines, backing images) are found by name, and who may touch one when. Here is
// all that upstream's versions and this project's design differ in: the rules are one screen, below; the interleavings that
// follow from them are in upstream_directory.h and owned_directory.h, side by side.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "systems/base/variant.h"
#include "systems/longhorn/spdk_target.h"
#include "systems/longhorn/status.h"

namespace longhorn {

// Upstream's rules, as they changed from version to version. One mutex guards the map, each instance has one of its own.
struct UpstreamRules {
  bool insert_first;        // Create makes an instance visible before it has built it
  bool lock_while_listing;  // Verify holds the map's mutex while it asks the target
  bool check_generation;    // Verify throws its result away if the map has changed meanwhile
  bool
      locks_instances_under_map_lock;  // Verify looks at every instance while it holds the map's mutex
};

// As in the report: the pending instance is in the map, the list is stale, the map is replaced by what was concluded from it.
inline constexpr UpstreamRules kAsReported = {true, true, false, false};
// The first repair: Create inserts when it is done, so verify meets an lvol without an instance and adopts it.
inline constexpr UpstreamRules kDeferredInsert = {false, true, false, false};
// How it came back: verify no longer holds the mutex while it asks the target, and overwrites what was created meanwhile.
inline constexpr UpstreamRules kUnlockedVerify = {false, false, false, false};
// The second repair: a counter of changes, for replicas …
inline constexpr UpstreamRules kGenerationCounter = {false, false, true, false};
// … while backing images stayed as they were.
inline constexpr UpstreamRules kNoGenerationForImages = {true, false, false, false};
// Long before: verify waits for an engine that waits for the map.
inline constexpr UpstreamRules kNestedLocks = {true, true, false, true};

// No rules of upstream: the owned design.
using Discipline = std::optional<UpstreamRules>;
inline constexpr Discipline kOwned = std::nullopt;

[[nodiscard]] constexpr Discipline DisciplineOf(systems::Variant variant,
                                                UpstreamRules rules = kAsReported) {
  return variant == systems::Variant::kFixed ? kOwned : Discipline(rules);
}

// What a look at the target shows of one kind of instance.
struct Listing {
  std::map<std::string, BdevInfo> found;  // by the instance's name
  std::set<std::string> lvols;            // names of all lvols

  // Something of the instance is there, even if it is not what it should be.
  [[nodiscard]] bool HasAnyOf(const std::string& name) const;
};

// How Verify compares a directory with the target.
template <typename Instance>
struct Survey {
  std::function<Result<Listing>()> look;  // none: instances that do not come and go with lvols
  std::function<std::unique_ptr<Instance>(const std::string& name, const BdevInfo& found)> adopt;
  std::function<Status(Instance&)> sync;
};

// Thread-safe. `Instance` has: Info, Describe(), IsBusy(), Forget().
template <typename Instance>
class Directory {
 public:
  using Info = typename Instance::Info;
  using Make = std::function<std::unique_ptr<Instance>()>;
  using Operation = std::function<Status(Instance&)>;

  virtual ~Directory() = default;

  // Has `build` complete the instance of that name, which `make` begins unless there is one. If `build` fails nothing new
  // is there (an instance in state error is no failure).
  virtual Status Create(const std::string& name, const Make& make, const Operation& build) = 0;

  // Has `operation` work on the instance, alone. kNotFound if there is none.
  virtual Status With(const std::string& name, const Operation& operation) = 0;

  // The same; if it succeeds and `erase` is true the instance is gone. Success if there is none.
  virtual Status Delete(const std::string& name, const Operation& operation, bool erase) = 0;

  // How the instance stands. kNotFound if there is none.
  [[nodiscard]] virtual Result<Info> Get(const std::string& name) = 0;
  [[nodiscard]] virtual std::map<std::string, Info> List() = 0;

  // One turn of the monitor: adopts what the target has and the directory has not, drops what the target has no longer, has
  // the others look after themselves. Returns the first failure of the target. One thread at a time.
  virtual Status Verify(const Survey<Instance>& survey) = 0;

 protected:
  Directory() = default;
  Directory(const Directory&) = default;
  Directory& operator=(const Directory&) = default;
};

[[nodiscard]] inline Status CannotFind(const std::string& kind, const std::string& name) {
  return Error(Code::kNotFound, "cannot find " + kind + " " + name);
}

}  // namespace longhorn
