// Calls that go to libc as they are, but say once, by name, that what they cause is outside of control.
//
// Child processes and programs that replace this one run natively (the loom takes itself out of LD_PRELOAD at the
// start). Timers run on the real clock, and their signals arrive when the kernel delivers them.
#include <dlfcn.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "intercept/entry.h"

namespace heddle::intercept {
namespace {

constexpr const char* kExec = "another program takes the place of this one; it runs uncontrolled";
constexpr const char* kSpawn = "the child process runs on its own, uncontrolled";
constexpr const char* kTimer = "runs on the real clock, not in virtual time";

void Notice(const char* name, const char* treatment) {
  Gate gate;
  if (gate.controlled()) g_engine.NoteUncontrolled(name, treatment);
}

template <typename Function>
Function* Next(const char* name, Function*) {
  engine::RuntimeScope scope;
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

#define HEDDLE_NOTICED(type, name, treatment, parameters, arguments) \
  HEDDLE_ENTRY type name parameters {                                \
    Notice(#name, treatment);                                        \
    return Next(#name, &name) arguments;                             \
  }

HEDDLE_NOTICED(int, execve, kExec, (const char* path, char* const argv[], char* const envp[]),
               (path, argv, envp))
HEDDLE_NOTICED(int, execv, kExec, (const char* path, char* const argv[]), (path, argv))
HEDDLE_NOTICED(int, execvp, kExec, (const char* file, char* const argv[]), (file, argv))
HEDDLE_NOTICED(int, execvpe, kExec, (const char* file, char* const argv[], char* const envp[]),
               (file, argv, envp))
HEDDLE_NOTICED(int, fexecve, kExec, (int descriptor, char* const argv[], char* const envp[]),
               (descriptor, argv, envp))
HEDDLE_NOTICED(int, posix_spawn, kSpawn,
               (pid_t * pid, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const argv[], char* const envp[]),
               (pid, path, actions, attributes, argv, envp))
HEDDLE_NOTICED(int, posix_spawnp, kSpawn,
               (pid_t * pid, const char* file, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const argv[], char* const envp[]),
               (pid, file, actions, attributes, argv, envp))
HEDDLE_NOTICED(FILE*, popen, kSpawn, (const char* command, const char* mode), (command, mode))
HEDDLE_NOTICED(unsigned, alarm, kTimer, (unsigned seconds), (seconds))
HEDDLE_NOTICED(int, timer_create, kTimer, (clockid_t clock, sigevent* event, timer_t* timer),
               (clock, event, timer))

HEDDLE_ENTRY int setitimer(__itimer_which_t which, const itimerval* value, itimerval* old) {
  Notice("setitimer", kTimer);
  return Next("setitimer", &setitimer)(which, value, old);
}

// The child of a vfork borrows its parent's stack until it execs, which no switching of stacks survives. POSIX lets vfork
// be fork.
HEDDLE_ENTRY pid_t vfork() { return fork(); }

}  // namespace heddle::intercept
