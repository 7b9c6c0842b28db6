// Raw system calls. Errors come back as -errno; the thread's errno is never touched.
#pragma once

#include <sys/syscall.h>

#include <cstdint>

namespace heddle::sys {

#if defined(__x86_64__)
[[gnu::always_inline]] inline long Syscall(long number, long a = 0, long b = 0, long c = 0,
                                           long d = 0, long e = 0, long f = 0) {
  long result;
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}
#else
#error "Heddle's system call layer is written for x86-64 only so far."
#endif

template <typename T>
[[nodiscard]] inline long Arg(T* pointer) {
  return reinterpret_cast<long>(pointer);
}

}  // namespace heddle::sys
