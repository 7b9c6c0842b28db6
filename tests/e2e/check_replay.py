#!/usr/bin/env python3
"""A finding is the same execution for ever: replayed 20 times, in other environments, directories and memory layouts, and
found in the same execution whatever the number of jobs.

    tests/e2e/check_replay.py --build build [--brief]

One or two failing litmus programs of each verdict. The driver compares the hash over all events with that of the card and
says if it differs, so a replay is the same execution if it ends with status 1, has no notes and tells the same events.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "litmus"))
import harness  # noqa: E402
import programs  # noqa: E402

REPLAYS = 20
SCHEDULES = "10000"
CHOSEN = (
    "fail/assertion/bank_transfer.cc",
    "fail/assertion/treiber_stack_aba.cc",
    "fail/crash/null_by_order.cc",
    "fail/data-race/message_passing.cc",
    "fail/data-race/vector_push_back.cc",
    "fail/deadlock/opposite_orders.cc",
    "fail/double-free/both_release.cc",
    "fail/exit-status/wrong_sum.cc",
    "fail/livelock/ticket_abandoned.cc",
    "fail/lock-order/cycle_of_three.cc",
    "fail/lost-wakeup/notify_before_wait.cc",
    "fail/mutex-misuse/unlock_by_other.cc",
    "fail/thread-leak/never_joined.cc",
    "fail/uncaught-exception/promise_set_twice.cc",
    "fail/use-after-free/vector_growth.cc",
)

BRIEF = ("fail/assertion/bank_transfer.cc", "fail/data-race/message_passing.cc", "fail/deadlock/opposite_orders.cc")

WHERE = """
#include <cstdio>
#include <cstdlib>
int global;
int main() {
  int local = 0;
  std::printf("at %p %p %p\\n", static_cast<void*>(&global), static_cast<void*>(&local), std::malloc(1));
}
"""


def essence(report):
    """What must be the same in every replay. Not values of events: they may be addresses."""
    return [
        {
            "id": finding["id"],
            "verdict": finding["verdict"],
            "threads": len(finding["threads"]),
            "events_left_out": finding["events_left_out"],
            "events": [[event[key] for key in ("event", "thread", "function", "line", "result", "switched", "blocked")]
                       for event in finding["events"]],
        }
        for finding in report["findings"]
    ]


class ReplayTest(harness.CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.compiler = programs.Compiler(harness.BUILD)
        known = {program.source: program for program in programs.find()}
        cls.programs = [known[source] for source in CHOSEN]
        failed = cls.compiler.compile_all(os.cpu_count(), [(program, "gcc", "O1") for program in cls.programs])
        if failed:
            raise AssertionError("\n".join(failed.values()))
        # Where randomisation is off for the whole machine or container, keep_aslr changes nothing, and does no harm.
        # The second variable is for a command that is itself built with AddressSanitizer, which wants to be first.
        cls.other_layout = {"LD_PRELOAD": harness.program("libkeep_aslr.so"), "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def hunt(self, program, tag, *more):
        """Explores; the finding of the promised verdict, and its card as a dictionary."""
        cards = self.path(f"{tag}.cards")
        done = self.heddle("run", "--schedules", SCHEDULES, "--time", "50s", "--json", f"{tag}.json", "--cards", cards,
                           *more, *program.run, "--", self.compiler.executable(program, "gcc", "O1"))
        self.expect(done, 1)
        with open(self.path(f"{tag}.json"), encoding="utf-8") as file:
            report = json.load(file)
        finding = next(finding for finding in report["findings"] if finding["verdict"] == program.verdict)
        with open(self.path(finding["card"]), encoding="utf-8") as file:
            return finding, json.load(file)

    def replay(self, card, number):
        """One replay in a layout that depends on the number; what it tells."""
        away = os.path.join(self.directory, "some", "where", "else")
        os.makedirs(away, exist_ok=True)
        report = self.path(f"replay-{os.path.basename(card)}-{number}.json")
        more = ({}, {"PADDING": "x" * 4096}, {"A": "b"}, self.other_layout)[number % 4]
        done = subprocess.run(
            [os.path.join(harness.BUILD, "bin", "heddle"), "replay", card, "--json", report],
            cwd=away if number % 4 == 2 else self.directory, env=self.environment(**more), check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, f"replay {number} of {card}\n{done.stdout}")
        with open(report, encoding="utf-8") as file:
            answer = json.load(file)
        self.assertEqual(answer["notes"], [], f"replay {number} of {card}\n{done.stdout}")
        return essence(answer)

    def test_twenty_replays_are_the_same_execution(self):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            for index, program in enumerate(self.programs):
                with self.subTest(program.source):
                    finding, _ = self.hunt(program, f"run{index}")
                    card = self.path(finding["card"])
                    replays = list(pool.map(lambda number, card=card: self.replay(card, number), range(REPLAYS)))
                    for number, told in enumerate(replays):
                        self.assertEqual(told, replays[0], f"replay {number} of {program.source} differs from the first")
                    self.assertIn(program.verdict, [entry["verdict"] for entry in replays[0]])

    def test_the_number_of_jobs_does_not_change_the_first_finding(self):
        for index, program in enumerate(self.programs):
            for strategy in ("random", "surw", "portfolio"):
                with self.subTest(program.source, strategy=strategy):
                    seen = set()
                    for jobs in ("1", "2"):
                        finding, card = self.hunt(program, f"jobs{index}-{strategy}-{jobs}", "--jobs", jobs, "--seed", "5",
                                                  "--strategy", strategy)
                        seen.add((finding["id"], finding["first_execution"], card["event_hash"], card["events"],
                                  card["schedule"]))
                    self.assertEqual(len(seen), 1, seen)

    def test_another_layout_really_is_another(self):
        source = self.write("where.cc", WHERE)
        subprocess.run(["g++", "-O1", source, "-o", self.path("where")], check=True)

        def places(**more):
            done = self.heddle("run", "--schedules", "1", "--output", "show", "--", self.path("where"), env=more)
            return re.search(r"^at (.*)$", done.stdout, re.MULTILINE)[1]

        self.assertEqual(len({places() for _ in range(3)}), 1, "the driver switches randomisation off")
        with open("/proc/sys/kernel/randomize_va_space", encoding="ascii") as file:
            if file.read().strip() != "2":
                self.skipTest("this kernel randomises nothing")
        self.assertGreater(len({places(**self.other_layout) for _ in range(4)}), 1)


if __name__ == "__main__":
    if "--brief" in sys.argv:
        sys.argv.remove("--brief")
        CHOSEN = BRIEF
    harness.main()
