#!/usr/bin/env python3
"""heddle demo: every planted bug is found and replayed, every fixed twin holds, and the JSON says so."""

import json
import os
import subprocess
import unittest

import harness


class DemoTest(harness.CommandTest):
    def demo(self, *options):
        """The report of a demonstration that ended well."""
        command = [os.path.join(harness.BUILD, "bin", "heddle"), "demo", "--json", "demo.json", *options]
        done = subprocess.run(command, cwd=self.directory, env=self.environment(), check=False, timeout=300,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.expect(done, 0, "All as expected.")
        with open(self.path("demo.json"), encoding="utf-8") as file:
            return json.load(file)

    def check_programs(self, programs):
        for program in programs:
            with self.subTest(program["name"]):
                self.assertTrue(program["as_expected"], program)
                self.assertGreater(program["executions"], 0)
                self.assertEqual(program["found"], program["expected"] != "none")
                self.assertEqual(program["replayed"], program["found"])

    def test_every_program_is_as_expected(self):
        report = self.demo()
        self.assertGreaterEqual(len(report["programs"]), 4)
        self.check_programs(report["programs"])
        for system in report["systems"]:
            with self.subTest(system["system"]):
                found, fixed = system["as_reported"], system["fixed"]
                self.assertTrue(found["replayed"])
                self.assertLess(found["seconds"], 10)
                self.assertTrue(os.path.exists(self.path(found["card"])), found["card"])
                self.assertEqual(fixed["findings"], 0)
                self.assertGreaterEqual(fixed["executions"], found["executions"])

    def test_the_kernels_are_as_expected(self):
        report = self.demo("--kernels")
        self.check_programs(report["programs"])
        self.assertEqual(len(report["programs"]), 10)
        self.assertEqual(report["systems"], [])


if __name__ == "__main__":
    harness.main()
