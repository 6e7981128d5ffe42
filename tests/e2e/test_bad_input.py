"""Bad input: one clear line, the designed exit code, and what can be uploaded is uploaded."""
import json
import os
import unittest

from harness import FAILURE, Case, execution, junit, run, world

ONE = junit(("a", "VKMC-TC-1", ""))


class BadReports(Case):
    def setUp(self):
        super().setUp()
        self.start(world([execution(2720260, [run(1), run(2)])]))

    def expect(self, done, code, *words):
        self.assertEqual(done.code, code, done.out + done.err)
        for word in words:
            self.assertIn(word, done.out + done.err)

    def test_no_report_is_found_without_any_call(self):
        self.expect(self.upload("target/*.xml"), 3, "target/*.xml")
        self.assertEqual(self.requests(), [])
        self.expect(self.upload("--allow-empty", "target/*.xml"), 0)

    def test_only_old_reports_are_3_without_any_call(self):
        path = self.write("TEST-old.xml", ONE)
        # The clock of the tests stands at 2026-01-15T10:30:00Z.
        os.utime(path, (1768473000 - 7201, 1768473000 - 7201))
        done = self.upload("--newer-than", "2h", path)
        self.expect(
            done, 3, "all reports (1) are older than --newer-than (2026-01-15T08:30:00Z): did"
        )
        self.assertEqual(self.requests(), [])
        self.expect(self.upload("--newer-than", "2h", "--allow-empty", path), 0)
        self.expect(self.upload("--newer-than", "3h", path), 0)
        self.expect(self.upload("--newer-than", "soon", path), 2, "soon")

    def test_what_only_an_old_report_may_hold_is_not_missing(self):
        path = self.write("TEST-old.xml", junit(("a", "VKMC-TC-2", "")))
        os.utime(path, (1768473000 - 7201, 1768473000 - 7201))
        both = [self.write("TEST-a.xml", ONE), path]
        missing = ["--status", "missing=Blockiert"]
        done = self.upload(*missing, "--newer-than", "2h", *both)
        self.expect(done, 0)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "notrun"})
        self.assertEqual([row["key"] for row in done.json["left"]], ["VKMC-TC-2"])
        self.assertIn("too old", done.json["left"][0]["why"])
        self.expect(self.upload(*missing, *both[:1]), 0)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "blocked"})

    def test_a_named_report_that_is_missing(self):
        self.expect(self.upload("no/such.xml"), 4, "no/such.xml")

    def test_reports_without_tests(self):
        self.expect(self.upload(self.write("TEST-a.xml", '<testsuite name="s"/>')), 3)

    def test_bad_files_lose_nothing_else(self):
        self.write("TEST-good.xml", ONE)
        for name, content, reason in (
            ("TEST-empty.xml", "", "empty"),
            ("TEST-text.xml", "no XML at all", "not-a-report"),
            ("TEST-broken.xml", "<testsuite><testcase name='x'></testsuite>", "malformed"),
            ("TEST-bomb.xml", '<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>', "entity-expansion"),
        ):
            with self.subTest(name):
                self.write(name, content)
                done = self.upload("TEST-good.xml", name)
                self.expect(done, 4, name)
                self.assertEqual(self.statuses()[1001], "passed")
                errors = [row["error"] for row in done.json["reports"] if row["error"]]
                self.assertEqual([error["reason"] for error in errors], [reason])
                self.assertEqual(done.json["conclusion"], "partial")

    def test_a_truncated_report_keeps_its_completed_results(self):
        text = junit(("a", "VKMC-TC-1", ""), ("a", "VKMC-TC-2", FAILURE))
        done = self.upload(self.write("TEST-cut.xml", text[: text.index("<failure")]))
        self.expect(done, 4, "TEST-cut.xml")
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "notrun"})
        self.assertEqual(done.json["reports"][0]["error"]["reason"], "truncated")

    def test_salvage_can_be_off(self):
        text = junit(("a", "VKMC-TC-1", ""), ("a", "VKMC-TC-2", FAILURE))
        self.expect(self.upload("--salvage", "off", self.write("TEST-cut.xml", text[:-20])), 4)
        self.assertEqual(self.statuses(), {1001: "notrun", 1002: "notrun"})

    def test_xml_that_is_no_report_is_skipped_when_found_and_an_error_when_named(self):
        self.write("r/TEST-a.xml", ONE)
        self.write("r/failsafe-summary.xml", "<failsafe-summary/>")
        self.expect(self.upload("r/*.xml"), 0, "failsafe-summary.xml")
        self.expect(
            self.upload("r/TEST-a.xml", "r/failsafe-summary.xml"), 4, "failsafe-summary.xml"
        )

    def test_nothing_that_maps_is_a_failure(self):
        done = self.upload(self.write("TEST-a.xml", junit(("a", "unheard of", ""))))
        self.expect(done, 6)
        self.assertEqual(done.json["conclusion"], "failed")

    def test_unmapped_tests_can_be_a_failure(self):
        report = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", ""), ("a", "unheard of", "")))
        self.expect(self.upload(report), 0)
        self.expect(self.upload("--fail-on-unmapped", report), 6)
        self.expect(self.upload("--fail-on-unmapped=1", report), 0)
        self.expect(self.upload("--fail-on-missing", report), 6)

    def test_a_suite_that_died_before_its_tests_is_not_green(self):
        report = self.write(
            "TEST-a.xml",
            '<testsuites><testsuite name="dead"><error message="no DB"/>'
            '</testsuite><testsuite name="ok"><testcase classname="a" name="VKMC-TC-1"/>'
            "</testsuite></testsuites>",
        )
        self.expect(self.upload(report), 4, "dead")
        self.assertEqual(self.statuses()[1001], "passed")


class BadTargets(Case):
    def expect(self, description, arguments, code, *words, env=None):
        self.start(description)
        done = self.qmetry("upload", *arguments, self.write("TEST-a.xml", ONE), env=env)
        self.assertEqual(done.code, code, done.out + done.err)
        for word in words:
            self.assertIn(word, done.out + done.err)
        self.assertEqual(self.bulk(), [])

    def two(self):
        return world(
            [
                execution(2720260, [run(1)], "Chrome"),
                execution(2720261, [run(1, tcRunID=2001)], "Firefox"),
            ]
        )

    def test_unknown_suite(self):
        self.expect(self.two(), ["--suite", "VKMC-TS-99"], 9, "VKMC-TS-99")

    def test_a_suite_key_in_small_letters_is_asked_for_once_more(self):
        self.start(world([execution(2720260, [run(1)])]))
        report = self.write("TEST-a.xml", ONE)
        self.qmetry("upload", "--suite", "vkmc-ts-20", report, code=0)
        self.assertEqual(self.statuses(), {1001: "passed"})
        done = self.qmetry("upload", "--suite", "VKMC-TS-20,vkmc-ts-99", report, code=9)
        self.assertIn("vkmc-ts-99", done.out + done.err)
        self.assertEqual(
            [
                json.loads(row["body"]["filter"])[0]["value"]
                for row in self.requests("qmetry_fetch_test_suites")
            ],
            ["vkmc-ts-20", "VKMC-TS-20", "VKMC-TS-20,vkmc-ts-99", "VKMC-TS-99"],
        )

    def test_unknown_platform_lists_those_there_are(self):
        self.expect(
            self.two(),
            ["--suite", "VKMC-TS-20", "--platform", "Chrom"],
            9,
            "Chrom",
            "Chrome",
            "Firefox",
        )

    def test_several_executions_and_no_choice(self):
        self.expect(
            self.two(), ["--suite", "VKMC-TS-20"], 9, "Chrome", "Firefox", "--platform", "2720260"
        )

    def test_unknown_build(self):
        self.expect(
            self.two(),
            ["--suite", "VKMC-TS-20", "--platform", "Chrome", "--build", "1.4"],
            9,
            "1.4",
            "1.4.0",
        )

    def test_archived_build(self):
        self.expect(
            self.two(),
            ["--suite", "VKMC-TS-20", "--platform", "Chrome", "--build", "0.9"],
            9,
            "0.9",
            "archived",
        )

    def test_unknown_status(self):
        self.expect(
            self.two(),
            ["--suite", "VKMC-TS-20", "--platform", "Chrome", "--status", "failed=Rot"],
            9,
            "Rot",
            "Fehlgeschlagen",
        )

    def test_unknown_suite_run(self):
        self.expect(self.two(), ["--suite-run", "4711"], 9, "4711")

    def test_a_suite_run_that_is_not_of_the_suite(self):
        named = ["--suite", "VKMC-TS-20", "--suite-run", "2720260,4711"]
        self.expect(self.two(), named, 9, "4711", "--suite-run")

    def test_a_suite_run_on_another_platform(self):
        named = ["--suite", "VKMC-TS-20", "--suite-run", "2720260"]
        self.expect(self.two(), named + ["--platform", "Firefox"], 9, "platform and suite-run")

    def test_unknown_project(self):
        self.expect(self.two(), ["--suite", "VKMC-TS-20", "--project", "NOPE"], 9, "NOPE")

    def test_a_wrong_key(self):
        self.expect(
            self.two(),
            ["--suite", "VKMC-TS-20"],
            5,
            "QMETRY_API_KEY",
            env={"QMETRY_API_KEY": "wrong-one"},
        )

    def test_no_key(self):
        self.expect(
            self.two(), ["--suite", "VKMC-TS-20"], 5, "QMETRY_API_KEY", env={"QMETRY_API_KEY": ""}
        )

    def test_a_key_that_may_only_read(self):
        description = self.two()
        description["keys"] = [{"key": "reader", "role": "readonly"}]
        self.start(description)
        done = self.qmetry(
            "upload",
            "--suite",
            "VKMC-TS-20",
            "--platform",
            "Chrome",
            self.write("TEST-a.xml", ONE),
            env={"QMETRY_API_KEY": "reader"},
        )
        self.assertEqual(done.code, 5, done.out + done.err)
        self.assertEqual(self.statuses(), {1001: "notrun"})


class BadSettings(Case):
    def expect(self, arguments, code, *words, env=None):
        done = self.qmetry(*arguments, env=env)
        self.assertEqual(done.code, code, done.out + done.err)
        for word in words:
            self.assertIn(word, done.err)

    def test_misspelt_options_and_commands_name_the_nearest(self):
        self.expect(["upload", "--platfrom", "x"], 2, "--platfrom", "--platform")
        self.expect(["uplaod"], 2, "uplaod", "upload")

    def test_values_out_of_range(self):
        self.expect(["upload", "--batch-size", "0"], 2, "--batch-size")
        self.expect(["upload", "--max-wait", "soon"], 2, "--max-wait")
        self.expect(["upload", "--on-limit", "cry"], 2, "--on-limit", "wait", "stop")
        self.expect(["upload", "--status", "green=Passed"], 2, "green")

    def test_no_project_and_no_suite(self):
        self.expect(["upload"], 2, "--project", env={"QMETRY_PROJECT": None})
        self.expect(["upload"], 2, "--suite")

    def test_what_does_not_choose_anything(self):
        self.expect(["upload", "--suite", ","], 2, "--suite")
        self.expect(["upload", "--suite-run", "abc"], 2, "--suite-run", "abc")
        for option in ("--platform", "--release", "--cycle"):
            self.expect(["upload", "--suite-run", "1", option, "x"], 2, option, "--suite")

    def test_keys_are_not_taken_from_the_command_line(self):
        done = self.qmetry("upload", "--api-key", "12345-from-argv")
        self.assertEqual(done.code, 2)
        self.assertIn("QMETRY_API_KEY", done.err)
        self.assertNotIn("12345-from-argv", done.err)

    def test_urls_that_leak(self):
        self.expect(
            ["upload", "--suite", "A-TS-1", "--url", "https://user:pw@example.com"], 2, "--url"
        )
        self.expect(
            ["upload", "--suite", "A-TS-1", "--url", "http://qmetry.example.com"], 2, "--allow-http"
        )
        self.expect(
            ["upload", "--suite", "A-TS-1", "--url", "ftp://qmetry.example.com"], 2, "--url"
        )

    def test_who_asks_for_json_gets_it(self):
        for arguments in (
            ["upload", "--format", "json", "--batch-size", "0"],
            ["upload", "--batch-size", "0", "--format=json"],
            ["plan", "--format", "json"],
            ["parse", "--salvage", "some", "--format", "json"],
            ["uplaod", "--format", "json"],
        ):
            with self.subTest(arguments):
                done = self.qmetry(*arguments, code=2)
                self.assertEqual(done.json["conclusion"], "failed")
                self.assertEqual([row["code"] for row in done.json["reasons"]], [2])
                self.assertIn(done.json["reasons"][0]["text"], done.err)
        done = self.qmetry("upload", "--batch-size", "0", env={"QMETRY_FORMAT": "json"}, code=2)
        self.assertEqual(done.json["conclusion"], "failed")

    def test_a_variable_that_was_meant_to_be_a_setting_is_told(self):
        report = self.write("TEST-a.xml", ONE)
        strays = {"QMETRY_PLATFROM": "Chrome", "QMETRY_batch_size": "1", "QMETRY_SUTE": ""}
        done = self.qmetry("parse", report, env=strays, code=0)
        for name, meant in (
            ("QMETRY_PLATFROM", "QMETRY_PLATFORM"),
            ("QMETRY_batch_size", "QMETRY_BATCH_SIZE"),
            ("QMETRY_SUTE", "QMETRY_SUITE"),
        ):
            line = "warning: %s is no setting and does nothing; did you mean %s?\n" % (name, meant)
            self.assertIn(line, done.err)
        # What others may have, and what we have of our own.
        names = "RESULT_CONCLUSION HOME API_KEY_FILE USERNAME_FILE PASSWORD_FILE X SERVER RUN API"
        names += " STATE_PASSWORD STATE_PASSWORD_FILE CLIENT_KEY_PASSWORD CLIENT_KEY_PASSWORD_FILE"
        others = {"QMETRY_" + name: "" for name in names.split()}
        self.assertEqual(self.qmetry("parse", report, env=others, code=0).err, "")

    def test_options_of_other_tools_lead_to_ours(self):
        for option, hint in (
            ("--dry-run", "qmetry-ci plan shows what upload would send"),
            ("--file=a.xml", "reports are named without an option"),
            ("-f", "reports are named without an option"),
            ("--exclude", "'!PATTERN' among the reports excludes"),
            ("--insecure", "--cacert FILE trusts a certificate"),
            ("--json", "--format json"),
            ("--host", "--url URL"),
            ("--silent", "--quiet"),
        ):
            with self.subTest(option):
                done = self.qmetry("upload", "--suite", "A-TS-1", option, code=2)
                name = option.split("=")[0]
                self.assertIn("unknown option %s: %s (see" % (name, hint), done.err)

    def test_codes_of_soft_fail_want_an_equals_sign(self):
        report = self.write("TEST-a.xml", ONE)
        arguments = ["upload", "--suite", "A-TS-1", "--soft-fail", "1,7", report]
        self.expect(arguments, 2, "--soft-fail=1,7")

    def test_a_project_that_cannot_be_sent(self):
        report = self.write("TEST-a.xml", ONE)
        self.expect(["upload", "--suite", "A-TS-1", "--project", "A\nB", report], 2, "--project")

    def test_server_down(self):
        report = self.write("TEST-a.xml", ONE)
        # Port 1 is reserved and nobody listens there.
        done = self.qmetry(
            "upload",
            "--suite",
            "VKMC-TS-20",
            "--url",
            "http://127.0.0.1:1",
            "--outage",
            "0",
            "--state",
            "memory",
            report,
            program="qmetry-ci",
        )
        self.assertEqual(done.code, 10, done.out + done.err)
        self.assertIn("127.0.0.1", done.out + done.err)

    def test_policy_files(self):
        report = self.write("TEST-a.xml", ONE)
        arguments = [
            "upload",
            "--suite",
            "VKMC-TS-20",
            "--url",
            "http://127.0.0.1:1",
            report,
            "--policy",
        ]
        self.expect(arguments + ["missing.yaml"], 2, "missing.yaml")
        self.write("broken.yaml", "tools: [1, 2\n")
        self.expect(arguments + ["broken.yaml"], 2, "broken.yaml:")
        self.write("wrong.yaml", 'version: "7"\ntools: {}\n')
        self.expect(arguments + ["wrong.yaml"], 2, "wrong.yaml", 'version must be "1"')

    def test_a_configuration_file(self):
        report = self.write("TEST-a.xml", ONE)
        self.write("qmetry-ci.yaml", "platfrom: x\n")
        self.expect(["upload", report], 2, "qmetry-ci.yaml:1:1", "platform")
        self.write("qmetry-ci.yaml", "url: https://evil.example.com\n")
        self.expect(["upload", "--suite", "A-TS-1", report], 2, "url", "CI", env={"CI": "true"})
        self.write("qmetry-ci.yaml", "api-key: abc\n")
        self.expect(["upload", report], 2, "QMETRY_API_KEY")


if __name__ == "__main__":
    unittest.main()
