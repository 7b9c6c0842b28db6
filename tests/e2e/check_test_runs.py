#!/usr/bin/env python3
"""Whole test suites: `heddle run --gtest`, `--catch2` and `--ctest` list what the suites would run and explore each
test by itself, on programs built as users build theirs."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import harness
from harness import running, wait_until

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs")
ALL = [
    "AccountTest.Racy",
    "AccountTest.Sound",
    "TypedTest/std::pair<int-long>.Works",
    "TypedTest/int.Works",
    "Some/CountTest.Joins/0",
    "Some/CountTest.Joins/1",
]

CTEST = """
cmake_minimum_required(VERSION 3.20)
project(suite CXX)
enable_testing()
find_package(Threads REQUIRED)
link_libraries(Threads::Threads)
add_compile_options(-g -O1)
add_executable(racy racy.cc)
target_compile_options(racy PRIVATE -fsanitize=thread)
target_link_options(racy PRIVATE -fsanitize=thread)
add_executable(moody moody.cc)
add_executable(static_one moody.cc)
target_link_options(static_one PRIVATE -static)
add_test(NAME racy COMMAND racy)
add_test(NAME moody COMMAND moody "a b")
set_tests_properties(moody PROPERTIES ENVIRONMENT "MOOD=good;OTHER=x" WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/below")
add_test(NAME static COMMAND static_one)
add_test(NAME script COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/script.sh")
add_test(NAME unbuilt COMMAND not-there)
add_test(NAME fails COMMAND moody)
set_tests_properties(fails PROPERTIES WILL_FAIL TRUE)
add_test(NAME off COMMAND moody)
set_tests_properties(off PROPERTIES DISABLED TRUE)
"""

RACY = """
#include <thread>
int balance;
int main() {
  std::thread other([] { balance += 1; });
  balance += 2;
  other.join();
}
"""

# Ends well only where, how and with what its properties say.
MOODY = """
#include <cstdlib>
#include <cstring>
#include <thread>
#include <unistd.h>
int main(int argc, char** argv) {
  std::thread([] {}).join();
  char directory[4096];
  const char* mood = std::getenv("MOOD");
  const bool right = argc == 2 && std::strcmp(argv[1], "a b") == 0 && mood && std::strcmp(mood, "good") == 0 &&
                     getcwd(directory, sizeof(directory)) && std::strstr(directory, "/below");
  return right ? 0 : 1;
}
"""


def compiler():
    return next(name for name in ("g++-12", "g++") if shutil.which(name))


class SuiteTest(harness.CommandTest):
    source = ""
    libraries = ()

    @classmethod
    def setUpClass(cls):
        if not cls.source:
            return
        scratch = tempfile.TemporaryDirectory()
        cls.addClassCleanup(scratch.cleanup)
        cls.program = os.path.join(scratch.name, "suite")
        subprocess.run([compiler(), "-std=c++20", "-g", "-O1", "-fsanitize=thread", os.path.join(PROGRAMS, cls.source),
                        "-o", cls.program, *cls.libraries], check=True)

    def names_and_states(self, report):
        return {test["name"]: test["status"] for test in report["tests"]}


class GtestTest(SuiteTest):
    source = "suite_gtest.cc"
    libraries = ("-lgtest_main", "-lgtest", "-pthread")

    def run_suite(self, *options, arguments=(), **more):
        return self.run_json("--gtest", "--schedules", "20", *options, "--", self.program, *arguments, **more)

    def names(self, *options, **more):
        _, report = self.run_suite(*options, **more)
        return [test["name"] for test in report["tests"]]

    def test_each_test_is_explored_by_itself(self):
        done, report = self.run_suite()
        self.expect(done, 1, "[ FAIL ] AccountTest.Racy  data-race: ", "6 tests: 5 held, 1 with findings, 0 refused")
        self.assertEqual([test["name"] for test in report["tests"]], ALL)
        for test in report["tests"]:
            self.assertEqual(test["status"], "finding" if test["name"] == "AccountTest.Racy" else "held")
            self.assertIn(f"{test['name']}  ", done.stdout)
            self.assertNotIn("text", json.dumps(list(test["run"])))
        self.assertEqual(report["kind"], "gtest")
        self.assertEqual(report["executions"], sum(test["run"]["executions"] for test in report["tests"]))
        self.assertEqual(os.listdir(self.path(".heddle")), ["AccountTest.Racy"])

    def test_names_with_a_filters_own_characters_run_one_test(self):
        self.assertEqual(len(ALL), 6)
        _, report = self.run_suite("--output", "show", "--jobs", "1", arguments=("--gtest_filter=TypedTest*",))
        self.assertEqual(len(report["tests"]), 2)
        for test in report["tests"]:
            said = subprocess.run(test["run"]["program"], check=True, stdout=subprocess.PIPE, text=True).stdout
            self.assertIn("Running 1 test from 1 test suite", said)

    def test_the_replay_line_replays(self):
        done, _ = self.run_suite(arguments=("--gtest_filter=*Racy",))
        lines = re.findall(r"heddle replay (\S+)", done.stdout)
        self.assertTrue(lines)
        replay = self.heddle("replay", lines[0])
        self.expect(replay, 1, "data race")
        self.assertNotIn("differs", replay.stdout + replay.stderr)

    def test_filters_disabled_tests_and_shards_are_those_of_gtest(self):
        self.assertEqual(self.names(arguments=("--gtest_filter=Account*",)), ALL[:2])
        self.assertEqual(self.names(env={"GTEST_FILTER": "*Joins*"}), ALL[4:])
        shards = [self.names(env={"GTEST_TOTAL_SHARDS": "4", "GTEST_SHARD_INDEX": str(i)}) for i in range(4)]
        self.assertEqual(shards, [ALL[0::4], ALL[1::4], ALL[2::4], ALL[3::4]])
        done, report = self.run_suite(arguments=("--gtest_filter=*Broken", "--gtest_also_run_disabled_tests"))
        self.expect(done, 1)
        self.assertEqual(self.names_and_states(report), {"AccountTest.DISABLED_Broken": "finding"})

    def test_the_time_is_shared(self):
        begun = time.monotonic()
        done, report = self.run_json("--gtest", "--time", "2s", "--jobs", "2", "--", self.program,
                                     "--gtest_filter=-*Racy")
        self.expect(done, 0)
        self.assertLess(time.monotonic() - begun, 20)
        for test in report["tests"]:
            self.assertGreater(test["run"]["executions"], 0, test["name"])
            self.assertLess(test["run"]["seconds"], 10, test["name"])

    def test_an_interrupt_ends_the_tests_and_tells_what_was_found(self):
        run = self.start("run", "--gtest", "--schedules", "1M", "--jobs", "2", "--json", "report.json", "--",
                         self.program)
        try:
            # The first has ended with its finding, and a sound one is under way: it cannot end by itself.
            self.assertTrue(wait_until(lambda: running("--gtest_filter=AccountTest.Sound")))
            self.assertTrue(wait_until(lambda: os.path.isdir(self.path(".heddle"))))
            time.sleep(0.5)
            run.send_signal(signal.SIGINT)
            said, _ = run.communicate(timeout=30)
        finally:
            run.kill()
        self.assertEqual(run.returncode, 1, said)
        self.assertIn("interrupted", said)
        with open(self.path("report.json"), encoding="utf-8") as file:
            states = self.names_and_states(json.load(file))
        self.assertEqual(states["AccountTest.Racy"], "finding")
        self.assertIn("not-run", states.values())
        self.assertTrue(wait_until(lambda: not running(self.program)))

    def test_the_tests_die_with_the_command(self):
        run = self.start("run", "--gtest", "--schedules", "1M", "--jobs", "1", "--", self.program,
                         "--gtest_filter=*Sound")
        self.assertTrue(wait_until(lambda: running("--gtest_filter=AccountTest.Sound")))
        run.kill()
        run.communicate(timeout=30)
        self.assertTrue(wait_until(lambda: not running("--gtest_filter=AccountTest.Sound")))

    def test_options_in_the_environment_reach_each_test_once(self):
        done, report = self.run_json("--", self.program, env={
            "HEDDLE_OPTIONS": "--gtest --schedules 3 --no-detect data-race"})
        self.expect(done, 0, "6 tests: 6 held")
        self.assertEqual({test["run"]["executions"] for test in report["tests"]}, {3})

    def test_json_on_standard_output_stands_alone(self):
        done = self.heddle("run", "--gtest", "--schedules", "3", "--json", "-", "--", self.program)
        self.assertEqual(json.loads(done.stdout)["kind"], "gtest")
        self.assertIn("[ FAIL ]", done.stderr)

    def test_bad_usage_is_refused(self):
        for words, said in (
            (("--gtest", "--ctest", "."), "exclude each other"),
            (("--gtest",), "no program"),
            (("--gtest", "--", "./not-there"), "not-there"),
            (("--gtest", "--", "/bin/true"), "no GoogleTest"),
            (("--gtest", "--", "/bin/false"), "ended with status 1"),
            (("--gtest", "--", self.program, "--gtest_filter=Nothing"), "no GoogleTest tests"),
            (("--catch2", "--", "/bin/true"), "no Catch2"),
            (("--ctest", "not-there"), "not-there"),
            (("--ctest", "."), "CTestTestfile.cmake"),
            (("--ctest", ".", "--", self.program), "leave it out"),
        ):
            with self.subTest(words=words):
                self.expect(self.heddle("run", *words), 2, said)


@unittest.skipUnless(os.path.exists("/usr/include/catch2/catch.hpp"), "Catch2 2 is not installed")
class Catch2Test(SuiteTest):
    source = "suite_catch2.cc"
    libraries = ("-pthread",)

    def test_each_test_case_is_explored_by_itself(self):
        done, report = self.run_json("--catch2", "--schedules", "10", "--", self.program)
        self.expect(done, 1, "[ FAIL ] racy, with [brackets]  data-race: ")
        states = self.names_and_states(report)
        self.assertEqual(states.pop("racy, with [brackets]"), "finding")
        self.assertEqual(set(states), {'sound "quoted" \\ *', "[ begins oddly", "~negated", "-dash", "#hash",
                                       "exclude:nothing"})
        self.assertEqual(set(states.values()), {"held"})

    def test_a_specification_means_one_test_case(self):
        _, report = self.run_json("--catch2", "--schedules", "2", "--", self.program)
        for test in report["tests"]:
            listed = subprocess.run([self.program, "--list-test-names-only", test["run"]["program"][-1]], check=False,
                                    stdout=subprocess.PIPE, text=True).stdout.splitlines()
            self.assertEqual([name.strip('"') if name.startswith('"#') else name for name in listed], [test["name"]])

    def test_tags_choose(self):
        _, report = self.run_json("--catch2", "--schedules", "2", "--", self.program, "[threads]", "-s")
        self.assertEqual(len(report["tests"]), 2)
        for test in report["tests"]:
            self.assertNotIn("[threads]", test["run"]["program"])
            self.assertIn("-s", test["run"]["program"])


class Catch2Version3Test(SuiteTest):
    source = "suite_catch2_version3.cc"

    def test_each_test_case_is_explored_by_itself(self):
        done, report = self.run_json("--catch2", "--schedules", "20", "--", self.program, "[t]", "--reporter", "console")
        self.expect(done, 1)
        self.assertEqual(self.names_and_states(report), {"racy, & more": "finding", "sound": "held"})


class CtestTest(SuiteTest):
    def setUp(self):
        super().setUp()
        self.write("CMakeLists.txt", CTEST)
        self.write("racy.cc", RACY)
        self.write("moody.cc", MOODY)
        self.write("script.sh", "#!/bin/sh\nexit 0\n")
        os.mkdir(self.path("below"))
        for words in (("-S", ".", "-B", "build", f"-DCMAKE_CXX_COMPILER={compiler()}"), ("--build", "build")):
            subprocess.run(["cmake", *words], cwd=self.directory, check=True, stdout=subprocess.DEVNULL)

    def test_tests_of_a_build_directory(self):
        done, report = self.run_json("--ctest", "build", "--schedules", "20", "--env-keep", "HOME")
        self.expect(done, 1, "[ FAIL ] racy  data-race: ", "statically linked", "it is a script", "WILL_FAIL",
                    "6 tests: 1 held, 1 with findings, 4 refused")
        self.assertEqual(self.names_and_states(report), {
            "racy": "finding", "moody": "held", "static": "refused", "script": "refused", "unbuilt": "refused",
            "fails": "refused"})
        card = report["tests"][0]["run"]["findings"][0]["card"]
        self.expect(self.heddle("replay", card), 1, "data race")
        done, report = self.run_json("--ctest", "build", "--ctest-filter", "st.tic|scr", "--schedules", "20")
        self.expect(done, 4)
        self.assertEqual(sorted(self.names_and_states(report)), ["script", "static"])
        self.expect(self.heddle("run", "--ctest", "build", "--ctest-filter", "nothing"), 2, "whose names match 'nothing'")
        self.expect(self.heddle("run", "--ctest", "build", "--ctest-filter", "["), 2, "ctest cannot list")


if __name__ == "__main__":
    harness.main()
