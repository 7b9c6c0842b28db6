// Memory that lives for one execution: a bump allocator over a large reservation that is touched only as it is used
// and rewound, not freed, when the next execution begins.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/check.h"

namespace heddle {

// Thread safety: none; used only by the holder of the run token.
class Arena {
 public:
  // Adopts `bytes` of zeroed, page-aligned memory that is never given back.
  void Adopt(void* memory, size_t bytes, const char* name) {
    base_ = static_cast<char*>(memory);
    end_ = bytes;
    used_ = 0;
    name_ = name;
  }

  // Uninitialised memory, aligned to 16. Ends the execution with exit status 4 when the reservation is used up.
  [[nodiscard]] void* Allocate(size_t bytes) {
    bytes = (bytes + 15) & ~size_t{15};
    if (bytes > end_ - used_) DieOfLimit(name_, "engine memory of one execution", end_);
    void* memory = base_ + used_;
    used_ += bytes;
    return memory;
  }

  template <typename T>
  [[nodiscard]] T* AllocateArray(size_t count) {
    return static_cast<T*>(Allocate(count * sizeof(T)));
  }

  void Rewind() { used_ = 0; }
  [[nodiscard]] size_t used() const { return used_; }

 private:
  char* base_ = nullptr;
  size_t end_ = 0;
  size_t used_ = 0;
  const char* name_ = "";
};

}  // namespace heddle
