#!/usr/bin/env python3
"""Measures Heddle against its peers in one run; writes bench.json and the table of docs/performance.md.

Each figure is a ratio to a peer that was measured in the same minutes on the same machine: rounds of the two alternate
and the medians are compared, so that what else runs there hits both. A peer that is not there is named and its figure
is null. A program that does not do what is measured (finds something, ends early) is an error.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time

FIBRE_ROUNDS = 5
IN_PROCESS_ROUNDS = 7
ISOLATED_ROUNDS = 3
PLAIN_ROUNDS = 5

IN_PROCESS_SCHEDULES = 300_000
NATIVE_RUNS = 3_000
ISOLATED_SCHEDULES = 20_000
EVERY_VERDICT = "all"  # what a run looks for, data races among them
ENGINE_ONLY = "assertion"  # what needs no detector
BODY_ROUNDS = 5
# The other bodies of heddle::Explore, with race detection: name of the figure, body, schedules, native runs.
BODIES = (
    ("explore_message_passing", "message", 300_000, 3_000),
    ("explore_three_threads_five_locks", "locks", 100_000, 2_000),
    ("explore_two_threads_one_mutex", "mutex", 300_000, 3_000),
    ("explore_bounded_queue", "queue", 100_000, 1_000),
    # Strategy dpor: every order of the sections once, so the number of schedules is given.
    ("dpor_executions_per_second", "sections", 113_400, 1_000),
)

# Published for a process per schedule (an AFL fork server) on a bluetooth-driver-size program, one core.
AFL_SCHEDULES_PER_S = 427

BEGIN_MARK = "<!-- bench:begin -->"
END_MARK = "<!-- bench:end -->"

# What the issue asks for, by name of the figure: what `value` or `ratio` must be, and how to say it.
TARGETS = {
    "in_process_engine_only": ("value", ">=", 1_000_000),
    "in_process_race_detection": ("value", ">=", 400_000),
    "explore_message_passing": ("value", ">=", 2_000_000),
    "explore_three_threads_five_locks": ("value", ">=", 500_000),
    "explore_two_threads_one_mutex": ("value", ">=", 600_000),
    "explore_bounded_queue": ("value", ">=", 100_000),
    "dpor_executions_per_second": ("value", ">=", 200_000),
    "process_isolated_per_core": ("value", ">=", 2_000),
    "plain_access_vs_libtsan": ("ratio", "<=", 0.7),
}


class BenchError(Exception):
    """A measurement that cannot be trusted."""


class Bench:
    """Where the built things lie, and how to run one of them alone on a clean environment."""

    def __init__(self, build):
        self.build = build
        self.loom = os.path.join(build, "lib", "libheddle.so")
        self.heddle = os.path.join(build, "bin", "heddle")
        # Nothing of the caller's environment may turn one side into the other or slow one of them down.
        unwanted = ("LD_PRELOAD", "LD_LIBRARY_PATH", "TSAN_OPTIONS")
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key not in unwanted and not key.startswith("HEDDLE_")
        }

    def program(self, name):
        return os.path.join(self.build, "libexec", "heddle", "bench", name)

    def run(self, command, preload=False, one_core=False):
        environment = dict(self.environment)
        if preload:
            environment["LD_PRELOAD"] = self.loom
        core = min(os.sched_getaffinity(0))
        result = subprocess.run(
            command,
            env=environment,
            cwd=self.build,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
            preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if one_core else None,
        )
        if result.returncode != 0:
            said = (result.stderr or result.stdout).strip()[-500:]
            raise BenchError(f"status {result.returncode} of {' '.join(command)}: {said}")
        return result.stdout


def figure(value, unit, against, ratio):
    return {"value": rounded(value), "unit": unit, "against": against, "ratio": rounded(ratio)}


def rounded(number):
    return None if number is None else float(f"{number:.4g}")


def fibre_switch(bench):
    say("fibre switch")
    rounds = [json.loads(bench.run([bench.program("fibre_switch")])) for _ in range(FIBRE_ROUNDS)]
    fibre = statistics.median(r["fibre_ns"] for r in rounds)
    futex = statistics.median(r["futex_ns"] for r in rounds)
    against = f"futex hand-off between two kernel threads on one core: {futex:.0f} ns"
    return {"fibre_switch": figure(fibre, "ns/switch", against, fibre / futex)}


def in_process(bench):
    say("in process: two threads, one mutex")
    engine_only, detection, native = [], [], []
    count = str(IN_PROCESS_SCHEDULES)
    for _ in range(IN_PROCESS_ROUNDS):
        command = [bench.program("in_process"), "mutex", count, ENGINE_ONLY, str(NATIVE_RUNS)]
        plain = json.loads(bench.run(command, preload=True))
        engine_only.append(plain["schedules_per_s"])
        native.append(plain["native_per_s"])
        command = [bench.program("in_process_instrumented"), "mutex", count, EVERY_VERDICT, "0"]
        detection.append(json.loads(bench.run(command, preload=True))["schedules_per_s"])
    engine_rate, detection_rate, native_rate = map(statistics.median, (engine_only, detection, native))
    unit = "schedules/s"
    peer = f"the body run natively: {native_rate:.0f} runs/s"
    return {
        "in_process_engine_only": figure(engine_rate, unit, peer, engine_rate / native_rate),
        "in_process_race_detection": figure(detection_rate, unit, peer, detection_rate / native_rate),
        "in_process_native": figure(
            native_rate, "runs/s", f"in process, engine only: {engine_rate:.0f} schedules/s", native_rate / engine_rate
        ),
    }


def explore_bodies(bench):
    results = {}
    for name, body, schedules, native_runs in BODIES:
        say(f"in process, race detection: {body}")
        rates, native = [], []
        for _ in range(BODY_ROUNDS):
            command = [bench.program("in_process_instrumented"), body, str(schedules), EVERY_VERDICT, "0"]
            rates.append(json.loads(bench.run(command, preload=True))["schedules_per_s"])
            command = [bench.program("in_process"), body, "1000", ENGINE_ONLY, str(native_runs)]
            native.append(json.loads(bench.run(command, preload=True))["native_per_s"])
        rate, native_rate = statistics.median(rates), statistics.median(native)
        peer = f"the body run natively, without instrumentation: {native_rate:.0f} runs/s"
        results[name] = figure(rate, "schedules/s", peer, rate / native_rate)
    return results


def process_isolated(bench):
    say("a process per schedule: bluetooth driver")
    rates = []
    command = [bench.heddle, "run", "--jobs", "1", "--schedules", str(ISOLATED_SCHEDULES), "--time", "5m"]
    command += ["--json", "-", "--", bench.program("bluetooth")]
    for _ in range(ISOLATED_ROUNDS):
        report = json.loads(bench.run(command, one_core=True))
        if report["findings"] or report["executions"] != ISOLATED_SCHEDULES or not report["instrumented"]:
            raise BenchError(f"bluetooth: {report['executions']} executions, {len(report['findings'])} findings")
        rates.append(report["executions_per_second"])
    rate = statistics.median(rates)
    against = f"published AFL fork server on such a program: {AFL_SCHEDULES_PER_S} schedules/s"
    return {
        "process_isolated_per_core": figure(rate, "schedules/s per core", against, rate / AFL_SCHEDULES_PER_S)
    }


def libtsan_of(bench, program):
    """The library that the program gets when it is started as it is, or None."""
    listing = subprocess.run(["ldd", program], env=bench.environment, capture_output=True, text=True).stdout
    match = re.search(r"libtsan\.so\S* => (/\S+)", listing)
    if not match or os.path.realpath(match.group(1)) == os.path.realpath(bench.loom):
        return None
    return match.group(1)


def plain_seconds(output):
    """The last line of results: `heddle run` prints lines of its own around those of the program."""
    lines = [line for line in output.splitlines() if line.startswith('{"seconds"')]
    if not lines:
        raise BenchError("plain_access printed no result")
    return json.loads(lines[-1])


def plain_access(bench):
    say("plain accesses: Heddle and libtsan")
    program = bench.program("plain_access")
    heddle_command = [bench.heddle, "run", "--jobs", "1", "--schedules", "1", "--time", "5m", "--output", "show"]
    heddle_command += ["--", program]
    libtsan = libtsan_of(bench, program)
    missing = None if libtsan else "libtsan: not installed here"
    loom_times, libtsan_times, ratios = [], [], []
    for _ in range(PLAIN_ROUNDS):
        loom = plain_seconds(bench.run(heddle_command))
        loom_times.append(loom["seconds"])
        if missing:
            continue
        try:
            # Without address randomisation: some kernels spread mappings wider than this libtsan can take.
            peer = plain_seconds(bench.run(["setarch", "-R", program]))
        except (BenchError, OSError) as error:
            say(f"libtsan: {error}")
            missing = "libtsan: does not run here"
            continue
        if peer["checksum"] != loom["checksum"]:
            raise BenchError("plain_access computed different results under Heddle and libtsan")
        libtsan_times.append(peer["seconds"])
        ratios.append(loom["seconds"] / peer["seconds"])
    value = statistics.median(loom_times)
    if missing:
        result = figure(value, "s", missing, None)
    else:
        against = f"libtsan, same binary: {statistics.median(libtsan_times):.2f} s"
        result = figure(value, "s", against, statistics.median(ratios))
    return {"plain_access_vs_libtsan": result}


def say(what):
    print(f"bench: {what}", file=sys.stderr, flush=True)


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    cores = len(os.sched_getaffinity(0))
    # The release without what a distributor or host appended: the version says enough.
    kernel = platform.release().split("-")[0]
    return f"{model}, {cores} cores, Linux {kernel}, {time.strftime('%Y-%m-%d')}"


def number(value):
    if value is None:
        return "not measured"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def target(name, result):
    if name not in TARGETS:
        return ""
    field, comparison, bound = TARGETS[name]
    what = "ratio " if field == "ratio" else ""
    wanted = f"{what}{'≥' if comparison == '>=' else '≤'} {number(bound)}"
    actual = result[field]
    if actual is None:
        return f"{wanted}: not measured"
    reached = actual >= bound if comparison == ">=" else actual <= bound
    return f"{wanted}: {'reached' if reached else '**not reached**'}"


def table(results, load):
    rows = [
        f"Machine: {machine()}; load average {load[0]:.1f} before, {load[1]:.1f} after the run.",
        "",
        "| figure | value | unit | against | ratio | target |",
        "| --- | ---: | --- | --- | ---: | --- |",
    ]
    for name, result in results.items():
        cells = [f"`{name}`", number(result["value"]), result["unit"], result["against"], number(result["ratio"])]
        rows.append("| " + " | ".join(cells + [target(name, result)]) + " |")
    return "\n".join(rows)


def write_table(path, text):
    with open(path, encoding="utf-8") as document:
        content = document.read()
    if content.count(BEGIN_MARK) != 1 or content.count(END_MARK) != 1:
        raise BenchError(f"{path}: expected one {BEGIN_MARK} and one {END_MARK}")
    before, rest = content.split(BEGIN_MARK)
    after = rest.split(END_MARK)[1]
    with open(path, "w", encoding="utf-8") as document:
        document.write(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="the build directory; bench.json is written there")
    parser.add_argument("--document", help="the document whose table is rewritten")
    options = parser.parse_args()
    bench = Bench(os.path.abspath(options.build))
    results = {}
    load_before = os.getloadavg()[0]
    try:
        for measure in (fibre_switch, in_process, explore_bodies, process_isolated, plain_access):
            results.update(measure(bench))
        text = table(results, (load_before, os.getloadavg()[0]))
        with open(os.path.join(bench.build, "bench.json"), "w", encoding="utf-8") as file:
            json.dump(results, file, indent=2, ensure_ascii=False)
            file.write("\n")
        if options.document:
            write_table(options.document, text)
    except (BenchError, OSError, subprocess.TimeoutExpired) as error:
        say(str(error))
        return 1
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
