"""Litmus programs: where they are, what their first line asks for, and how they are compiled.

    tests/litmus/fail/<verdict>/<name>.cc   every execution budget must end with exactly this verdict
    tests/litmus/pass/<name>.cc             no strategy may find anything

The first line may say more, in any order, all optional:

    // heddle: ways=gcc,clang,plain levels=O0,O2 schedules=2000 flags=-DN=3 run=--no-weak expect=lock-order

ways       how it is compiled: gcc and clang with -fsanitize=thread, plain without (default gcc,clang)
levels     optimisation (default O0,O2)
schedules  budget of the search: fail/ must be found within it (default 10000), pass/ is run this often at most
flags      more compiler flags, separated by commas
run        more options of `heddle run`, separated by commas
expect     further verdicts that fail/ may report besides its own, separated by commas
remedy     what the finding of its verdict must suggest, "none" for no suggestion, checked with g++ -O2
switches   preemptive switches of the shortest schedule that shows it, checked with g++ -O2
"""

import concurrent.futures
import dataclasses
import os
import shlex
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WAYS = ("gcc", "clang", "plain")
LEVELS = ("O0", "O1", "O2", "O3")


@dataclasses.dataclass
class Program:
    source: str  # from tests/litmus: fail/deadlock/two_locks.cc
    ways: tuple = ("gcc", "clang")
    levels: tuple = ("O0", "O2")
    schedules: int = 0  # 0: what the caller thinks right
    flags: tuple = ()
    run: tuple = ()
    expect: tuple = ()
    switches: int = -1  # -1: not stated
    remedy: str = ""  # "": not stated

    @property
    def verdict(self):
        """The verdict that the folder promises, "" for a passing program."""
        parts = self.source.split("/")
        return parts[1] if parts[0] == "fail" else ""


def parse(source, first_line):
    program = Program(source)
    if not first_line.startswith("// heddle:"):
        return program
    for word in first_line[len("// heddle:") :].split():
        key, equals, value = word.partition("=")
        if not equals or key not in ("ways", "levels", "schedules", "flags", "run", "expect", "switches", "remedy"):
            raise ValueError(f"{source}:1: do not understand `{word}`; see tests/litmus/programs.py")
        number = key in ("schedules", "switches")
        setattr(program, key, int(value) if number else value if key == "remedy" else tuple(value.split(",")))
    for value, known in ((program.ways, WAYS), (program.levels, LEVELS)):
        if not set(value) <= set(known):
            raise ValueError(f"{source}:1: {','.join(value)} is not among {','.join(known)}")
    return program


def known_verdicts():
    with open(os.path.join(ROOT, "src/trace/verdict.def"), encoding="utf-8") as file:
        return {line.split('"')[1] for line in file if line.startswith("HEDDLE_VERDICT(")}


def find():
    """All programs, sorted by path. A folder that is no verdict is an error: its programs would never be run."""
    programs = []
    verdicts = known_verdicts()
    for kind in ("fail", "pass"):
        for directory, folders, files in os.walk(os.path.join(HERE, kind)):
            folders.sort()
            for name in sorted(files):
                if not name.endswith(".cc"):
                    continue
                source = os.path.relpath(os.path.join(directory, name), HERE)
                with open(os.path.join(HERE, source), encoding="utf-8") as file:
                    program = parse(source, file.readline().rstrip("\n"))
                for verdict in (program.verdict, *program.expect):
                    if verdict and verdict not in verdicts:
                        raise ValueError(f"{source}: `{verdict}` is no verdict of src/trace/verdict.def")
                if source.count("/") != (2 if kind == "fail" else 1):
                    raise ValueError(f"{source}: expected fail/<verdict>/<name>.cc or pass/<name>.cc")
                programs.append(program)
    return programs


class Compiler:
    """Compiles programs into BUILD/litmus/<way>-<level>/; what is newer than all it depends on is left alone.

    The headers of nearly every program are compiled once per way and level, which makes the rest three times as fast.
    Not for `plain`: those builds show that each program includes what it uses.
    """

    COMMON = ("atomic", "cassert", "condition_variable", "mutex", "thread")

    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.precompiled = {}  # (way, level): options that use the compiled headers

    def precompile(self, way, level):
        """Compiles the common headers; without success programs are compiled without them."""
        directory = os.path.join(self.build, "litmus", f"{way}-{level}")
        header = os.path.join(directory, "common.h")
        if way == "plain":
            return
        os.makedirs(directory, exist_ok=True)
        compiler, suffix = ("g++", "gch") if way == "gcc" else ("clang++-14", "pch")
        result = f"{header}.{suffix}"
        # An upgrade of the system's packages changes headers, and clang refuses what was compiled from others.
        system = "/var/lib/dpkg/status"
        upgraded = os.path.exists(result) and os.path.exists(system) and os.path.getmtime(result) < os.path.getmtime(system)
        if upgraded or not os.path.exists(result):
            with open(header, "w", encoding="utf-8") as file:
                file.write("".join(f"#include <{name}>\n" for name in self.COMMON))
            options = ["-std=c++20", "-g", f"-{level}", "-pthread", "-fsanitize=thread", "-x", "c++-header"]
            # Renamed when complete: another test may be looking for it.
            unfinished = f"{result}.{os.getpid()}"
            if subprocess.run([compiler, *options, header, "-o", unfinished], check=False).returncode != 0:
                return
            os.rename(unfinished, result)
        self.precompiled[way, level] = ["-include", header] if way == "gcc" else ["-include-pch", result]

    def executable(self, program, way, level):
        return os.path.join(self.build, "litmus", f"{way}-{level}", program.source[: -len(".cc")])

    def command(self, program, way, level, output):
        source = os.path.join(HERE, program.source)
        common = ["-std=c++20", "-g", f"-{level}", "-pthread", "-I", os.path.join(ROOT, "include"), *program.flags]
        depends = ["-MMD", "-MF", output + ".d"]
        if not program.flags:  # Other macros would need other compiled headers.
            common += self.precompiled.get((way, level), [])
        if way == "plain":
            return ["g++", *common, *depends, source, "-o", output]
        if way == "gcc":
            return ["g++", *common, "-fsanitize=thread", *depends, source, "-o", output]
        # What `heddle c++` does: clang's own runtime is left out and ours is linked in its place.
        lib = os.path.join(self.build, "lib")
        runtime = ["-fno-sanitize-link-runtime", os.path.join(lib, "libtsan.so.2"), f"-Wl,-rpath,{lib}"]
        return ["clang++-14", *common, "-fsanitize=thread", *depends, source, *runtime, "-o", output]

    def compile(self, program, way, level):
        """Returns the compiler's words if it failed, else ""."""
        output = self.executable(program, way, level)
        command = self.command(program, way, level, output)
        if self._fresh(output, shlex.join(command)):
            return ""
        os.makedirs(os.path.dirname(output), exist_ok=True)
        if os.path.exists(output):
            os.remove(output)
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            return done.stdout
        with open(output + ".cmd", "w", encoding="utf-8") as file:
            file.write(shlex.join(command))
        return ""

    def compile_all(self, jobs, triples):
        """Compiles (program, way, level) triples; returns {triple index: words of the compiler} of those that failed."""
        for way, level in sorted({triple[1:] for triple in triples}):
            self.precompile(way, level)
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            answers = pool.map(lambda triple: self.compile(*triple), triples)
            return {index: words for index, words in enumerate(answers) if words}

    @staticmethod
    def _fresh(output, command):
        try:
            with open(output + ".cmd", encoding="utf-8") as file:
                if file.read() != command:
                    return False
            with open(output + ".d", encoding="utf-8") as file:
                depends = file.read().replace("\\\n", " ").split(":", 1)[1].split()
            made = os.path.getmtime(output)
            return all(os.path.getmtime(name) <= made for name in depends)
        except (OSError, IndexError):
            return False
