// See quarantine.h.
#include "engine/quarantine.h"

// libc's own allocator under its internal name: `free` is ours.
extern "C" void __libc_free(void*);

namespace heddle::engine {

constinit Quarantine g_quarantine;

void Quarantine::Add(void* block, size_t bytes) {
  if (bytes > kBytesMax / 4) {
    __libc_free(block);
    return;
  }
  while (count_ == kBlocksMax || bytes_ + bytes > kBytesMax) ReleaseOldest();
  entries_[(first_ + count_++) % kBlocksMax] = {block, bytes};
  bytes_ += bytes;
}

void Quarantine::ReleaseOldest() {
  const Entry oldest = entries_[first_];
  first_ = (first_ + 1) % kBlocksMax;
  --count_;
  bytes_ -= oldest.bytes;
  __libc_free(oldest.block);
}

}  // namespace heddle::engine
