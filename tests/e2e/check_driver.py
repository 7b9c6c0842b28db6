#!/usr/bin/env python3
"""The driver against a stand-in for the loom (fake_loom.cc): budgets, jobs, findings, cards, and every way to fail."""

import json
import os
import signal
import subprocess
import time
import unittest

import harness
from harness import program, running, wait_until


class DriverTest(harness.CommandTest):
    library = "tests/e2e/fake"


class Exploring(DriverTest):
    def test_nothing_found_is_status_0(self):
        done, report = self.run_json("--schedules", "200", "--", program("choosy"))
        self.expect(done, 0)
        self.assertEqual(report["executions"], 200)
        self.assertEqual(report["findings"], [])
        self.assertEqual(self.cards(), [])

    def test_the_report_has_the_promised_members(self):
        _, report = self.run_json("--schedules", "50", "--seed", "9", "--", program("choosy"), "7", "1")
        self.assertEqual(report["version"], 1)
        self.assertEqual(report["program"], [program("choosy"), "7", "1"])
        self.assertEqual(report["strategy"], "portfolio")
        self.assertEqual(report["seed"], 9)
        for name in ("executions", "seconds", "executions_per_second", "decisions", "exhausted", "uncontrolled"):
            self.assertIn(name, report)
        for name in ("id", "verdict", "summary", "first_execution", "card", "threads"):
            self.assertIn(name, report["findings"][0])

    def test_the_lowest_finding_wins_with_any_number_of_jobs(self):
        for jobs in ("1", "2", "3", "5"):
            done, report = self.run_json("--jobs", jobs, "--schedules", "500", "--", program("choosy"), "57", "1", "38", "1")
            self.expect(done, 1)
            self.assertEqual(report["findings"][0]["first_execution"], 38)

    def test_every_number_is_explored_once(self):
        for jobs in ("1", "3"):
            done = self.heddle("run", "--jobs", jobs, "--schedules", "20", "--output", "show", "--", program("choosy"))
            said = sorted(line for line in done.stdout.splitlines() if line.startswith("choice "))
            self.assertEqual(said, sorted(f"choice {i}" for i in range(20)))

    def test_keep_going_merges_equal_findings(self):
        done, report = self.run_json("--keep-going", "--schedules", "200", "--", program("choosy"), "5", "1", "6", "1")
        self.expect(done, 1)
        self.assertEqual(len(report["findings"]), 1)
        self.assertEqual(report["findings"][0]["count"], 2)
        self.assertEqual(report["findings"][0]["first_execution"], 5)
        self.assertEqual(report["executions"], 200)

    def test_verdicts_that_are_not_wanted_are_no_findings(self):
        self.expect(self.heddle("run", "--schedules", "100", "--no-detect", "exit-status", "--", program("choosy"), "all", "1"), 0)

    def test_the_time_budget_ends_the_run(self):
        begin = time.monotonic()
        self.expect(self.heddle("run", "--time", "500ms", "--", program("choosy")), 0)
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_program_without_decisions_is_said_to_be_exhausted(self):
        done, report = self.run_json("--", program("choosy"), env={"FAKE_NO_DECISION": "1"})
        self.expect(done, 0, "made no decision")
        self.assertTrue(report["exhausted"])
        self.assertLess(report["executions"], 100)

    def check_input(self, **feed):
        done = self.heddle("run", "--jobs", "2", "--schedules", "6", "--output", "show", "--", program("choosy"), "cat", **feed)
        self.expect(done, 0)
        self.assertEqual(done.stdout.count("the input\n"), 6)
        self.assertNotIn("skipped", done.stdout)

    def test_every_execution_reads_the_same_input(self):
        self.check_input(input="the input\n")
        with open(self.write("input", "skipped\nthe input\n"), "rb", buffering=0) as file:
            file.seek(len("skipped\n"))
            self.check_input(stdin=file)
        with open(self.write("input", "the input\n"), "rb", buffering=0) as file:
            self.check_input(stdin=file)

    def test_output_of_the_finding_is_shown_unless_hidden(self):
        words = ("--schedules", "20", "--", program("choosy"), "7", "1")
        self.assertIn("choice 7", self.heddle("run", *words).stdout)
        self.assertNotIn("choice 7", self.heddle("run", "--output", "hide", *words).stdout)

    def test_options_come_from_the_environment_too(self):
        done, report = self.run_json("--", program("choosy"), env={"HEDDLE_OPTIONS": "--schedules 30 --seed=4"})
        self.expect(done, 0)
        self.assertEqual((report["executions"], report["seed"]), (30, 4))


class Failing(DriverTest):
    def test_a_loom_that_never_answers_is_ended(self):
        done = self.heddle("run", "--schedules", "50", "--hang-timeout", "100ms", "--", program("choosy"), "7", "40", "unique-hang")
        self.expect(done, 3, "did not move")
        self.assertEqual(running("unique-hang"), [])

    def test_a_loom_that_dies_is_a_bug_and_says_how(self):
        self.expect(self.heddle("run", "--schedules", "50", "--", program("choosy"), "7", "41"), 3, "signal 11", "choice 7")

    def test_a_refusal_is_passed_on(self):
        self.expect(self.heddle("run", "--schedules", "50", "--", program("choosy"), "7", "43"), 4, "the stand-in refuses")

    def test_findings_survive_a_later_failure(self):
        done = self.heddle("run", "--jobs", "1", "--keep-going", "--schedules", "50", "--", program("choosy"), "7", "1", "9", "41")
        self.expect(done, 1, "exit status 1", "ended early")

    def test_nondeterminism_is_a_note_or_on_request_a_finding(self):
        words = ("--schedules", "50", "--", program("choosy"), "all", "42")
        self.expect(self.heddle("run", *words), 0, "nondeterminism: execution 0 ran differently")
        self.expect(self.heddle("run", "--detect", "nondeterminism", *words), 1)

    def test_ctrl_c_ends_the_run_with_a_report(self):
        for wish in (signal.SIGINT, signal.SIGTERM):
            run = self.start("run", "--time", "60s", "--", program("choosy"), "-1", "0", "unique-interrupt")
            self.assertTrue(wait_until(lambda: len(running("unique-interrupt")) >= 2))
            time.sleep(0.3)
            run.send_signal(wish)
            said = run.communicate(timeout=20)[0]
            self.assertEqual(run.returncode, 0, said)
            self.assertIn("interrupted", said)
            self.assertEqual(running("unique-interrupt"), [])

    def test_looms_die_with_a_killed_driver(self):
        run = self.start("run", "--time", "60s", "--", program("choosy"), "-1", "0", "unique-orphan")
        self.assertTrue(wait_until(lambda: len(running("unique-orphan")) >= 2))
        run.kill()
        run.communicate()
        self.assertTrue(wait_until(lambda: not running("unique-orphan")))


class BadInput(DriverTest):
    def test_bad_usage_is_status_2_with_a_hint(self):
        for words, text in (
            ((), "Commands"),
            (("rn",), "did you mean `heddle run`"),
            (("--bogus",), "unknown option '--bogus'"),
            (("run",), "no program was named"),
            (("run", "--shedules", "5", "--", "./a"), "did you mean --schedules"),
            (("run", "--schedules"), "--schedules"),
            (("run", "--schedules", "many", "--", "./a"), "'many' is not a count"),
            (("run", "--strategy", "best", "--", "./a"), "unknown strategy 'best'"),
            (("run", "--", "./missing"), "No such file"),
            (("run", "--", "missing-program"), "PATH"),
            (("run", "--", "/"), "directory"),
            (("replay",), "card"),
            (("replay", "missing.card"), "No such file"),
            (("replay", "--bogus", "a.card"), "unknown option"),
            (("demo", "extra"), "unexpected argument"),
        ):
            with self.subTest(words=words):
                self.expect(self.heddle(*words), 2, text)

    def test_programs_that_cannot_be_taken_over_are_refused(self):
        self.expect(self.heddle("run", "--", self.write("text", "hello")), 2, "not an ELF program")
        self.expect(self.heddle("run", "--", self.write("data", "hello", 0o644)), 2, "not executable")
        self.expect(self.heddle("run", "--", self.write("script", "#!/bin/sh\nexit 0\n")), 2, "script", "/bin/sh")
        with open(program("choosy"), "rb") as file:
            image = bytearray(file.read())
        image[18:20] = (183).to_bytes(2, "little") if image[18] == 62 else (62).to_bytes(2, "little")
        self.expect(self.heddle("run", "--", self.write("foreign", bytes(image))), 2, "program (ELF machine")
        self.expect(self.heddle("run", "--", program("choosy_static")), 4, "statically linked", "dynamically")

    def test_a_program_that_ends_before_main_is_shown_with_its_output(self):
        self.expect(self.heddle("run", "--", program("before_main")), 2, "status 7", "before main", "said before main")

    def test_a_program_that_does_not_reach_main_in_time_is_given_up(self):
        done = self.heddle("run", "--start-timeout", "300ms", "--", program("before_main"), env={"SLOW": "1"})
        self.expect(done, 2, "did not reach main in time", "said before main")

    def test_missing_parts_of_heddle_are_named(self):
        self.expect(self.heddle("run", "--", program("choosy"), env={"HEDDLE_LIB_DIR": "/nonexistent"}), 2, "/nonexistent/libheddle.so")

    def test_a_report_that_cannot_be_written_is_said(self):
        self.expect(self.heddle("run", "--schedules", "5", "--json", "/nonexistent/r.json", "--", program("choosy")), 2, "/nonexistent/r.json")
        done = self.heddle("run", "--schedules", "20", "--cards", "/proc/nowhere", "--", program("choosy"), "7", "1")
        self.expect(done, 1, "cannot write the card")


class Replaying(DriverTest):
    def record(self, *words):
        self.expect(self.heddle("run", "--schedules", "100", "--", *words), 1)
        return self.cards()[0]

    def test_a_card_reproduces_its_finding(self):
        card = self.record(program("choosy"), "37", "1")
        done = self.heddle("replay", card, "--json", "replay.json")
        self.expect(done, 1, "exit status 1", "choice 37")
        with open(self.path("replay.json"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["findings"][0]["verdict"], "exit-status")
        self.assertNotIn("differs", done.stdout + done.stderr)

    def test_a_repaired_program_passes(self):
        card = self.record(program("choosy"), "37", "1")
        with open(card, encoding="utf-8") as file:
            contents = json.load(file)
        contents["program"]["argv"] = [program("choosy")]
        self.write("repaired.card", json.dumps(contents))
        self.expect(self.heddle("replay", "repaired.card"), 0, "did not appear")

    def test_another_build_and_another_input_are_noted(self):
        card = self.record(program("choosy"), "37", "1")
        with open(card, encoding="utf-8") as file:
            contents = json.load(file)
        contents["program"]["build_id"] = "00"
        self.write("other.card", json.dumps(contents))
        self.expect(self.heddle("replay", "other.card", input="something"), 1, "another build", "standard input")

    def test_damaged_cards_are_refused(self):
        card = self.record(program("choosy"), "37", "1")
        with open(card, encoding="utf-8") as file:
            text = file.read()
        hostile = json.loads(text)
        hostile["schedule"] = "T0*4294967295"
        unknown = json.loads(text)
        unknown["version"] = 99
        for name, contents, said in (
            ("empty", "", "no complete JSON"),
            ("truncated", text[: len(text) // 2], "no complete JSON"),
            ("list", "[1]", "no JSON object"),
            ("deep", "[" * 100000, "nested too deeply"),
            ("hostile", json.dumps(hostile), "longer than"),
            ("unknown", json.dumps(unknown), "version 99"),
            ("binary", bytes(range(256)), "card"),
        ):
            with self.subTest(name=name):
                self.expect(self.heddle("replay", self.write(name + ".card", contents)), 2, said)

    def test_a_program_that_is_gone_is_named(self):
        card = self.record(program("choosy"), "37", "1")
        with open(card, encoding="utf-8") as file:
            contents = json.load(file)
        contents["program"]["path"] = "/nonexistent/program"
        self.write("gone.card", json.dumps(contents))
        self.expect(self.heddle("replay", "gone.card"), 2, "/nonexistent/program", "--program")
        self.expect(self.heddle("replay", "gone.card", "--program", program("choosy")), 1)


class Compiling(DriverTest):
    def test_the_wrapper_hands_on_what_it_was_given(self):
        echo = self.write("my-clang++", '#!/bin/sh\nprintf "%s\\n" "$@"\n')
        done = self.heddle("c++", f"--heddle-compiler={echo}", "a b.cc", "-o", "a")
        self.expect(done, 0)
        words = done.stdout.splitlines()
        self.assertEqual(words[:2], ["-fsanitize=thread", "-g"])
        self.assertIn("a b.cc", words)
        self.assertIn("-fno-sanitize-link-runtime", words)
        self.expect(self.heddle("c++", "a.cc", env={"HEDDLE_CXX": "no-such-compiler"}), 2, "no-such-compiler")
        self.expect(self.heddle("cc"), 2, "heddle cc")


if __name__ == "__main__":
    harness.main()
