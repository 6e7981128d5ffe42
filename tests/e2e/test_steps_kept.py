"""--level step: steps of what is kept as it is (--protect, --overwrite, locked) are kept, too."""
import unittest

from harness import run
from steps_case import STEPS, Steps, login


class Keeping(Steps):
    def test_what_is_kept_keeps_its_steps_and_costs_no_read(self):
        self.begin(login(status="blocked"))
        done = self.send("--protect", "Blockiert", self.login_report(), code=0).json
        self.assertEqual((self.requests(STEPS), self.bulk()), ([], []))
        self.assertEqual(done["steps"]["reads"], 0)
        self.send("--overwrite", "unset", self.login_report(), code=0)
        self.assertEqual(self.requests(STEPS), [])

    def test_what_is_kept_is_so_where_its_own_outcome_is_left(self):
        flaky = self.report(
            ("a.B", "Open the page", '<flakyFailure message="m"/>'),
            ("a.B", "Log in", ""),
            name="flaky.xml",
        )
        failed = self.login_report()
        left = {failed: ("--status", "failed=leave"), flaky: ("--status", "flaky=leave")}
        for status, report, arguments, is_kept in (
            ("blocked", failed, ("--protect", "Blockiert"), True),
            ("blocked", flaky, ("--protect", "Blockiert"), True),
            ("notrun", failed, ("--protect", "Blockiert"), False),
            ("blocked", failed, ("--overwrite", "unset"), True),
            ("notrun", failed, ("--overwrite", "unset"), False),
            ("blocked", flaky, ("--overwrite", "worse"), True),
            ("notrun", flaky, ("--overwrite", "worse"), False),
        ):
            with self.subTest(status=status, report=report, arguments=arguments):
                self.begin(login(status=status))
                self.send(*left[report], *arguments, report, code=0)
                self.assertEqual(len(self.requests(STEPS)), 0 if is_kept else 1)
                self.assertEqual("passed" in self.steps(), not is_kept)
                self.assertEqual(self.statuses()[1001], status)
                self.stop()

    def test_locked_runs_are_told(self):
        self.begin(login(isLocked=True), run(2))
        self.send(self.login_report(), code=1)
        self.assertEqual(self.requests(STEPS), [])

    def test_steps_of_a_locked_run_are_lost_whatever_becomes_of_the_run_itself(self):
        for more, status in ((("--status", "failed=leave"), "notrun"), ((), "failed")):
            with self.subTest(more):
                self.begin(login(isLocked=True, status=status), run(2))
                done = self.send(*more, self.login_report(), code=1)
                self.assertIn("VKMC-TC-1: its steps are locked", done.json["reasons"][0]["text"])
                self.assertEqual(self.requests(STEPS), [])
                self.stop()
        # As it was kept by the user, nothing is lost.
        self.begin(login(isLocked=True, status="blocked"), run(2))
        self.send("--protect", "Blockiert", self.login_report(), code=0)

    def test_only_changed_goes_step_by_step(self):
        row = login(status="failed")
        row["steps"][0]["status"] = "passed"
        self.begin(row)
        done = self.send("--only-changed", self.login_report(), code=0).json
        self.assertEqual(
            [(body["entityType"], body["entityIDs"]) for body in self.bulk()],
            [("TCSR", "7002"), ("TCSR", "7003")],
        )
        self.assertEqual(done["updates"]["unchanged"], 2)

    def test_rows_without_status_are_set(self):
        row = login()
        self.begin(row, omit_fields=["runStatus", "runStatusID", "total", "stepNo"])
        self.send("--verify", self.login_report(), "--overwrite", "always")
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])

    def test_missing(self):
        self.begin(login())
        report = self.report(("a.B", "Open the page", ""), ("a.B", "Log in", ""))
        self.send("--status", "missing=Blockiert", report, code=0)
        self.assertEqual(self.steps(), ["passed", "passed", "blocked"])
        # A test that is no step may be the one of the step without a test.
        self.simulator.post("world", {"runs": [{"ids": [1001], "status": "notrun"}]})
        report = self.report(("a.B", "Open the page", ""), ("a.B", "logout", ""), name="b.xml")
        self.send("--status", "missing=Blockiert", report, code=0)
        self.assertEqual(self.steps()[1], "passed")


if __name__ == "__main__":
    unittest.main()
