#!/usr/bin/env python3
"""Installs Heddle into a scratch directory, moves the installation, and builds and tests tests/consumer/project with it.

The project has a program with a data race and its repaired twin: `heddle run` of the first must end with 1 and of
the second with 0, through heddle_add_test of the installed CMake package.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def run(*command, **more):
    """Runs a step that must succeed; its output is shown only if it does not."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    if done.returncode != 0:
        print(f"{' '.join(command)}\nended with status {done.returncode}:\n{done.stdout}")
        sys.exit(1)
    return done.stdout


def check_names(project):
    """Every test of the GoogleTest program is there by itself: explored, under heddle run, and plain."""
    listed = run("ctest", "-N", cwd=project)
    for prefix in ("", "heddle.", "plain."):
        for test in ("CountsBothThreads", "CountsInAnOrdinaryTest", "IsExploredOnlyWhereHeddleIs"):
            if f" {prefix}Counter.{test}\n" not in listed + "\n":
                print(f"ctest does not list {prefix}Counter.{test}:\n{listed}")
                sys.exit(1)
    said = run(os.path.join(project, "counter_test"), "--gtest_filter=Counter.IsExplored*")
    if "without Heddle" in said:
        print(f"the instrumented test did not explore:\n{said}")
        sys.exit(1)


def check_pkg_config(prefix, scratch, compiler):
    """The same test, built with the flags of pkg-config."""
    environment = dict(os.environ, PKG_CONFIG_PATH=os.path.join(prefix, "lib", "pkgconfig"))
    flags = run("pkg-config", "--cflags", "--libs", "heddle", env=environment).split()
    program = os.path.join(scratch, "by_pkg_config")
    run(compiler, "-std=c++20", os.path.join(HERE, "project", "counter_test.cc"), "-o", program, *flags, "-lgtest",
        "-lgtest_main")
    said = run(program)
    if "without Heddle" in said:
        print(f"the test built by pkg-config did not explore:\n{said}")
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--compiler", required=True)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        prefix = os.path.join(scratch, "moved")
        run("cmake", "--install", args.build, "--prefix", os.path.join(scratch, "installed"))
        shutil.move(os.path.join(scratch, "installed"), prefix)
        project = os.path.join(scratch, "project")
        run("cmake", "-S", os.path.join(HERE, "project"), "-B", project, f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_CXX_COMPILER={args.compiler}", "-DCMAKE_BUILD_TYPE=RelWithDebInfo")
        run("cmake", "--build", project)
        run("ctest", "--output-on-failure", cwd=project)
        check_names(project)
        if "clang" not in args.compiler:
            check_pkg_config(prefix, scratch, args.compiler)
    print("installed, moved, used: all good")


if __name__ == "__main__":
    main()
