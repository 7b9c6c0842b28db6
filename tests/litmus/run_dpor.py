#!/usr/bin/env python3
"""Runs litmus programs under strategy `dpor` and compares what it says with tests/litmus/dpor.expected.

    tests/litmus/run_dpor.py --build build --kind pass [--way gcc --level O2 --only PATTERN --most N --write]

fail/  must be found, with the verdict of the folder, unless the table says what the search leaves out that hides it.
pass/  must have no finding, and be complete after exactly as many executions as the table says, or leave out exactly what
       the table says.

A line of the table is `<program> <outcome>`. Outcomes: `found`; `complete N`; `endless` (there is an execution of every
length, so no budget is enough: a short one is used up); or what is left out, in the words of the summary. A row holds for every compiler and level; one that ends in ` @gcc-O2` holds for that build only and goes before the others.
--most N leaves out programs for which the table promises more than N executions (quicker tests); --write prints the table.
Exit status: 0 as expected, 1 not, 77 there are no such programs.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import re
import sys
import time

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.
import programs  # noqa: E402
import run_litmus  # noqa: E402

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dpor.expected")
BUDGET = ("--schedules", "200000", "--time", "120s")
SMALL_BUDGET = ("--schedules", "300")


def read_table(build):
    """{program: outcome} for one build."""
    general, special = {}, {}
    with open(TABLE, encoding="utf-8") as file:
        for line in file:
            line = line.split("#")[0].strip()
            if not line:
                continue
            program, outcome = line.split(None, 1)
            outcome, _, where = outcome.partition(" @")
            if not where:
                general[program] = outcome
            elif where == build:
                special[program] = outcome
    return {**general, **special}


def outcome_of(program, status, answer):
    """What the search says, in the words of the table."""
    verdicts = {finding["verdict"] for finding in answer["findings"]}
    if verdicts:
        allowed = {program.verdict, *program.expect}
        return "found" if program.verdict in verdicts and verdicts <= allowed else "found " + " ".join(sorted(verdicts))
    if status != 0:
        return f"status {status}"
    search = answer.get("search", "")
    complete = re.match(r"complete: (\d+) execution", search)
    if complete:
        return "complete " + complete.group(1)
    left_out = re.sub(r" \(at most[^)]*\)|; \d+ more were begun in vain and not counted", "", search)
    return re.sub(r"^not complete after \d+ executions?: ", "", left_out)


class Runner(run_litmus.Runner):
    def __init__(self, args, expected):
        super().__init__(args)
        self.expected = expected

    def judge(self, program):
        """Returns (program, outcome, seconds, command, output)."""
        start = time.monotonic()
        directory = os.path.join(self.work, program.source[: -len(".cc")], "dpor")
        os.makedirs(directory, exist_ok=True)
        report = os.path.join(directory, "report.json")
        executable = self.compiler.executable(program, self.args.way, self.args.level)
        endless = self.expected.get(program.source) == "endless"
        budget = SMALL_BUDGET if endless else BUDGET
        command = [self.heddle, "run", "--strategy", "dpor", "--json", report, *budget, *program.run, "--", executable]
        try:
            status, output = run_litmus.run(command, directory)
            with open(report, encoding="utf-8") as file:
                outcome = outcome_of(program, status, json.load(file))
            if "the budget is used up" in outcome:
                outcome = "endless"
        except run_litmus.Unexpected as error:
            outcome, output = str(error), error.output
        except (OSError, ValueError) as error:
            outcome = f"no usable --json file: {error}"
        return program, outcome, time.monotonic() - start, command, output


def promises_more_than(outcome, most):
    words = outcome.split()
    return most > 0 and len(words) == 2 and words[0] == "complete" and int(words[1]) > most


def main():
    parser = argparse.ArgumentParser(description="Runs litmus programs under strategy dpor.")
    parser.add_argument("--build", default="build", help="build directory with bin/heddle and lib/libtsan.so.2")
    parser.add_argument("--kind", choices=("fail", "pass"), required=True)
    parser.add_argument("--way", choices=programs.WAYS, default="gcc")
    parser.add_argument("--level", choices=programs.LEVELS, default="O2")
    parser.add_argument("--only", default="*", help="pattern of paths below tests/litmus")
    parser.add_argument("--most", type=int, default=0, help="leave out what takes more executions; 0: nothing")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="print the table instead of comparing with it")
    args = parser.parse_args()

    expected = read_table(f"{args.way}-{args.level}")
    chosen = [
        program
        for program in programs.find()
        if bool(program.verdict) == (args.kind == "fail")
        and args.way in program.ways
        and args.level in program.levels
        and fnmatch.fnmatch(program.source, args.only)
        and (args.write or not promises_more_than(expected.get(program.source, ""), args.most))
    ]
    if not chosen:
        print("no such programs")
        return 77
    runner = Runner(args, expected)
    good, not_compiled = run_litmus.compiled(runner, chosen)
    run_litmus.print_failures(not_compiled)
    wrong = []
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for program, outcome, seconds, command, output in pool.map(runner.judge, good):
            if args.write:
                print(f"{program.source} {outcome}", flush=True)
                continue
            # A new failing program must be found; a new passing one needs its row.
            wanted = expected.get(program.source, "found" if program.verdict else "a row in dpor.expected")
            bad = outcome != wanted
            print(f"{'BAD ' if bad else 'ok  '} {program.source:58} {seconds:6.1f} s  {outcome}", flush=True)
            if bad:
                wrong.append((program, f"`{outcome}` instead of `{wanted}`", run_litmus.Unexpected("", command, output), 0))
    run_litmus.print_failures(wrong)
    print(f"\n{args.kind} {args.way} -{args.level} dpor: {len(chosen)} programs, {len(wrong) + len(not_compiled)} not as expected")
    return 1 if wrong or not_compiled else 0


if __name__ == "__main__":
    sys.exit(main())
