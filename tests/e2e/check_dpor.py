#!/usr/bin/env python3
"""Strategy dpor on whole programs: as many executions as there are orders of dependent operations, with every compiler; and
what it says when it cannot vouch for that."""

import os
import shutil
import subprocess
import unittest

import harness

# As many threads as the argument says, each of which enters a critical section twice.
SECTIONS = """
#include <pthread.h>
#include <cstdlib>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int count = 0;
static void* Enter(void*) {
  for (int i = 0; i < 2; ++i) {
    pthread_mutex_lock(&mutex);
    ++count;
    pthread_mutex_unlock(&mutex);
  }
  return nullptr;
}
int main(int, char** words) {
  const int threads = std::atoi(words[1]);
  pthread_t ids[8];
  for (int i = 0; i < threads; ++i) pthread_create(&ids[i], nullptr, &Enter, nullptr);
  for (int i = 0; i < threads; ++i) pthread_join(ids[i], nullptr);
  return count == 2 * threads ? 0 : 1;
}
"""

# Wrong in one order of three steps out of several.
LOST = """
#include <atomic>
#include <cassert>
#include <thread>
static std::atomic<int> count{0};
int main() {
  const auto add = [] { count.store(count.load() + 1); };
  std::thread first(add);
  std::thread second(add);
  first.join();
  second.join();
  assert(count.load() == 2);
}
"""

SLEEPER = """
#include <chrono>
#include <thread>
int main() {
  std::thread other([] { std::this_thread::sleep_for(std::chrono::seconds(1)); });
  other.join();
}
"""


class DporTest(harness.CommandTest):
    def compile(self, source, name="program", compiler="g++", level="-O2", flags=("-fsanitize=thread",)):
        file = self.write(f"{name}.cc", source, 0o644)
        command = [compiler, "-std=c++20", level, "-g", "-pthread", *flags, file, "-o", self.path(name)]
        if compiler != "g++":
            command = [os.path.join(harness.BUILD, "bin", "heddle"), "c++", *command[1:]]
        subprocess.run(command, check=True, cwd=self.directory, env=self.environment(HEDDLE_CXX=compiler))
        return self.path(name)

    def search(self, *words):
        done, report = self.run_json("--strategy", "dpor", "--time", "40s", *words)
        return done, report, report["search"]

    def test_critical_sections_come_in_every_order_once(self):
        for compiler in ("g++", "clang++-14"):
            if not shutil.which(compiler):
                continue
            for level in ("-O0", "-O2"):
                program = self.compile(SECTIONS, "sections", compiler, level)
                for threads, orders in ((1, 1), (2, 6), (3, 90)):
                    with self.subTest(compiler=compiler, level=level, threads=threads):
                        done, report, said = self.search("--", program, str(threads))
                        self.expect(done, 0)
                        words = "1 execution" if orders == 1 else f"{orders} executions"
                        self.assertEqual(said, f"complete: {words}, one for each order of dependent steps")
                        self.assertTrue(report["exhausted"])
                        self.assertEqual(report["executions"], orders)

    def test_a_finding_is_found_and_replays(self):
        done, report, said = self.search("--", self.compile(LOST))
        self.expect(done, 1)
        self.assertEqual([finding["verdict"] for finding in report["findings"]], ["assertion"])
        self.assertIn("a finding ended the search", said)
        self.assertFalse(report["exhausted"])
        self.expect(self.heddle("replay", report["findings"][0]["card"]), 1, "assertion")

    def test_what_is_left_out_is_said(self):
        _, report, said = self.search("--", self.compile(SLEEPER))
        self.assertIn("not complete after 1 execution: time-outs, sleeps and clocks", said)
        self.assertFalse(report["exhausted"])
        _, report, said = self.search("--", self.compile(SECTIONS, "plain", flags=()), "2")
        self.assertIn("the program is not instrumented", said)
        self.assertFalse(report["exhausted"])

    def test_a_budget_that_is_too_small_is_said(self):
        _, report, said = self.search("--schedules", "10", "--", self.compile(SECTIONS), "3")
        self.assertEqual(said, "not complete after 10 executions: the budget is used up")
        self.assertFalse(report["exhausted"])

    def test_jobs_are_ignored_and_a_bound_is_refused(self):
        done, report, _ = self.search("--jobs", "2", "--", self.compile(SECTIONS), "2")
        self.expect(done, 0, "--jobs is ignored")
        self.assertTrue(report["exhausted"])
        self.expect(self.heddle("run", "--strategy", "dpor", "--preemption-bound", "1", "--", "true"), 2)


if __name__ == "__main__":
    harness.main()
