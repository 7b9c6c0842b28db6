#!/usr/bin/env python3
"""How much was explored: the orders of whole programs, counted over all jobs; what the report says of the rest; and a run that
ends when little is left."""

import subprocess
import unittest

import harness

# As many threads as the argument says, each of which enters a critical section twice; wrong with a second argument.
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
int main(int argc, char** words) {
  const int threads = std::atoi(words[1]);
  pthread_t ids[8];
  for (int i = 0; i < threads; ++i) pthread_create(&ids[i], nullptr, &Enter, nullptr);
  for (int i = 0; i < threads; ++i) pthread_join(ids[i], nullptr);
  return count == 2 * threads && argc == 2 ? 0 : 1;
}
"""

# The schema of `coverage`: docs/formats.md.
NUMBER = (int, float)
KEYS = {"source": str, "executions": int, "orders": int, "exact": bool, "once": int, "twice": int,
        "recent_executions": int, "recent_new": int, "unseen": NUMBER, "unseen_low": NUMBER, "unseen_high": NUMBER,
        "until": NUMBER, "saturated": bool}


class CoverageTest(harness.CommandTest):
    def setUp(self):
        super().setUp()
        file = self.write("sections.cc", SECTIONS, 0o644)
        subprocess.run(["g++", "-std=c++20", "-O1", "-g", "-pthread", "-fsanitize=thread", file, "-o",
                        self.path("sections")], check=True)

    def explore(self, *words, threads=2):
        done, report = self.run_json("--time", "40s", *words, "--", self.path("sections"), str(threads))
        self.expect(done, 0)
        coverage = report["coverage"]
        self.assertEqual(set(coverage), set(KEYS))
        for key, kind in KEYS.items():
            if coverage[key] is not None or coverage["source"] != "searched":
                self.assertIsInstance(coverage[key], kind, key)
        return done.stdout, report, coverage

    def test_all_orders_are_seen_and_counted_once(self):
        said, report, coverage = self.explore("--strategy", "random", "--schedules", "600")
        self.assertEqual(coverage["orders"], 6)
        self.assertEqual(coverage["executions"], report["executions"])
        self.assertLessEqual(coverage["unseen_low"], coverage["unseen"])
        self.assertLessEqual(coverage["unseen"], coverage["unseen_high"])
        self.assertIn("  coverage      6 orders of dependent steps, 0 of them first seen in the last ", said)
        self.assertIn("of what this strategy would see is still unseen", said)

    def test_the_number_of_jobs_changes_nothing(self):
        one = self.explore("--schedules", "300", "--jobs", "1", threads=3)[2]
        two = self.explore("--schedules", "300", "--jobs", "2", threads=3)[2]
        for key in ("executions", "orders", "once", "twice", "unseen"):
            self.assertEqual(one[key], two[key], key)
        self.assertGreater(one["once"], 0)

    def test_searches_say_what_they_know(self):
        said, report, coverage = self.explore("--strategy", "dpor")
        self.assertEqual((coverage["orders"], report["executions"]), (6, 6))
        self.assertEqual((coverage["source"], coverage["unseen"]), ("complete", 0))
        self.assertIn("complete: nothing is unseen", said)
        said, report, coverage = self.explore("--strategy", "dpor", "--schedules", "4")
        self.assertEqual((coverage["source"], coverage["orders"], coverage["unseen"]), ("searched", 4, None))
        self.assertIn("a search that is not over says nothing about the rest", said)

    def test_a_run_ends_when_it_is_saturated(self):
        said, report, coverage = self.explore("--strategy", "random", "--until-saturated=2%")
        self.assertTrue(coverage["saturated"])
        self.assertLessEqual(coverage["unseen_high"], 0.02)
        self.assertGreaterEqual(report["executions"], 150)
        self.assertLess(report["executions"], 10000)
        self.assertIn("saturated: the run ended because at most 2.0% is unseen", said)
        said, report, coverage = self.explore("--until-saturated", "--schedules", "120")
        self.assertEqual((coverage["until"], coverage["saturated"], report["executions"]), (0.01, False, 120))
        self.assertIn("not saturated: the run ended before at most 1.0% is unseen", said)

    def test_bad_use_is_refused(self):
        for words, message in ((["--until-saturated=0"], "out of range"), (["--until-saturated=most"], "not a part"),
                               (["--until-saturated", "--strategy", "dpor"], "a search that ends by itself")):
            self.expect(self.heddle("run", *words, "--", "true"), 2, message)

    def test_a_finding_is_what_there_is_to_say(self):
        done, report = self.run_json("--", self.path("sections"), "2", "wrong")
        self.expect(done, 1)
        self.assertNotIn("  coverage  ", done.stdout)
        self.assertGreaterEqual(report["coverage"]["orders"], 1)
        self.expect(self.heddle("report", "report.json"), 0)


if __name__ == "__main__":
    harness.main()
