#include "cli/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "driver/interrupt.h"

namespace heddle::cli {
namespace {

using driver::Error;
using driver::Result;

// As shells say that a program could not be started.
constexpr int kCannotStart = 127;

[[noreturn]] void Fail(const char* what, const std::string& name) {
  std::fprintf(stderr, "cannot %s '%s': %s\n", what, name.c_str(), std::strerror(errno));
  std::fflush(stderr);
  _exit(kCannotStart);
}

void Redirect(const std::string& path, int flags, int to) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0 || dup2(fd, to) < 0) Fail("open", path);
}

// In the child, up to the program.
[[noreturn]] void Become(const ChildCommand& command, pid_t parent) {
  // The terminal's Ctrl-C goes to the command alone, which tells its children once.
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotStart);  // It died before that took effect.
  for (const int number : {SIGINT, SIGTERM, SIGPIPE}) signal(number, SIG_DFL);
  // The sanitizer's own runtime, under which tests list themselves, fails under some kernels' random layouts.
  const int persona = personality(0xffffffff);
  if (persona != -1) personality(static_cast<unsigned long>(persona) | ADDR_NO_RANDOMIZE);
  Redirect(command.stderr_path, O_WRONLY | O_CREAT | O_TRUNC, STDERR_FILENO);
  Redirect(command.stdout_path, O_WRONLY | O_CREAT | O_TRUNC, STDOUT_FILENO);
  Redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  if (!command.directory.empty() && chdir(command.directory.c_str()) != 0)
    Fail("enter", command.directory);
  for (const std::string& name : command.unset_variables) unsetenv(name.c_str());
  for (const auto& [name, value] : command.set_variables) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> argv;
  for (const std::string& word : command.argv) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  execvp(command.file.c_str(), argv.data());
  Fail("start", command.file);
}

}  // namespace

ChildProcess::ChildProcess(pid_t pid)
    : pid_(pid), descriptor_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), descriptor_(std::move(other.descriptor_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
}

Result<ChildProcess> ChildProcess::Start(const ChildCommand& command) {
  std::fflush(nullptr);  // What is buffered is printed once.
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) Become(command, parent);
  if (pid < 0) {
    return Error{driver::kExitUnsupported,
                 std::string("cannot start a process: ") + std::strerror(errno), ""};
  }
  return ChildProcess(pid);
}

std::optional<int> ChildProcess::Ended() {
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  return status;
}

void ChildProcess::Signal(int signal) const {
  if (pid_ > 0) kill(pid_, signal);
}

void WaitForChildren(const std::vector<const ChildProcess*>& children,
                     std::chrono::milliseconds time_max) {
  constexpr std::chrono::milliseconds kAskAgain(10);  // where the kernel does not tell
  std::vector<pollfd> waiting;
  for (const ChildProcess* child : children) {
    waiting.push_back({child->descriptor(), POLLIN, 0});
    if (child->descriptor() < 0) time_max = std::min(time_max, kAskAgain);
  }
  // It stays readable: after the signal it would end each wait at once.
  if (!driver::Interrupted()) waiting.push_back({driver::InterruptDescriptor(), POLLIN, 0});
  poll(waiting.data(), waiting.size(), static_cast<int>(time_max.count()));
}

std::string FileContents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace heddle::cli
