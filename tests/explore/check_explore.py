#!/usr/bin/env python3
"""What a user does with a test that explores: replays its cards, interrupts it, runs it under `heddle run`, builds it plainly.

    tests/explore/check_explore.py --build build
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
WRONG = []


def expect(condition, what, shown=""):
    if not condition:
        WRONG.append(what)
        print(f"wrong: {what}\n{shown}")


class Checks:
    def __init__(self, build, directory):
        self.heddle = os.path.join(build, "bin", "heddle")
        self.examples = os.path.join(build, "examples")
        self.endless = os.path.join(build, "tests", "explore", "explore_endless")
        self.directory = directory
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("HEDDLE_")}

    def run(self, *command, cwd=None, more=None, said=""):
        done = subprocess.run(command, cwd=cwd or self.directory, env={**self.environment, **(more or {})}, text=True,
                              input=said, capture_output=True, timeout=120, check=False)
        return done.returncode, done.stdout + done.stderr

    def example(self, name):
        return os.path.join(self.examples, f"example_{name}")

    def found_card(self):
        """The card of the Treiber stack's bug, with its report."""
        status, output = self.run(self.example("treiber_stack"))
        expect(status == 0, "the example passes", output)
        lines = [line for line in output.splitlines() if line.startswith("replay: heddle replay ")]
        expect(bool(lines), "the example says how to replay", output)
        return os.path.join(self.directory, lines[0].split()[-1])

    def replays(self):
        card = self.found_card()
        report = os.path.join(self.directory, "replay.json")
        elsewhere = os.path.join(self.directory, "elsewhere")
        os.makedirs(elsewhere)
        for number in range(4):
            more = {"PADDING": "x" * (number * 997)}
            cwd = elsewhere if number % 2 else self.directory
            status, output = self.run(self.heddle, "replay", card, "--json", report, cwd=cwd, more=more)
            expect(status == 1, f"replay {number} reproduces", output)
            with open(report, encoding="utf-8") as file:
                answer = json.load(file)
            ids = [finding["id"] for finding in answer["findings"]]
            expect(os.path.basename(card) == f"{ids[0]}.card", f"replay {number} shows the card's finding", output)
            expect(not answer["notes"], f"replay {number} has the same events", output)
            expect("WithTagsKeepsEveryNode" not in output, "only the card's test runs", output)
        status, output = self.run(self.heddle, "replay", card, "--hide-output")
        expect(status == 1 and "[ RUN" not in output, "--hide-output hides what the program prints", output)
        if shutil.which("gdb"):
            status, output = self.run(self.heddle, "replay", card, "--gdb", said="run\nbacktrace\nkill\nquit\n")
            expect("heddle_finding" in output and "treiber_stack_test.cc" in output, "--gdb stops at the finding", output)

    def what_does_not_count(self):
        """HEDDLE_OPTIONS: suppressions and a baseline. The examples expect their bug to be found, and so fail."""
        baseline = os.path.join(self.directory, "known.json")
        rules = os.path.join(self.directory, "rules")
        finding = os.path.basename(self.found_card()).removesuffix(".card")
        with open(baseline, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "findings": [{"id": finding, "summary": ""}]}, file)
        status, output = self.run(self.example("treiber_stack"), more={"HEDDLE_OPTIONS": f"schedules=5 baseline={baseline}"})
        expect(status == 1, "a finding of the baseline does not count", output)
        expect(f"does not count (baseline): {finding}" in output, "and that is said", output)
        status, output = self.run(self.example("treiber_stack"), more={"HEDDLE_OPTIONS": "--baseline nowhere.json"})
        expect(status == 0, "without its baseline a finding counts", output)
        with open(rules, "w", encoding="utf-8") as file:
            file.write("race:double_checked_lock_test.cc\n")
        status, output = self.run(self.example("double_checked_lock"), more={"HEDDLE_OPTIONS": f"suppressions={rules}"})
        expect(status == 1, "a suppressed race does not count", output)
        expect("does not count (race:double_checked_lock_test.cc): data-race-" in output, "and that is said", output)

    def a_card_without_its_test(self):
        card = self.found_card()
        with open(card, encoding="utf-8") as file:
            content = json.load(file)
        content["explore"]["name"] = "TreiberStack.Renamed"
        content["explore"]["argument"] = "--gtest_filter=TreiberStack.Renamed"
        renamed = os.path.join(self.directory, "renamed.card")
        with open(renamed, "w", encoding="utf-8") as file:
            json.dump(content, file)
        status, output = self.run(self.heddle, "replay", renamed)
        expect(status == 4 and "TreiberStack.Renamed" in output, "a card whose test is gone is an error", output)
        content["explore"] = {"name": "", "occurrence": 1, "argument": ""}
        with open(renamed, "w", encoding="utf-8") as file:
            json.dump(content, file)
        status, output = self.run(self.heddle, "replay", renamed)
        expect(status == 2 and "explore" in output, "a card with a broken exploration is bad input", output)

    def under_heddle_run(self):
        status, output = self.run(self.heddle, "run", "--output", "show", "--", self.example("condition_without_predicate"))
        expect(status == 0, "a program that explores by itself runs under `heddle run`", output)
        expect("explores by itself" in output, "and `heddle run` says so", output)
        expect("lost-wakeup" in output, "and its own findings are shown", output)

    def interrupted(self):
        process = subprocess.Popen([self.endless], cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
        expect(process.returncode == -signal.SIGINT, "Ctrl-C ends the program as ever", output)
        expect("interrupted" in output and "data-race" in output, "and what was found is shown first", output)

    def built_plainly(self):
        program = os.path.join(self.directory, "plain")
        source = os.path.join(ROOT, "tests", "consumer", "project", "counter_test.cc")
        status, output = self.run("g++", "-std=c++20", "-I", os.path.join(ROOT, "include"), source, "-o", program, "-lgtest",
                                  "-lgtest_main")
        expect(status == 0, "the same source builds without Heddle", output)
        status, output = self.run(program)
        expect(status == 0, "and passes", output)
        expect(output.count("built without Heddle: each body runs once") == 1, "and says once that nothing is explored",
               output)
        # The same binary, started by `heddle run`, explores.
        status, output = self.run(self.heddle, "run", "--output", "show", "--", program)
        expect(status == 0 and "memory accesses were not seen" in output, "under `heddle run` it explores", output)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    build = os.path.abspath(parser.parse_args().build)
    for name in ("replays", "what_does_not_count", "a_card_without_its_test", "under_heddle_run", "interrupted", "built_plainly"):
        with tempfile.TemporaryDirectory() as directory:
            getattr(Checks(build, directory), name)()
        print(f"{name}: done", flush=True)
    return 1 if WRONG else 0


if __name__ == "__main__":
    sys.exit(main())
