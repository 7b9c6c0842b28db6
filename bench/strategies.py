#!/usr/bin/env python3
"""Schedules to the first finding, for each strategy and failing litmus program; writes the table of docs/strategies.md.

    bench/strategies.py --build build --document docs/strategies.md [--seeds 20] [--only PATTERN]

Each program (g++ -O2) is explored by each strategy with each seed until its own verdict is found; the median over the seeds
counts. Programs that every strategy finds in its first two executions say nothing about strategies and are only counted.
Takes long: half an hour on two cores.
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "tests", "litmus"))
import programs  # noqa: E402

STRATEGIES = ("random", "random:50", "pct:2", "pct:3", "pos", "surw", "dfs", "portfolio")
SCHEDULES_MAX = 3000
TRIAL_SEEDS = 3
BEGIN_MARK = "<!-- strategies:begin -->"
END_MARK = "<!-- strategies:end -->"


class Search:
    def __init__(self, args):
        self.heddle = os.path.abspath(os.path.join(args.build, "bin", "heddle"))
        self.compiler = programs.Compiler(args.build)

    def schedules(self, program, strategy, seed):
        """How many executions it took to find the program's verdict; None if it was not found in the budget."""
        executable = self.compiler.executable(program, "gcc", "O2")
        with tempfile.TemporaryDirectory() as directory:
            report = os.path.join(directory, "report.json")
            command = [self.heddle, "run", "--json", report, "--jobs", "1", "--schedules", str(SCHEDULES_MAX)]
            command += ["--detect", ",".join((program.verdict, *program.expect)), "--time", "60s"]
            command += ["--strategy", strategy, "--seed", str(seed), *program.run, "--", executable]
            subprocess.run(command, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                           stdin=subprocess.DEVNULL, check=False, timeout=120)
            if not os.path.exists(report):
                return None
            with open(report, encoding="utf-8") as file:
                findings = json.load(file)["findings"]
        numbers = [f["first_execution"] + 1 for f in findings if f["verdict"] == program.verdict]
        return min(numbers) if numbers else None

    def row(self, program, seeds):
        """The median for each strategy; None if all find it at once."""
        def medians(count):
            result = {}
            for strategy in STRATEGIES:
                # dfs draws nothing: one seed says it all.
                numbers = [self.schedules(program, strategy, seed) for seed in range(1, 2 if strategy == "dfs" else count + 1)]
                # Half an execution more than the budget stands for "not found".
                result[strategy] = statistics.median(n if n is not None else SCHEDULES_MAX + 0.5 for n in numbers)
            return result

        trial = medians(min(TRIAL_SEEDS, seeds))
        if all(number <= 2 for number in trial.values()):
            return None
        return trial if seeds <= TRIAL_SEEDS else medians(seeds)


def cell(number):
    return f"> {SCHEDULES_MAX}" if number > SCHEDULES_MAX else f"{number:g}"


def table(rows, at_once, seeds):
    lines = [
        f"Median of {seeds} seeds, g++ -O2, one job, at most {SCHEDULES_MAX} schedules. {at_once} further programs were found "
        "by every strategy within two schedules.",
        "",
        "| program | " + " | ".join(f"`{strategy}`" for strategy in STRATEGIES) + " |",
        "| --- |" + " ---: |" * len(STRATEGIES),
    ]
    for source, numbers in sorted(rows.items()):
        best = min(numbers.values())
        cells = [f"**{cell(numbers[s])}**" if numbers[s] == best else cell(numbers[s]) for s in STRATEGIES]
        lines.append(f"| `{source[len('fail/'):-len('.cc')]}` | " + " | ".join(cells) + " |")
    totals = [f"{statistics.geometric_mean(row[s] for row in rows.values()):.1f}" for s in STRATEGIES]
    lines.append("| geometric mean | " + " | ".join(totals) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--document", required=True, help="the document whose table is rewritten")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="*")
    args = parser.parse_args()
    wanted = [p for p in programs.find()
              if p.verdict and "gcc" in p.ways and "O2" in p.levels and fnmatch.fnmatch(p.source, f"fail/{args.only}")]
    search = Search(args)
    rows, at_once = {}, 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {pool.submit(search.row, program, args.seeds): program for program in wanted}
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            program, row = futures[future], future.result()
            print(f"{done}/{len(wanted)} {program.source}: {'at once' if row is None else row}", flush=True)
            if row is None:
                at_once += 1
            else:
                rows[program.source] = row
    with open(args.document, encoding="utf-8") as file:
        text = file.read()
    begin, end = text.find(BEGIN_MARK), text.find(END_MARK)
    if begin < 0 or end < begin:
        print(f"{args.document} has no {BEGIN_MARK} … {END_MARK}", file=sys.stderr)
        return 1
    new = text[: begin + len(BEGIN_MARK)] + "\n" + table(rows, at_once, args.seeds) + "\n" + text[end:]
    with open(args.document, "w", encoding="utf-8") as file:
        file.write(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
