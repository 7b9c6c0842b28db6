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

# The assertion needs two preemptions: each of the two reads by the first thread must be followed by an update.
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
    def compile(self, source, name, compiler="g++", *more):
        flags = ["-O2", "-g", "-fsanitize=thread"]
        if "clang" in compiler:
            flags += ["-shared-libsan", "-Wno-unused-command-line-argument"]
            flags += ["-fno-sanitize-link-runtime", "-Wl,--allow-shlib-undefined", "-Wl,-z,lazy"]
        file = self.write(f"{name}.cc", source, 0o644)
        wrapper = [os.path.join(harness.BUILD, "bin", "heddle"), "cxx"] if False else []
        subprocess.run([*wrapper, compiler, *flags, *more, file, "-o", self.path(name)], check=True, cwd=self.directory)
        return "./" + name
