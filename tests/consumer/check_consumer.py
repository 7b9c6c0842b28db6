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
    print("installed, moved, used: all good")


if __name__ == "__main__":
    main()
