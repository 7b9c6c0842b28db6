"""What the end-to-end tests share: a scratch directory, the command, and what it answered."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = ""


class CommandTest(unittest.TestCase):
    """Runs `heddle` in an empty directory of its own."""

    library = None  # HEDDLE_LIB_DIR, None for the real loom

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name

    def environment(self, **more):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HEDDLE_")}
        if self.library:
            environment["HEDDLE_LIB_DIR"] = os.path.join(BUILD, self.library)
        environment.update(more)
        return environment

    def heddle(self, *words, env=None, **more):
        """Runs the command; .status, .out and .err of the result."""
        more.setdefault("stdin", subprocess.DEVNULL if "input" not in more else None)
        done = subprocess.run([os.path.join(BUILD, "bin", "heddle"), *words], cwd=self.directory, check=False,
                              env=self.environment(**(env or {})), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=60, **{k: v for k, v in more.items() if v is not None})
        return done

    def start(self, *words):
        return subprocess.Popen([os.path.join(BUILD, "bin", "heddle"), *words], cwd=self.directory,
                                env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True)

    def run_json(self, *words, **more):
        """`heddle run` with a report; (result, report)."""
        done = self.heddle("run", "--json", "report.json", *words, **more)
        with open(os.path.join(self.directory, "report.json"), encoding="utf-8") as file:
            return done, json.load(file)

    def expect(self, done, status, *texts):
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, said)
        for text in texts:
            self.assertIn(text, said)

    def path(self, name):
        return os.path.join(self.directory, name)

    def cards(self):
        directory = self.path(".heddle")
        return sorted(os.path.join(directory, name) for name in os.listdir(directory)) if os.path.isdir(directory) else []

    def write(self, name, contents, mode=0o755):
        with open(self.path(name), "wb") as file:
            file.write(contents if isinstance(contents, bytes) else contents.encode())
        os.chmod(self.path(name), mode)
        return self.path(name)


def program(name):
    return os.path.join(BUILD, "tests", "e2e", name)


def running(word):
    """Processes with this word in their command line."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            with open(f"/proc/{entry}/cmdline", "rb") as file:
                if word.encode() in file.read().split(b"\0"):
                    found.append(int(entry))
        except OSError:
            pass
    return found


def wait_until(condition, seconds=15):
    """True as soon as the condition holds, False if it does not within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def main():
    global BUILD
    at = sys.argv.index("--build")
    BUILD = os.path.abspath(sys.argv[at + 1])
    del sys.argv[at : at + 2]
    unittest.main()
