// See config.h.
#include "systems/olric/config.h"

namespace olric {

Status Validate(const Config& config) {
  const auto wrong = [](const char* what) { return Fail(Code::kInvalidArgument, what); };
  if (config.partition_count == 0) return wrong("PartitionCount must be positive");
  if (config.replica_count == 0) return wrong("ReplicaCount must be positive");
  if (config.read_quorum == 0 || config.read_quorum > config.replica_count) {
    return wrong("ReadQuorum must be between 1 and ReplicaCount");
  }
  if (config.write_quorum == 0 || config.write_quorum > config.replica_count) {
    return wrong("WriteQuorum must be between 1 and ReplicaCount");
  }
  if (config.load_factor < 1) return wrong("LoadFactor must be at least 1");
  if (config.member_count_quorum == 0) return wrong("MemberCountQuorum must be positive");
  return {};
}

}  // namespace olric
