#!/usr/bin/env python3
"""Runs the adaptors' test programs: which test cases fail, with what, and that their cards replay.

    tests/explore/check_adaptors.py --build build
"""

import argparse
import os
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    build = os.path.abspath(parser.parse_args().build)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HEDDLE_")}
    wrong = 0
    common = (
        ("sound", True, ""),
        ("a part of a test", True, ""),
        ("loses an update", False, "count.load() == 2"),
        ("requires what does not hold", False, "1 + 1 == 3"),
    )
    gtest = (
        ("-*Fails*", True, ""),
        ("FailsHere.InTheBody", False, "in the body"),
        ("FailsHere.InAThread", False, "in a thread"),
        ("Counter.FailsInTheFixture", False, "the body has run between"),
        ("Small/Adding.FailsForThree/2", False, "GetParam()"),
        ("Small/Adding.FailsForThree/0", True, ""),
        ("FailsHere.InAPart", False, "in the body"),
    )
    for framework, select, cases in (
        ("gtest", "--gtest_filter={}", gtest),
        ("catch2", "{}", common),
        ("doctest", "--test-case={}", common),
    ):
        program = os.path.join(build, "tests", "explore", f"explore_{framework}")
        with tempfile.TemporaryDirectory() as directory:

            def run(*command):
                done = subprocess.run(command, cwd=directory, env=environment, text=True, capture_output=True, timeout=120,
                                      stdin=subprocess.DEVNULL, check=False)
                return done.returncode, done.stdout + done.stderr

            for case, passes, words in cases:
                status, output = run(program, select.format(case))
                if (status == 0) != passes or words not in output or (not passes and "heddle replay" not in output):
                    print(f"{framework}, {case}: status {status}\n{output}")
                    wrong += 1
                    continue
                if passes:
                    continue
                card = next(line.split()[-1] for line in output.splitlines() if "replay: heddle replay" in line)
                status, output = run(os.path.join(build, "bin", "heddle"), "replay", card)
                if status != 1 or words not in output:
                    print(f"{framework}, {case}: replay ended with {status}\n{output}")
                    wrong += 1
        print(f"{framework}: done", flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
