// How the loom of an exploring process calls the command: the region on one descriptor, the answer on another.
#pragma once

#include <string>

#include "driver/status.h"
#include "trace/region.h"

namespace heddle::cli {

inline constexpr int kLoomRegionDescriptor = 3;
inline constexpr int kLoomAnswerDescriptor = 4;

// The region that the loom shares. An error if descriptor 3 is none: then a person typed the command.
[[nodiscard]] driver::Result<trace::Region*> MapLoomRegion();

// Collects the words of an answer and sends them at once: what is incomplete is no answer.
class LoomAnswer {
 public:
  LoomAnswer& Add(const std::string& word);
  // False if the loom is gone.
  [[nodiscard]] bool Send() const;

 private:
  std::string bytes_;
};

}  // namespace heddle::cli
