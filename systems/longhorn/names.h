// How things are called in the SPDK target. The names are all that survives a restart of the service, so they carry what a
// volume belongs to: a head has the name of its replica, everything else of the replica begins with "<replica>-".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace longhorn {

inline constexpr uint64_t kMiB = uint64_t{1} << 20;
inline constexpr uint64_t kClusterBytes = kMiB;
inline constexpr uint32_t kBlockBytes = 4096;
inline constexpr std::string_view kHeadName = "volume-head";  // what clients call the head

// "<lvs>/<lvol>": the alias by which an lvol is addressed.
[[nodiscard]] std::string LvolAlias(std::string_view lvs, std::string_view lvol);

// The lvol part of an alias; the whole if there is no slash.
[[nodiscard]] std::string LvolOfAlias(std::string_view alias);

// "<replica>-snap-<snapshot>".
[[nodiscard]] std::string SnapshotLvolName(std::string_view replica, std::string_view snapshot);

// The snapshot's name as clients know it, if `lvol` is a snapshot of that replica.
[[nodiscard]] std::optional<std::string> SnapshotOfLvol(std::string_view lvol,
                                                        std::string_view replica);

// "<replica>-rebuilding": what a rebuilt snapshot is copied into.
[[nodiscard]] std::string RebuildingLvolName(std::string_view replica);

// "bi-<name>-disk-<lvs uuid>": the snapshot that holds a backing image on one disk.
[[nodiscard]] std::string BackingImageLvolName(std::string_view image, std::string_view lvs_uuid);

// The image's name, if `lvol` is named as the backing image of the disk `lvs_uuid`.
[[nodiscard]] std::optional<std::string> BackingImageOfLvol(std::string_view lvol,
                                                            std::string_view lvs_uuid);

// "bi-<name>-disk-<lvs uuid>-temp-head": what a backing image is written into before it becomes a snapshot.
[[nodiscard]] std::string BackingImageTempName(std::string_view image, std::string_view lvs_uuid);

// "nqn.2023-01.io.longhorn.spdk:<name>".
[[nodiscard]] std::string Nqn(std::string_view name);

// True if an lvol of that name is the head of the replica or anything else of it.
[[nodiscard]] bool BelongsToReplica(std::string_view lvol, std::string_view replica);

// True if an lvol that is not a snapshot may be the head of a replica, by its name.
[[nodiscard]] bool MayBeReplicaHead(std::string_view lvol);

// Whole MiB.
[[nodiscard]] constexpr uint64_t RoundUpToMiB(uint64_t bytes) {
  return (bytes + kMiB - 1) / kMiB * kMiB;
}

}  // namespace longhorn
