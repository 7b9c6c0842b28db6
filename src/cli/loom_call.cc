#include "cli/loom_call.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace heddle::cli {

driver::Result<trace::Region*> MapLoomRegion() {
  struct stat status {};
  const driver::Error none{driver::kExitUsage,
                           "this command is for Heddle's own library, which shares memory with it",
                           "see `heddle --help`"};
  if (fstat(kLoomRegionDescriptor, &status) != 0 ||
      status.st_size < static_cast<off_t>(trace::kRegionBytes))
    return none;
  void* memory = mmap(nullptr, trace::kRegionBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                      kLoomRegionDescriptor, 0);
  if (memory == MAP_FAILED) return none;
  auto* region = static_cast<trace::Region*>(memory);
  if (region->magic != trace::kRegionMagic || region->version != trace::kRegionVersion ||
      region->bytes_of_region_header != static_cast<uint32_t>(sizeof(trace::Region))) {
    return driver::Error{driver::kExitUnsupported,
                         "the library of the exploring program and this command are of different "
                         "versions",
                         "install both from one build"};
  }
  return region;
}

LoomAnswer& LoomAnswer::Add(const std::string& word) {
  bytes_ += word;
  std::replace(bytes_.end() - static_cast<std::ptrdiff_t>(word.size()), bytes_.end(), '\0', '?');
  bytes_ += '\0';
  return *this;
}

bool LoomAnswer::Send() const {
  for (size_t done = 0; done < bytes_.size();) {
    const ssize_t wrote = write(kLoomAnswerDescriptor, bytes_.data() + done, bytes_.size() - done);
    if (wrote <= 0) return false;
    done += static_cast<size_t>(wrote);
  }
  return true;
}

}  // namespace heddle::cli
