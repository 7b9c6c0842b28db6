// See identities.h.
#include "engine/identities.h"

#include <errno.h>
#include <link.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>

#include "base/check.h"
#include "engine/baton.h"
#include "engine/gate.h"
#include "sys/raw_syscall.h"
#include "sys/real.h"

namespace heddle::engine {

constinit Identities g_identities;
void (*g_baton_entry)() = nullptr;

namespace {

// What lies between the parked pthread's own frame and the top of the fibre's stack.
constexpr uintptr_t kParkedFrameBytes = 4096;

void FindStack(Identity* identity) {
  pthread_attr_t attributes;
  void* low = nullptr;
  size_t bytes = 0;
  if (pthread_getattr_np(identity->handle, &attributes) == 0) {
    pthread_attr_getstack(&attributes, &low, &bytes);
    pthread_attr_destroy(&attributes);
  }
  identity->stack_low = static_cast<char*>(low);
  identity->stack_bytes = bytes;
}

}  // namespace

Identity* Identities::AdoptCaller() {
  HEDDLE_CHECK(count_ < kPoolMax);
  Identity* identity = &identities_[count_++];
  identity->handle = pthread_self();
  identity->thread_pointer = sys::ThreadPointer();
  identity->pooled = false;
  identity->ready = 1;
  FindStack(identity);
  identity->stack_top = identity->stack_low + identity->stack_bytes;
  return identity;
}

void* Identities::Park(void* argument) {
  auto* identity = static_cast<Identity*>(argument);
  identity->thread_pointer = sys::ThreadPointer();
  const auto frame = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  // Stacks lie at multiples of a page from each other; without this, the same frames of all fibres would compete for the
  // same lines of the first-level cache. Identities differ by their place in the table, not by chance.
  const uintptr_t colour = reinterpret_cast<uintptr_t>(identity) / sizeof(Identity) % 13 * 320;
  identity->stack_top =
      reinterpret_cast<char*>((frame - kParkedFrameBytes - colour) & ~uintptr_t{15});
  // Release: the fields above are read by the creator after it has seen `ready`.
  __atomic_store_n(&identity->ready, 1, __ATOMIC_RELEASE);
  sys::Syscall(SYS_futex, sys::Arg(&identity->ready), FUTEX_WAKE_PRIVATE, 1);
  AwaitBaton(identity);
  // Only the baton executor gets here: the thread of the program runs on this very pthread, with its signals.
  sigset_t none = {};
  sys::Syscall(SYS_rt_sigprocmask, SIG_SETMASK, sys::Arg(&none), 0, 8);
  g_baton_entry();
  return nullptr;
}

Identity* Identities::Make(const pthread_attr_t* attributes, int* error) {
  if (count_ == kPoolMax) DieOfLimit("kThreadsMax", "threads in one execution", kThreadsMax);
  Identity* identity = &identities_[count_];
  *identity = {};
  identity->pooled = attributes == nullptr;
  // A parked pthread must never run a signal handler of the program.
  sigset_t all, before;
  sigfillset(&all);
  sys::Syscall(SYS_rt_sigprocmask, SIG_SETMASK, sys::Arg(&all), sys::Arg(&before), 8);
  RuntimeScope scope;
  *error = sys::Real().pthread_create(&identity->handle, attributes, &Park, identity);
  sys::Syscall(SYS_rt_sigprocmask, SIG_SETMASK, sys::Arg(&before), 0, 8);
  if (*error != 0) return nullptr;
  // Acquire pairs with the release in Park.
  while (__atomic_load_n(&identity->ready, __ATOMIC_ACQUIRE) == 0) {
    sys::Syscall(SYS_futex, sys::Arg(&identity->ready), FUTEX_WAIT_PRIVATE, 0, 0);
  }
  FindStack(identity);
  ++count_;
  ++parked_;
  return identity;
}

void Identities::Reserve(uint32_t count) {
  while (free_count_ < count) {
    int error = 0;
    Identity* identity = Make(nullptr, &error);
    if (identity == nullptr) return;  // the program's own creation will report it
    GiveBack(identity);
  }
}

Identity* Identities::Take(const pthread_attr_t* attributes, int* error) {
  *error = 0;
  if (attributes != nullptr) {
    // The pool's pthreads have the default stack; anything larger or placed by the program needs its own.
    size_t bytes = 0;
    size_t default_bytes = 0;
    void* stack = nullptr;
    size_t stack_bytes = 0;
    pthread_attr_t defaults;
    pthread_attr_init(&defaults);
    pthread_attr_getstacksize(&defaults, &default_bytes);
    pthread_attr_destroy(&defaults);
    pthread_attr_getstacksize(attributes, &bytes);
    // glibc answers with a null base when no stack was set.
    const bool placed = pthread_attr_getstack(attributes, &stack, &stack_bytes) == 0 &&
                        stack != nullptr && reinterpret_cast<uintptr_t>(stack) + stack_bytes != 0 &&
                        reinterpret_cast<uintptr_t>(stack) < (uintptr_t{1} << 47);
    if (placed || bytes > default_bytes) return TakeOwnStack(attributes, placed ? 0 : bytes, error);
  }
  Identity* identity = free_;
  if (identity != nullptr) {
    free_ = identity->next_free;
    --free_count_;
  } else {
    identity = Make(nullptr, error);
    if (identity == nullptr) return nullptr;
  }
  identity->next_free = nullptr;
  if (identity->uses++ > 0) RenewThreadLocals(identity);
  return identity;
}

// A stack of a size of its own is used again by threads that ask for the same; one that the program placed is not.
Identity* Identities::TakeOwnStack(const pthread_attr_t* attributes, uint64_t bytes, int* error) {
  for (Identity** link = &free_large_; bytes != 0 && *link != nullptr; link = &(*link)->next_free) {
    Identity* identity = *link;
    if (identity->asked_bytes != bytes) continue;
    *link = identity->next_free;
    identity->next_free = nullptr;
    if (identity->uses++ > 0) RenewThreadLocals(identity);
    return identity;
  }
  Identity* identity = Make(attributes, error);
  if (identity == nullptr) return nullptr;
  identity->asked_bytes = bytes;
  identity->uses = 1;
  return identity;
}

void Identities::GiveBack(Identity* identity) {
  identity->thread = nullptr;
  if (g_baton_entry != nullptr) return;  // its pthread is busy waiting for a baton that never comes
  if (!identity->pooled) {
    if (identity->asked_bytes == 0) return;  // its stack belongs to the program
    identity->next_free = free_large_;
    free_large_ = identity;
    return;
  }
  identity->next_free = free_;
  free_ = identity;
  ++free_count_;
}

void Identities::Forget() {
  count_ = 0;
  parked_ = 0;
  free_ = nullptr;
  free_large_ = nullptr;
  free_count_ = 0;
}

void Identities::GiveBackAll() {
  free_ = nullptr;
  free_large_ = nullptr;
  free_count_ = 0;
  // From the last to the first, so that they are handed out in the order in which they were made.
  for (uint32_t i = count_; i-- > 0;) GiveBack(&identities_[i]);
}

Identity* Identities::Find(uint64_t thread_pointer) {
  for (uint32_t i = 0; i < count_; ++i) {
    if (identities_[i].thread_pointer == thread_pointer) return &identities_[i];
  }
  return nullptr;
}

namespace {

// A module's block of static thread-local storage: the same distance below the thread pointer in every thread.
struct TlsBlock {
  uint64_t distance;
  const char* image;
  uint64_t image_bytes;
  uint64_t zero_bytes;
};

constexpr uint32_t kTlsBlocksMax = 256;
constinit TlsBlock g_tls_blocks[kTlsBlocksMax] = {};
constinit uint32_t g_tls_block_count = 0;
constinit bool g_tls_cached = false;

bool EndsWith(const char* text, const char* end) {
  const size_t length = strlen(text);
  const size_t end_length = strlen(end);
  return length >= end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

bool KeepsItsThreadLocals(const char* module) {
  return EndsWith(module, "/libc.so.6") || EndsWith(module, "/ld-linux-x86-64.so.2");
}

int NoteTlsBlock(dl_phdr_info* info, size_t, void* argument) {
  const uint64_t thread_pointer = *static_cast<const uint64_t*>(argument);
  if (info->dlpi_tls_modid == 0 || info->dlpi_tls_data == nullptr) return 0;
  if (info->dlpi_name != nullptr && KeepsItsThreadLocals(info->dlpi_name)) return 0;
  constexpr uint64_t kStaticTlsMax = 1u << 20;
  const auto block = reinterpret_cast<uint64_t>(info->dlpi_tls_data);
  const uint64_t distance = thread_pointer - block;
  if (block >= thread_pointer || distance > kStaticTlsMax || g_tls_block_count == kTlsBlocksMax) {
    g_engine.NoteUncontrolled(
        "thread_local variables of a library loaded by dlopen",
        "a new thread on a reused identity finds the values its predecessor left");
    return 0;
  }
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_TLS) continue;
    g_tls_blocks[g_tls_block_count++] = {
        distance, reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr), header.p_filesz,
        header.p_memsz - header.p_filesz};
  }
  return 0;
}

}  // namespace

void Identities::CacheThreadLocals() {
  RuntimeScope scope;
  g_tls_block_count = 0;
  uint64_t thread_pointer = sys::ThreadPointer();
  dl_iterate_phdr(&NoteTlsBlock, &thread_pointer);
  g_tls_cached = true;
}

void Identities::RenewThreadLocals(Identity* identity) {
  if (!g_tls_cached) CacheThreadLocals();
  for (uint32_t i = 0; i < g_tls_block_count; ++i) {
    const TlsBlock& block = g_tls_blocks[i];
    auto* target = reinterpret_cast<char*>(identity->thread_pointer - block.distance);
    // By hand: the names memcpy and memset lead to the program's side of the loom.
    const auto* image = block.image;
    uint64_t copied = 0;
    for (; copied + 8 <= block.image_bytes; copied += 8)
      __builtin_memcpy(target + copied, image + copied, 8);
    for (; copied < block.image_bytes; ++copied) target[copied] = image[copied];
    const uint64_t end = block.image_bytes + block.zero_bytes;
    constexpr uint64_t kZero = 0;
    for (; copied + 8 <= end; copied += 8) __builtin_memcpy(target + copied, &kZero, 8);
    for (; copied < end; ++copied) target[copied] = 0;
  }
}

}  // namespace heddle::engine
