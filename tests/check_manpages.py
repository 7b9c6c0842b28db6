#!/usr/bin/env python3
"""The man pages and the completion that tools/manpages makes: complete, and without a complaint of the formatter."""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMANDS = ("run", "replay", "report", "clean", "explain", "doctor", "demo", "c++", "cc")
BUILD = ""


class ManPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.scratch.cleanup)
        cls.heddle = os.path.join(BUILD, "bin", "heddle")
        subprocess.run([sys.executable, os.path.join(ROOT, "tools", "manpages"), "--heddle", cls.heddle, "--output",
                        cls.scratch.name], check=True)

    def path(self, name):
        return os.path.join(self.scratch.name, "man1", name + ".1")

    def source(self, name):
        with open(self.path(name), encoding="ascii") as file:
            return file.read().replace("\\-", "-")

    def test_each_option_of_the_help_is_in_the_page_with_its_text(self):
        for command in COMMANDS:
            text = subprocess.run([self.heddle, command, "--help"], check=True, stdout=subprocess.PIPE, text=True).stdout
            page = self.source("heddle-" + command)
            for option, words in re.findall(r"^  (?:-\w,)?(--[\w-]+).*?  +(\S.*)$", text, re.MULTILINE):
                self.assertIn(option, page)
                self.assertIn(words.replace("`", "\\fB", 1).replace("`", "\\fP", 1).replace("'", "\\(aq")[:40], page)

    def test_the_first_page_names_all_others(self):
        page = self.source("heddle")
        for command in COMMANDS:
            self.assertIn(f"heddle-{command}(1)", page)
        self.assertEqual(len(os.listdir(os.path.join(self.scratch.name, "man1"))), len(COMMANDS) + 1)

    @unittest.skipUnless(shutil.which("groff"), "needs groff")
    def test_the_formatter_does_not_complain(self):
        for name in ["heddle"] + ["heddle-" + command for command in COMMANDS]:
            done = subprocess.run(["groff", "-man", "-ww", "-Tutf8", "-rCHECKSTYLE=3", "-z", self.path(name)], check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, ""), name)

    def completed(self, *words):
        script = os.path.join(self.scratch.name, "bash-completion", "heddle")
        line = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(["bash", "-c", f"source '{script}'; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
                               'COMPREPLY=(); _heddle; printf "%s\\n" "${COMPREPLY[@]}"'],
                              check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout.split()

    def test_bash_completes_commands_and_options(self):
        self.assertEqual(self.completed("heddle", "re"), ["replay", "report"])
        self.assertEqual(self.completed("heddle", "run", "--sch"), ["--schedules"])
        self.assertEqual(self.completed("heddle", "run", "--", "./prog", "--sch"), [])


def main():
    global BUILD
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True)
    args, rest = parser.parse_known_args()
    BUILD = os.path.abspath(args.build)
    unittest.main(argv=[sys.argv[0], *rest])


main()
