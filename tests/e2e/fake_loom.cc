// A stand-in for the loom, for tests of the driver alone: speaks the protocol of trace/region.h, but schedules nothing.
//
// Each execution has one decision, a choice that its number gives (number mod 100), and runs the program's main with
// FAKE_CHOICE set to it. A program that then ends with status 1 has a finding (exit-status). Programs shape the
// stand-in's behaviour by its exit status:
//   1  a finding    40  the execution hangs (no answer ever)    41  the loom dies    42  an event hash that differs each time
//   43 the loom refuses
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "trace/region.h"

namespace {

using namespace heddle::trace;

using Main = int (*)(int, char**, char**);
Main program_main;
int channel = -1;
int output = -1;
Region* region;

uint64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(now.tv_nsec);
}

void SendReply(Reply reply) {
  reply.pid = getpid();
  if (send(channel, &reply, sizeof(reply), MSG_NOSIGNAL) != sizeof(reply)) _exit(0);
}

// Runs main in a child and returns its exit status, or 128 + signal.
int RunChild(uint32_t choice, int argc, char** argv, char** environment) {
  if (ftruncate(output, 0) != 0) abort();
  lseek(0, 0, SEEK_SET);  // The program's input: a pipe does not reach a loom.
  const pid_t child = fork();
  if (child == 0) {
    char text[16];
    snprintf(text, sizeof(text), "%u", choice);
    setenv("FAKE_CHOICE", text, 1);
    exit(program_main(argc, argv, environment));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// True if there is a finding.
bool Execute(uint32_t choice, int argc, char** argv, char** environment) {
  static uint64_t calls = 0;
  ++calls;
  const int status = RunChild(choice, argc, argv, environment);
  if (status == 40) pause();
  if (status == 41) raise(SIGSEGV);
  if (status == 43) {
    Reply reply{};
    reply.kind = ReplyKind::kRefused;
    reply.exit_status = 4;
    snprintf(reply.message, sizeof(reply.message), "the stand-in refuses");
    SendReply(reply);
    pause();
  }
  Execution& execution = region->execution;
  memset(&execution, 0, sizeof(execution));
  execution.finished = 1;
  const bool decides = getenv("FAKE_NO_DECISION") == nullptr;
  execution.decision_count = decides ? 1 : 0;
  region->decisions[0] = MakeDecision(DecisionKind::kChoice, choice);
  execution.event_count = 3;
  execution.event_hash = status == 42 ? calls : 1000 + choice;
  execution.thread_count = 1;
  ++region->live.executions;
  ++region->live.heartbeat;
  if (status != 1) return false;
  Finding& finding = region->findings[0];
  memset(&finding, 0, sizeof(finding));
  finding.verdict = Verdict::kExitStatus;
  finding.exit_status = 1;
  finding.key = choice;
  finding.current.snapshot = finding.previous.snapshot = kNoIndex;
  for (uint32_t i = 0; i < region->known_count; ++i) {
    if (region->known[i] == finding.key) return false;
  }
  execution.finding_count = 1;
  return true;
}

void ServeExplore(const Command& command, int argc, char** argv, char** environment) {
  Reply reply{};
  reply.kind = ReplyKind::kBatchDone;
  const uint64_t begin = Now();
  for (uint64_t i = 0; i < command.count; ++i) {
    const uint64_t number = command.first_execution + i * command.stride;
    const bool found = Execute(static_cast<uint32_t>(number % 100), argc, argv, environment);
    ++reply.executions;
    reply.decisions += region->execution.decision_count;
    if (found) {
      reply.kind = ReplyKind::kFinding;
      reply.execution = number;
      break;
    }
    if (region->live.stop != 0 || Now() - begin > command.budget_ns) break;
  }
  SendReply(reply);
}

int Serve(int argc, char** argv, char** environment) {
  Reply hello{};
  hello.kind = ReplyKind::kHello;
  SendReply(hello);
  Command command;
  while (recv(channel, &command, sizeof(command), 0) == sizeof(command)) {
    if (command.kind == CommandKind::kQuit) break;
    if (command.kind == CommandKind::kExplore) {
      ServeExplore(command, argc, argv, environment);
      continue;
    }
    const uint32_t choice = command.decision_count > 0 ? ValueOf(region->decisions[0]) : 0;
    Execute(choice, argc, argv, environment);
    Reply reply{};
    reply.kind = ReplyKind::kExecutionDone;
    reply.executions = 1;
    SendReply(reply);
  }
  _exit(0);
}

}  // namespace

extern "C" __attribute__((visibility("default"))) int __libc_start_main(Main main, int argc,
                                                                        char** argv, void (*init)(),
                                                                        void (*fini)(),
                                                                        void (*rtld_fini)(),
                                                                        void* stack_end) {
  using Start = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
  const auto real = reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"));
  const char* region_fd = getenv("HEDDLE_REGION");
  const char* channel_fd = getenv("HEDDLE_CHANNEL");
  const char* output_fd = getenv("HEDDLE_OUTPUT");
  if (region_fd == nullptr || channel_fd == nullptr || output_fd == nullptr) {
    return real(main, argc, argv, init, fini, rtld_fini, stack_end);
  }
  channel = atoi(channel_fd);
  output = atoi(output_fd);
  void* mapped =
      mmap(nullptr, kRegionBytes, PROT_READ | PROT_WRITE, MAP_SHARED, atoi(region_fd), 0);
  if (mapped == MAP_FAILED) abort();
  region = static_cast<Region*>(mapped);
  if (region->magic != kRegionMagic || region->version != kRegionVersion) abort();
  program_main = main;
  return real(Serve, argc, argv, init, fini, rtld_fini, stack_end);
}
