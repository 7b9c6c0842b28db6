#!/usr/bin/env python3
"""How many schedules each strategy needs for the first finding, on the litmus programs with planted bugs.

    bench/strategies.py --build build [--seeds 20] [--schedules 1000] [--minutes 30] [--only 'fail/deadlock/*']
                        [--write]

Each program is compiled with g++ -O2 and run with seeds 1, 2, … and one job; the figure is the median over the seeds of the
number of executions up to the first with a finding. `dfs` has no chance in it, so it runs once. Without --write the table
goes to standard output, else into docs/strategies.md, between the markers.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import math
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

STRATEGIES = ("portfolio", "random", "pct:2", "pct:3", "pos", "surw", "dfs")
DOCUMENT = os.path.join(ROOT, "docs", "strategies.md")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
EASY = 2  # Programs for which no strategy needs more are only counted …
TRIAL_SEEDS = 2  # … and get no more than so many seeds, if it shows in their median.


def first_finding(heddle, executable, program, strategy, seed, schedules):
    """Executions up to the first with a finding, infinity if there is none within the budget."""
    with tempfile.TemporaryDirectory() as directory:
        report = os.path.join(directory, "report.json")
        command = [heddle, "run", "--json", report, "--jobs", "1", "--schedules", str(schedules), "--strategy", strategy]
        command += ["--seed", str(seed), "--output", "hide", *program.run, "--", executable]
        subprocess.run(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=False, timeout=600)
        with open(report, encoding="utf-8") as file:
            found = [finding["first_execution"] for finding in json.load(file)["findings"]]
        return min(found) + 1 if found else math.inf


def median(values):
    """The lower one of two in the middle, so that it is a figure that was seen."""
    return statistics.median_low(values)


def measure(args):
    heddle = os.path.abspath(os.path.join(args.build, "bin", "heddle"))
    chosen = [
        program
        for program in programs.find()
        if program.verdict and "gcc" in program.ways and "O2" in program.levels and fnmatch.fnmatch(program.source, args.only)
    ]
    compiler = programs.Compiler(args.build)
    failed = compiler.compile_all(args.jobs, [(program, "gcc", "O2") for program in chosen])
    chosen = [program for index, program in enumerate(chosen) if index not in failed]
    figures = {program.source: {strategy: [] for strategy in args.strategies} for program in chosen}
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        # Seed by seed, so that there is a table whenever the time is up.
        for seed in range(1, args.seeds + 1):
            if time.monotonic() - begin > 60 * args.minutes:
                break
            waiting = []
            for program in chosen:
                own = figures[program.source]
                if seed > TRIAL_SEEDS and max(map(median, own.values())) <= EASY:
                    continue
                for strategy in args.strategies:
                    if strategy.startswith("dfs") and seed > 1:
                        continue
                    executable = compiler.executable(program, "gcc", "O2")
                    waiting.append((own[strategy], pool.submit(
                        first_finding, heddle, executable, program, strategy, seed, args.schedules)))
            for values, one in waiting:
                values.append(one.result())
            print(f"seed {seed}: {len(waiting)} runs, {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
            args.seeds_done = seed
    return {source: [median(values) for values in own.values()] for source, own in figures.items()}


def words(figure, schedules):
    return f"> {schedules}" if math.isinf(figure) else str(figure)


def table(figures, args):
    """The figures as Markdown."""
    rows = {name: row for name, row in figures.items() if max(row) > EASY}
    lines = ["| program | " + " | ".join(f"`{s}`" for s in args.strategies) + " |"]
    lines.append("| --- |" + " ---: |" * len(args.strategies))
    for source, row in sorted(rows.items()):
        name = source[len("fail/") : -len(".cc")]
        best = min(row)
        cells = [f"**{words(f, args.schedules)}**" if f == best else words(f, args.schedules) for f in row]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")

    def summary(title, value):
        columns = [[row[i] for row in rows.values()] for i in range(len(args.strategies))]
        lines.append(f"| *{title}* | " + " | ".join(value(column) for column in columns) + " |")

    def mean(column):
        return f"{math.exp(statistics.fmean(math.log(min(f, args.schedules)) for f in column)):.1f}"

    if rows:
        summary("geometric mean", mean)
        summary("most", lambda column: words(max(column), args.schedules))
        summary("not found in most seeds", lambda column: str(sum(map(math.isinf, column))))
    easy = len(figures) - len(rows)
    seeds = "1 seed" if args.seeds_done == 1 else f"{args.seeds_done} seeds"
    intro = (f"Executions up to the first finding, median of {seeds}, at most {args.schedules}; g++ -O2, one job. The best of a\n"
             f"row is bold. {easy} of {len(figures)} programs are left out: no strategy needs more than {EASY} for them.\n")
    return intro + "\n" + "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description="Schedules to the first finding, by strategy and program.")
    parser.add_argument("--build", default="build")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--schedules", type=int, default=1000)
    parser.add_argument("--strategies", type=lambda text: text.split(","), default=STRATEGIES)
    parser.add_argument("--only", default="*")
    parser.add_argument("--minutes", type=float, default=120, help="begin no further seed after this long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="into docs/strategies.md")
    args = parser.parse_args()

    text = table(measure(args), args)
    if not args.write:
        print(text)
        return
    with open(DOCUMENT, encoding="utf-8") as file:
        document = file.read()
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    with open(DOCUMENT, "w", encoding="utf-8") as file:
        file.write(f"{before}{BEGIN}\n{text}{END}{after}")


if __name__ == "__main__":
    main()
