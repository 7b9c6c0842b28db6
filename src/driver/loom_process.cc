#include "driver/loom_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

extern char** environ;

namespace heddle::driver {
namespace {

// The loom's descriptors get high numbers: a program that opens its first file expects 3.
constexpr int kHighDescriptor = 900;

[[nodiscard]] Error SystemError(std::string what) {
  return Error{kExitUnsupported, std::move(what) + ": " + std::strerror(errno),
               "free some memory or descriptors"};
}

[[nodiscard]] UniqueFd MoveHigh(UniqueFd fd) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < kHighDescriptor + 16) return fd;
  const int high = fcntl(fd.get(), F_DUPFD_CLOEXEC, kHighDescriptor);
  return high >= 0 ? UniqueFd(high) : std::move(fd);
}

// Puts `value` in front of what `name` already lists.
void Prefix(std::vector<std::string>& environment, const std::string& name,
            const std::string& value) {
  for (std::string& entry : environment) {
    if (!entry.starts_with(name + "=")) continue;
    const std::string rest = entry.substr(name.size() + 1);
    entry = name + "=" + value + (rest.empty() ? "" : ":" + rest);
    return;
  }
  environment.push_back(name + "=" + value);
}

[[nodiscard]] std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& text : strings) pointers.push_back(const_cast<char*>(text.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// All that the child needs after fork, prepared before it.
struct ChildPlan {
  const char* program;
  const char* working_directory;
  char** argv;
  char** environment;
  int standard_input;
  int output;
  int region;
  int channel;
  int failure;  // receives errno if the program cannot be started
  pid_t driver;
};

// Runs in the child: only calls that are safe after fork.
[[noreturn]] void StartProgram(const ChildPlan& plan) {
  // Dies with the driver, however that ends. If it ended before this call, the parent is another process by now.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != plan.driver) _exit(kExitBug);
  setpgid(0, 0);
  for (int signal = 1; signal < NSIG; ++signal) {
    if (signal != SIGKILL && signal != SIGSTOP) ::signal(signal, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // The same addresses in every job and every replay, where the kernel allows it: not needed, but a program that orders
  // things by address then behaves the same.
  const int persona = personality(0xffffffff);
  if (persona != -1) personality(static_cast<unsigned long>(persona) | ADDR_NO_RANDOMIZE);
  int error = 0;
  if (plan.working_directory[0] != '\0' && chdir(plan.working_directory) != 0) error = errno;
  if (dup2(plan.standard_input, 0) < 0 || dup2(plan.output, 1) < 0 || dup2(plan.output, 2) < 0)
    error = errno;
  for (const int fd : {plan.output, plan.region, plan.channel}) {
    if (fcntl(fd, F_SETFD, 0) != 0) error = errno;
  }
  if (error == 0) {
    execve(plan.program, plan.argv, plan.environment);
    error = errno;
  }
  [[maybe_unused]] const ssize_t written = write(plan.failure, &error, sizeof(error));
  _exit(127);
}

}  // namespace

std::vector<std::string> CurrentEnvironment() {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    entries.emplace_back(*entry);
  return entries;
}

std::vector<std::string> PreloadEnvironment(const std::vector<std::string>& environment,
                                            const LoomLibrary& library) {
  std::vector<std::string> entries;
  for (const std::string& entry : environment) {
    // Of a Heddle around this one: its descriptors mean nothing here.
    if (entry.starts_with("HEDDLE_REGION=") || entry.starts_with("HEDDLE_CHANNEL=") ||
        entry.starts_with("HEDDLE_OUTPUT=")) {
      continue;
    }
    entries.push_back(entry);
  }
  Prefix(entries, "LD_PRELOAD", library.file);
  Prefix(entries, "LD_LIBRARY_PATH", library.directory);
  // Functions are bound before the checkpoint, once, instead of lazily in each execution's copy. A program that refers to
  // functions that nobody has can only be started lazily.
  if (std::getenv("HEDDLE_LAZY_BINDING") == nullptr) entries.emplace_back("LD_BIND_NOW=1");
  return entries;
}

Result<std::unique_ptr<LoomProcess>> LoomProcess::Start(const Invocation& invocation,
                                                        const StandardInput& input) {
  std::unique_ptr<LoomProcess> loom(new LoomProcess());
  loom->name_ = invocation.program_path;

  UniqueFd region(memfd_create("heddle-region", MFD_CLOEXEC));
  if (!region.valid() || ftruncate(region.get(), trace::kRegionBytes) != 0)
    return SystemError("cannot make a region");
  void* mapped =
      mmap(nullptr, trace::kRegionBytes, PROT_READ | PROT_WRITE, MAP_SHARED, region.get(), 0);
  if (mapped == MAP_FAILED) return SystemError("cannot map a region");
  loom->region_ = static_cast<trace::Region*>(mapped);
  loom->region_->magic = trace::kRegionMagic;
  loom->region_->version = trace::kRegionVersion;
  loom->region_->bytes_of_region_header = static_cast<uint32_t>(sizeof(trace::Region));

  loom->output_.Reset(memfd_create("heddle-output", MFD_CLOEXEC));
  // Appending: after the loom has emptied it, every writer starts at the beginning again.
  if (!loom->output_.valid() || fcntl(loom->output_.get(), F_SETFL, O_APPEND) != 0) {
    return SystemError("cannot make a file for the program's output");
  }
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return SystemError("cannot make a channel");
  loom->channel_.Reset(ends[0]);
  UniqueFd loom_end = MoveHigh(UniqueFd(ends[1]));
  region = MoveHigh(std::move(region));
  UniqueFd output = MoveHigh(UniqueFd(fcntl(loom->output_.get(), F_DUPFD_CLOEXEC, 3)));
  if (!output.valid()) return SystemError("cannot copy a descriptor");

  Result<UniqueFd> standard_input = input.Open();
  if (!standard_input.ok()) return standard_input.error();
  if (pipe2(ends, O_CLOEXEC) != 0) return SystemError("cannot make a pipe");
  const UniqueFd failure_read(ends[0]);
  UniqueFd failure_write(ends[1]);

  std::vector<std::string> environment =
      PreloadEnvironment(invocation.environment, invocation.library);
  environment.push_back("HEDDLE_REGION=" + std::to_string(region.get()));
  environment.push_back("HEDDLE_CHANNEL=" + std::to_string(loom_end.get()));
  environment.push_back("HEDDLE_OUTPUT=" + std::to_string(output.get()));
  std::vector<char*> argv = Pointers(invocation.argv);
  std::vector<char*> environment_pointers = Pointers(environment);
  const ChildPlan plan{invocation.program_path.c_str(),
                       invocation.working_directory.c_str(),
                       argv.data(),
                       environment_pointers.data(),
                       standard_input.value().get(),
                       output.get(),
                       region.get(),
                       loom_end.get(),
                       failure_write.get(),
                       getpid()};
  loom->pid_ = fork();
  if (loom->pid_ < 0) return SystemError("cannot start a process");
  if (loom->pid_ == 0) StartProgram(plan);
  setpgid(loom->pid_, loom->pid_);  // Also done by the child: whoever is first.

  failure_write.Reset(-1);
  int error = 0;
  if (read(failure_read.get(), &error, sizeof(error)) == sizeof(error)) {
    return Error{kExitUsage,
                 "cannot start '" + invocation.program_path + "': " + std::strerror(error),
                 "check the program and the directory it starts in"};
  }
  return loom;
}

LoomProcess::~LoomProcess() {
  Kill();
  if (region_ != nullptr) munmap(region_, trace::kRegionBytes);
}

void LoomProcess::Kill() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  kill(pid_, SIGKILL);  // In case it never became the leader of its group.
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

Result<trace::Reply> LoomProcess::WaitForHello(Clock::duration patience) {
  const Clock::time_point deadline = Clock::now() + patience;
  while (true) {
    Result<std::optional<trace::Reply>> reply = TryReceive();
    if (!reply.ok()) return reply.error();
    if (reply.value().has_value()) {
      const trace::Reply& hello = *reply.value();
      if (hello.kind == trace::ReplyKind::kHello) {
        greeted_ = true;
        return hello;
      }
      if (hello.kind != trace::ReplyKind::kRefused) {
        return Error{kExitBug, "the loom in '" + name_ + "' did not begin with a greeting", ""};
      }
      const std::string why(hello.message, strnlen(hello.message, sizeof(hello.message)));
      return Error{hello.exit_status == kExitBug ? kExitBug : kExitUnsupported,
                   "cannot run '" + name_ + "': " + why, ""};
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) {
      return Error{kExitUsage,
                   "'" + name_ + "' did not reach main in time; it printed: " + Output(2000),
                   "raise --start-timeout if what runs before main takes that long"};
    }
    pollfd waiting{channel_.get(), POLLIN, 0};
    // An interrupt ends the wait: the caller's handler has run, and patience is not what the user has.
    if (poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left.count(), 1000))) < 0 &&
        errno == EINTR) {
      return Error{kExitUsage, "interrupted before '" + name_ + "' reached main", ""};
    }
  }
}

Status LoomProcess::Send(const trace::Command& command) {
  std::atomic_ref<uint32_t>(region_->live.stop).store(0, std::memory_order_relaxed);
  if (send(channel_.get(), &command, sizeof(command), MSG_NOSIGNAL) == sizeof(command)) return Ok();
  return EndedEarly();
}

Result<std::optional<trace::Reply>> LoomProcess::TryReceive() {
  trace::Reply reply;
  while (true) {
    const ssize_t got = recv(channel_.get(), &reply, sizeof(reply), MSG_DONTWAIT);
    if (got == sizeof(reply)) return std::optional<trace::Reply>(reply);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      // Descendants may hold the loom's end open after it died: the end of the process counts, not that of the channel.
      if (!EndInWords().empty()) return EndedEarly();
      return std::optional<trace::Reply>();
    }
    if (got > 0)
      return Error{kExitBug, "the loom in '" + name_ + "' sent a reply of the wrong size", ""};
    return EndedEarly();
  }
}

void LoomProcess::RequestStop() {
  std::atomic_ref<uint32_t>(region_->live.stop).store(1, std::memory_order_relaxed);
}

std::string LoomProcess::Output(size_t bytes_max) const {
  struct stat status {};
  if (fstat(output_.get(), &status) != 0) return "";
  const auto size = static_cast<size_t>(status.st_size);
  const size_t wanted = std::min(size, bytes_max);
  std::string text(wanted, '\0');
  const ssize_t got = pread(output_.get(), text.data(), wanted, static_cast<off_t>(size - wanted));
  text.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return text;
}

std::string LoomProcess::EndInWords() {
  if (pid_ > 0) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) return "";
    kill(-pid_, SIGKILL);  // What it left behind in its group.
    pid_ = -1;
    exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end_ = WIFSIGNALED(status) ? "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" +
                                     strsignal(WTERMSIG(status)) + ")"
                               : "ended with status " + std::to_string(WEXITSTATUS(status));
  }
  return end_;
}

Error LoomProcess::EndedEarly() {
  // The channel closes a moment before the process can be reaped.
  for (int i = 0; i < 100 && EndInWords().empty(); ++i) poll(nullptr, 0, 10);
  std::string how = EndInWords();
  if (how.empty()) how = "closed its connection to Heddle";
  std::string printed = Output(2000);
  printed.erase(printed.find_last_not_of('\n') + 1);
  const std::string output = printed.empty() ? "; it printed nothing" : "; it printed:\n" + printed;
  if (!greeted_) {
    // The loom itself gave up, before there was a region to say why in.
    constexpr std::string_view kOurs = "heddle: ";
    const size_t ours = printed.rfind(kOurs);
    if (exit_code_ == kExitUnsupported && ours != std::string::npos) {
      return Error{kExitUnsupported, "'" + name_ + "': " + printed.substr(ours + kOurs.size()), ""};
    }
    if (printed.find("undefined symbol:") != std::string::npos) {
      return Error{
          kExitUsage, "'" + name_ + "' " + how + " before main was entered" + output,
          "if it runs without Heddle, it never calls that function: set HEDDLE_LAZY_BINDING=1 "
          "and try again"};
    }
    return Error{kExitUsage, "'" + name_ + "' " + how + " before main was entered" + output,
                 "it must reach main for Heddle to take over; does it start without Heddle?"};
  }
  return Error{kExitBug,
               "the process of '" + name_ + "' that Heddle forks executions from " + how + output,
               ""};
}

}  // namespace heddle::driver
