#!/usr/bin/env python3
"""Checks that libheddle.so shares nothing with the program under test.

1. It exports exactly the symbols of src/intercept/functions.def: one too few and a call escapes control, one too
   many and it may take the place of a function of the program.
2. What it needs from outside is listed in tests/abi/undefined.allow, each symbol with a reason.
3. It needs no library but libc.so.6 (and the dynamic linker), has the soname libtsan.so.2, and no executable stack,
   text relocations or thread-local storage that is not initial-exec.
4. A program that uses the same std templates as the runtime keeps its own copies: it and the loom have no symbol in
   common but the promised ones. (Hidden visibility alone does not give that: std templates are visible by decree.)
"""

import argparse
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LIBRARIES = {"libc.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
SONAME = "libtsan.so.2"
# R_*_DTPMOD64, DTPOFF64: thread-local storage through __tls_get_addr, which may call malloc.
DYNAMIC_TLS = re.compile(r"R_\w+_(DTPMOD|DTPOFF|TLSDESC)")


def lines_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def defined(*nm_options):
    """Names that nm lists as defined, without symbol versions and absolute version tags."""
    words = [line.split() for line in lines_of("nm", "--format=posix", "--defined-only", *nm_options)]
    return {word[0].split("@")[0] for word in words if len(word) > 1 and word[1] != "A"}


def undefined(library):
    return {line.split()[0].split("@")[0] for line in lines_of("nm", "-D", "--format=posix", "--undefined-only", library)}


def allowed(path):
    """The list of undefined symbols. A line without a reason is an error: {symbol: reason}."""
    answer = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            symbol, _, reason = line.partition("#")
            if not symbol.strip():
                continue
            if not reason.strip():
                sys.exit(f"{path}:{number}: {symbol.strip()} has no reason after #")
            answer[symbol.strip()] = reason.strip()
    return answer


def compare_exports(library, functions_def, compiler):
    command = [sys.executable, os.path.join(ROOT, "tools/exports"), "--compiler", compiler]
    listed = set(lines_of(*command, "--include", os.path.join(ROOT, "src"), functions_def))
    exported = defined("-D", library)
    for name in sorted(exported - listed):
        yield f"exported but not in functions.def: {name}"
    for name in sorted(listed - exported):
        yield f"in functions.def but not exported (not defined, or hidden): {name}"


def compare_undefined(library, allow_file):
    allow = allowed(allow_file)
    needed = undefined(library)
    for name in sorted(needed - set(allow)):
        yield f"needs {name} from outside; if it must, add it with a reason to tests/abi/undefined.allow"
    for name in sorted(set(allow) - needed):
        # A warning only: compilers and build types differ in what they leave undefined.
        print(f"note: tests/abi/undefined.allow lists {name}, which this build does not need")


def check_dynamic_section(library):
    dynamic = "\n".join(lines_of("readelf", "-dW", library))
    for name in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic):
        if name not in LIBRARIES:
            yield f"needs library {name}"
    if re.findall(r"\(SONAME\).*\[(.*)\]", dynamic) != [SONAME]:
        yield f"its soname is not {SONAME}"
    if "TEXTREL" in dynamic:
        yield "has text relocations"
    for line in lines_of("readelf", "-lW", library):
        if "GNU_STACK" in line and re.search(r"\bRWE\b", line):
            yield "wants an executable stack"
    for line in lines_of("readelf", "-rW", library):
        if DYNAMIC_TLS.search(line):
            yield f"uses thread-local storage that is not initial-exec: {line.strip()}"


def compare_templates(library, program):
    """The program must hold std templates of its own (else the test tests nothing), and the loom must export none."""
    own = {name for name in defined(program) if name.startswith(("_ZSt", "_ZNSt", "_ZNKSt"))}
    if len(own) < 10:
        yield f"{program} has only {len(own)} std symbols: same_templates.cc no longer does its work"
    exported = defined("-D", library)
    for name in sorted(own & exported):
        yield f"exports a template that programs have too: {name}"
    for name in sorted(exported):
        if name.startswith("_Z"):
            # C++ names that the loom takes over on purpose: operator new, delete and their kind, and the one member of
            # std::random_device that asks the processor.
            if not re.match(r"_Z(n[wa]|d[la])|_ZNSt13random_device9_M_getvalEv$", name):
                yield f"exports the C++ name {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--program", required=True, help="same_templates, built with -fsanitize=thread")
    parser.add_argument("--compiler", default="c++")
    args = parser.parse_args()
    problems = [
        *compare_exports(args.library, os.path.join(ROOT, "src/intercept/functions.def"), args.compiler),
        *compare_undefined(args.library, os.path.join(HERE, "undefined.allow")),
        *check_dynamic_section(args.library),
        *compare_templates(args.library, args.program),
    ]
    for problem in problems:
        print(problem)
    print(f"{os.path.basename(args.library)}: {len(defined('-D', args.library))} exported symbols, {len(problems)} problem(s)")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
