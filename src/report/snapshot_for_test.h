// Takes a snapshot of the calling test as a loom would: the registers that a call preserves and a copy of the stack.
#pragma once

#include <pthread.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/limits.h"
#include "trace/region.h"

namespace heddle::report {

// One past the last byte of the calling thread's stack.
inline uint64_t StackEnd() {
  pthread_attr_t attributes;
  void* start = nullptr;
  size_t bytes = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  pthread_attr_getstack(&attributes, &start, &bytes);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<uint64_t>(start) + bytes;
}

// A loop of its own without instrumentation: AddressSanitizer objects to reading what lies between variables.
__attribute__((noinline, no_sanitize("address"))) inline void CopyStack(
    uint64_t start, uint32_t bytes, std::vector<uint8_t>* pool) {
  const size_t offset = pool->size();
  pool->resize(offset + bytes);
  const auto* from = reinterpret_cast<const volatile uint8_t*>(start);
  uint8_t* to = pool->data() + offset;
  for (uint32_t i = 0; i < bytes; ++i) to[i] = from[i];
}

// Appends the stack to `pool`. Inlined, so that the caller is the innermost frame.
[[gnu::always_inline]] inline trace::StackSnapshot TakeSnapshot(std::vector<uint8_t>* pool,
                                                                uint32_t thread = 0) {
  const uint64_t end = StackEnd();
  trace::StackSnapshot snapshot{};
  asm volatile(
      "lea 0(%%rip), %%rax\n\t"
      "mov %%rax, 0(%0)\n\t"
      "mov %%rsp, 8(%0)\n\t"
      "mov %%rbp, 16(%0)\n\t"
      "mov %%rbx, 24(%0)\n\t"
      "mov %%r12, 32(%0)\n\t"
      "mov %%r13, 40(%0)\n\t"
      "mov %%r14, 48(%0)\n\t"
      "mov %%r15, 56(%0)"
      :
      : "r"(&snapshot)
      : "rax", "memory");
  snapshot.thread = thread;
  snapshot.bytes = static_cast<uint32_t>(std::min<uint64_t>(end - snapshot.rsp, kSnapshotBytesMax));
  snapshot.pool_offset = pool->size();
  CopyStack(snapshot.rsp, snapshot.bytes, pool);
  return snapshot;
}

}  // namespace heddle::report
