"""After --level step: receipt, undo, read-back, resume and summaries know steps."""
import json
import os
import unittest

from harness import FAILURE, junit
from journal_case import BULK, fault
from steps_case import STEPS, Steps, login


class AfterUpload(Steps):
    def rows(self, path):
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def test_receipt_and_undo(self):
        row = login()
        row["steps"][2]["status"] = "blocked"
        self.begin(row)
        receipt = os.path.join(self.folder, "receipt.jsonl")
        self.send("--receipt", receipt, self.login_report(), code=0)
        rows = {(line["type"], line["id"]): line for line in self.rows(receipt)}
        self.assertEqual(len(rows), 4)
        step = rows["TCSR", 7002]
        self.assertEqual((step["key"], step["step"], step["case_run"]), ("VKMC-TC-1", 2, 1001))
        self.assertEqual(step["tests"], ["a.B.Log in"])
        self.assertEqual(step["before"]["name"], "Offen")
        done = self.qmetry(
            "undo", "--state", "memory", "--format", "json", "--verify", receipt, code=0
        )
        self.assertEqual(self.steps(), ["notrun", "notrun", "blocked"])
        self.assertEqual(self.statuses()[1001], "notrun")
        self.assertEqual(done.json["updates"]["verified"], 4)
        self.assertEqual(done.json["steps"]["updated"], 3)

    def test_undo_looks_at_no_step_where_max_calls_lets_it_not_see_all(self):
        report = self.many(25)
        receipt = os.path.join(self.folder, "receipt.jsonl")
        self.send("--receipt", receipt, report, code=0)
        done = self.qmetry("undo", "--state", "memory", "--max-calls", "20", receipt, code=7)
        self.assertIn(
            "steps take 25 reads, one for each test case run whose steps are looked at again, but "
            "--max-calls (20) leaves 18; none of them was made",
            done.err + done.out,
        )
        self.assertEqual(len(self.requests(STEPS)), 25)

    def test_verify_looks_at_no_step_where_max_calls_lets_it_not_see_all(self):
        done = self.send("--verify", "--max-calls", "40", self.many(25), code=7)
        self.assertIn("--verify may take as many reads again, and end before them", done.err)
        self.assertIn("could not be verified", done.json["reasons"][0]["text"])
        self.assertEqual(len(self.requests(STEPS)), 25)

    def test_undo_says_what_it_cannot_restore(self):
        self.begin(login(), omit_fields=["runStatus", "runStatusID"])
        receipt = os.path.join(self.folder, "receipt.jsonl")
        self.send("--receipt", receipt, self.login_report(), code=0)
        done = self.qmetry("undo", "--state", "memory", "--format", "json", receipt, code=1)
        self.assertIn("VKMC-TC-1 step 1", done.json["reasons"][1]["text"])
        self.assertIn("is not known", done.json["reasons"][1]["text"])

    def test_verify(self):
        self.begin(login())
        done = self.send("--verify", self.login_report(), code=0).json
        self.assertEqual(done["updates"]["verified"], 4)
        self.assertEqual(len(self.requests(STEPS)), 2)

    def test_verify_says_what_it_does_not_verify(self):
        self.begin(login(), omit_fields=["runStatus", "runStatusID"])
        done = self.send("--verify", self.login_report())
        self.assertEqual(done.json["steps"]["unverified"], 3)
        text = self.qmetry(
            "upload",
            "--suite",
            "VKMC-TS-20",
            "--level",
            "step",
            "--state",
            "memory",
            "--verify",
            self.login_report(),
        )
        self.assertIn("3 steps not verified", text.out)

    def test_resume(self):
        self.begin(login())
        self.simulator.post("world", {"faults": [fault({"status": 401}, nth=3)]})
        journal = os.path.join(self.folder, "j")
        self.send("--journal", journal, self.login_report(), code=5)
        self.assertEqual(self.steps(), ["notrun", "failed", "notrun"])
        self.simulator.post("world", {"faults": []})
        self.simulator.post("world", {"runs": [{"ids": [1001], "status": "blocked"}]})
        before = len(self.bulk())
        done = self.qmetry("resume", "--state", "memory", "--format", "json", journal, code=0)
        self.assertEqual(
            [(body["entityType"], body["entityIDs"]) for body in self.bulk()[before:]],
            [("TCSR", "7001,7003")],
        )
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])
        self.assertEqual(done.json["updates"]["earlier"], 2)

    def test_a_call_whose_answer_nobody_saw_is_sent_again(self):
        self.begin(login())
        self.simulator.post(
            "world", {"faults": [fault({"status": 500, "work": True}, nth=n) for n in (2,)]}
        )
        journal = os.path.join(self.folder, "j")
        self.send("--journal", journal, self.login_report())
        self.assertEqual(self.steps()[1], "failed")
        self.simulator.post("world", {"faults": []})
        done = self.qmetry("resume", "--state", "memory", "--format", "json", journal, code=0)
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])
        self.assertEqual(done.json["superseded"], [])

    def test_a_step_that_somebody_changed_is_left(self):
        self.begin(login())
        self.simulator.post("world", {"faults": [fault({"status": 401}, nth=3)]})
        journal = os.path.join(self.folder, "j")
        self.send("--journal", journal, self.login_report(), code=5)
        self.simulator.post("world", {"faults": []})
        other = self.write("b.xml", junit(*[("a.B", x, FAILURE) for x in "xyz"], suite="VKMC-TC-1"))
        self.send("--no-journal", other, code=0)
        done = self.qmetry("resume", "--state", "memory", "--format", "json", journal, code=1)
        self.assertEqual([row["step"] for row in done.json["superseded"]], [1, 3])
        self.assertEqual(self.steps(), ["failed"] * 3)

    def test_killed_at_each_point_it_is_carried_on(self):
        self.begin(login(), login(2, 7101))
        names = ("Open the page", "Log in", "Log out")
        killed = point = 0
        while killed == point:
            point += 1
            # Each time another step fails, so that all of it is news.
            bad = point % 2
            cases = [("a", name, FAILURE if n == bad else "") for n, name in enumerate(names)]
            self.write("a.xml", junit(*cases, suite="VKMC-TC-1"))
            self.write("b.xml", junit(*cases[:1], suite="VKMC-TC-2"))
            code = self.send("a.xml", "b.xml", env={"QMETRY_TEST_KILL": str(point)}).code
            killed += code == -9
            folder = os.path.join(self.folder, ".qmetry-ci")
            journals = os.listdir(folder) if os.path.isdir(folder) else []
            if point % 4 < 2 and journals:
                code = self.qmetry("resume", "--state", "memory", folder + "/" + journals[0]).code
            else:
                code = self.send("a.xml", "b.xml").code
            # A journal that was killed in its plan is none: the upload begins anew.
            self.assertIn(code, (0, 2), point)
            if code == 2:
                self.send("a.xml", "b.xml", code=0)
            wanted = ["failed" if n == bad else "passed" for n in range(3)]
            self.assertEqual(self.steps(1001), wanted, point)
            self.assertEqual(self.steps(1002), wanted[:1] + ["notrun"] * 2, point)
            self.assertEqual(self.statuses(), {1001: "failed", 1002: wanted[0]}, point)
        self.assertGreater(point, 20)

    def test_the_same_upload_goes_on(self):
        self.begin(login())
        self.simulator.post("world", {"faults": [fault({"status": 401}, nth=2)]})
        self.send(self.login_report(), code=5)
        self.simulator.post("world", {"faults": []})
        done = self.send(self.login_report(), code=0)
        self.assertIn("going on with the upload", done.err)
        self.assertEqual(done.json["updates"]["earlier"], 1)
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])

    def test_a_bad_step_is_found_and_named(self):
        self.begin(login())
        self.simulator.post("world", {"bad_ids": [7003]})
        done = self.send(self.login_report(), code=1)
        self.assertEqual(self.steps(), ["passed", "failed", "notrun"])
        (failed,) = done.json["failed"]
        self.assertEqual((failed["key"], failed["step"], failed["id"]), ("VKMC-TC-1", 3, 7003))
        self.assertIn("VKMC-TC-1 step 3 (run 7003", done.json["reasons"][0]["text"])


class PriceOfLookingAgain(Steps):
    def stopped(self, count):
        """A journal in which the steps of so many test cases are not set."""
        report = self.many(count)
        self.simulator.post("world", {"faults": [fault({"status": 401}, BULK, nth=2)]})
        journal = os.path.join(self.folder, "journal")
        self.send("--journal", journal, report, code=5)
        self.simulator.post("world", {"faults": []})
        return journal

    def resume(self, journal, rule, code):
        arguments = ("--state", "memory", "--format", "json", "--policy", self.policy(rule))
        return self.qmetry("resume", *arguments, journal, code=code)

    def test_resume_tells_it_before_they_are_made(self):
        done = self.resume(self.stopped(25), "rate_limit: 10/minute", 0)
        line = "steps: 25 reads, one for each test case run whose steps are looked at again, the "
        self.assertIn(line + "last one in 2 m", done.err)
        self.assertLess(done.err.index("steps: 25 reads"), done.err.index("waiting"))
        self.assertEqual(self.steps(1025), ["passed"])

    def test_resume_begins_none_that_would_not_be_waited_for(self):
        journal = self.stopped(25)
        before = len(self.requests(STEPS))
        done = self.resume(journal, "rate_limit: 10/hour", 7)
        self.assertEqual(len(self.requests(STEPS)), before)
        self.assertIn("steps take 25 reads", done.json["reasons"][0]["text"])
        done = self.resume(journal, "action: deny", 8)
        self.assertEqual(len(self.requests(STEPS)), before)
        self.assertIn("cannot be looked at again", done.json["reasons"][0]["text"])
        self.resume(journal, "rate_limit: 30/hour", 0)

    def test_an_upload_tells_what_its_verification_may_take(self):
        report = self.many(25)
        policy = self.policy("rate_limit: 10/minute")
        done = self.plan("--policy", policy, "--verify", report, code=0)
        self.assertRegex(done.err, "steps: 25 reads, one .* results, the last one in 2 m")
        self.assertRegex(done.err, "steps: up to 25 reads more for --verify, the last one in 4 m")
        self.assertNotIn("--verify", self.plan("--policy", policy, report, code=0).err)
        # 25 fit into the hour, 50 do not: told first, and so it ends.
        policy = self.policy("rate_limit: 30/hour")
        done = self.send("--policy", policy, "--verify", report, code=7)
        told = done.err.index("steps: --verify may take as many reads again, and end before them")
        self.assertLess(told, done.err.index("could not be verified"))
        self.assertEqual(set(self.statuses().values()), {"passed"})
        self.assertEqual(len(self.requests(STEPS)), 25 + 25 + 25)


class Telling(Steps):
    def test_people_are_told_of_steps(self):
        self.begin(login())
        summary = os.path.join(self.folder, "summary.md")
        done = self.qmetry(
            "upload",
            "--suite",
            "VKMC-TS-20",
            "--level",
            "step",
            "--state",
            "memory",
            "--summary",
            summary,
            self.login_report(),
            code=0,
        )
        self.assertIn("4 of 4 updates accepted (3 of them steps)", done.out)
        self.assertIn("3 steps met by description, 0 by order, 0 without a test", done.out)
        self.assertIn("Steps before -> after", done.out)
        with open(summary, encoding="utf-8") as file:
            self.assertIn("### Steps before", file.read())

    def test_the_configuration_file_knows_it(self):
        self.begin(login())
        self.write("qmetry-ci.yaml", "level: step\n")
        self.upload("--state", "memory", self.login_report(), code=0)
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])

    def test_the_mapping_file_that_is_begun_names_suites(self):
        self.begin(login())
        path = os.path.join(self.folder, "map.yaml")
        report = self.report(("a.B", "x", ""), ("a.B", "y", ""), suite="other")
        more = self.report(("a.B", "x", ""), name="b.xml")
        self.send("--write-map", path, report, more, code=6)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn('"other":', text)
        self.assertNotIn("a.B.x", text)


if __name__ == "__main__":
    unittest.main()
