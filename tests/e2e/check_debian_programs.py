#!/usr/bin/env python3
"""Programs of Debian that know nothing of Heddle, by preload: parallel compressors must write, in every schedule, byte for
byte what they write without Heddle, and nothing may be found in them. So must three threads on one SQLite database, by
way of Debian's library.

    tests/e2e/check_debian_programs.py --build build [--schedules 50]

`--output show` prints what each execution printed, so each must have printed the native output: a schedule that loses,
repeats or reorders a block shows.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys

import harness

SCHEDULES = 5
INPUT_BYTES = 1 << 20

# Small blocks, so that every thread gets some; the fastest level, because the schedules are what is tested.
PROGRAMS = {
    "pigz": (["pigz", "-n", "-1", "-b", "128", "-p", "4", "-c"], ["pigz", "-dc"]),
    "pbzip2": (["pbzip2", "-p4", "-1", "-b1", "-c"], ["pbzip2", "-dc"]),
    "xz": (["xz", "-0", "-T4", "--block-size=256KiB", "-c"], ["xz", "-dc"]),
    "zstd": (["zstd", "-q", "-1", "-T4", "-B512K", "-c"], ["zstd", "-q", "-dc"]),
}


def text(seed):
    """A megabyte that can be compressed, the same every time."""
    choose = random.Random(seed)
    words = [bytes(choose.choices(b"etaoinshrdlu", k=choose.randint(2, 9))) for _ in range(400)]
    return b" ".join(choose.choices(words, k=INPUT_BYTES // 4))[:INPUT_BYTES]


class DebianProgramTest(harness.CommandTest):
    def explore(self, name):
        compress, decompress = PROGRAMS[name]
        if shutil.which(compress[0]) is None:
            self.skipTest(f"{compress[0]} is not installed")
        data = text(7)
        self.write("input", data, 0o644)
        native = subprocess.run([*compress, "input"], cwd=self.directory, check=True, stdout=subprocess.PIPE).stdout
        self.assertEqual(subprocess.run(decompress, input=native, check=True, stdout=subprocess.PIPE).stdout, data)

        self.same_output([*compress, "input"], native)

    def same_output(self, command, native):
        with open(self.path("shown"), "wb") as shown:
            done = subprocess.run(
                [os.path.join(harness.BUILD, "bin", "heddle"), "run", "--output", "show", "--json", "report.json",
                 "--schedules", str(SCHEDULES), "--time", "10m", "--", *command],
                cwd=self.directory, env=self.environment(), stdin=subprocess.DEVNULL, stdout=shown,
                stderr=subprocess.PIPE, check=False, timeout=580)
        with open(self.path("shown"), "rb") as shown:
            output = shown.read()
        words = output[-2000:].decode(errors="replace")
        self.assertEqual(done.returncode, 0, words + done.stderr.decode(errors="replace"))
        report = self.report()
        self.assertEqual(report["executions"], SCHEDULES)
        self.assertEqual(report["findings"], [])
        self.assertEqual(report["notes"], [])  # Nondeterminism would be said here.
        self.assertFalse(report["instrumented"])
        self.assertGreater(report["decisions"], 20 * SCHEDULES, "several threads had a say")
        self.assertEqual(self.executions(output, native), set(range(SCHEDULES)))

    def executions(self, output, native):
        """The numbers of the executions whose output is there, all of them native."""
        seen = set()
        at = 0
        while header := re.compile(rb"--- execution (\d+)\n").match(output, at):
            number = int(header[1])
            # Not assertEqual: what differs is megabytes of compressed data.
            self.assertTrue(output.startswith(native, header.end()), f"execution {number} wrote something else")
            seen.add(number)
            at = header.end() + len(native) + (not native.endswith(b"\n"))
        return seen

    def report(self):
        with open(self.path("report.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_pigz(self):
        self.explore("pigz")

    def test_pbzip2(self):
        self.explore("pbzip2")

    def test_xz(self):
        self.explore("xz")

    def test_zstd(self):
        self.explore("zstd")

    def test_sqlite(self):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs", "sqlite_threads.c")
        subprocess.run(["gcc", "-O2", source, "-o", self.path("sqlite_threads"), "-lsqlite3", "-pthread"], check=True)
        native = subprocess.run([self.path("sqlite_threads")], check=True, stdout=subprocess.PIPE).stdout
        self.assertEqual(native, b"40 rows, sum 190, 0 torn\n")
        self.same_output([self.path("sqlite_threads")], native)


if __name__ == "__main__":
    if "--schedules" in sys.argv:
        at = sys.argv.index("--schedules")
        SCHEDULES = int(sys.argv[at + 1])
        del sys.argv[at : at + 2]
    harness.main()
