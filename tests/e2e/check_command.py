#!/usr/bin/env python3
"""The command with the real loom, on small programs built as users build theirs: finds, replays, and survives programs
that fork, exec, end early or never end."""

import json
import os
import shutil
import signal
import subprocess
import time
import unittest

import harness
from harness import running, wait_until

RACE = """
#include <thread>
int balance;
int main() {
  std::thread other([] { balance += 1; });
  balance += 2;
  other.join();
}
"""

# The order of the two locks differs; without a deadlock the program passes.
DEADLOCK = """
#include <mutex>
#include <thread>
std::mutex a, b;
int main() {
  std::thread other([] { std::scoped_lock first(b); std::lock_guard second(a); });
  { std::lock_guard first(a); std::lock_guard second(b); }
  other.join();
}
"""

CLEAN = """
#include <atomic>
#include <cstdio>
#include <thread>
std::atomic<int> balance;
int main() {
  std::thread other([] { balance += 1; });
  balance += 2;
  other.join();
  std::printf("balance %d\\n", balance.load());
}
"""

MANY = """
#include <cassert>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>
std::mutex mutex;
int done;
thread_local int mine = 7;
int main(int, char** arguments) {
  const int count = std::atoi(arguments[1]);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([] {
      assert(mine == 7);
      mine = 3;
      std::lock_guard lock(mutex);
      ++done;
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::thread([] { assert(mine == 7); }).join();
  assert(done == count);
}
"""

# Spins without any decision point. With an int the loop is a data race, with an atomic the program is right.
# Blocks for ever outside of control, and takes no signals.
DEAF = r"""
#include <signal.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>
int main() {
  std::thread other([] {});
  sigset_t all;
  sigfillset(&all);
  syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, nullptr, 8);
  syscall(SYS_ppoll, nullptr, 0, nullptr, nullptr, 8);
  other.join();
}
"""

SPIN = """
#include <atomic>
#include <thread>
FLAG flag;
int main() {
  std::thread other([] { flag = 1; });
  while (!flag) {
  }
  other.join();
}
"""

# The same in two files: the loop is in a library.
SPIN_LIBRARY = """
#include <atomic>
std::atomic<int> flag;
void Set() { flag = 1; }
void Wait() {
  while (!flag) {
  }
}
"""
SPIN_USER = """
#include <thread>
void Set();
void Wait();
int main() {
  std::thread other([] { Set(); });
  Wait();
  other.join();
}
"""

# The clock must have moved by as much as the timer was set to, and nothing may really be waited for.
TIMER = """
#include <chrono>
#include <random>
#include <sys/timerfd.h>
#include <thread>
#include <unistd.h>
int main() {
  const auto begin = std::chrono::steady_clock::now();
  const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
  const itimerspec hour = {{0, 0}, {3600, 0}};
  timerfd_settime(timer, 0, &hour, nullptr);
  std::thread other([] { std::this_thread::sleep_for(std::chrono::minutes(5)); });
  unsigned long expirations = 0;
  if (read(timer, &expirations, sizeof expirations) != sizeof expirations || expirations != 1) return 1;
  other.join();
  std::random_device device;
  if (device() == device()) return 2;
  return std::chrono::steady_clock::now() - begin >= std::chrono::hours(1) ? 0 : 3;
}
"""

FORKS = """
#include <cstdlib>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
int main() {
  std::thread other([] {});
  other.join();
  const pid_t child = fork();
  if (child == 0) _exit(5);
  int status = 0;
  waitpid(child, &status, 0);
  return WEXITSTATUS(status) == 5 ? 0 : 1;
}
"""

EXECS = """
#include <thread>
#include <unistd.h>
int main() {
  std::thread other([] {});
  other.join();
  execl("/bin/true", "true", static_cast<char*>(nullptr));
  return 1;
}
"""

SINGLE = "int main() { return 0; }"
LONG = """
#include <atomic>
#include <thread>
int main() {
  std::atomic<int> count{0};
  std::thread other([&] { for (int i = 0; i < 2000; ++i) ++count; });
  for (int i = 0; i < 2000; ++i) ++count;
  other.join();
}
"""


class RealTest(harness.CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.compilers = [name for name in ("g++-12", "g++") if shutil.which(name)]

    def build(self, name, source, *flags):
        path = self.write(name + ".cc", source)
        target = self.path(name)
        subprocess.run([self.compilers[0], "-std=c++20", "-g", "-O1", "-pthread", *flags, path, "-o", target], check=True)
        return target

    def instrumented(self, name, source):
        return self.build(name, source, "-fsanitize=thread")

    def test_a_race_is_found_and_replayed(self):
        race = self.instrumented("race", RACE)
        done, report = self.run_json("--schedules", "200", "--", race)
        self.expect(done, 1, "race.cc")
        self.assertEqual(report["findings"][0]["verdict"], "data-race")
        self.assertEqual(len(report["findings"][0]["accesses"]), 2)
        for access in report["findings"][0]["accesses"]:
            self.assertTrue(access["stack"], "both accesses have a stack")
        replay = self.heddle("replay", report["findings"][0]["card"])
        self.expect(replay, 1, "race.cc")
        self.assertNotIn("differs", replay.stdout + replay.stderr)

    def test_the_same_seed_finds_the_same_in_the_same_execution(self):
        race = self.instrumented("deadlock", DEADLOCK)
        firsts = set()
        for jobs in ("1", "2", "1"):
            _, report = self.run_json("--jobs", jobs, "--schedules", "500", "--detect", "deadlock", "--seed", "3", "--", race)
            firsts.add((report["findings"][0]["first_execution"], report["findings"][0]["id"]))
        self.assertEqual(len(firsts), 1, firsts)

    def test_a_deadlock_is_found_without_instrumentation(self):
        done, report = self.run_json("--schedules", "500", "--", self.build("plain", DEADLOCK))
        self.expect(done, 1, "no race detection")
        self.assertIn(report["findings"][0]["verdict"], ("deadlock", "lock-order"))

    def test_a_deadlock_is_reported_without_the_lock_order_that_foretold_it(self):
        done, report = self.run_json("--schedules", "500", "--", self.instrumented("foretold", DEADLOCK))
        self.expect(done, 1)
        self.assertEqual([finding["verdict"] for finding in report["findings"]], ["deadlock"])

    def test_a_thousand_threads_run_and_too_many_are_refused(self):
        program = self.instrumented("many", MANY)
        done, report = self.run_json("--schedules", "6", "--", program, "1000")
        self.expect(done, 0)
        self.assertEqual(report["executions"], 6)
        done = self.heddle("run", "--schedules", "2", "--", program, "4100")
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("kThreadsMax", done.stderr)

    def test_a_loop_on_a_plain_variable_lets_the_others_go_on(self):
        program = self.build("plain_spin", SPIN, "-fsanitize=thread", "-O0", "-DFLAG=int")
        # Creation is a decision, so the race is found without the loop as well; what counts is that nothing hangs.
        done, report = self.run_json("--hang-timeout", "1s", "--keep-going", "--schedules", "200", "--", program)
        self.expect(done, 1)
        self.assertEqual({finding["verdict"] for finding in report["findings"]}, {"data-race"})
        self.assertEqual(report["executions"], 200)

    def test_a_loop_on_an_atomic_that_cannot_be_seen_is_no_finding(self):
        program = self.build("unseen_spin", SPIN, "-DFLAG=std::atomic<int>")
        done = self.heddle("run", "--hang-timeout", "1s", "--", program)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("-fsanitize=thread", done.stderr)
        instrumented = self.build("seen_spin", SPIN, "-fsanitize=thread", "-DFLAG=std::atomic<int>")
        self.expect(self.heddle("run", "--schedules", "500", "--", instrumented), 0)

    def test_a_loop_in_a_library_that_cannot_be_seen_is_no_finding(self):
        library = self.build("libspin.so", SPIN_LIBRARY, "-fPIC", "-shared")
        program = self.build("library_spin", SPIN_USER, "-fsanitize=thread", library)
        done = self.heddle("run", "--hang-timeout", "1s", "--", program)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("libspin.so", done.stderr)

    # An overloaded machine looks like this: no decision, and no answer. It is no crash of the program.
    def test_an_execution_that_does_not_answer_is_no_finding(self):
        done = self.heddle("run", "--hang-timeout", "1s", "--", self.instrumented("deaf", DEAF))
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("did not answer", done.stderr)

    def test_timers_and_randomness_are_virtual(self):
        done, report = self.run_json("--schedules", "300", "--time", "60s", "--", self.instrumented("timer", TIMER))
        self.expect(done, 0)
        self.assertEqual(report["executions"], 300)

    def test_a_correct_program_passes(self):
        done = self.heddle("run", "--schedules", "200", "--", self.instrumented("clean", CLEAN))
        self.expect(done, 0)
        self.assertNotIn("nondeterminism", done.stdout)

    def test_programs_that_fork_or_exec_are_survived(self):
        for name, source in (("forks", FORKS), ("execs", EXECS)):
            with self.subTest(name=name):
                done = self.heddle("run", "--schedules", "50", "--time", "20s", "--", self.instrumented(name, source))
                self.assertIn(done.returncode, (0, 4), done.stdout + done.stderr)

    def test_a_single_thread_is_said(self):
        self.expect(self.heddle("run", "--", self.instrumented("single", SINGLE)), 0, "made no decision")

    def test_a_statically_linked_program_is_refused(self):
        self.expect(self.heddle("run", "--", self.build("static", SINGLE, "-static")), 4, "statically linked")

    def test_a_clang_program_with_its_own_runtime_is_refused_and_the_wrapper_helps(self):
        if not shutil.which("clang++-14"):
            self.skipTest("no clang++-14")
        source = self.write("race.cc", RACE)
        subprocess.run(["clang++-14", "-g", "-O1", "-pthread", "-fsanitize=thread", source, "-o", self.path("own")], check=True)
        self.expect(self.heddle("run", "--", self.path("own")), 4, "heddle c++")
        self.expect(self.heddle("c++", "-O1", "-pthread", source, "-o", self.path("wrapped")), 0)
        done, report = self.run_json("--schedules", "200", "--", self.path("wrapped"))
        self.expect(done, 1)
        self.assertEqual(report["findings"][0]["verdict"], "data-race")

    def test_another_sanitizer_is_refused(self):
        self.expect(self.heddle("run", "--", self.build("asan", SINGLE, "-fsanitize=address")), 4, "AddressSanitizer")

    def test_time_cuts_a_long_execution_short(self):
        source = """
            #include <mutex>
            int main() { std::mutex m; for (long i = 0; i < 4000000000; ++i) std::lock_guard lock(m); }
        """
        program = self.instrumented("endless", source)
        start = time.monotonic()
        done = self.heddle("run", "--time", "1s", "--", program, "unique-endless")
        self.expect(done, 4, "was cut short", "--time")
        self.assertLess(time.monotonic() - start, 30)
        self.assertTrue(wait_until(lambda: not running("unique-endless")))

    def test_ctrl_c_ends_the_run_and_leaves_nothing(self):
        long = self.instrumented("long", LONG)
        run = self.start("run", "--time", "60s", "--", long, "unique-long")
        self.assertTrue(wait_until(lambda: len(running("unique-long")) >= 2))
        time.sleep(0.5)
        run.send_signal(signal.SIGINT)
        said = run.communicate(timeout=30)[0]
        self.assertEqual(run.returncode, 0, said)
        self.assertIn("interrupted", said)
        self.assertEqual(running("unique-long"), [])

    def test_the_doctor_finds_what_it_planted(self):
        self.expect(self.heddle("doctor"), 0, "Heddle works here")

    def test_replay_in_gdb_stops_at_the_finding(self):
        if not shutil.which("gdb"):
            self.skipTest("no gdb")
        _, report = self.run_json("--schedules", "200", "--", self.instrumented("race", RACE))
        done = self.heddle("replay", report["findings"][0]["card"], "--gdb", input="run\nbacktrace\nkill\nquit\n")
        self.assertIn("heddle_finding", done.stdout)
        self.assertIn("race.cc", done.stdout)


if __name__ == "__main__":
    harness.main()
