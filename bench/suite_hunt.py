#!/usr/bin/env python3
"""Explores the unit tests of the five systems: --schedules of them over each whole suite. docs/five-systems.md.

    bench/suite_hunt.py --build build [--schedules 100000] [--jobs 2] [--only crio] [--output DIR] [--write]

Each test of a suite gets the same share, rounded up; one that has fewer schedules than that is exhausted earlier. What was
found stays in DIR/<system> (cards, and the whole output as `log`). Ends with 1 if any test had a finding or was refused.
Without --write the table goes to standard output, else between the markers of the document.
"""

import argparse
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.

import document  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENT = os.path.join(ROOT, "docs", "five-systems.md")
SYSTEMS = ("vsphere", "pegasus", "longhorn", "olric", "crio")
SUMMARY = re.compile(r"(\d+) tests: (\d+) held, (\d+) with findings, (\d+) refused; ([\d,]+) executions in ([\d.,]+) s")


def hunt(args, system):
    """(tests, schedules for each, executions, seconds, tests with findings, tests refused)"""
    suite = os.path.abspath(os.path.join(args.build, "systems", f"system_{system}_test"))
    names = subprocess.run([suite, "--gtest_list_tests"], check=True, stdout=subprocess.PIPE, text=True).stdout
    count = sum(line.startswith("  ") for line in names.splitlines())
    share = -(-args.schedules // count)
    directory = os.path.join(args.output, system)
    os.makedirs(directory, exist_ok=True)
    command = [os.path.abspath(os.path.join(args.build, "bin", "heddle")), "run", "--gtest", "--schedules", str(share),
               "--jobs", str(args.jobs), "--", suite]
    done = subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)
    with open(os.path.join(directory, "log"), "w", encoding="utf-8") as file:
        file.write(done.stdout)
    summary = SUMMARY.search(done.stdout)
    if summary is None:
        sys.exit(f"{system}: no summary; see {directory}/log")
    tests, _, findings, refused, executions, seconds = summary.groups()
    return int(tests), share, executions, float(seconds.replace(",", "")), int(findings), int(refused)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--schedules", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", choices=SYSTEMS)
    parser.add_argument("--output", default="suite-hunt")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    table = "| system | tests | schedules for each | executions | time | found |\n" + "| --- " * 6 + "|\n"
    bad = 0
    for system in SYSTEMS:
        if args.only not in (None, system):
            continue
        tests, share, executions, seconds, findings, refused = hunt(args, system)
        bad += findings + refused
        found = f"{findings} findings, {refused} refused" if findings + refused else "nothing"
        table += f"| {system} | {tests} | {share:,} | {executions} | {seconds:,.0f} s | {found} |\n"
    if args.write:
        document.replace(DOCUMENT, "suites", table)
    else:
        print(table, end="")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
