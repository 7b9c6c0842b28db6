// See names.h.
#include "systems/longhorn/names.h"

namespace longhorn {
namespace {

constexpr std::string_view kSnapshotInfix = "-snap-";
constexpr std::string_view kRebuildingSuffix = "-rebuilding";
constexpr std::string_view kBackingImagePrefix = "bi-";
constexpr std::string_view kDiskInfix = "-disk-";

std::string Join(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) all += part;
  return all;
}

}  // namespace

std::string LvolAlias(std::string_view lvs, std::string_view lvol) {
  return Join({lvs, "/", lvol});
}

std::string LvolOfAlias(std::string_view alias) {
  const size_t slash = alias.find('/');
  return std::string(slash == alias.npos ? alias : alias.substr(slash + 1));
}

std::string SnapshotLvolName(std::string_view replica, std::string_view snapshot) {
  return Join({replica, kSnapshotInfix, snapshot});
}

std::optional<std::string> SnapshotOfLvol(std::string_view lvol, std::string_view replica) {
  const std::string prefix = Join({replica, kSnapshotInfix});
  if (!lvol.starts_with(prefix)) return std::nullopt;
  return std::string(lvol.substr(prefix.size()));
}

std::string RebuildingLvolName(std::string_view replica) {
  return Join({replica, kRebuildingSuffix});
}

std::string BackingImageLvolName(std::string_view image, std::string_view lvs_uuid) {
  return Join({kBackingImagePrefix, image, kDiskInfix, lvs_uuid});
}

std::optional<std::string> BackingImageOfLvol(std::string_view lvol, std::string_view lvs_uuid) {
  const std::string suffix = Join({kDiskInfix, lvs_uuid});
  if (!lvol.starts_with(kBackingImagePrefix) || !lvol.ends_with(suffix)) return std::nullopt;
  lvol.remove_prefix(kBackingImagePrefix.size());
  lvol.remove_suffix(suffix.size());
  return std::string(lvol);
}

std::string BackingImageTempName(std::string_view image, std::string_view lvs_uuid) {
  return BackingImageLvolName(image, lvs_uuid) + "-temp-head";
}

std::string Nqn(std::string_view name) { return Join({"nqn.2023-01.io.longhorn.spdk:", name}); }

bool BelongsToReplica(std::string_view lvol, std::string_view replica) {
  return lvol == replica || lvol.starts_with(Join({replica, "-"}));
}

bool MayBeReplicaHead(std::string_view lvol) {
  return !lvol.ends_with(kRebuildingSuffix) && !lvol.starts_with(kBackingImagePrefix);
}

}  // namespace longhorn
