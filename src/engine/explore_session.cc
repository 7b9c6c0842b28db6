// See explore_session.h.
#include "engine/explore_session.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "base/check.h"
#include "base/prng.h"
#include "base/text.h"
#include "sys/raw_syscall.h"

namespace heddle::engine {

constinit ExploreSession g_session;

namespace {

// How often each name was explored, by the hash of the name. More names than this share counts, which only means that a
// card of theirs may be taken for one of another: it then says that it does not fit.
constexpr uint32_t kNameSlots = 1024;
constinit uint32_t g_name_counts[kNameSlots] = {};

constinit volatile bool g_interrupted = false;

uint64_t HashOf(const char* name) {
  uint64_t hash = 0;
  for (; *name != '\0'; ++name) hash = SplitMix64(hash ^ static_cast<unsigned char>(*name));
  return hash;
}

bool SameName(const char* kept, size_t size, const char* name) {
  size_t i = 0;
  for (; i + 1 < size && name[i] != '\0'; ++i) {
    if (kept[i] != name[i]) return false;
  }
  return kept[i] == '\0';
}

void OnInterrupt(int) { g_interrupted = true; }

}  // namespace

void ExploreSession::Begin(const char* name) {
  occurrence_ = ++g_name_counts[HashOf(name) % kNameSlots];
  stated_count_ = 0;
  too_many_names_ = false;
  ForgetAtEnd();
  if (counts_orders_) return orders_.Clear();
  // Touched as it is used, and kept for the explorations to come.
  void* memory = mmap(nullptr, trace::OrderCount::kMemoryBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    DieOfLimit("address space", "memory to count orders in", trace::OrderCount::kMemoryBytes);
  }
  orders_.Adopt(static_cast<uint64_t*>(memory));
  counts_orders_ = true;
}

void ExploreSession::Sometimes(bool condition, const char* name) {
  for (uint32_t i = 0; i < stated_count_; ++i) {
    if (!SameName(stated_[i].name, sizeof stated_[i].name, name)) continue;
    stated_[i].held |= condition;
    return;
  }
  if (stated_count_ == kSometimesMax) {
    too_many_names_ = true;
    return;
  }
  Stated& stated = stated_[stated_count_++];
  Text(stated.name, sizeof stated.name).Add(name);
  stated.held = condition;
}

void ExploreSession::ReportNever(const detail::LoomRequest& request) const {
  for (uint32_t i = 0; i < stated_count_; ++i) {
    if (!stated_[i].held && request.on_never != nullptr)
      request.on_never(request.context, stated_[i].name);
  }
}

void ExploreSession::AddAtEnd(AtEnd* entry) {
  entry->next = nullptr;
  (last_at_end_ != nullptr ? last_at_end_->next : first_at_end_) = entry;
  last_at_end_ = entry;
}

AtEnd* ExploreSession::NextAtEnd() {
  AtEnd* entry = first_at_end_;
  if (entry == nullptr) return nullptr;
  first_at_end_ = entry->next;
  if (first_at_end_ == nullptr) last_at_end_ = nullptr;
  return entry;
}

uint32_t KernelThreadCount() {
  const long directory = sys::Syscall(SYS_openat, AT_FDCWD, sys::Arg("/proc/self/task"),
                                      O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return 0;
  alignas(8) char buffer[4096];
  uint32_t count = 0;
  for (;;) {
    const long bytes = sys::Syscall(SYS_getdents64, directory, sys::Arg(buffer), sizeof buffer);
    if (bytes <= 0) break;
    for (long at = 0; at < bytes;) {
      // As the kernel lays it out: inode and offset (8 bytes each), record length (2), type (1), name.
      const auto length = *reinterpret_cast<const uint16_t*>(buffer + at + 16);
      count += buffer[at + 19] != '.';
      at += length;
    }
  }
  sys::Syscall(SYS_close, directory);
  return count;
}

InterruptScope::InterruptScope() {
  g_interrupted = false;
  sigaction(SIGINT, nullptr, &before_);
  if ((before_.sa_flags & SA_SIGINFO) != 0 || before_.sa_handler != SIG_DFL) return;
  struct sigaction ours = {};
  ours.sa_handler = &OnInterrupt;
  ours.sa_flags = SA_RESTART | SA_ONSTACK;
  sigaction(SIGINT, &ours, nullptr);
  installed_ = true;
}

InterruptScope::~InterruptScope() {
  if (installed_) sigaction(SIGINT, &before_, nullptr);
}

bool InterruptScope::Requested() { return g_interrupted; }

}  // namespace heddle::engine
