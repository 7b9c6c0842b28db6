#!/usr/bin/env python3
"""The systematic search on real programs: exactly as many executions as there are schedules, counted by a model of the
program that shares nothing with Heddle; the same with every compiler; and what it says when it cannot finish."""

import os
import shutil
import subprocess
import unittest

import harness

# Threads that add to one atomic; thread i as often as the i-th argument says.
ADDERS = """
#include <pthread.h>
#include <atomic>
#include <cstdlib>
static std::atomic<int> sum{0};
static void* Add(void* times) {
  for (long i = 0; i < reinterpret_cast<long>(times); ++i) sum.fetch_add(1);
  return nullptr;
}
int main(int count, char** words) {
  pthread_t threads[8];
  for (int i = 1; i < count; ++i) pthread_create(&threads[i], nullptr, &Add, reinterpret_cast<void*>(std::atol(words[i])));
  for (int i = 1; i < count; ++i) pthread_join(threads[i], nullptr);
}
"""

# The assertion needs three preemptions: from the first thread after its first read, back between the updates, and from the
# first thread again after its second read.
TORN = """
#include <pthread.h>
#include <atomic>
#include <cassert>
static std::atomic<int> value{0};
static void* Update(void*) {
  value.store(1);
  value.store(2);
  return nullptr;
}
int main() {
  pthread_t other;
  pthread_create(&other, nullptr, &Update, nullptr);
  const int before = value.load();
  const int between = value.load();
  const int after = value.load();
  pthread_join(other, nullptr);
  assert(!(before == 0 && between == 1 && after == 2));
}
"""

# A value that no schedule explains: a counter in a file, which outlives the execution.
MOODY = """
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
#include <atomic>
static std::atomic<int> sum{0};
static void* Add(void*) { sum.fetch_add(1); return nullptr; }
int main(int, char** words) {
  const int file = open(words[1], O_RDWR | O_CREAT, 0600);
  char runs = 0;
  if (pread(file, &runs, 1, 0) != 1) runs = 0;
  ++runs;
  if (pwrite(file, &runs, 1, 0) != 1) return 1;
  close(file);
  pthread_t other;
  pthread_create(&other, nullptr, &Add, nullptr);
  for (int i = 0; i < runs; ++i) sum.fetch_add(1);
  pthread_join(other, nullptr);
}
"""

# A waiter and a signaller without a predicate: spurious wake-ups, or none, make a difference that can be counted.
SIGNAL = """
#include <pthread.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static bool ready = false;
static void* Wait(void*) {
  pthread_mutex_lock(&mutex);
  while (!ready) pthread_cond_wait(&condition, &mutex);
  pthread_mutex_unlock(&mutex);
  return nullptr;
}
int main() {
  pthread_t other;
  pthread_create(&other, nullptr, &Wait, nullptr);
  pthread_mutex_lock(&mutex);
  ready = true;
  pthread_cond_signal(&condition);
  pthread_mutex_unlock(&mutex);
  pthread_join(other, nullptr);
}
"""

# A weak compare-exchange without a loop fails in one schedule of two.
WEAK = """
#include <atomic>
static std::atomic<int> value{0};
int main() {
  int expected = 0;
  (void)value.compare_exchange_weak(expected, 1);
  expected = 1;
  (void)value.compare_exchange_weak(expected, 2);
  expected = 2;
  (void)value.compare_exchange_weak(expected, 3);
}
"""


def schedules(times, bound):
    """How many schedules ADDERS has with at most `bound` preemptions (None: any number).

    A worker with n additions makes n+1 steps: from its start to the first addition, and from each addition to the next or
    to its end. The main thread makes a step after each creation, the last of which leads to the first join, and one for
    each join that has to wait."""
    workers = len(times)

    def joined(position, left):
        """Where the main thread stands after it has passed the joins that need no waiting."""
        while position < 2 * workers and left[position - workers] == 0:
            position += 1
        return position

    def count(main, left, current, budget):
        # main < workers: so many threads are there but one, the main thread is about to go on creating.
        if main == 2 * workers:
            return 1
        created = min(main + 1, workers)
        enabled = [i + 1 for i in range(created) if left[i] > 0]
        if main < workers or left[main - workers] == 0:
            enabled.insert(0, 0)
        total = 0
        for thread in enabled:
            cost = 1 if current in enabled and thread != current else 0
            if budget is not None and cost > budget:
                continue
            rest = budget if budget is None else budget - cost
            if thread == 0:
                after = main + 1 if main + 1 < workers else joined(main + 1, left)
                total += count(after, left, 0, rest)
            else:
                fewer = left[: thread - 1] + (left[thread - 1] - 1,) + left[thread:]
                total += count(main, fewer, thread, rest)
        return total

    return count(0, tuple(n + 1 for n in times), 0, bound)


class SearchTest(harness.CommandTest):
    def compile(self, source, name="program", compiler="g++", level="-O2"):
        file = self.write(f"{name}.cc", source, 0o644)
        command = [compiler, level, "-g", "-pthread", "-fsanitize=thread", file, "-o", self.path(name)]
        if compiler != "g++":
            command = [os.path.join(harness.BUILD, "bin", "heddle"), "c++", *command[1:]]
        subprocess.run(command, check=True, cwd=self.directory, env=self.environment(HEDDLE_CXX=compiler))
        return self.path(name)

    def search(self, *words):
        done, report = self.run_json("--strategy", "dfs", "--time", "40s", *words)
        return done, report, report["search"]

    def compilers(self):
        for compiler in ("g++", "clang++-14"):
            if shutil.which(compiler):
                for level in ("-O0", "-O2"):
                    yield compiler, level

    def test_the_number_of_executions_is_the_number_of_schedules(self):
        for compiler, level in self.compilers():
            program = self.compile(ADDERS, "adders", compiler, level)
            for times in ((0,), (3,), (0, 0), (1, 1), (2, 3), (0, 1, 0)):
                with self.subTest(compiler=compiler, level=level, times=times):
                    done, report, said = self.search("--", program, *map(str, times))
                    self.expect(done, 0)
                    expected = schedules(times, None)
                    words = "1 execution" if expected == 1 else f"{expected} executions"
                    self.assertEqual(said, f"complete: {words} (every schedule)")
                    self.assertTrue(report["exhausted"])

    def test_a_bound_gives_the_schedules_with_so_few_preemptions(self):
        program = self.compile(ADDERS)
        before = 0
        for bound in (0, 1, 2):
            done, report, said = self.search("--preemption-bound", str(bound), "--", program, "2", "2", "1")
            self.expect(done, 0)
            expected = schedules((2, 2, 1), bound)
            unit = "preemption" if bound == 1 else "preemptions"
            self.assertEqual(said, f"complete: {expected} executions (every schedule with at most {bound} {unit})")
            self.assertTrue(report["exhausted"])
            before += expected
            self.assertEqual(report["executions"], before, "each bound up to this one")

    def test_a_bug_is_found_at_the_bound_that_it_needs_and_not_below(self):
        program = self.compile(TORN)
        done, report, _ = self.search("--preemption-bound", "2", "--", program)
        self.expect(done, 0, "every schedule with at most 2 preemptions")
        done, report, said = self.search("--preemption-bound", "3", "--", program)
        self.expect(done, 1)
        self.assertEqual([finding["verdict"] for finding in report["findings"]], ["assertion"])
        self.assertIn("stopped at preemption bound 3", said)
        self.assertIn("a finding ended the search", said)
        self.assertFalse(report["exhausted"])
        self.expect(self.heddle("replay", report["findings"][0]["card"]), 1, "assertion")

    def test_with_keep_going_the_search_goes_on_to_its_end(self):
        done, report, said = self.search("--keep-going", "--jobs", "2", "--", self.compile(TORN))
        self.expect(done, 1, "--jobs is ignored")
        self.assertTrue(said.startswith("complete: ") and said.endswith(" executions (every schedule)"), said)
        self.assertTrue(report["exhausted"])
        self.assertGreaterEqual(report["findings"][0]["count"], 1)

    def test_a_budget_that_is_too_small_is_said(self):
        done, report, said = self.search("--schedules", "10", "--", self.compile(ADDERS), "2", "2")
        self.expect(done, 0)
        self.assertEqual(report["executions"], 10)
        self.assertRegex(said, r"^stopped at preemption bound 1, after \d+ executions of it: the budget is used up$")
        self.assertFalse(report["exhausted"])

    def test_a_program_that_is_not_deterministic_is_never_called_complete(self):
        done, report, said = self.search("--", self.compile(MOODY), self.path("runs"))
        self.expect(done, 0, "nondeterminism")
        self.assertIn("the program is not deterministic", said)
        self.assertFalse(report["exhausted"])

    def test_the_environment_is_searched_as_well(self):
        # Three exchanges, each of which may fail without cause; after a failure the ones behind it fail by right.
        _, _, said = self.search("--", self.compile(WEAK))
        self.assertEqual(said, "complete: 4 executions (every schedule)")
        _, _, said = self.search("--no-weak-failure", "--", self.path("program"))
        self.assertEqual(said, "complete: 1 execution (every schedule)")
        counts = []
        for more in ((), ("--no-spurious",)):
            done, report, said = self.search(*more, "--", self.compile(SIGNAL))
            self.expect(done, 0)
            self.assertTrue(report["exhausted"], said)
            counts.append(int(said.split()[1]))
        self.assertGreater(counts[0], counts[1], "wake-ups without cause are schedules")


if __name__ == "__main__":
    harness.main()
