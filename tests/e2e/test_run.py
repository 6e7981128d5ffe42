"""`run`: the tests first, then the upload of what they wrote."""
import os
import signal
import unittest

from harness import BIN, FAILURE, KEY, START_MS, Case, execution, junit, run, world

REPORT = junit(("C", "VKMC-TC-1", ""), ("C", "VKMC-TC-2", FAILURE))


class Run(Case):
    def setUp(self):
        super().setUp()
        self.start(world([execution(2720260, [run(1), run(2)])]))

    def run_tests(self, script, *arguments, **more):
        """`script` writes report.xml from the text in the file beside it."""
        self.write("new.xml", REPORT)
        options = ("run", "--suite", "VKMC-TS-20", *arguments, "rep*.xml")
        return self.qmetry(*options, "--", "sh", "-c", script, **more)

    def test_the_reports_of_the_command_are_uploaded(self):
        done = self.run_tests("echo testing; cp new.xml report.xml", code=0)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed"})
        self.assertEqual(done.out.splitlines()[0], "testing")

    def test_the_exit_code_of_failed_tests_counts_and_they_are_uploaded(self):
        self.run_tests("cp new.xml report.xml; exit 3", code=3)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed"})

    def test_the_uploads_exit_code_counts_where_the_tests_passed(self):
        self.run_tests("true", code=3)  # no report
        done = self.run_tests("exit 9", code=9)
        self.assertIn("the upload ended with 3 (", done.err)

    def test_keep_exit_code_is_the_commands_in_any_case(self):
        done = self.run_tests("true", "--keep-exit-code", code=0)
        self.assertIn("the upload ended with 3 (", done.err)

    def test_a_report_of_yesterday_is_not_uploaded(self):
        old = self.write("report.xml", REPORT)
        os.utime(old, (START_MS / 1000 - 2, START_MS / 1000 - 2))
        done = self.run_tests("true", code=3)
        self.assertEqual(self.bulk(), [])
        self.assertIn("report.xml", done.out + done.err)
        # The moment at which the command began.
        self.assertIn("older than --newer-than (2026-01-15T10:29:59Z): did the tests", done.out)

    def test_what_is_wrong_is_told_before_the_tests_run(self):
        for arguments in (
            ["run", "--suite", "VKMC-TS-20"],
            ["run", "--suite", "VKMC-TS-20", "--"],
            ["run", "--", "touch", "ran"],
            ["run", "--suite", "VKMC-TS-20", "--policy", "none.yaml", "--", "touch", "ran"],
        ):
            with self.subTest(arguments):
                self.qmetry(*arguments, code=2)
                self.assertFalse(os.path.exists(os.path.join(self.folder, "ran")))

    def test_tests_that_never_ran_are_no_success(self):
        for options in (["--no-such-option"], ["--retries", "x"]):
            self.qmetry("run", "--soft-fail=2", *options, "--", "touch", "ran", code=2)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "ran")))

    def test_without_a_key_the_tests_run_all_the_same(self):
        self.run_tests("exit 7", env={"QMETRY_API_KEY": None}, code=7)
        self.run_tests("cp new.xml report.xml", env={"QMETRY_API_KEY": None}, code=5)

    def test_the_command_gets_no_secret(self):
        secrets = {
            "QMETRY_USERNAME": "signer",
            "QMETRY_PASSWORD": "s1gn",
            "QMETRY_STATE_PASSWORD": "st4te",
            "QMETRY_RETRIES": "2",
        }
        self.run_tests("env >env.txt; cp new.xml report.xml", env=secrets)
        with open(os.path.join(self.folder, "env.txt"), encoding="utf-8") as file:
            seen = file.read()
        for secret in (KEY, "signer", "s1gn", "st4te"):
            self.assertNotIn(secret, seen)
        self.assertIn("QMETRY_RETRIES=2", seen)

    def test_the_command_has_our_standard_input(self):
        done = self.run_tests("cat >copy; cp new.xml report.xml", stdin="typed", code=0)
        self.assertIn("accepted", done.out)
        with open(os.path.join(self.folder, "copy"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "typed")

    def test_options_of_the_command_are_its_own(self):
        done = self.qmetry(
            "run", "--suite", "VKMC-TS-20", "--allow-empty", "--", "echo", "--url", "--", "-v"
        )
        self.assertEqual(done.out.splitlines()[0], "--url -- -v")

    def test_a_command_that_is_not_there_is_127(self):
        done = self.qmetry("run", "--suite", "VKMC-TS-20", "--", "no-such-command", code=127)
        self.assertIn('"no-such-command" cannot be started', done.err)

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "no /proc")
    def test_the_command_gets_signals_as_they_were(self):
        self.run_tests("grep SigIgn /proc/self/status >signals; cp new.xml report.xml")
        with open(os.path.join(self.folder, "signals"), encoding="utf-8") as file:
            ignored = int(file.read().split()[1], 16)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            self.assertFalse(ignored >> (number - 1) & 1, number)

    def test_a_signal_to_us_counts_where_the_command_ends_well(self):
        script = "trap 'exit 0' TERM; echo ready; while :; do sleep 0.01; done"
        process = self.launch("run", "--suite", "VKMC-TS-20", "--", "sh", "-c", script)
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)

    def test_a_command_that_a_signal_ended_is_128_and_more(self):
        self.run_tests("cp new.xml report.xml; kill -9 $$", code=128 + 9)
        self.assertEqual(len(self.bulk()), 2)

    def test_a_signal_to_us_reaches_the_command_and_nothing_is_uploaded(self):
        self.write("new.xml", REPORT)
        script = (
            "trap 'exit 5' TERM; cp new.xml report.xml; echo ready; while :; do sleep 0.01; done"
        )
        process = self.launch(
            "run", "--suite", "VKMC-TS-20", "report.xml", "--", "sh", "-c", script
        )
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGTERM)
        _, talk = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 5)
        self.assertIn("interrupted", talk)
        self.assertEqual(self.bulk(), [])


if __name__ == "__main__":
    unittest.main()
