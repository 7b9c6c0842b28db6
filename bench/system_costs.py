#!/usr/bin/env python3
"""What the remedies cost: the hot operations of the five systems on real threads, without Heddle. docs/five-systems.md.

    bench/system_costs.py --build build [--seconds 0.5] [--repetitions 5] [--only crio] [--write]

Runs the Google Benchmark programs libexec/heddle/bench/system_<name> (targets system_<name>_bench) and lists for each
measurement the median latency of an operation and the throughput. Numbers are comparable within a system, and only if they
were measured on a quiet machine. Without --write the table goes to standard output, else between the markers of the document.
"""

import argparse
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.

import document  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENT = os.path.join(ROOT, "docs", "five-systems.md")
SYSTEMS = ("vsphere", "pegasus", "longhorn", "olric", "crio")
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def measure(args, system):
    """The medians of the program's measurements: (name, nanoseconds, operations per second)."""
    program = os.path.join(args.build, "libexec", "heddle", "bench", f"system_{system}")
    command = [program, "--benchmark_format=json", f"--benchmark_min_time={args.seconds}",
               f"--benchmark_repetitions={args.repetitions}", "--benchmark_report_aggregates_only=true"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=3600)
    medians = []
    for each in json.loads(done.stdout)["benchmarks"]:
        if each.get("aggregate_name") != "median":
            continue
        nanoseconds = each["real_time"] * NANOSECONDS[each["time_unit"]]
        medians.append((each["run_name"], nanoseconds, each.get("items_per_second", 1e9 / nanoseconds)))
    return medians


def spell(nanoseconds):
    """2.5 µs"""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds:.3g} ns"


def row(system, name, nanoseconds, throughput):
    # What Google Benchmark adds to a name says how it was measured, and not what.
    operation = name.removesuffix("/real_time").removesuffix("/manual_time").removeprefix("BM_")
    return f"| {system} | `{operation}` | {spell(nanoseconds)} | {throughput:,.0f} |\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--only", choices=SYSTEMS)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    table = "| system | operation | latency (median) | per second |\n| --- | --- | --- | --- |\n"
    for system in SYSTEMS:
        if args.only in (None, system):
            table += "".join(row(system, *each) for each in measure(args, system))
    if args.write:
        document.replace(DOCUMENT, "costs", table)
    else:
        print(table, end="")


if __name__ == "__main__":
    main()
