#!/usr/bin/env python3
"""What a stranger does wrong: files that are none, that cannot be written, that are of something else. Each gets a message that
says what, and the exit status 2; never "bug in Heddle".

    tests/e2e/check_bad_input.py --build build
"""

import os
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.
import harness  # noqa: E402

# A finding in the first execution, in a source that is not UTF-8.
FAILS = """
#include <assert.h>
#include <pthread.h>
static void* Run(void* nothing) { return nothing; }
int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, Run, nullptr);
  assert(thread == 0);  // f\u00fcr alle
}
"""


class BadInputTest(harness.CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.program = os.path.join(harness.BUILD, "tests", "e2e", "fails")
        source = cls.program + ".cc"
        with open(source, "wb") as file:
            file.write(FAILS.encode("latin-1"))
        subprocess.run(["g++", "-g", "-O1", source, "-o", cls.program], check=True)

    def find(self, *words, **more):
        return self.heddle("run", "--schedules", "5", *words, "--", self.program, **more)

    def test_a_full_disk_is_said(self):
        for option in ("--json", "--html", "--sarif", "--junit", "--trace", "--write-baseline"):
            with self.subTest(option):
                self.expect(self.find(option, "/dev/full"), 2, "cannot write '/dev/full': No space left on device", option)

    def test_a_full_standard_output_is_said(self):
        self.expect(self.find(), 1)
        for words in (["run", "--", self.program], ["report"], ["replay", self.cards()[0]], ["--help"], ["run", "--help"]):
            with self.subTest(words[0]), open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([os.path.join(harness.BUILD, "bin", "heddle"), *words], cwd=self.directory, check=False,
                                      env=self.environment(), stdin=subprocess.DEVNULL, stdout=full,
                                      stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("cannot write to standard output: No space left on device", done.stderr)
                self.assertNotIn("bug in Heddle", done.stderr)

    def test_a_reader_that_goes_away_ends_the_command_and_what_it_started(self):
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([os.path.join(harness.BUILD, "bin", "heddle"), "run", "--", self.program], cwd=self.directory,
                              env=self.environment(), check=False, stdin=subprocess.DEVNULL, stdout=write,
                              stderr=subprocess.PIPE, text=True, timeout=60)
        os.close(write)
        self.assertNotIn("bug in Heddle", done.stderr)
        self.assertNotEqual(done.returncode, 0)
        self.assertTrue(harness.wait_until(lambda: not harness.running(self.program)), "a process was left behind")

    def test_two_reports_do_not_share_a_file(self):
        self.expect(self.find("--html", "out", "--json", "./out"), 2, "--json and --html both write 'out'")
        self.expect(self.heddle("report", "--text", "out", "--sarif", "out"), 2, "--text and --sarif both write 'out'")
        self.assertFalse(os.path.exists(self.path("out")))
        self.expect(self.find("--html", "/dev/null", "--json", "/dev/null"), 1)

    def test_a_directory_is_no_file(self):
        os.mkdir(self.path("d.card"))
        for words in (["replay", "d.card"], ["explain", "d.card"]):
            self.expect(self.heddle(*words), 2, "cannot read the card 'd.card': it is not a regular file")
        self.expect(self.heddle("report", "d.card"), 2, "the directory 'd.card' holds no cards")
        self.expect(self.find("--suppressions", "d.card"), 2, "cannot read the suppressions 'd.card': Is a directory")
        self.expect(self.find("--baseline", "d.card"), 2, "cannot read the baseline 'd.card': Is a directory")
        self.expect(self.find("--html", "d.card"), 2, "cannot write 'd.card': Is a directory")

    def test_cards_that_cannot_be_written_do_not_hide_the_finding(self):
        for directory in ("/dev/null", "/proc/nowhere"):
            self.expect(self.find("--cards", directory), 1, "replay: not possible, no card was written",
                        f"cannot write the card '{directory}/")

    def test_a_card_is_checked(self):
        self.expect(self.find(), 1)
        with open(self.cards()[0], encoding="utf-8") as file:
            card = file.read()
        for name, contents in (("cut", card[:100]), ("empty", ""), ("other", "{}"), ("binary", "\0\1\2"), ("deep", "[" * 9999)):
            self.write(name + ".card", contents)
            for command in ("replay", "explain", "report"):
                self.expect(self.heddle(command, name + ".card"), 2, f"cannot read the card '{name}.card': the card is not usable")
        self.expect(self.heddle("replay", "nowhere.card"), 2, "cannot read the card 'nowhere.card': No such file")

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_what_may_not_be_read_is_said(self):
        self.expect(self.find(), 1)
        os.chmod(self.cards()[0], 0)
        self.expect(self.heddle("report"), 2, "Permission denied")
        os.chmod(self.path(".heddle"), 0)
        self.addCleanup(os.chmod, self.path(".heddle"), 0o755)
        self.expect(self.heddle("report"), 2, "cannot read the directory '.heddle': Permission denied")

    def test_a_source_that_is_not_utf8_is_quoted_as_valid_text(self):
        done = self.find("--html", "r.html", "--json", "r.json", "--sarif", "r.sarif", "--junit", "r.xml", "--trace", "r.trace")
        self.expect(done, 1, "assert(thread == 0);")
        for name in ("r.html", "r.json", "r.sarif", "r.xml", "r.trace"):
            with open(self.path(name), encoding="utf-8") as file:
                self.assertTrue(file.read())


if __name__ == "__main__":
    harness.main()
