// Descriptors that may block: reading, writing, accepting, connecting, polling.
//
// A call that would block waits in the model while other threads run; a call that is ready goes straight to the kernel.
// Regular files never block and are no decision points. What one thread sends and another receives through pipes and
// sockets of this process is ordered (happens-before), as a programmer expects.
//
// Covered: read(v), write(v), recv*, send*, accept*, connect, poll, ppoll, select, pselect, epoll_wait, epoll_pwait.
// Not covered: the order of events that come from other processes (said when all threads wait for them), io_uring and
// asynchronous I/O (they go to the kernel unseen), signal masks of ppoll, pselect and epoll_pwait.
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "intercept/entry.h"
#include "sys/raw_syscall.h"

namespace heddle::intercept {
namespace {

bool MayBlock(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return false;
  if (!S_ISFIFO(status.st_mode) && !S_ISSOCK(status.st_mode) && !S_ISCHR(status.st_mode) &&
      status.st_mode != 0 &&
      (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode))) {
    return false;
  }
  return true;
}

bool NonBlocking(int descriptor) { return (fcntl(descriptor, F_GETFL) & O_NONBLOCK) != 0; }

// Happens-before through a descriptor hangs on an address that no program has.
uintptr_t ClockOf(int descriptor) {
  return 0x10 + static_cast<uintptr_t>(static_cast<unsigned>(descriptor)) * 4;
}
// The two ends of a pipe or a socket pair have different descriptors; one clock for all of them errs on the quiet side.
constexpr int kAnyDescriptor = 0;

void Sent() {
  g_engine.AnnotateRelease(ClockOf(kAnyDescriptor));
  g_engine.OutsideChanged();
}
void Received() { g_engine.AnnotateAcquire(ClockOf(kAnyDescriptor)); }

struct Readiness {
  int descriptor;
  short events;
};

bool IsReady(void* context) {
  const auto* readiness = static_cast<const Readiness*>(context);
  pollfd entry = {readiness->descriptor, readiness->events, 0};
  timespec now = {0, 0};
  return sys::Syscall(SYS_ppoll, sys::Arg(&entry), 1, sys::Arg(&now), 0, 0) != 0;
}

// Waits in the model until the descriptor is ready, if it is one that may block.
void AwaitReady(int descriptor, short events, uintptr_t pc) {
  if (!MayBlock(descriptor) || NonBlocking(descriptor)) return;
  Readiness readiness = {descriptor, events};
  [[maybe_unused]] const auto outcome =
      g_engine.WaitOutside(OpKind::kIoWait, &IsReady, &readiness, nullptr, pc);
}

// --- poll and its relatives: several descriptors and a time-out ---

struct PollRequest {
  pollfd* entries;
  nfds_t count;
  int result;
};

bool AnyReady(void* context) {
  auto* request = static_cast<PollRequest*>(context);
  timespec now = {0, 0};
  const long ready = sys::Syscall(SYS_ppoll, sys::Arg(request->entries),
                                  static_cast<long>(request->count), sys::Arg(&now), 0, 0);
  request->result = static_cast<int>(ready);
  return ready != 0;
}

int Answer(long result) {
  if (result >= 0) return static_cast<int>(result);
  errno = static_cast<int>(-result);
  return -1;
}

// `timeout` null: for ever.
int Poll(pollfd* entries, nfds_t count, const timespec* timeout, uintptr_t pc) {
  PollRequest request = {entries, count, 0};
  if (timeout != nullptr && ToNs(*timeout) == 0) {
    AnyReady(&request);
    if (request.result == 0) g_engine.Yield(pc);
  } else {
    const uint64_t deadline = timeout != nullptr ? g_engine.Now() + ToNs(*timeout) : 0;
    const auto outcome = g_engine.WaitOutside(OpKind::kIoWait, &AnyReady, &request,
                                              timeout != nullptr ? &deadline : nullptr, pc);
    if (outcome != engine::WaitOutcome::kDone) AnyReady(&request);
  }
  Received();
  return Answer(request.result);
}

struct SelectRequest {
  int count;
  const fd_set* wanted[3];
  fd_set found[3];
  long result;
};

bool AnySelected(void* context) {
  auto* request = static_cast<SelectRequest*>(context);
  for (int i = 0; i < 3; ++i) {
    if (request->wanted[i] != nullptr) request->found[i] = *request->wanted[i];
  }
  timespec now = {0, 0};
  request->result = sys::Syscall(SYS_pselect6, request->count,
                                 request->wanted[0] != nullptr ? sys::Arg(&request->found[0]) : 0,
                                 request->wanted[1] != nullptr ? sys::Arg(&request->found[1]) : 0,
                                 request->wanted[2] != nullptr ? sys::Arg(&request->found[2]) : 0,
                                 sys::Arg(&now), 0);
  return request->result != 0;
}

int Select(int count, fd_set* reads, fd_set* writes, fd_set* errors, const uint64_t* timeout_ns,
           uintptr_t pc) {
  SelectRequest request = {};
  request.count = count;
  request.wanted[0] = reads;
  request.wanted[1] = writes;
  request.wanted[2] = errors;
  if (timeout_ns != nullptr && *timeout_ns == 0) {
    AnySelected(&request);
    if (request.result == 0) g_engine.Yield(pc);
  } else {
    const uint64_t deadline = timeout_ns != nullptr ? g_engine.Now() + *timeout_ns : 0;
    const auto outcome = g_engine.WaitOutside(OpKind::kIoWait, &AnySelected, &request,
                                              timeout_ns != nullptr ? &deadline : nullptr, pc);
    if (outcome != engine::WaitOutcome::kDone) AnySelected(&request);
  }
  if (request.result >= 0) {
    fd_set* targets[3] = {reads, writes, errors};
    for (int i = 0; i < 3; ++i) {
      if (targets[i] != nullptr) *targets[i] = request.found[i];
    }
  }
  Received();
  return Answer(request.result);
}

struct EpollRequest {
  int descriptor;
  epoll_event* events;
  int count;
  long result;
};

bool AnyEvent(void* context) {
  auto* request = static_cast<EpollRequest*>(context);
  request->result = sys::Syscall(SYS_epoll_pwait, request->descriptor, sys::Arg(request->events),
                                 request->count, 0, 0, 8);
  return request->result != 0;
}

int Epoll(int descriptor, epoll_event* events, int count, int timeout_ms, uintptr_t pc) {
  EpollRequest request = {descriptor, events, count, 0};
  if (timeout_ms == 0) {
    AnyEvent(&request);
    if (request.result == 0) g_engine.Yield(pc);
  } else {
    const uint64_t deadline =
        timeout_ms > 0 ? g_engine.Now() + static_cast<uint64_t>(timeout_ms) * 1'000'000 : 0;
    const auto outcome = g_engine.WaitOutside(OpKind::kIoWait, &AnyEvent, &request,
                                              timeout_ms > 0 ? &deadline : nullptr, pc);
    if (outcome != engine::WaitOutcome::kDone) AnyEvent(&request);
  }
  Received();
  return Answer(request.result);
}

}  // namespace

#define HEDDLE_AWAIT(descriptor, events) \
  Gate gate;                             \
  if (gate.controlled()) AwaitReady(descriptor, events, HEDDLE_CALLER_PC)

HEDDLE_ENTRY ssize_t read(int descriptor, void* buffer, size_t bytes) {
  HEDDLE_AWAIT(descriptor, POLLIN);
  const ssize_t result = Real().read(descriptor, buffer, bytes);
  if (gate.controlled()) Received();
  return result;
}

HEDDLE_ENTRY ssize_t readv(int descriptor, const iovec* parts, int count) {
  HEDDLE_AWAIT(descriptor, POLLIN);
  const ssize_t result = Real().readv(descriptor, parts, count);
  if (gate.controlled()) Received();
  return result;
}

HEDDLE_ENTRY ssize_t write(int descriptor, const void* buffer, size_t bytes) {
  HEDDLE_AWAIT(descriptor, POLLOUT);
  if (gate.controlled()) g_engine.AnnotateRelease(ClockOf(kAnyDescriptor));
  const ssize_t result = Real().write(descriptor, buffer, bytes);
  if (gate.controlled()) g_engine.OutsideChanged();
  return result;
}

HEDDLE_ENTRY ssize_t writev(int descriptor, const iovec* parts, int count) {
  HEDDLE_AWAIT(descriptor, POLLOUT);
  if (gate.controlled()) g_engine.AnnotateRelease(ClockOf(kAnyDescriptor));
  const ssize_t result = Real().writev(descriptor, parts, count);
  if (gate.controlled()) g_engine.OutsideChanged();
  return result;
}

HEDDLE_ENTRY int close(int descriptor) {
  Gate gate;
  const int result = Real().close(descriptor);
  if (gate.controlled()) {
    g_engine.ForgetTimer(descriptor);
    Sent();
  }
  return result;
}

HEDDLE_ENTRY int shutdown(int descriptor, int how) {
  Gate gate;
  const int result = Real().shutdown(descriptor, how);
  if (gate.controlled()) Sent();
  return result;
}

HEDDLE_ENTRY ssize_t recv(int descriptor, void* buffer, size_t bytes, int flags) {
  Gate gate;
  if (gate.controlled() && (flags & MSG_DONTWAIT) == 0)
    AwaitReady(descriptor, POLLIN, HEDDLE_CALLER_PC);
  const ssize_t result = Real().recv(descriptor, buffer, bytes, flags);
  if (gate.controlled()) Received();
  return result;
}

HEDDLE_ENTRY ssize_t recvfrom(int descriptor, void* buffer, size_t bytes, int flags,
                              sockaddr* address, socklen_t* length) {
  Gate gate;
  if (gate.controlled() && (flags & MSG_DONTWAIT) == 0)
    AwaitReady(descriptor, POLLIN, HEDDLE_CALLER_PC);
  const ssize_t result = Real().recvfrom(descriptor, buffer, bytes, flags, address, length);
  if (gate.controlled()) Received();
  return result;
}

HEDDLE_ENTRY ssize_t recvmsg(int descriptor, msghdr* message, int flags) {
  Gate gate;
  if (gate.controlled() && (flags & MSG_DONTWAIT) == 0)
    AwaitReady(descriptor, POLLIN, HEDDLE_CALLER_PC);
  const ssize_t result = Real().recvmsg(descriptor, message, flags);
  if (gate.controlled()) Received();
  return result;
}

HEDDLE_ENTRY ssize_t send(int descriptor, const void* buffer, size_t bytes, int flags) {
  HEDDLE_AWAIT(descriptor, POLLOUT);
  if (gate.controlled()) g_engine.AnnotateRelease(ClockOf(kAnyDescriptor));
  const ssize_t result = Real().send(descriptor, buffer, bytes, flags);
  if (gate.controlled()) g_engine.OutsideChanged();
  return result;
}

HEDDLE_ENTRY ssize_t sendto(int descriptor, const void* buffer, size_t bytes, int flags,
                            const sockaddr* address, socklen_t length) {
  HEDDLE_AWAIT(descriptor, POLLOUT);
  if (gate.controlled()) g_engine.AnnotateRelease(ClockOf(kAnyDescriptor));
  const ssize_t result = Real().sendto(descriptor, buffer, bytes, flags, address, length);
  if (gate.controlled()) g_engine.OutsideChanged();
  return result;
}

HEDDLE_ENTRY ssize_t sendmsg(int descriptor, const msghdr* message, int flags) {
  HEDDLE_AWAIT(descriptor, POLLOUT);
  if (gate.controlled()) g_engine.AnnotateRelease(ClockOf(kAnyDescriptor));
  const ssize_t result = Real().sendmsg(descriptor, message, flags);
  if (gate.controlled()) g_engine.OutsideChanged();
  return result;
}

HEDDLE_ENTRY int accept(int descriptor, sockaddr* address, socklen_t* length) {
  HEDDLE_AWAIT(descriptor, POLLIN);
  const int result = Real().accept(descriptor, address, length);
  if (gate.controlled()) Received();
  return result;
}

HEDDLE_ENTRY int accept4(int descriptor, sockaddr* address, socklen_t* length, int flags) {
  HEDDLE_AWAIT(descriptor, POLLIN);
  const int result = Real().accept4(descriptor, address, length, flags);
  if (gate.controlled()) Received();
  return result;
}

// Connecting to a listener of this very process succeeds at once (the kernel queues it), so it needs no waiting.
HEDDLE_ENTRY int connect(int descriptor, const sockaddr* address, socklen_t length) {
  Gate gate;
  if (gate.controlled()) g_engine.AnnotateRelease(ClockOf(kAnyDescriptor));
  const int result = Real().connect(descriptor, address, length);
  if (gate.controlled()) g_engine.OutsideChanged();
  return result;
}

HEDDLE_ENTRY int poll(pollfd* entries, nfds_t count, int timeout_ms) {
  Gate gate;
  if (!gate.controlled()) return Real().poll(entries, count, timeout_ms);
  const timespec timeout = {timeout_ms / 1000, static_cast<long>(timeout_ms % 1000) * 1'000'000};
  return Poll(entries, count, timeout_ms >= 0 ? &timeout : nullptr, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int ppoll(pollfd* entries, nfds_t count, const timespec* timeout,
                       const sigset_t* mask) {
  Gate gate;
  if (!gate.controlled()) return Real().ppoll(entries, count, timeout, mask);
  return Poll(entries, count, timeout, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int select(int count, fd_set* reads, fd_set* writes, fd_set* errors,
                        timeval* timeout) {
  Gate gate;
  if (!gate.controlled()) return Real().select(count, reads, writes, errors, timeout);
  if (timeout == nullptr) return Select(count, reads, writes, errors, nullptr, HEDDLE_CALLER_PC);
  const uint64_t ns = ToNs({timeout->tv_sec, timeout->tv_usec * 1000});
  return Select(count, reads, writes, errors, &ns, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int pselect(int count, fd_set* reads, fd_set* writes, fd_set* errors,
                         const timespec* timeout, const sigset_t* mask) {
  Gate gate;
  if (!gate.controlled()) return Real().pselect(count, reads, writes, errors, timeout, mask);
  if (timeout == nullptr) return Select(count, reads, writes, errors, nullptr, HEDDLE_CALLER_PC);
  const uint64_t ns = ToNs(*timeout);
  return Select(count, reads, writes, errors, &ns, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int epoll_wait(int descriptor, epoll_event* events, int count, int timeout_ms) {
  Gate gate;
  if (!gate.controlled()) return Real().epoll_wait(descriptor, events, count, timeout_ms);
  return Epoll(descriptor, events, count, timeout_ms, HEDDLE_CALLER_PC);
}

HEDDLE_ENTRY int epoll_pwait(int descriptor, epoll_event* events, int count, int timeout_ms,
                             const sigset_t* mask) {
  Gate gate;
  if (!gate.controlled()) return Real().epoll_pwait(descriptor, events, count, timeout_ms, mask);
  return Epoll(descriptor, events, count, timeout_ms, HEDDLE_CALLER_PC);
}

}  // namespace heddle::intercept
