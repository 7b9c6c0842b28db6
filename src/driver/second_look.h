// Looks at the races of an execution a second time, with what uninstrumented libraries do to memory in sight
// (engine/library_sight.h): their locks and atomic operations put accesses in order as well.
//
// A race that is still there is confirmed. One that is gone is withdrawn: the library's loads and stores order it in this
// execution. Because every load and store counts as synchronisation, a withdrawn race may be real all the same; so the
// same race is looked at in several executions before it is given up for the rest of the run.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "driver/job.h"
#include "driver/status.h"

namespace heddle::driver {

class SecondLook {
 public:
  // A race that was withdrawn in so many executions is not looked for any more.
  static constexpr uint32_t kLooksMax = 4;

  // The findings of the recording, by index, that are races no longer. Sets `libraries_seen` of the recording if the others
  // are confirmed. Runs nothing if there is nothing to look at.
  [[nodiscard]] Result<std::vector<size_t>> Look(Job& job, const LoomSettings& settings,
                                                 Recording* recording);

  // Notes that the race with this key was withdrawn once more. True if that was often enough.
  [[nodiscard]] bool Enough(uint64_t key) { return ++withdrawn_[key] >= kLooksMax; }

 private:
  // All looks of a run together; after that races are reported as they are found, with a caveat.
  static constexpr std::chrono::seconds kTimeMax{10};

  // False once a look said that there is nothing to see, or took too long: the next would be no better.
  bool worth_it_ = true;
  std::chrono::nanoseconds spent_{};
  std::map<uint64_t, uint32_t> withdrawn_;
};

}  // namespace heddle::driver
