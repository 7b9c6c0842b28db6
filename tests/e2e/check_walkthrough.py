#!/usr/bin/env python3
"""Walks docs/walkthrough.md: runs what the page tells its reader to type and compares what the page shows.

A block ```console is a piece of a terminal: lines that begin with "$ " are commands (they go on after a backslash), the
lines below are what came. All blocks run in one shell, in an empty directory, with `heddle` of the build in PATH. In what
is shown, a line "[...]" stands for any lines, "[...]" at the end of a line for any rest of it, and times and counts that
depend on the machine for any number. Tests that run side by side are done in any order. --show prints
the terminal as it really was, for writing the page.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PAGE = os.path.join(ROOT, "docs", "walkthrough.md")
ELISION = "[...]"
TEST_LINE = re.compile(r"\[(  ok  | FAIL )\] ")

# Real times, rates, and how far a budget of time went; process ids and addresses in gdb. Nothing else varies.
VARYING = [
    (r"[\d,]+ executions?", "N executions"),
    (r"\bin \d+\.\d+ s\b", "in T s"),
    (r"(?<=, )\d+\.\d+ s\b", "T s"),
    (r"[\d,]+ per second", "N per second"),
    (r"^\d+$", "N"),
    (r"\b\d+ ns\b", "N ns"),
    (r"0x[0-9a-f]+", "0xN"),
    (r"LWP \d+", "LWP N"),
    (r"\(\d+ ms( total)?\)", "(N ms)"),
    # How much chance has shown depends on what it drew.
    (r"(?<=T s), (every order seen|(about|less than) [\d.]+% unseen)$", ", COVERAGE"),
]


class Command:
    def __init__(self, line, text):
        self.line, self.text, self.shown = line, text, []


def commands(page):
    """The commands of the page with the lines that it shows below each."""
    found, inside, continued = [], False, False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
            continued = False
        elif not inside:
            continue
        elif continued:
            found[-1].text += "\n" + line
            continued = line.endswith(("\\", "|"))
        elif line.startswith("$ "):
            found.append(Command(number, line[2:]))
            continued = line.endswith(("\\", "|"))
        elif not found:
            sys.exit(f"{PAGE}:{number}: a block begins without a command")
        else:
            found[-1].shown.append(line)
    return found


def run(listed, directory, build):
    """Runs the commands in one shell; what each of them printed, and what the shell printed besides."""
    marker = "--- what the next command prints ---"
    script = []
    for command in listed:
        # The subshell gives the next command the status that the last one left in $?.
        script.append(f"heddle_status=$?; echo '{marker}'; (exit $heddle_status)\n{command.text}\n")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("HEDDLE_")}
    environment.update(PATH=os.path.join(build, "bin") + ":" + environment["PATH"], HEDDLE_SOURCE=ROOT, LC_ALL="C")
    done = subprocess.run(["bash", "-c", "".join(script)], cwd=directory, env=environment, text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=170)
    return [part.strip("\n").splitlines() for part in done.stdout.split(marker + "\n")[1:]]


def normalised(line, directory):
    line = line.rstrip().replace(directory, "/home/me/cache")
    for pattern, name in VARYING:
        line = re.sub(pattern, name, line)
    return line


def in_order_of_names(lines):
    """The lines of the tests of a suite, which are printed as they end, in an order that is always the same."""
    sorted_lines, tests = [], []
    for line in lines + [""]:
        if TEST_LINE.match(line):
            tests.append(line)
            continue
        sorted_lines += sorted(tests) + [line]
        tests = []
    return sorted_lines[:-1]


def prepared(lines, directory):
    return in_order_of_names([normalised(line, directory) for line in lines])


def same(shown, came):
    if shown.endswith(ELISION):
        return came.startswith(shown[: -len(ELISION)])
    return shown == came


def fits(shown, came):
    """Whether the lines shown, with elisions, are the lines that came."""
    if not shown:
        return not came
    if shown[0] == ELISION:
        return any(fits(shown[1:], came[at:]) for at in range(len(came) + 1))
    return bool(came) and same(shown[0], came[0]) and fits(shown[1:], came[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--page", default=PAGE)
    parser.add_argument("--show", action="store_true")
    args = parser.parse_args()
    with open(args.page, encoding="utf-8") as file:
        listed = commands(file.read())
    wrong = 0
    with tempfile.TemporaryDirectory() as scratch:
        directory = os.path.realpath(scratch)
        came = run(listed, directory, os.path.abspath(args.build))
        if len(came) != len(listed):
            print(f"{len(listed)} commands were given to the shell, {len(came)} were run")
            wrong += 1
        for command, lines in zip(listed, came):
            if args.show:
                print("$ " + command.text, *(line.replace(directory, "/home/me/cache") for line in lines), sep="\n")
            elif not fits(prepared(command.shown, directory), prepared(lines, directory)):
                print(f"{args.page}:{command.line}: $ {command.text}\nthe page shows", *command.shown, "but it printed",
                      *lines, sep="\n  ")
                wrong += 1
    if not listed:
        print("the page has no commands")
    sys.exit(1 if wrong or not listed else 0)


main()
