// What shrinking asks of the world: run this schedule, and say whether it still shows the finding. The looms are one
// answer (explain/loom_executor.h), a program of a few lines in a test is another.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "trace/region.h"

namespace heddle::explain {

// Any part of a guide is a guide (trace/guide.h). Points about the same step are in their order.
using Guide = std::vector<trace::GuidePoint>;

// What makes a schedule hard to read, worst first. Smaller is better.
struct Cost {
  uint32_t switches = 0;  // preemptive ones: the thread could have gone on
  uint32_t threads = 0;   // that had run when the finding was made
  uint32_t unusual = 0;   // choices other than letting each thread run on
  auto operator<=>(const Cost&) const = default;
};

struct Trial {
  bool fails = false;  // the same verdict at the same place
  // If it fails: what led there, and the choices that were made until then, in order: the unusual ones, and the usual
  // ones that switched threads.
  Cost cost;
  Guide guide;
};

// What a guide has to say: usual points say nothing, and would say something else once others are left out.
[[nodiscard]] Guide UnusualOnly(Guide guide);

class Executor {
 public:
  // Runs the program along `guide`, without its usual points. Nothing if there is no time left, or no program any more.
  [[nodiscard]] virtual std::optional<Trial> Run(const Guide& guide) = 0;

  struct SearchResult {
    std::optional<Trial> trial;  // the one that was found
    uint32_t tried_below = 0;    // every schedule with fewer preemptive switches was tried
  };
  // Tries schedules with at most `switches_max` preemptive switches one after the other, as far as there is time.
  [[nodiscard]] virtual SearchResult Search(uint32_t switches_max) = 0;

 protected:
  ~Executor() = default;
};

}  // namespace heddle::explain
