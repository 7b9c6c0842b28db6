#!/usr/bin/env python3
"""The renderings of a report, made by the command and read by what reads them: SARIF by the rules of its specification, JUnit
by an XML parser, traces by the rules of the trace event format.

    tests/e2e/check_reports.py --build build
"""

import json
import os
import re
import subprocess
import sys
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree

sys.dont_write_bytecode = True  # Keeps __pycache__ out of the source tree.
import harness  # noqa: E402

RACE = """
#include <mutex>
#include <thread>
std::mutex mutex;
bool configured = false;
int level = 0;
void Configure() {
  level = 2;
  std::lock_guard lock(mutex);
  configured = true;
}
void ApplyDefault() {
  std::unique_lock lock(mutex);
  if (configured) return;
  lock.unlock();
  level = 1;
}
int main() {
  std::thread first(Configure), second(ApplyDefault);
  first.join();
  second.join();
}
"""

TESTS = """
#include <gtest/gtest.h>
#include <thread>
TEST(Counter, Holds) {
  int local = 0;
  std::thread other([&] { local = 1; });
  other.join();
  EXPECT_EQ(local, 1);
}
TEST(Counter, Races) {
  int shared = 0;
  std::thread other([&] { ++shared; });
  ++shared;
  other.join();
}
"""

LEVELS = {"none", "note", "warning", "error"}
IMPORTANCES = {"important", "essential", "unimportant"}

# What the specification of SARIF 2.1.0 allows in the objects that Heddle writes: property -> type or rule.
SHAPES = {
    "sarifLog": {"$schema": str, "version": str, "runs": ["run"]},
    "run": {"tool": "tool", "columnKind": str, "invocations": ["invocation"], "results": ["result"],
            "originalUriBaseIds": {"artifactLocation"}},
    "tool": {"driver": "toolComponent"},
    "toolComponent": {"name": str, "version": str, "rules": ["reportingDescriptor"]},
    "reportingDescriptor": {"id": str, "shortDescription": "message", "defaultConfiguration": "configuration"},
    "configuration": {"level": LEVELS},
    "invocation": {"executionSuccessful": bool, "arguments": [str], "commandLine": str, "properties": dict,
                   "toolExecutionNotifications": ["notification"]},
    "notification": {"level": LEVELS, "message": "message"},
    "message": {"text": str},
    "result": {"ruleId": str, "ruleIndex": int, "level": LEVELS, "message": "message", "occurrenceCount": int,
               "partialFingerprints": dict, "provenance": "provenance", "properties": dict, "locations": ["location"],
               "relatedLocations": ["location"], "stacks": ["stack"], "codeFlows": ["codeFlow"]},
    "provenance": {"invocationIndex": int},
    "location": {"id": int, "physicalLocation": "physicalLocation", "logicalLocations": ["logicalLocation"],
                 "message": "message"},
    "physicalLocation": {"artifactLocation": "artifactLocation", "region": "region"},
    "artifactLocation": {"uri": str, "uriBaseId": str},
    "region": {"startLine": int, "startColumn": int},
    "logicalLocation": {"fullyQualifiedName": str, "kind": str},
    "stack": {"message": "message", "frames": ["stackFrame"]},
    "stackFrame": {"location": "location", "module": str, "threadId": int},
    "codeFlow": {"message": "message", "threadFlows": ["threadFlow"]},
    "threadFlow": {"id": str, "message": "message", "locations": ["threadFlowLocation"]},
    "threadFlowLocation": {"location": "location", "executionOrder": int, "importance": IMPORTANCES},
}
REQUIRED = {
    "sarifLog": ("version", "runs"), "run": ("tool",), "tool": ("driver",), "toolComponent": ("name",),
    "reportingDescriptor": ("id",), "invocation": ("executionSuccessful",), "notification": ("message",),
    "message": ("text",), "result": ("message", "locations"), "stack": ("frames",), "codeFlow": ("threadFlows",),
    "threadFlow": ("locations",), "region": ("startLine",), "artifactLocation": ("uri",),
}
NOT_EMPTY = {("codeFlow", "threadFlows"), ("threadFlow", "locations")}


def sarif_mistakes(value, shape="sarifLog", at="$"):
    """What in the object is not as the specification has it."""
    if not isinstance(value, dict):
        return [f"{at} is no object"]
    mistakes = [f"{at}.{name} is missing" for name in REQUIRED.get(shape, ()) if name not in value]
    for name, entry in value.items():
        rule = SHAPES[shape].get(name)
        here = f"{at}.{name}"
        if rule is None:
            mistakes.append(f"{here} is not a property of {shape}")
        elif isinstance(rule, str):
            mistakes += sarif_mistakes(entry, rule, here)
        elif isinstance(rule, list):
            if not isinstance(entry, list) or (not entry and (shape, name) in NOT_EMPTY):
                mistakes.append(f"{here} is no list, or empty")
                continue
            for index, item in enumerate(entry):
                if isinstance(rule[0], str):
                    mistakes += sarif_mistakes(item, rule[0], f"{here}[{index}]")
                elif not isinstance(item, rule[0]):
                    mistakes.append(f"{here}[{index}] is no {rule[0].__name__}")
        elif rule == {"artifactLocation"}:
            for key, item in entry.items():
                mistakes += sarif_mistakes(item, "artifactLocation", f"{here}.{key}")
        elif isinstance(rule, set):
            mistakes += [] if entry in rule else [f"{here} is '{entry}'"]
        elif not isinstance(entry, rule) or (rule is int and isinstance(entry, bool)):
            mistakes.append(f"{here} is no {rule.__name__}")
        elif rule is int and entry < (1 if name in ("startLine", "startColumn", "occurrenceCount") else 0):
            mistakes.append(f"{here} is {entry}")
    return mistakes


class ReportsTest(harness.CommandTest):
    @classmethod
    def setUpClass(cls):
        cls.race = cls.compile("race", RACE)
        cls.tests = cls.compile("tests", TESTS, "-lgtest", "-lgtest_main", "-lpthread")

    @classmethod
    def compile(cls, name, source, *libraries):
        directory = os.path.join(harness.BUILD, "tests", "e2e", "reports")
        os.makedirs(directory, exist_ok=True)
        path = os.path.join(directory, name)
        with open(path + ".cc", "w", encoding="utf-8") as file:
            file.write(source)
        subprocess.run(["g++", "-std=c++20", "-g", "-O1", "-fsanitize=thread", path + ".cc", "-o", path, *libraries],
                       check=True)
        return path

    def read_json(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)

    def check_sarif(self, name):
        sarif = self.read_json(name)
        self.assertEqual(sarif_mistakes(sarif), [])
        self.assertEqual(sarif["version"], "2.1.0")
        run = sarif["runs"][0]
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        self.assertEqual(len(set(rules)), len(rules))
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]], result["ruleId"])
            self.assertLess(result["provenance"]["invocationIndex"], len(run["invocations"]))
            orders = [step["executionOrder"] for flow in result["codeFlows"][1:] for thread in flow["threadFlows"]
                      for step in thread["locations"]]
            self.assertEqual(sorted(orders), list(range(1, len(orders) + 1)), "one order over all threads")
        for uri in re.findall(r'"uri": "([^"]*)"', json.dumps(sarif)):
            self.assertEqual(urllib.parse.urlparse(uri).geturl(), uri)
            self.assertRegex(uri, r"^[A-Za-z0-9._~:/+@%-]+$")
        return run

    def check_trace(self, name):
        events = self.read_json(name)["traceEvents"]
        for event in events:
            self.assertIn(event["ph"], "MXbesfi")
            self.assertIsInstance(event["pid"], int)
            self.assertIsInstance(event["tid"], int)
            if event["ph"] != "M":
                self.assertGreaterEqual(event["ts"], 0)
        for begins, ends in (("b", "e"), ("s", "f")):
            def ids(phase):
                return sorted(str(event["id"]) for event in events if event["ph"] == phase)
            self.assertEqual(ids(begins), ids(ends))
        return events

    def test_a_run_writes_all_forms(self):
        done = self.heddle("run", "--sarif", "r.sarif", "--junit", "r.xml", "--trace", "r.trace", "--annotate", "github", "--",
                           self.race, env={"GITHUB_WORKSPACE": os.path.dirname(self.race)})
        self.expect(done, 1)
        self.assertRegex(done.stdout, r"(?m)^::error file=race.cc,line=(8|16),col=\d+,title=Heddle%3A data-race-")
        self.assertRegex(done.stdout, r"(?m)^::notice file=race.cc,line=(8|16),")
        run = self.check_sarif("r.sarif")
        self.assertEqual(run["results"][0]["ruleId"], "data-race")
        place = run["results"][0]["locations"][0]["physicalLocation"]
        self.assertEqual(place["artifactLocation"], {"uri": "race.cc", "uriBaseId": "SRCROOT"})
        suite = ElementTree.parse(self.path("r.xml")).getroot().find("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("1", "1"))
        self.assertEqual(suite.find("testcase/failure").get("type"), "data-race")
        events = self.check_trace("r.trace")
        self.assertEqual(len([event for event in events if event.get("cat") == "finding"]), 2, "both accesses")

    def test_replay_writes_them_too(self):
        self.heddle("run", "--", self.race)
        done = self.heddle("replay", self.cards()[0], "--sarif", "r.sarif", "--junit", "r.xml", "--trace", "r.trace")
        self.expect(done, 1)
        self.check_sarif("r.sarif")
        self.check_trace("r.trace")
        self.assertEqual(ElementTree.parse(self.path("r.xml")).getroot().get("failures"), "1")

    def test_a_suite_is_one_report_with_a_case_per_test(self):
        done = self.heddle("run", "--gtest", "--schedules", "200", "--jobs", "1", "--sarif", "s.sarif", "--junit", "s.xml", "--trace",
                           "s.trace", "--", self.tests)
        self.expect(done, 1)
        cases = {case.get("name"): case for case in ElementTree.parse(self.path("s.xml")).getroot().iter("testcase")}
        self.assertEqual(sorted(cases), ["Holds", "Races"])
        self.assertEqual(cases["Holds"].get("classname"), "Counter")
        self.assertIsNone(cases["Holds"].find("failure"))
        self.assertIsNotNone(cases["Races"].find("failure"))
        run = self.check_sarif("s.sarif")
        self.assertEqual(len(run["invocations"]), 2)
        self.assertEqual([result["properties"]["case"] for result in run["results"]], ["Counter.Races"])
        self.assertTrue(any(event["ph"] == "X" for event in self.check_trace("s.trace")))

    def test_a_clean_run_is_a_clean_report(self):
        done = self.heddle("run", "--gtest", "--schedules", "20", "--sarif", "c.sarif", "--junit", "c.xml", "--annotate", "github",
                           "--", self.tests, "--gtest_filter=*Holds")
        self.expect(done, 0)
        self.assertNotIn("::", done.stdout.replace("::Counter", ""))
        self.assertEqual(self.check_sarif("c.sarif")["results"], [])
        self.assertEqual(ElementTree.parse(self.path("c.xml")).getroot().get("failures"), "0")

    def test_a_file_that_cannot_be_written_is_refused_before_the_run(self):
        for option in ("--sarif", "--junit", "--trace", "--json"):
            with self.subTest(option):
                done = self.heddle("run", option, "/nonexistent/report", "--", self.race)
                self.expect(done, 2, "cannot write '/nonexistent/report'", f"name another file with {option}")
                self.assertNotIn("summary", done.stdout)
        self.expect(self.heddle("run", "--sarif", ".", "--", self.race), 2, "Is a directory")

    def test_report_makes_any_form_from_the_directory_of_cards(self):
        self.heddle("run", "--", self.race)
        done = self.heddle("report", "--sarif", "r.sarif", "--junit", "r.xml", "--trace", "r.trace", "--json", "r.json", "--html",
                           "r.html", "--text", "r.txt")
        self.expect(done, 0)
        self.assertEqual(done.stdout, "")
        self.check_sarif("r.sarif")
        self.check_trace("r.trace")
        report = self.read_json("r.json")
        self.assertEqual((report["kind"], report["with_findings"]), ("cards", 1))
        with open(self.path("r.txt"), encoding="utf-8") as file:
            self.assertIn("data race on global 'level'", file.read())
        self.expect(self.heddle("report"), 0, "data race on global 'level'", "summary")
        self.expect(self.heddle("report", self.cards()[0]), 0, "data race on global 'level'")

    def test_report_renders_a_stored_result_without_its_program(self):
        self.heddle("run", "--json", "run.json", "--html", "first.html", "--", self.race)
        done = self.heddle("report", "run.json", "--junit", "r.xml", "--trace", "r.trace", "--html", "second.html")
        self.expect(done, 0)
        self.assertTrue(any(event["ph"] == "X" for event in self.check_trace("r.trace")))
        pages = []
        for name in ("first.html", "second.html"):
            with open(self.path(name), encoding="utf-8") as file:
                pages.append(file.read())
        self.assertEqual(pages[0], pages[1], "the stored report says all that the run did")

    def test_report_refuses_what_it_cannot_use(self):
        os.mkdir(self.path("empty"))
        self.expect(self.heddle("report"), 2, "there is no card or directory '.heddle'")
        self.expect(self.heddle("report", "empty"), 2, "the directory 'empty' holds no cards")
        self.expect(self.heddle("report", self.write("bad.card", "no card")), 2, "cannot read the card")
        self.expect(self.heddle("report", self.write("new.json", '{"version":9,"findings":[]}')), 2, "version 9")
        own = self.path("own")
        subprocess.run(["cp", self.race, own], check=True)
        self.heddle("run", "--", own)
        self.expect(self.heddle("report", "--html", "/nonexistent/x"), 2, "cannot write '/nonexistent/x'")
        subprocess.run(["cp", self.tests, own], check=True)
        self.expect(self.heddle("report"), 2, "is of another build of", "--program PATH")
        self.expect(self.heddle("report", "--program", self.race), 0, "data race on global 'level'")
        os.remove(own)
        self.expect(self.heddle("report"), 2, "cannot be replayed", "--program PATH")

    def test_clean_removes_cards_and_nothing_else(self):
        self.heddle("run", "--", self.race)
        self.write(".heddle/notes.txt", "mine")
        self.expect(self.heddle("clean"), 0, "removed 1 card")
        self.assertEqual([os.path.basename(path) for path in self.cards()], ["notes.txt"])
        self.expect(self.heddle("clean", "nowhere"), 2, "cannot read the directory 'nowhere'")

    def test_suppressed_findings_do_not_count_and_are_counted(self):
        rules = self.write("tsan.supp", "# from the build\nrace:Configure\nsignal:x\nleak:y\n")
        done, report = self.run_json("--suppressions", rules, "--schedules", "300", "--", self.race)
        self.expect(done, 0, "suppressed    1 finding", "by race:Configure", "'leak' is no kind that Heddle knows",
                    "no findings of the kind 'signal'")
        self.assertEqual(report["findings"], [])
        self.assertEqual([entry["rule"] for entry in report["suppressed"]], ["race:Configure"])
        self.assertEqual(report["executions"], 300, "a suppressed finding does not end the run")
        self.expect(self.heddle("run", "--", self.race, env={"HEDDLE_OPTIONS": f"suppressions={rules} schedules=50"}), 0,
                    "by race:Configure")
        other = self.write("other.supp", "race:Nobody\ndeadlock:Configure\n")
        self.expect(self.heddle("run", "--suppressions", other, "--", self.race), 1)
        self.expect(self.heddle("run", "--suppressions", "missing", "--", self.race), 2, "cannot read the suppressions 'missing'")

    def test_only_what_is_new_against_the_baseline_counts(self):
        self.expect(self.heddle("run", "--write-baseline", "base.json", "--", self.race), 1)
        done = self.heddle("run", "--baseline", "base.json", "--schedules", "100", "--", self.race)
        self.expect(done, 0, "suppressed    1 finding", "by baseline")
        self.write("base.json", '{"version":1,"findings":[{"id":"data-race-00000000"}]}')
        self.expect(self.heddle("run", "--baseline", "base.json", "--", self.race), 1)
        self.expect(self.heddle("run", "--baseline", "none.json", "--", self.race), 2, "cannot read the baseline", "--write-baseline")
        self.write("base.json", '[]')
        self.expect(self.heddle("run", "--baseline", "base.json", "--", self.race), 2, "cannot use the baseline")

    def test_a_suite_suppresses_in_each_of_its_tests(self):
        rules = self.write("rules", "race:Races\n")
        done = self.heddle("run", "--gtest", "--schedules", "50", "--suppressions", rules, "--", self.tests)
        self.expect(done, 0, "2 held, 0 with findings", "suppressed      1 finding")

    def test_the_check_of_sarif_can_fail(self):
        self.assertEqual(sarif_mistakes({"version": "2.1.0"}), ["$.runs is missing"])
        bad = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": 1}}, "surprise": 1}]}
        self.assertEqual(len(sarif_mistakes(bad)), 2)


if __name__ == "__main__":
    harness.main()
