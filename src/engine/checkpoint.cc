// The checkpoint: the process stops when main is entered and runs each execution in a copy of itself.
//
//   step  checkpointed process                       child
//   1     receives a command
//   2     empties the output, rewinds stdin
//   3     clone (no exec, no glibc fork)             BeginExecution; main runs on fibres
//   4     waits; pokes it if no decision is made     leaves what it learned in the region; ends
//   5     looks at the status and the region
//   6     next number, or reply
//
// The copy is made by the raw system call: glibc's fork would reclaim the stacks of the lent identities. Their kernel
// threads do not exist in the child, and are not needed there.
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/text.h"
#include "engine/crash_handlers.h"
#include "engine/engine.h"
#include "engine/environment.h"
#include "engine/gate.h"
#include "engine/identities.h"
#include "strategy/dpor_probe.h"
#include "sys/raw_syscall.h"
#include "sys/real.h"

namespace heddle::engine {
namespace {

using trace::Command;
using trace::CommandKind;
using trace::Reply;
using trace::ReplyKind;

// Identities made before the first execution. A batch gets as many as were wanted before: each costs every later copy of
// the process two mappings and three pages.
constexpr uint32_t kFirstIdentities = 1;
constexpr uint32_t kIdentitiesMax = 64;

uint64_t RealNow() {
  timespec now;
  sys::Syscall(SYS_clock_gettime, CLOCK_MONOTONIC, sys::Arg(&now));
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

// glibc keeps the kernel's number of a thread in its thread block and trusts it. In the copy it is another one.
int32_t* FindOwnThreadNumber() {
  const auto number = static_cast<int32_t>(sys::Syscall(SYS_gettid));
  auto* words = reinterpret_cast<int32_t*>(sys::ThreadPointer());
  constexpr size_t kThreadBlockWords = 2304 / sizeof(int32_t);
  for (size_t i = 16; i < kThreadBlockWords; ++i) {
    if (words[i] == number) return &words[i];
  }
  return nullptr;
}

}  // namespace

// One per checkpointed process.
class CheckpointServer {
 public:
  CheckpointServer(Engine& engine, const Environment& environment)
      : engine_(engine),
        region_(*environment.region),
        channel_(environment.channel),
        output_(environment.output) {}

  // Serves commands; returns only in a child, which then runs main.
  void Serve() {
    fcntl(channel_, F_SETFD, FD_CLOEXEC);
    if (output_ >= 0) {
      dup2(output_, 1);
      dup2(output_, 2);
    }
    struct stat status;
    rewind_stdin_ = fstat(0, &status) == 0 && S_ISREG(status.st_mode);
    thread_number_ = FindOwnThreadNumber();
    g_identities.Reserve(kFirstIdentities);
    SendHello();
    for (;;) {
      Command command;
      const long got =
          sys::Syscall(SYS_recvfrom, channel_, sys::Arg(&command), sizeof command, 0, 0, 0);
      if (got == -EINTR) continue;
      if (got != sizeof command || command.kind == CommandKind::kQuit)
        sys::Syscall(SYS_exit_group, 0);
      if (RunCommand(command) == Side::kChild) return;
    }
  }

 private:
  enum class Side { kParent, kChild };

  void SendHello() {
    Reply reply = {};
    reply.kind = ReplyKind::kHello;
    if (engine_.instrumented()) reply.flags |= trace::kInstrumented;
    if (engine_.thread_total() > 1) reply.flags |= trace::kThreadsBeforeMain;
    reply.pid = static_cast<int32_t>(sys::Syscall(SYS_getpid));
    Send(reply);
  }

  void Send(const Reply& reply) {
    sys::Syscall(SYS_sendto, channel_, sys::Arg(&reply), sizeof reply, MSG_NOSIGNAL, 0, 0);
  }

  Side RunCommand(const Command& command) {
    Reply reply = {};
    reply.pid = static_cast<int32_t>(sys::Syscall(SYS_getpid));
    const uint64_t start = RealNow();
    if (command.kind == CommandKind::kReplay) {
      if (RunOne(command, command.first_execution) == Side::kChild) return Side::kChild;
      reply.kind = ReplyKind::kExecutionDone;
      reply.execution = command.first_execution;
      reply.executions = 1;
      reply.decisions = region_.execution.decision_count;
      RefuseAfterLimit(&reply);
      reply.busy_ns = RealNow() - start;
      Send(reply);
      return Side::kParent;
    }
    if (!probed_) {
      // How long is an execution? PCT wants to know. Run once without preemption, and forget the rest of it.
      probed_ = true;
      Command probe = command;
      probe.strategy = {trace::StrategyKind::kRandom, 1, 0};
      probe.flags |= trace::kProfileObjects;
      constexpr uint64_t kProbeHangNs =
          2'000'000'000;  // what hangs here will be found to hang by an execution that counts
      if (probe.hang_ns == 0 || probe.hang_ns > kProbeHangNs) probe.hang_ns = kProbeHangNs;
      probe.detect &= ~(trace::kAllowSpurious | trace::kAllowWeakFailure | trace::kAllowEarlyTime);
      if (RunOne(probe, 0) == Side::kChild) return Side::kChild;
      engine_.set_expected_decisions(region_.execution.decision_count);
    }
    GrowIdentities();
    reply.kind = ReplyKind::kBatchDone;
    region_.order_log.count = 0;
    for (uint64_t i = 0; i < command.count; ++i) {
      const uint64_t number = command.first_execution + i * command.stride;
      if (command.strategy.kind == trace::StrategyKind::kDpor &&
          strategy::IsTimeToProbe(region_.dpor) && ProbeSearch(command) == Side::kChild)
        return Side::kChild;
      if (RunOne(command, number) == Side::kChild) return Side::kChild;
      ++reply.executions;
      reply.decisions += region_.execution.decision_count;
      __atomic_store_n(&region_.live.executions, region_.live.executions + 1, __ATOMIC_RELAXED);
      __atomic_store_n(&region_.live.decisions,
                       region_.live.decisions + region_.execution.decision_count, __ATOMIC_RELAXED);
      reply.execution = number;
      const bool searches = command.strategy.kind == trace::StrategyKind::kDfs;
      const bool reduces = command.strategy.kind == trace::StrategyKind::kDpor;
      if (searches)
        strategy::FinishSearchExecution(&region_.search, command.strategy.preemption_bound);
      if (reduces) strategy::FinishDporExecution(&region_.dpor);
      if (RefuseAfterLimit(&reply)) break;
      region_.order_log.orders[region_.order_log.count++] = region_.execution.order;
      // It explored by itself; once more would explore the same once more.
      if (region_.execution.explored_itself != 0) reply.flags |= trace::kExploredItself;
      if (region_.execution.finding_count > 0) {
        reply.kind = ReplyKind::kFinding;
        if ((command.flags & trace::kStopAtFinding) != 0) break;
      }
      if (reply.flags != 0) break;
      if (searches && region_.search.state != trace::SearchState::kRunning) break;
      if (reduces && !strategy::DporGoesOn(region_.dpor)) break;
      if (__atomic_load_n(&region_.live.stop, __ATOMIC_RELAXED) != 0) break;
      if (region_.order_log.count == kOrderLogMax) break;
      if (command.budget_ns != 0 && RealNow() - start > command.budget_ns) break;
    }
    reply.busy_ns = RealNow() - start;
    Send(reply);
    return Side::kParent;
  }

  // How long will the search be? Before an execution, because the last one of a batch is looked at after it.
  Side ProbeSearch(Command command) {
    command.flags |= trace::kProbeSearch;
    const uint64_t start = RealNow();
    for (uint64_t i = 0; i < strategy::kProbes; ++i) {
      strategy::BeginProbe(&region_.dpor_probe);
      if (RunOne(command, 0) == Side::kChild) return Side::kChild;
      strategy::FinishProbe(&region_.dpor_probe, &region_.dpor.estimate);
      if (__atomic_load_n(&region_.live.stop, __ATOMIC_RELAXED) != 0) break;
      if (RealNow() - start > strategy::kProbingNsMax) break;
    }
    return Side::kParent;
  }

  bool RefuseAfterLimit(Reply* reply) {
    const trace::Execution& execution = region_.execution;
    if (execution.limit_hit == 0) return false;
    reply->kind = ReplyKind::kRefused;
    reply->exit_status = execution.limit_hit;
    Text(reply->message, sizeof reply->message).Add(execution.limit_message);
    return true;
  }

  // Runs one execution in a copy of this process.
  Side RunOne(const Command& command, uint64_t number) {
    region_.execution = {};
    if (output_ >= 0 && sys::Syscall(SYS_lseek, output_, 0, SEEK_CUR) != 0) {
      sys::Syscall(SYS_ftruncate, output_, 0);
      sys::Syscall(SYS_lseek, output_, 0, SEEK_SET);
    }
    if (rewind_stdin_) sys::Syscall(SYS_lseek, 0, 0, SEEK_SET);
    region_.live.heartbeat = 0;
    int process_descriptor = -1;
    const long pid =
        sys::Syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, sys::Arg(&process_descriptor), 0, 0);
    if (pid == 0) {
      if (thread_number_ != nullptr)
        *thread_number_ = static_cast<int32_t>(sys::Syscall(SYS_gettid));
      sys::Syscall(SYS_close, channel_);
      // Not inherited over clone: an execution must not outlive the process it is a copy of.
      sys::Syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
      engine_.BeginExecution(command, number);
      return Side::kChild;
    }
    if (pid < 0) {
      trace::Execution& execution = region_.execution;
      execution.limit_hit = static_cast<uint32_t>(DeathKind::kLimit);
      Text(execution.limit_message, sizeof execution.limit_message)
          .Add("the process cannot be copied for the next execution: error ")
          .Number(static_cast<uint64_t>(-pid))
          .Add(" of clone");
      return Side::kParent;
    }
    Await(static_cast<int32_t>(pid), process_descriptor, command);
    if (region_.execution.wants_plain_watch != 0) {
      engine_.watch_plain_accesses();
      // What the search knows of the tree, it knows of executions that were not watched.
      if (command.strategy.kind == trace::StrategyKind::kDfs)
        strategy::RestartSearchIteration(&region_.search);
      strategy::RestartDpor(&region_.dpor);
      return RunOne(command, number);
    }
    return Side::kParent;
  }

  // Programs with many threads: make the identities here, where they cost once, instead of in each child. Only before a
  // batch: glibc takes memory from the heap for each, so blocks lie elsewhere afterwards, and an execution and its
  // diagnosis must see the same addresses.
  void GrowIdentities() {
    const uint32_t wanted = threads_seen_;
    // The first thread has its own.
    if (wanted > 1) g_identities.Reserve(wanted <= kIdentitiesMax ? wanted - 1 : kIdentitiesMax);
  }

  void Await(int32_t pid, int process_descriptor, const Command& command) {
    constexpr uint64_t kDefaultHangNs = 10ull * 1'000'000'000;
    const uint64_t hang_ns = command.hang_ns != 0 ? command.hang_ns : kDefaultHangNs;
    uint64_t last_beat = ~uint64_t{0};
    int pokes = 0;
    for (;;) {
      pollfd wait = {process_descriptor, POLLIN, 0};
      const uint64_t patience_ns = pokes == 0 ? hang_ns : 2'000'000'000;
      timespec patience = {static_cast<time_t>(patience_ns / 1'000'000'000),
                           static_cast<long>(patience_ns % 1'000'000'000)};
      const long ready = sys::Syscall(SYS_ppoll, sys::Arg(&wait), 1, sys::Arg(&patience), 0, 0);
      if (ready > 0) break;
      if (ready < 0) continue;
      const uint64_t beat = region_.live.heartbeat;
      if (beat != last_beat && pokes == 0) {
        last_beat = beat;  // it makes decisions: long, not hung
        continue;
      }
      sys::Syscall(SYS_kill, pid, pokes++ == 0 ? kHangSignal : SIGKILL);
    }
    int status = 0;
    while (sys::Syscall(SYS_wait4, pid, sys::Arg(&status), 0, 0) == -EINTR) {
    }
    sys::Syscall(SYS_close, process_descriptor);
    trace::Execution& execution = region_.execution;
    execution.wait_status = status;
    if (execution.thread_count > threads_seen_) threads_seen_ = execution.thread_count;
    if (pokes > 1 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) GiveUp(hang_ns);
    if (region_.execution.limit_hit == 0 && region_.execution.wants_plain_watch == 0)
      Judge(command, status);
  }

  // We killed it, and not the program itself: that it did not even answer is mostly the fault of an overloaded machine, and
  // no crash.
  void GiveUp(uint64_t hang_ns) {
    trace::Execution& execution = region_.execution;
    if (execution.limit_hit != 0) return;
    execution.limit_hit = static_cast<uint32_t>(DeathKind::kLimit);
    Text(execution.limit_message, sizeof execution.limit_message)
        .Add("an execution made no decision for ")
        .Number(hang_ns / 1'000'000'000)
        .Add(" s and did not answer either, so it was killed (is the machine overloaded?)");
  }

  // What only the status of the process tells.
  void Judge(const Command& command, int status) {
    trace::Execution& execution = region_.execution;
    if (WIFSIGNALED(status)) {
      Add(trace::Verdict::kCrash, WTERMSIG(status), 0,
          0x51ull << 32 | static_cast<uint32_t>(WTERMSIG(status)));
      return;
    }
    const int code = WEXITSTATUS(status);
    if (code != 0 && (command.detect & trace::kDetectExitStatus) != 0) {
      Add(trace::Verdict::kExitStatus, 0, code, 0xe5ull << 32 | static_cast<uint32_t>(code));
    }
    execution.finished = 1;
    const bool unused =
        command.kind == CommandKind::kReplay && execution.decision_count < command.decision_count;
    if (unused && execution.diverged == 0 && execution.finding_count == 0) {
      execution.diverged = 1;
      execution.diverged_at = execution.decision_count;
      Text(execution.diverged_message, sizeof execution.diverged_message)
          .Add("the program ended after ")
          .Number(execution.decision_count)
          .Add(" of the ")
          .Number(command.decision_count)
          .Add(" recorded decisions");
    }
  }

  void Add(trace::Verdict verdict, int signal, int code, uint64_t key) {
    trace::Execution& execution = region_.execution;
    for (uint32_t i = 0; i < region_.known_count && i < kKnownRacesMax; ++i) {
      if (region_.known[i] == key) return;
    }
    if (execution.finding_count == kFindingsMax) return;
    trace::Finding& finding = region_.findings[execution.finding_count++];
    finding = {};
    finding.verdict = verdict;
    finding.key = key;
    finding.signal = signal;
    finding.exit_status = code;
    finding.event = execution.event_count;
    finding.decision = execution.decision_count;
    finding.preemptive_switches = execution.preemptive_switches;
    finding.threads_involved = execution.threads_involved;
    finding.unusual_choices = execution.unusual_choices;
    finding.current.thread = trace::kNoIndex;
    finding.current.snapshot = trace::kNoIndex;
    finding.previous.thread = trace::kNoIndex;
    finding.previous.snapshot = trace::kNoIndex;
    finding.block.alloc_snapshot = trace::kNoIndex;
    finding.block.free_snapshot = trace::kNoIndex;
  }

  Engine& engine_;
  trace::Region& region_;
  const int channel_;
  const int output_;
  bool rewind_stdin_ = false;
  bool probed_ = false;
  uint32_t threads_seen_ = 0;  // the most in one execution
  int32_t* thread_number_ = nullptr;
};

void Engine::Checkpoint() {
  const Environment& environment = ReadEnvironment();
  RuntimeScope scope;
  if (environment.region != nullptr) {
    CheckpointServer server(*this, environment);
    server.Serve();
    return;
  }
  if (environment.replay_file != nullptr) ReplayFromFile(environment.replay_file);
}

// Replay without a driver (under a debugger): the decisions come from a file, the program runs in this very process.
void Engine::ReplayFromFile(const char* file) {
  const int descriptor = open(file, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    DieUnsupported("the file named by HEDDLE_REPLAY cannot be read", "use `heddle replay --gdb`");
  Command command = {};
  command.kind = CommandKind::kReplay;
  command.detect = ReadEnvironment().detect;
  command.strategy = {trace::StrategyKind::kReplay, 0, 0};
  const long got =
      sys::Syscall(SYS_read, descriptor, sys::Arg(region_->decisions), sizeof region_->decisions);
  close(descriptor);
  command.decision_count =
      got > 0 ? static_cast<uint32_t>(static_cast<size_t>(got) / sizeof(trace::Decision)) : 0;
  BeginExecution(command, 0);
}

}  // namespace heddle::engine
