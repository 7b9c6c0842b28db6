// See describe.h.
#include "engine/describe.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"
#include "engine/gate.h"
#include "sys/raw_syscall.h"

extern char** environ;

namespace heddle::engine {
namespace {

constexpr uint64_t kAnswerBytesMax = 16u << 20;
constexpr int kRegionDescriptor = 3;
constexpr int kAnswerDescriptor = 4;
// Descriptors of ours get high numbers: the body expects its own to begin at 3.
constexpr int kHighDescriptor = 900;

bool Executable(const char* path) { return sys::Syscall(SYS_access, sys::Arg(path), X_OK) == 0; }

// HEDDLE_COMMAND, else bin/heddle of the build or installation that this library belongs to.
const char* FindCommand(char* buffer, size_t size) {
  const char* named = getenv("HEDDLE_COMMAND");
  if (named != nullptr && named[0] != '\0') return named;
  Dl_info info = {};
  if (dladdr(reinterpret_cast<void*>(&FindCommand), &info) == 0 || info.dli_fname == nullptr)
    return nullptr;
  const char* slash = nullptr;
  for (const char* at = info.dli_fname; *at != '\0'; ++at) {
    if (*at == '/') slash = at;
  }
  if (slash == nullptr) return nullptr;
  const auto length = static_cast<size_t>(slash - info.dli_fname) + 1;
  if (length + 32 > size) return nullptr;
  constexpr const char* kPlaces[] = {"../bin/heddle", "../../bin/heddle"};
  for (const char* relative : kPlaces) {
    for (size_t i = 0; i < length; ++i) buffer[i] = info.dli_fname[i];
    Text(buffer + length, size - length).Add(relative);
    if (Executable(buffer)) return buffer;
  }
  return nullptr;
}

// The environment without what would put a loom into the command itself.
void CopyEnvironment(char** target, size_t count_max) {
  size_t count = 0;
  for (char** entry = environ; entry != nullptr && *entry != nullptr && count + 1 < count_max;
       ++entry) {
    if (strncmp(*entry, "LD_PRELOAD=", 11) == 0) continue;
    target[count++] = *entry;
  }
  target[count] = nullptr;
}

uint64_t ReadAll(int descriptor, char* memory) {
  uint64_t bytes = 0;
  while (bytes < kAnswerBytesMax) {
    const long got = sys::Syscall(SYS_read, descriptor, sys::Arg(memory + bytes),
                                  static_cast<long>(kAnswerBytesMax - bytes));
    if (got == -EINTR) continue;
    if (got <= 0) break;
    bytes += static_cast<uint64_t>(got);
  }
  return bytes;
}

}  // namespace

SharedRegion MakeSharedRegion() {
  static constinit SharedRegion made = {};
  if (made.region != nullptr) return made;
  const long file = sys::Syscall(SYS_memfd_create, sys::Arg("heddle-region"), 1 /* MFD_CLOEXEC */);
  if (file < 0 || sys::Syscall(SYS_ftruncate, file, static_cast<long>(trace::kRegionBytes)) != 0)
    DieUnsupported("no memory can be shared with the heddle command (memfd_create)",
                   "lift the limit on files or memory");
  const long high = sys::Syscall(SYS_fcntl, file, F_DUPFD_CLOEXEC, kHighDescriptor);
  if (high >= 0) sys::Syscall(SYS_close, file);
  made.descriptor = static_cast<int>(high >= 0 ? high : file);
  void* memory =
      mmap(nullptr, trace::kRegionBytes, PROT_READ | PROT_WRITE, MAP_SHARED, made.descriptor, 0);
  if (memory == MAP_FAILED)
    DieOfLimit("address space", "memory that the loom reserves", trace::kRegionBytes);
  made.region = static_cast<trace::Region*>(memory);
  made.region->magic = trace::kRegionMagic;
  made.region->version = trace::kRegionVersion;
  made.region->bytes_of_region_header = static_cast<uint32_t>(sizeof(trace::Region));
  return made;
}

CommandAnswer AskCommand(const char* const* arguments, int region_descriptor) {
  RuntimeScope scope;
  static constinit char* memory = nullptr;
  CommandAnswer answer;
  if (memory == nullptr) {
    void* mapped = mmap(nullptr, kAnswerBytesMax, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
      answer.problem = "there is no memory for the answer of the heddle command";
      return answer;
    }
    memory = static_cast<char*>(mapped);
  }
  static char path[4096];
  const char* command = FindCommand(path, sizeof path);
  if (command == nullptr) {
    answer.problem =
        "the heddle command was not found beside its library: no card, no story; name it in "
        "HEDDLE_COMMAND";
    return answer;
  }
  const char* words[10] = {"heddle"};
  for (int i = 0; i < 8 && arguments[i] != nullptr; ++i) words[i + 1] = arguments[i];
  static char* environment[4096];
  CopyEnvironment(environment, sizeof environment / sizeof environment[0]);

  int ends[2];
  if (sys::Syscall(SYS_pipe2, sys::Arg(ends), O_CLOEXEC) != 0) {
    answer.problem = "there is no descriptor left for the answer of the heddle command";
    return answer;
  }
  // Out of the way of the numbers that the command expects.
  const long writer = sys::Syscall(SYS_fcntl, ends[1], F_DUPFD_CLOEXEC, kHighDescriptor);
  if (writer >= 0) {
    sys::Syscall(SYS_close, ends[1]);
    ends[1] = static_cast<int>(writer);
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, region_descriptor, kRegionDescriptor);
  posix_spawn_file_actions_adddup2(&actions, ends[1], kAnswerDescriptor);
  pid_t pid = -1;
  const int error =
      posix_spawn(&pid, command, &actions, nullptr, const_cast<char* const*>(words), environment);
  posix_spawn_file_actions_destroy(&actions);
  sys::Syscall(SYS_close, ends[1]);
  if (error != 0) {
    sys::Syscall(SYS_close, ends[0]);
    answer.problem =
        "the heddle command could not be started: no card, no story; name it in HEDDLE_COMMAND";
    return answer;
  }
  answer.bytes = ReadAll(ends[0], memory);
  sys::Syscall(SYS_close, ends[0]);
  int status = 0;
  while (sys::Syscall(SYS_wait4, pid, sys::Arg(&status), 0, 0) == -EINTR) {
  }
  answer.words = memory;
  answer.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (answer.bytes == 0 || memory[answer.bytes - 1] != '\0') {
    answer.bytes = 0;
    answer.problem = "the heddle command failed: no card, no story";
  }
  return answer;
}

}  // namespace heddle::engine
