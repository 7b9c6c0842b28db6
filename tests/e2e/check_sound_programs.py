#!/usr/bin/env python3
"""Larger programs that are right: whatever Heddle finds in them is a false finding.

    tests/e2e/check_sound_programs.py --build build --ways gcc,clang --levels O0,O2 [--schedules 300] [--only NAME,...]

The programs are those of tests/e2e/programs: a thread pool, publish and subscribe, a cache, a pipeline over descriptors,
GoogleTest tests, and Boost's header-only lock-free containers and Asio. Each is compiled with g++ -fsanitize=thread and
with `heddle c++`, and must end as it does without Heddle in every schedule.
"""

import argparse
import concurrent.futures
import dataclasses
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT_SECONDS = 300


@dataclasses.dataclass
class Case:
    name: str
    source: str
    arguments: tuple = ()
    flags: tuple = ()  # of the compiler
    run: tuple = ()  # of heddle run
    schedules: int = 300
    needs: str = ""  # a header without which there is nothing to test


# GCC warns that its own ThreadSanitizer knows no fences; Heddle does.
ASIO = ("-w",)
CASES = (
    Case("thread_pool", "thread_pool.cc"),
    Case("publish_subscribe", "publish_subscribe.cc"),
    Case("lru_cache", "lru_cache.cc"),
    Case("pipeline", "pipeline.cc"),
    Case("text_index_gtest", "text_index_gtest.cc", flags=("-lgtest_main", "-lgtest"), needs="gtest/gtest.h"),
    Case("lockfree_spsc_queue", "boost_lockfree.cc", ("spsc_queue",), schedules=200,
         needs="boost/lockfree/spsc_queue.hpp"),
    # Their races are real and Boost's own, see the program; all else must be right.
    Case("lockfree_queue", "boost_lockfree.cc", ("queue",), run=("--no-detect", "data-race"), schedules=200,
         needs="boost/lockfree/queue.hpp"),
    Case("lockfree_stack", "boost_lockfree.cc", ("stack",), run=("--no-detect", "data-race"), schedules=200,
         needs="boost/lockfree/stack.hpp"),
    Case("asio_epoll", "boost_asio.cc", ("without-timers",), ASIO, schedules=200, needs="boost/asio.hpp"),
    Case("asio_epoll_timers", "boost_asio.cc", (), ASIO, schedules=200, needs="boost/asio.hpp"),
    Case("asio_select_timers", "boost_asio.cc", (), (*ASIO, "-DBOOST_ASIO_DISABLE_EPOLL"), schedules=200,
         needs="boost/asio.hpp"),
)


class Wrong(Exception):
    """What is not as it should be."""


class Runner:
    def __init__(self, args):
        self.args = args
        self.heddle = os.path.join(os.path.abspath(args.build), "bin", "heddle")
        # The test's own: two tests that run side by side do not write each other's files.
        name = f"{args.ways}-{args.levels}-{args.only or 'all'}".replace(",", "_")
        self.directory = os.path.join(os.path.abspath(args.build), "tests", "e2e", "sound", name[:100])
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("HEDDLE_")}

    def compile(self, job):
        case, way, level = job
        target = os.path.join(self.directory, f"{case.name}-{way}-{level}")
        compiler = ["g++", "-fsanitize=thread"] if way == "gcc" else [self.heddle, "c++"]
        source = os.path.join(HERE, "programs", case.source)
        command = [*compiler, "-std=c++20", "-g", f"-{level}", "-pthread", source, "-o", target, *case.flags]
        self.expect(command, 0)
        return target

    def expect(self, command, status):
        try:
            done = subprocess.run(command, cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                  check=False, timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            raise Wrong(f"did not end within {TIMEOUT_SECONDS} s: {' '.join(command)}") from None
        if done.returncode != status:
            raise Wrong(f"exit status {done.returncode} of {' '.join(command)}\n{done.stdout[-6000:]}")

    def explore(self, job, program):
        case, way, level = job
        schedules = self.args.schedules or case.schedules
        report = f"{program}.json"
        self.expect([self.heddle, "run", "--schedules", str(schedules), "--time", "4m", "--cards", f"{program}.cards",
                     "--json", report, *case.run, "--", program, *case.arguments], 0)
        with open(report, encoding="utf-8") as file:
            answer = json.load(file)
        if answer["findings"] or answer["notes"] or answer["executions"] != schedules or not answer["instrumented"]:
            raise Wrong(f"{answer['executions']} executions of {schedules}, findings {answer['findings']}, "
                        f"notes {answer['notes']}")
        return f"{schedules} executions in {answer['seconds']:.1f} s"

    def judge(self, job):
        try:
            return job, self.explore(job, self.compile(job)), True
        except Wrong as wrong:
            return job, str(wrong), False


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--ways", default="gcc")
    parser.add_argument("--levels", default="O2")
    parser.add_argument("--only", default="")
    parser.add_argument("--schedules", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    args = parser.parse_args()
    wanted = args.only.split(",") if args.only else [case.name for case in CASES]
    unknown = set(wanted) - {case.name for case in CASES}
    if unknown:
        parser.error(f"no such programs: {', '.join(sorted(unknown))}")
    chosen = [case for case in CASES
              if case.name in wanted and (not case.needs or os.path.exists(f"/usr/include/{case.needs}"))]
    if not chosen:
        print("none of the libraries is installed")
        return 77
    runner = Runner(args)
    os.makedirs(runner.directory, exist_ok=True)
    jobs = [(case, way, level) for way in args.ways.split(",") for level in args.levels.split(",") for case in chosen]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for (case, way, level), words, right in pool.map(runner.judge, jobs):
            print(f"{'ok  ' if right else 'BAD '} {case.name:20} {way:5} -{level}  {words}", flush=True)
            bad += not right
    print(f"{len(jobs)} programs, {bad} not as they should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
