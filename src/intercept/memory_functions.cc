// Functions of libc that read and write the program's memory: memcpy, memset, memmove, str* and their relatives.
//
// For instrumented programs each is an access of the bytes it touches, also when a library makes the call on the
// program's behalf (std::string's members live in libstdc++, which is not instrumented). For all others the call goes
// straight on.
#include <string.h>

#include "engine/fast_path.h"
#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

// One load and one comparison for programs that are not watched.
bool Watched() {
  return engine::g_fast_epoch != engine::kNeverEpoch && engine::g_runtime_depth == 0;
}

void Access(const void* memory, size_t bytes, bool write, uintptr_t pc) {
  if (bytes == 0) return;
  Gate gate;
  if (gate.controlled())
    g_engine.AccessRange(reinterpret_cast<uintptr_t>(memory), bytes, write, pc);
}

size_t Length(const char* text) { return Real().strlen(text); }
size_t Smaller(size_t a, size_t b) { return a < b ? a : b; }

// Before the real functions are known (the loader's own start) there is nothing to call yet.
void* CopyBytes(void* target, const void* source, size_t bytes) {
  void* out = target;
  asm volatile("rep movsb" : "+D"(out), "+S"(source), "+c"(bytes) : : "memory");
  return target;
}
void* SetBytes(void* target, int value, size_t bytes) {
  void* out = target;
  asm volatile("rep stosb" : "+D"(out), "+c"(bytes) : "a"(value) : "memory");
  return target;
}

void* Copy(void* target, const void* source, size_t bytes, uintptr_t pc) {
  if (Watched()) {
    Access(source, bytes, false, pc);
    Access(target, bytes, true, pc);
  }
  if (__builtin_expect(sys::g_real.memcpy == nullptr, 0)) return CopyBytes(target, source, bytes);
  return sys::g_real.memcpy(target, source, bytes);
}

void* Move(void* target, const void* source, size_t bytes, uintptr_t pc) {
  if (Watched()) {
    Access(source, bytes, false, pc);
    Access(target, bytes, true, pc);
  }
  return Real().memmove(target, source, bytes);
}

void* Set(void* target, int value, size_t bytes, uintptr_t pc) {
  if (Watched()) Access(target, bytes, true, pc);
  if (__builtin_expect(sys::g_real.memset == nullptr, 0)) return SetBytes(target, value, bytes);
  return sys::g_real.memset(target, value, bytes);
}

}  // namespace

HEDDLE_ENTRY void* memcpy(void* target, const void* source, size_t bytes) {
  return Copy(target, source, bytes, HEDDLE_CALLER_PC);
}
HEDDLE_ENTRY void* memmove(void* target, const void* source, size_t bytes) {
  return Move(target, source, bytes, HEDDLE_CALLER_PC);
}
HEDDLE_ENTRY void* memset(void* target, int value, size_t bytes) {
  return Set(target, value, bytes, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY void* __tsan_memcpy(void* target, const void* source, size_t bytes) {
  return Copy(target, source, bytes, HEDDLE_CALLER_PC);
}
HEDDLE_ENTRY void* __tsan_memmove(void* target, const void* source, size_t bytes) {
  return Move(target, source, bytes, HEDDLE_CALLER_PC);
}
HEDDLE_ENTRY void* __tsan_memset(void* target, int value, size_t bytes) {
  return Set(target, value, bytes, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int memcmp(const void* a, const void* b, size_t bytes) {
  if (Watched()) {
    Access(a, bytes, false, HEDDLE_CALLER_PC);
    Access(b, bytes, false, HEDDLE_CALLER_PC);
  }
  return Real().memcmp(a, b, bytes);
}

HEDDLE_ENTRY void* memchr(const void* memory, int value, size_t bytes) {
  void* found = Real().memchr(memory, value, bytes);
  if (Watched()) {
    const auto read =
        found != nullptr
            ? static_cast<size_t>(static_cast<char*>(found) - static_cast<const char*>(memory)) + 1
            : bytes;
    Access(memory, read, false, HEDDLE_CALLER_PC);
  }
  return found;
}

HEDDLE_ENTRY size_t strlen(const char* text) {
  const size_t length = Length(text);
  if (Watched()) Access(text, length + 1, false, HEDDLE_CALLER_PC);
  return length;
}

HEDDLE_ENTRY size_t strnlen(const char* text, size_t max) {
  const size_t length = Real().strnlen(text, max);
  if (Watched()) Access(text, Smaller(length + 1, max), false, HEDDLE_CALLER_PC);
  return length;
}

HEDDLE_ENTRY char* strcpy(char* target, const char* source) {
  if (Watched()) {
    const size_t bytes = Length(source) + 1;
    Access(source, bytes, false, HEDDLE_CALLER_PC);
    Access(target, bytes, true, HEDDLE_CALLER_PC);
  }
  return Real().strcpy(target, source);
}

HEDDLE_ENTRY char* strncpy(char* target, const char* source, size_t max) {
  if (Watched()) {
    Access(source, Smaller(Real().strnlen(source, max) + 1, max), false, HEDDLE_CALLER_PC);
    Access(target, max, true, HEDDLE_CALLER_PC);
  }
  return Real().strncpy(target, source, max);
}

HEDDLE_ENTRY char* strcat(char* target, const char* source) {
  if (Watched()) {
    const size_t old = Length(target);
    const size_t bytes = Length(source) + 1;
    Access(source, bytes, false, HEDDLE_CALLER_PC);
    Access(target, old, false, HEDDLE_CALLER_PC);
    Access(target + old, bytes, true, HEDDLE_CALLER_PC);
  }
  return Real().strcat(target, source);
}

HEDDLE_ENTRY char* strncat(char* target, const char* source, size_t max) {
  if (Watched()) {
    const size_t old = Length(target);
    const size_t bytes = Real().strnlen(source, max);
    Access(source, Smaller(bytes + 1, max), false, HEDDLE_CALLER_PC);
    Access(target, old, false, HEDDLE_CALLER_PC);
    Access(target + old, bytes + 1, true, HEDDLE_CALLER_PC);
  }
  return Real().strncat(target, source, max);
}

HEDDLE_ENTRY int strcmp(const char* a, const char* b) {
  if (Watched()) {
    size_t same = 0;
    while (a[same] != '\0' && a[same] == b[same]) ++same;
    Access(a, same + 1, false, HEDDLE_CALLER_PC);
    Access(b, same + 1, false, HEDDLE_CALLER_PC);
  }
  return Real().strcmp(a, b);
}

HEDDLE_ENTRY int strncmp(const char* a, const char* b, size_t max) {
  if (Watched()) {
    size_t same = 0;
    while (same < max && a[same] != '\0' && a[same] == b[same]) ++same;
    Access(a, Smaller(same + 1, max), false, HEDDLE_CALLER_PC);
    Access(b, Smaller(same + 1, max), false, HEDDLE_CALLER_PC);
  }
  return Real().strncmp(a, b, max);
}

HEDDLE_ENTRY char* strchr(const char* text, int character) {
  char* found = Real().strchr(text, character);
  if (Watched()) {
    Access(text, found != nullptr ? static_cast<size_t>(found - text) + 1 : Length(text) + 1, false,
           HEDDLE_CALLER_PC);
  }
  return found;
}

HEDDLE_ENTRY char* strrchr(const char* text, int character) {
  if (Watched()) Access(text, Length(text) + 1, false, HEDDLE_CALLER_PC);
  return Real().strrchr(text, character);
}

HEDDLE_ENTRY char* strstr(const char* text, const char* part) {
  if (Watched()) {
    Access(text, Length(text) + 1, false, HEDDLE_CALLER_PC);
    Access(part, Length(part) + 1, false, HEDDLE_CALLER_PC);
  }
  return Real().strstr(text, part);
}

}  // namespace heddle::intercept
