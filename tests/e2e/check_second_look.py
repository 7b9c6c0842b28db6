#!/usr/bin/env python3
"""Races beside a library that was not compiled for the detector: those that its locks prevent are withdrawn, the others stay.

The library has what such libraries have: a spin lock of atomic instructions, and a pointer that is published by a plain
store. The programs are compiled with -fsanitize=thread, the library is not.
"""

import os
import subprocess

import harness

LIBRARY = r"""
#include <sched.h>
extern "C" {
static int locked;
static int* volatile published;
void lib_lock() {
  for (int free = 0; !__atomic_compare_exchange_n(&locked, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED); free = 0)
    sched_yield();
}
void lib_unlock() { __atomic_store_n(&locked, 0, __ATOMIC_RELEASE); }
void lib_publish(int* what) { published = what; }
int* lib_get() { return published; }
void lib_nothing(int times) { for (volatile int i = 0; i < times; ++i) {} }
}
"""

DECLARATIONS = r"""
#include <cstdlib>
#include <thread>
extern "C" { void lib_lock(); void lib_unlock(); void lib_publish(int*); int* lib_get(); void lib_nothing(int); }
static int counter;
"""

LOCKED = DECLARATIONS + r"""
static void Work() { lib_lock(); ++counter; lib_unlock(); }
int main() { std::thread a(Work), b(Work); a.join(); b.join(); if (counter != 2) std::abort(); }
"""

PUBLISHED = DECLARATIONS + r"""
int main() {
  std::thread a([] { counter = 5; lib_publish(&counter); });
  std::thread b([] { int* got = lib_get(); if (got != nullptr && *got != 5) std::abort(); });
  a.join();
  b.join();
}
"""

FORGOTTEN = DECLARATIONS + r"""
static int other;
static void Work() { ++counter; lib_lock(); ++other; lib_unlock(); }
int main() { std::thread a(Work), b(Work); a.join(); b.join(); }
"""

# A race when the reader takes the lock first; in order when the writer does.
SOMETIMES = DECLARATIONS + r"""
int main() {
  std::thread a([] { counter = 1; lib_lock(); lib_unlock(); });
  std::thread b([] { lib_lock(); lib_unlock(); if (counter == 7) std::abort(); });
  a.join();
  b.join();
}
"""

# The walk through the library is longer than Heddle is ready to go.
LONG = DECLARATIONS + r"""
static void Work() { lib_lock(); ++counter; lib_nothing(600000); lib_unlock(); }
int main() { std::thread a(Work), b(Work); a.join(); b.join(); }
"""


class SecondLookTest(harness.CommandTest):
    def build(self, name, source, level="-O1"):
        library = self.path("libown.so")
        if not os.path.exists(library):
            self.write("own.cc", LIBRARY)
            subprocess.run(["g++", "-O2", "-fPIC", "-shared", self.path("own.cc"), "-o", library], check=True)
        self.write(name + ".cc", source)
        subprocess.run(["g++", "-std=c++20", "-g", level, "-fsanitize=thread", self.path(name + ".cc"), "-o",
                        self.path(name), library], check=True)
        return self.path(name)

    def notes(self, report):
        return "\n".join(report["notes"])

    def test_a_lock_of_the_library_makes_no_race(self):
        done, report = self.run_json("--schedules", "200", "--", self.build("locked", LOCKED))
        self.expect(done, 0, "withdrawn", "libown.so")
        self.assertEqual(report["executions"], 200)

    def test_a_plain_store_of_the_library_publishes(self):
        done, report = self.run_json("--schedules", "200", "--", self.build("published", PUBLISHED))
        self.expect(done, 0, "withdrawn")
        self.assertEqual(report["executions"], 200)

    def test_what_the_lock_does_not_protect_is_confirmed(self):
        # Optimised as well: the program's own code must not be taken for a library's.
        for level in ("-O1", "-O2"):
            with self.subTest(level=level):
                program = self.build("forgotten" + level, FORGOTTEN, level)
                done, report = self.run_json("--schedules", "200", "--", program)
                self.expect(done, 1)
                self.assertEqual([finding["verdict"] for finding in report["findings"]], ["data-race"])
                self.assertIn("counter", report["findings"][0]["summary"])
                self.assertIn("confirmed", self.notes(report))
                self.assertNotIn("may be no race", self.notes(report))

    def test_a_race_that_the_lock_orders_in_some_executions_only_is_found_in_the_others(self):
        for seed in range(1, 6):
            with self.subTest(seed=seed):
                done, report = self.run_json("--schedules", "500", "--seed", str(seed), "--",
                                             self.build("sometimes", SOMETIMES))
                self.expect(done, 1)
                self.assertIn("confirmed", self.notes(report))

    def test_the_same_card_replays(self):
        self.heddle("run", "--schedules", "200", "--", self.build("forgotten", FORGOTTEN))
        self.expect(self.heddle("replay", self.cards()[0]), 1, "data race on global 'counter'")

    def test_a_library_too_long_to_walk_through_leaves_a_caveat(self):
        done, report = self.run_json("--schedules", "50", "--", self.build("long", LONG))
        self.expect(done, 1)
        self.assertIn("no race", self.notes(report))
        self.assertNotIn("confirmed", self.notes(report))


if __name__ == "__main__":
    harness.main()
