// Where the partitions of a table are: made of a meta server's answer, never changed, replaced as a whole.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "systems/pegasus/meta_messages.h"

namespace pegasus {

struct Route {
  Gpid gpid;
  std::string address;  // of the primary
};

class Routing {
 public:
  // Null, and a reason, if the answer cannot be used: an error; a count that is no power of two or below 2; not as many
  // partitions as that; one without primary; one whose ballot is 0, or is negative although it is no child of a split.
  struct Made {
    std::shared_ptr<const Routing> routing;
    std::string why_not;
  };
  [[nodiscard]] static Made Make(const QueryCfgResponse& response);

  // The partition for this hash. While a child of a split is not ready that is its parent.
  [[nodiscard]] const Route& For(uint64_t partition_hash) const;

  [[nodiscard]] int32_t app_id() const { return app_id_; }
  [[nodiscard]] int32_t partition_count() const { return static_cast<int32_t>(routes_.size()); }
  // Of partition `index`; its parent's while it is not ready.
  [[nodiscard]] const Route& route(int32_t index) const {
    return routes_[static_cast<size_t>(index)];
  }

 private:
  Routing() = default;

  int32_t app_id_ = 0;
  std::vector<Route> routes_;
};

// What the client does about an error of the transport.
struct ErrorPolicy {
  bool update = false;  // ask for the configuration anew
  bool retry = false;   // try again, with pauses, until the context is over
};
[[nodiscard]] ErrorPolicy PolicyOf(ErrorCode error);

}  // namespace pegasus
