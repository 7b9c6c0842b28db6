#!/usr/bin/env python3
"""Discipline, suggestion and harm: of the kernels of `heddle demo`, the right remedy, lock and line; kept in the card; shown by
`explain`, `replay` and `report` without running anything more; and nothing where it was not asked for."""

import json
import os
import subprocess
import unittest

import harness

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Kernel: remedy, and what the line of source at the suggested place must contain; "" if no place is asked for.
KERNELS = {
    "vsphere_property_read_as_reported": ("snapshot-under-lock", "object_lock_", "xml += "),
    "pegasus_meta_session_as_reported": ("hold-lock", "lock_", "return metas_;"),
    "olric_routing_table_as_reported": ("insert-after-exists", "", "this_ = "),
}


class RemediesTest(harness.CommandTest):
    def run_program(self, name, *options):
        program = os.path.join(harness.BUILD, "libexec", "heddle", "demo", name)
        command = [os.path.join(harness.BUILD, "bin", "heddle"), "run", "--json", "report.json", *options, "--", program]
        done = subprocess.run(command, cwd=self.directory, env=self.environment(), check=False, timeout=120,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        with open(self.path("report.json"), encoding="utf-8") as file:
            return json.load(file)["findings"][0], done.stdout

    @staticmethod
    def source_line(location):
        with open(location["file"], encoding="utf-8") as file:
            return file.read().split("\n")[location["line"] - 1]

    def test_kernels(self):
        for name, (remedy, lock, line) in KERNELS.items():
            with self.subTest(name):
                finding, text = self.run_program(name)
                suggestion = finding.get("suggestion", {})
                self.assertEqual(suggestion.get("remedy"), remedy, text)
                if lock:
                    self.assertIn(f"'{lock}'", suggestion["lock"])
                self.assertIn(line, self.source_line(suggestion["location"]))
                self.assertIn(f"suggestion: {remedy} (docs/remedies/{remedy}.md)", text)
                self.assertIn(suggestion["evidence"].split(",")[0][:40], text)
                self.check_counts(finding)

    def check_counts(self, finding):
        discipline, harm = finding["discipline"], finding["harm"]
        self.assertGreater(discipline["executions"], 0)
        self.assertLessEqual(discipline["executions"], 200)
        self.assertLessEqual(discipline["contended"], discipline["accesses"])
        for lock in discipline["locks"]:
            self.assertLessEqual(lock["held"], discipline["contended"])
        self.assertEqual(harm["executions"], discipline["executions"])
        self.assertLessEqual(harm["raced"], harm["executions"])

    def test_atomicity_kernels(self):
        for name, remedy in (("longhorn_replica_verify_as_reported", "insert-after-exists"),
                             ("crio_event_broadcast_as_reported", "signal-once")):
            with self.subTest(name):
                finding, text = self.run_program(name)
                self.assertEqual(finding.get("suggestion", {}).get("remedy"), remedy, text)
                self.assertNotIn("discipline", finding)

    def test_every_remedy_has_its_page(self):
        pages = os.path.join(ROOT, "docs", "remedies")
        with open(os.path.join(pages, "README.md"), encoding="utf-8") as file:
            overview = file.read()
        for page in os.listdir(pages):
            self.assertTrue(page == "README.md" or f"({page})" in overview, page)
        for remedy in {remedy for remedy, _, _ in KERNELS.values()}:
            self.assertTrue(os.path.exists(os.path.join(pages, remedy + ".md")), remedy)

    def test_the_card_keeps_it(self):
        finding, _ = self.run_program("vsphere_property_read_as_reported")
        heddle = os.path.join(harness.BUILD, "bin", "heddle")
        for command in (["explain"], ["replay"], ["report"]):
            done = subprocess.run([heddle, *command, finding["card"]], cwd=self.directory, env=self.environment(),
                                  check=False, timeout=60, stdin=subprocess.DEVNULL, capture_output=True, text=True)
            self.assertIn("suggestion: snapshot-under-lock", done.stdout, f"{command}: {done.stdout}{done.stderr}")
            self.assertIn("further execution", done.stdout)
        with open(self.path(finding["card"]), encoding="utf-8") as file:
            card = json.load(file)
        self.assertEqual(card["explanation"]["suggestion"], finding["suggestion"])
        self.assertEqual(card["explanation"]["discipline"], finding["discipline"])

    def test_nothing_unasked(self):
        finding, text = self.run_program("vsphere_property_read_as_reported", "--observe-time", "0")
        for key in ("discipline", "suggestion", "harm"):
            self.assertNotIn(key, finding)
        self.assertNotIn("suggestion", text)


if __name__ == "__main__":
    harness.main()
