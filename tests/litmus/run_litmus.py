#!/usr/bin/env python3
"""Runs litmus programs under Heddle and compares what it says with the folder they are in.

    tests/litmus/run_litmus.py --build build --kind fail --way gcc --level O2 [--only PATTERN]

fail/<verdict>/  `heddle run` must exit with 1 and report that verdict and no other within the budget, and
                 `heddle replay` of the card must show it again with the same events, --replays times, each time with
                an environment of another size, and now and then from another directory and with ASLR.
pass/            `heddle run` must exit with 0 for each strategy, after exactly as many executions as it was asked for.

One line for each program, then the list of those that are not as they should be, each with the command that shows it.
Exit status: 0 all as they should be, 1 some are not, 77 there are no such programs.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.
import programs  # noqa: E402

STRATEGIES = ("random", "pct:3", "pos", "surw", "dfs", "portfolio")
FAIL_SCHEDULES = 10000
TIMEOUT_SECONDS = 180


class Unexpected(Exception):
    """What is wrong with a program's run, and the command that showed it."""

    def __init__(self, message, command=(), output=""):
        super().__init__(message)
        self.command = command
        self.output = output


def run(command, directory, more_environment=None):
    """Returns (exit status, output). The session is ours, so a program that hangs can be ended with all its children."""
    process = subprocess.Popen(
        command,
        cwd=directory,
        env={**os.environ, **more_environment} if more_environment else None,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        raise Unexpected(f"did not end within {TIMEOUT_SECONDS} s", command, output) from None
    return process.returncode, output


class Runner:
    def __init__(self, args):
        self.args = args
        self.heddle = os.path.abspath(os.path.join(args.build, "bin", "heddle"))
        self.compiler = programs.Compiler(args.build)
        self.keep_aslr = os.path.abspath(os.path.join(args.build, "tests", "e2e", "libkeep_aslr.so"))
        self.work = os.path.abspath(os.path.join(args.build, "litmus", "work", f"{args.way}-{args.level}"))

    def hunt(self, program, schedules, more, expected_status):
        """One `heddle run`; returns its JSON and the directory in which its cards lie."""
        tag = "-".join(["run", *more]).replace(":", "").replace("--", "")
        directory = os.path.join(self.work, program.source[: -len(".cc")], tag)
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        report = os.path.join(directory, "report.json")
        executable = self.compiler.executable(program, self.args.way, self.args.level)
        command = [self.heddle, "run", "--json", report, "--schedules", str(schedules), *more, *program.run]
        command += ["--", executable]
        status, output = run(command, directory)
        if status != expected_status:
            found = self.verdicts(report)
            words = f", found {' '.join(found)}" if found else ""
            raise Unexpected(f"exit status {status} instead of {expected_status}{words}", command, output)
        try:
            with open(report, encoding="utf-8") as file:
                return json.load(file), directory, command, output
        except (OSError, ValueError) as error:
            raise Unexpected(f"no usable --json file: {error}", command, output) from None

    @staticmethod
    def verdicts(report):
        try:
            with open(report, encoding="utf-8") as file:
                return sorted({finding["verdict"] for finding in json.load(file)["findings"]})
        except (OSError, ValueError, KeyError):
            return []

    def failing(self, program):
        schedules = program.schedules or FAIL_SCHEDULES
        stated = program.switches >= 0 and self.args.way == "gcc" and self.args.level == "O2"
        # Time enough on a loaded machine; it is used only as far as it is needed.
        more = ["--shrink-time", "60s"] if stated else []
        answer, directory, command, output = self.hunt(program, schedules, more, 1)
        found = {finding["verdict"] for finding in answer["findings"]}
        if program.verdict not in found:
            raise Unexpected(f"found {' '.join(sorted(found)) or 'nothing'}", command, output)
        if not found <= {program.verdict, *program.expect}:
            raise Unexpected(f"found more than it should: {' '.join(sorted(found))}", command, output)
        finding = next(finding for finding in answer["findings"] if finding["verdict"] == program.verdict)
        if stated and finding.get("preemptive_switches") != program.switches:
            words = f"{finding.get('preemptive_switches')} preemptive switches instead of {program.switches}"
            raise Unexpected(words, command, output)
        if program.remedy and self.args.way == "gcc" and self.args.level == "O2":
            suggested = (finding.get("suggestion") or {}).get("remedy", "none")
            if suggested != program.remedy:
                raise Unexpected(f"suggests {suggested} instead of {program.remedy}", command, output)
        for number in range(self.args.replays):
            self.replay(program, os.path.join(directory, finding["card"]), finding["id"], directory, number)
        times = "" if self.args.replays == 1 else f" {self.args.replays} times"
        return f"execution {finding['first_execution']}, replayed{times}"

    def replay(self, program, card, finding_id, directory, number):
        """One replay, in surroundings that depend on its number."""
        environment = {"PADDING": "x" * (number * 997 % 8192)}
        if number % 4 == 3 and os.path.exists(self.keep_aslr):
            environment["LD_PRELOAD"] = self.keep_aslr  # into the command, which then leaves randomisation on
            environment["ASAN_OPTIONS"] = "verify_asan_link_order=0"
        away = os.path.join(directory, "some", "where", "else")
        os.makedirs(away, exist_ok=True)
        report = os.path.join(directory, f"replay-{number}.json")
        command = [self.heddle, "replay", card, "--json", report]
        status, output = run(command, away if number % 4 == 2 else directory, environment)
        if status != 1:
            raise Unexpected(f"replay {number} ended with status {status} instead of 1", command, output)
        with open(report, encoding="utf-8") as file:
            answer = json.load(file)
        # Events that are not those of the card (their running hash, their number) are said in a note.
        if answer["notes"]:
            raise Unexpected(f"replay {number} differs: {'; '.join(answer['notes'])}", command, output)
        if finding_id not in (finding["id"] for finding in answer["findings"]):
            raise Unexpected(f"replay {number} shows another finding of {program.source}", command, output)

    def passing(self, program):
        schedules = min(program.schedules or self.args.schedules, self.args.schedules)
        for strategy in self.args.strategies:
            more = ["--strategy", strategy]
            answer, _, command, output = self.hunt(program, schedules, more, 0)
            if answer["findings"]:
                raise Unexpected("exit status 0 with findings", command, output)
            if answer["executions"] != schedules and not answer.get("exhausted"):
                raise Unexpected(f"{answer['executions']} executions instead of {schedules}", command, output)
        return f"{len(self.args.strategies)} x {schedules} executions"

    def judge(self, program):
        """Returns (program, words, error or None, seconds)."""
        start = time.monotonic()
        try:
            words = self.failing(program) if program.verdict else self.passing(program)
            return program, words, None, time.monotonic() - start
        except Unexpected as error:
            return program, str(error), error, time.monotonic() - start
        except (KeyError, TypeError) as error:
            missing = Unexpected(f"the --json file lacks {error}")
            return program, str(missing), missing, time.monotonic() - start


def compiled(runner, chosen):
    """Compiles all programs; yields those that compile and reports the others."""
    args = runner.args
    triples = [(program, args.way, args.level) for program in chosen]
    start = time.monotonic()
    failed = runner.compiler.compile_all(args.jobs, triples)
    print(f"compiled {len(chosen)} programs in {time.monotonic() - start:.0f} s", flush=True)
    good = [program for index, program in enumerate(chosen) if index not in failed]
    bad = []
    for index, words in failed.items():
        command = runner.compiler.command(*triples[index], runner.compiler.executable(*triples[index]))
        bad.append((chosen[index], "does not compile", Unexpected("does not compile", command, words), 0))
    return good, bad


def print_failures(bad):
    for program, words, error, _ in bad:
        print(f"\n--- {program.source}: {words}")
        if error.command:
            print(f"    {shlex.join(error.command)}")
        for line in error.output.splitlines()[-25:]:
            print(f"    | {line}")


def main():
    parser = argparse.ArgumentParser(description="Runs litmus programs under Heddle.")
    parser.add_argument("--build", default="build", help="build directory with bin/heddle and lib/libtsan.so.2")
    parser.add_argument("--kind", choices=("fail", "pass"), required=True)
    parser.add_argument("--way", choices=programs.WAYS, default="gcc")
    parser.add_argument("--level", choices=programs.LEVELS, default="O2")
    parser.add_argument("--schedules", type=int, default=2000, help="executions per strategy for passing programs")
    parser.add_argument("--strategies", type=lambda text: text.split(","), default=STRATEGIES, help="for passing programs")
    parser.add_argument("--only", default="*", help="pattern of paths below tests/litmus, e.g. 'fail/deadlock/*'")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--replays", type=int, default=1, help="of each finding of a failing program")
    parser.add_argument("--compile-only", action="store_true")
    args = parser.parse_args()

    chosen = [
        program
        for program in programs.find()
        if bool(program.verdict) == (args.kind == "fail")
        and args.way in program.ways
        and args.level in program.levels
        and fnmatch.fnmatch(program.source, args.only)
    ]
    if not chosen:
        print("no such programs")
        return 0 if args.compile_only else 77
    runner = Runner(args)
    good, bad = compiled(runner, chosen)
    if not args.compile_only:
        with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
            for result in pool.map(runner.judge, good):
                program, words, error, seconds = result
                print(f"{'BAD ' if error else 'ok  '} {program.source:58} {seconds:6.1f} s  {words}", flush=True)
                if error:
                    bad.append(result)
    print_failures(bad)
    print(f"\n{args.kind} {args.way} -{args.level}: {len(chosen)} programs, {len(chosen) - len(bad)} as they should be,"
          f" {len(bad)} not")
    for program, words, _, _ in bad:
        print(f"  {program.source}: {words}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
