#!/usr/bin/env python3
"""How long it takes from the failing execution to the printed, shrunk finding, over all litmus programs with a bug.

    bench/finding_time.py --build build [--only 'fail/deadlock/*'] [--write]

Each program is compiled with g++ -O2 and run as a user would, with the defaults. What the report calls `seconds` is the
exploration up to the failing execution; all the rest of the command's real time (running it again for stacks, shrinking,
symbols, card, text, and also the start of the command) counts as the way to the finding. Without --write the table goes to
standard output, else into docs/performance.md, between the markers.
"""

import argparse
import fnmatch
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(ROOT, "tests", "litmus"))
import programs  # noqa: E402

DOCUMENT = os.path.join(ROOT, "docs", "performance.md")
BEGIN, END = "<!-- finding: begin -->", "<!-- finding: end -->"
TARGET_SECONDS = 2.0
SLOWEST = 5  # that are named


def measure_one(heddle, executable, program):
    """(seconds from the failing execution to the end, seconds of shrinking, all seconds); None if nothing was found."""
    with tempfile.TemporaryDirectory() as directory:
        report = os.path.join(directory, "report.json")
        command = [heddle, "run", "--json", report, "--schedules", str(program.schedules or 10000), *program.run, "--", executable]
        begin = time.monotonic()
        subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, timeout=600)
        whole = time.monotonic() - begin
        with open(report, encoding="utf-8") as file:
            answer = json.load(file)
    if not answer["findings"]:
        return None
    shrinking = sum(finding.get("shrink_seconds", 0) for finding in answer["findings"])
    return max(whole - answer["seconds"], 0), shrinking, whole


def table(measured):
    after = [times[0] for _, times in measured]
    shares = sorted(times[1] / times[2] for _, times in measured)
    slow = sum(seconds > TARGET_SECONDS for seconds in after)
    lines = [
        f"{len(measured)} programs, load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, {time.strftime('%F')}.",
        "",
        "| figure | median | 90 of 100 | longest |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, values, unit in (("failing execution to printed finding", after, "s"), ("of it shrinking", [t[1] for _, t in measured], "s"),
                               ("share of shrinking in the whole run", [100 * share for share in shares], "%")):
        values = sorted(values)
        lines.append(f"| {name} | {statistics.median(values):.2f} {unit} | {values[int(len(values) * 0.9)]:.2f} {unit} | "
                     f"{values[-1]:.2f} {unit} |")
    lines += ["", f"Longer than {TARGET_SECONDS:.0f} s: {slow or 'none'}. The slowest:", ""]
    slowest = sorted(measured, key=lambda entry: -entry[1][0])[:SLOWEST]
    lines += [f"- `{name}` {times[0]:.2f} s, of it {times[1]:.2f} s shrinking" for name, times in slowest]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default="build")
    parser.add_argument("--only", default="*")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    heddle = os.path.abspath(os.path.join(args.build, "bin", "heddle"))
    compiler = programs.Compiler(args.build)
    compiler.precompile("gcc", "O2")
    measured = []
    for program in programs.find():
        if not (program.verdict and "gcc" in program.ways and "O2" in program.levels and fnmatch.fnmatch(program.source, args.only)):
            continue
        words = compiler.compile(program, "gcc", "O2")
        times = None if words else measure_one(heddle, compiler.executable(program, "gcc", "O2"), program)
        if times is None:
            print(f"{program.source}: {words or 'nothing was found'}", file=sys.stderr)
            continue
        measured.append((program.source, times))
    if not measured:
        return 1
    text = table(measured)
    if not args.write:
        print(text)
        return 0
    with open(DOCUMENT, encoding="utf-8") as file:
        page = file.read()
    begin, end = page.index(BEGIN) + len(BEGIN), page.index(END)
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(page[:begin] + "\n" + text + "\n" + page[end:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
