// See node.h.
#include "systems/longhorn/node.h"

#include <charconv>

#include "systems/longhorn/names.h"

namespace longhorn {

Status StartExpose(const Node& node, const std::string& name, const std::string& bdev, int port) {
  const std::string nqn = Nqn(name);
  if (Status status = node.target.NvmfCreateSubsystem(nqn); !status.ok()) return status;
  Status status = node.target.NvmfSubsystemAddNs(nqn, bdev);
  if (status.ok()) status = node.target.NvmfSubsystemAddListener(nqn, node.ip, port);
  if (!status.ok()) (void)node.target.NvmfDeleteSubsystem(nqn);
  return status;
}

Status StopExpose(const Node& node, const std::string& name) {
  return MissingIsFine(node.target.NvmfDeleteSubsystem(Nqn(name)));
}

std::string Address(const std::string& ip, int port) { return ip + ":" + std::to_string(port); }

Result<std::string> Attach(const Node& node, const std::string& name, const std::string& nqn_name,
                           const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  if (colon != address.npos) {
    (void)std::from_chars(address.data() + colon + 1, address.data() + address.size(), port);
  }
  if (port <= 0) return Error(Code::kInvalidArgument, "invalid address " + address);
  return node.target.BdevNvmeAttachController(name, address.substr(0, colon), port, Nqn(nqn_name));
}

}  // namespace longhorn
