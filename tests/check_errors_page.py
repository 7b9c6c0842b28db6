#!/usr/bin/env python3
"""Every message of Heddle is in docs/errors.md, with its cause and its cure.

The messages are taken from the sources: the second field of each Error, the notes, the deaths of the loom, the answers of
heddle::Explore. Of each the longest piece of fixed text must stand in the page, word by word (the page says X or N for what
differs). A message that is new, or worded anew, fails the test until the page knows it.
"""

import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = "docs/errors.md"

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
COMMENT = re.compile(r"//[^\n]*")

# Where messages are: files, what stands before the bracket, and which of the values in it is the message.
HOST = ("src/cli/*.cc", "src/driver/*.cc")
LOOM = tuple(f"src/{name}/*" for name in ("base", "sys", "model", "race", "strategy", "engine", "intercept"))
PLACES = [
    (HOST, r"\bError\s*(?=\{)", 1),
    (HOST, r"(?=\{\s*(?:driver::)?kExit\w+\s*,)", 1),
    (HOST, r"\b(?:PrintNote|notes\.(?:push|emplace)_back)\s*(?=\()", 0),
    (("src/driver/elf_probe.cc",), r"\bCannotRun\s*(?=\()", 2),
    (("src/report/caveats.cc",), r"\bcaveats\.push_back\s*(?=\()", 0),
    (LOOM, r"\bDieOfLimit\s*(?=\()", 1),
    (LOOM, r"\bDieUnsupported\s*(?=\()", 0),
    (LOOM, r"\bDie\s*(?=\()", 1),
    (("src/engine/*.cc", "src/intercept/*.cc"), r"\b(?:refuse|AbandonBody)\s*(?=\()", 0),
    (("src/engine/explore_request.cc",), r"\bmessage\.Add\s*(?=\()", 0),
    (("src/engine/*.cc", "src/intercept/explore_api.cc"), r"\bproblem =(?= )", 0),
]

# Said only by one part of Heddle to another, as WORDS_MAX leaves it.
INTERNAL = {
    "--finding-text is not understood",
    "a kind of tests that is",
    "this command is for Heddle's own",
}
WORDS_MAX = 6  # of a message that the page must have; long ones go on with advice


def sources(patterns):
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(ROOT, pattern))):
            if path.endswith((".cc", ".h")) and not path.endswith(("_test.cc", "_for_test.h")):
                yield path


def values(text, at):
    """The values between the bracket at `at` and its end, as source text; without a bracket, what ends with a semicolon."""
    if text[at] not in "({[":
        return [text[at : text.index(";", at)]]
    found, depth, begin = [], 0, at + 1
    while at < len(text):
        literal = LITERAL.match(text, at)
        if literal:
            at = literal.end()
            continue
        if text[at] in "({[":
            depth += 1
        elif text[at] in ")}]":
            depth -= 1
            if depth == 0:
                return found + [text[begin:at]]
        elif text[at] == "," and depth == 1:
            found.append(text[begin:at])
            begin = at + 1
        at += 1
    return found


def longest_piece(value):
    """The longest run of fixed text in an expression: adjacent literals are one, {} and operators end it."""
    value = re.sub(r'"\s*\n?\s*"', "", value)
    pieces = [piece for literal in LITERAL.findall(value) for piece in re.split(r"\{[^}]*\}", literal)]
    longest = max((piece.strip(" '\":;,.()") for piece in pieces), key=len, default="")
    return " ".join(longest.split()[:WORDS_MAX])


def messages():
    for patterns, before, which in PLACES:
        for path in sources(patterns):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            text = COMMENT.sub(lambda match: " " * len(match.group()), text)
            for match in re.finditer(before, text):
                found = values(text, match.end())
                piece = longest_piece(found[which]) if len(found) > which else ""
                if " " in piece and piece not in INTERNAL:
                    line = text.count("\n", 0, match.start()) + 1
                    yield f"{os.path.relpath(path, ROOT)}:{line}", piece


def main():
    with open(os.path.join(ROOT, PAGE), encoding="utf-8") as file:
        page = " ".join(file.read().replace("`", "").replace("\\|", "|").split())
    listed = sorted(set(messages()))
    missing = [(place, piece) for place, piece in listed if piece not in page]
    for place, piece in missing:
        print(f"{place}: {PAGE} does not explain: {piece}")
    if len(listed) < 100:
        print(f"only {len(listed)} messages were found in the sources: this test no longer sees them")
    sys.exit(1 if missing or len(listed) < 100 else 0)


main()
