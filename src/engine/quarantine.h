// Freed blocks that are not handed out again for a while, so that a use after free is seen instead of hitting somebody
// else's new block. First in, first out; bounded by count and by bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace heddle::engine {

// Thread safety: none; used only by the holder of the run token.
class Quarantine {
 public:
  void Add(void* block, size_t bytes);

  // Gives everything back. Between two in-process executions nothing can use old memory any more, and blocks that come
  // again at once are still in the processor's cache.
  void ReleaseAll() {
    while (count_ > 0) ReleaseOldest();
  }

 private:
  static constexpr uint32_t kBlocksMax = 512;
  static constexpr size_t kBytesMax = 4u << 20;
  struct Entry {
    void* block;
    size_t bytes;
  };

  void ReleaseOldest();

  Entry entries_[kBlocksMax] = {};
  uint32_t first_ = 0;
  uint32_t count_ = 0;
  size_t bytes_ = 0;
};

extern Quarantine g_quarantine;

}  // namespace heddle::engine
