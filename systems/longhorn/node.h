// What everything on one node works with, and how it makes a bdev reachable for others.
#pragma once

#include <string>

#include "systems/longhorn/port_allocator.h"
#include "systems/longhorn/spdk_target.h"

namespace longhorn {

struct Node {
  SpdkTarget& target;
  PortAllocator& ports;
  std::string ip;
};

// Makes `bdev` reachable as Nqn(name) at ip:port. Undoes what it did if it fails.
Status StartExpose(const Node& node, const std::string& name, const std::string& bdev, int port);

// The contrary; nothing to undo is success.
Status StopExpose(const Node& node, const std::string& name);

// "ip:port".
[[nodiscard]] std::string Address(const std::string& ip, int port);

// Connects controller `name` to Nqn(nqn_name) at `address`. Returns the bdev.
Result<std::string> Attach(const Node& node, const std::string& name, const std::string& nqn_name,
                           const std::string& address);

}  // namespace longhorn
