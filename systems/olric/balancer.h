// Moves data to where the routing table says it belongs.
#pragma once

#include <mutex>

#include "systems/olric/context.h"

namespace olric {

// Thread-safe.
class Balancer {
 public:
  explicit Balancer(Context context) : context_(context) {}

  // Sends what this node holds of partitions it does not own (any more) to their owners, and replicas to who should keep
  // them; forgets what has arrived. Breaks off when another routing table comes. Returns how many entries it moved. Two calls
  // take turns.
  size_t Run();

  // INTERNAL.NODE.MOVEFRAGMENT: takes entries in, each unless this node has a newer one.
  Reply Receive(const MovedFragment& moved);

 private:
  // Where the fragments of that kind and partition should go; empty if they may stay.
  [[nodiscard]] std::vector<Member> Destinations(Kind kind, const Route& route) const;
  size_t Move(Kind kind, uint32_t partition, const std::string& name, Fragment* fragment,
              const std::vector<Member>& destinations);

  Context context_;
  std::mutex run_mutex_;
};

}  // namespace olric
