#!/usr/bin/env python3
"""What Heddle, the bare machine and ThreadSanitizer say about the five systems' reported bugs: docs/five-systems.md.

    bench/five_systems.py --build build [--seeds 20] [--fixed-schedules 100000] [--native 10000] [--tsan 1000]
                          [--seconds 120] [--only crio] [--write]

For each system (libexec/heddle/systems/<name>, the scenario of the report):
  - `heddle run` with seeds 1, 2, …: schedules and seconds to the first finding, its verdict;
  - the fixed design explored for --fixed-schedules, without a finding;
  - the program itself, natively (--native times, at most --seconds) and under the compiler's ThreadSanitizer
    (--tsan times, at most --seconds): how many of the runs show anything at all, by their exit status.
Without --write the table goes to standard output, else between the markers of the document.
"""

import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.

import document  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENT = os.path.join(ROOT, "docs", "five-systems.md")
SYSTEMS = ("vsphere", "pegasus", "longhorn", "olric", "crio")


def explore(args, system, variant, *options):
    """The report of one `heddle run`."""
    with tempfile.TemporaryDirectory() as directory:
        report = os.path.join(directory, "report.json")
        command = [os.path.join(args.build, "bin", "heddle"), "run", "--json", report, "--output", "hide", *options, "--"]
        command += [os.path.join(args.build, "libexec", "heddle", "systems", system), "--variant", variant]
        subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, timeout=3600)
        with open(report, encoding="utf-8") as file:
            return json.load(file)


def find(args, system):
    """Schedules to the first finding for each seed, seconds, and the verdicts."""
    schedules, seconds, verdicts = [], [], set()
    for seed in range(1, args.seeds + 1):
        report = explore(args, system, "as-reported", "--seed", str(seed), "--schedules", "10000", "--jobs", "1")
        if not report["findings"]:
            schedules.append(float("inf"))
            continue
        first = min(report["findings"], key=lambda finding: finding["first_execution"])
        schedules.append(first["first_execution"] + 1)
        seconds.append(report["seconds"])
        verdicts.add(first["verdict"])
    return schedules, seconds, sorted(verdicts)


def repeat(args, command, times, environment):
    """(runs that showed something, runs) of a program, as many as fit in the time."""
    end = time.monotonic() + args.seconds

    def once(_):
        if time.monotonic() > end:
            return None
        try:
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, check=False, timeout=30)
            return done.returncode != 0
        except subprocess.TimeoutExpired:
            return True  # A hang is something, too.

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = [result for result in pool.map(once, range(times)) if result is not None]
    return sum(results), len(results)


def natively(args, system):
    program = os.path.join(args.build, "libexec", "heddle", "systems", system + "_native")
    if not os.path.exists(program):
        return None
    return repeat(args, [program, "--variant", "as-reported"], args.native, dict(os.environ))


def under_tsan(args, system):
    """The instrumented program with the compiler's own libtsan, which its run path would not find first."""
    library = subprocess.run(["g++", "-print-file-name=libtsan.so.2"], capture_output=True, text=True, check=True).stdout
    if "/" not in library:
        return None
    program = os.path.join(args.build, "libexec", "heddle", "systems", system)
    environment = {**os.environ, "LD_LIBRARY_PATH": os.path.dirname(os.path.realpath(library.strip()))}
    return repeat(args, ["setarch", "-R", program, "--variant", "as-reported"], args.tsan, environment)


def share(result):
    return "not measured" if result is None else f"{result[0]:,} of {result[1]:,}"


def row(args, system):
    schedules, seconds, verdicts = find(args, system)
    fixed = explore(args, system, "fixed", "--schedules", str(args.fixed_schedules), "--time", f"{args.seconds}s")
    median = statistics.median_low(schedules)
    found = f"{median} ({min(schedules)} to {max(schedules)})"
    took = f"{statistics.median(seconds):.2f} s" if seconds else "never"
    holds = f"{fixed['executions']:,}" if not fixed["findings"] else f"**{fixed['findings'][0]['id']}**"
    print(f"{system}: {found}, {took}", file=sys.stderr, flush=True)
    cells = [system, ", ".join(verdicts), found, took, holds, share(natively(args, system)), share(under_tsan(args, system))]
    return "| " + " | ".join(cells) + " |"


def table(args):
    lines = [
        f"Medians of {args.seeds} seeds (smallest and largest beside them), default strategy, one job; {time.strftime('%Y-%m-%d')}.",
        "",
        "| system | verdict | schedules to find it | time | fixed: schedules without a finding "
        "| native runs that show anything | runs under ThreadSanitizer that do |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    programs = os.path.join(args.build, "libexec", "heddle", "systems")
    chosen = [name for name in SYSTEMS if name in args.only and os.path.exists(os.path.join(programs, name))]
    return "\n".join(lines + [row(args, system) for system in chosen]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--fixed-schedules", type=int, default=100_000)
    parser.add_argument("--native", type=int, default=10_000)
    parser.add_argument("--tsan", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=120, help="at most so long for each repeated measurement")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="+", default=list(SYSTEMS))
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    args.build = os.path.abspath(args.build)
    measured = table(args)
    if not args.write:
        print(measured)
        return
    document.replace(DOCUMENT, "measured", measured)


if __name__ == "__main__":
    main()
