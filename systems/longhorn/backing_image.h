// One backing image on one disk: a snapshot lvol that heads of replicas are clones of. It is written into an lvol of its own
// ("temp head"), which becomes the snapshot when the content is complete and has the checksum that was asked for.
//
// Plain sequential code, as a Replica. Its name in the directory is that of its lvol.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "systems/longhorn/node.h"
#include "systems/longhorn/types.h"

namespace longhorn {

class BackingImage {
 public:
  using Info = BackingImageInfo;
  // Fetches the content: blocks from the first one on.
  using Source = std::function<Result<std::vector<std::string>>()>;

  struct Spec {
    std::string name;
    std::string lvs_name;
    std::string lvs_uuid;
    uint64_t size = 0;     // bytes; rounded up to MiB
    std::string checksum;  // of the snapshot; "" is not compared
  };

  BackingImage(const Node& node, Spec spec);

  [[nodiscard]] std::string lvol_name() const;
  [[nodiscard]] std::string alias() const;
  [[nodiscard]] Info Describe() const;
  [[nodiscard]] bool IsBusy() const { return state_ == BackingImageState::kInProgress; }

  // From pending to ready. kAlreadyExists if it is ready, kFailedPrecondition in any other state. A failure within leaves
  // state failed and is success for the caller.
  Status Create(const Source& source);
  // kFailedPrecondition while heads are clones of it.
  Status Delete();
  void Forget();
  // The periodic look: one found on the disk becomes ready; what an interrupted creation left behind is removed, and the image
  // becomes failed.
  Status Sync();

  // Makes it reachable for other nodes; returns the address. kFailedPrecondition unless ready.
  Result<std::string> Expose();
  Status Unexpose();

 private:
  Status Fetch(const Source& source);
  Status RemoveTempHead();

  const Node node_;
  Spec spec_;
  BackingImageState state_ = BackingImageState::kPending;
  std::string error_msg_;
  PortRange ports_;
};

}  // namespace longhorn
