"""What a server answers when it is asked for steps, and in which order they are."""
import os
import unittest

from harness import FAILURE, execution, run, world
from journal_case import fault
from steps_case import STEPS, Steps, login, steps


class Lists(Steps):
    def test_the_order_is_that_of_the_numbers_whatever_the_first_one_is(self):
        for numbers in ((0, 1, 2), ("0", "1", "2"), (10, 20, 40)):
            with self.subTest(numbers):
                # The server lists them in another order, and one of them twice.
                rows = [
                    {"tcStepRunID": 7001 + i, "description": "", "stepNo": numbers[i]}
                    for i in (2, 0, 2, 1)
                ]
                answer = {"body_json": {"data": rows, "total": 4}}
                self.begin(login(), faults=[fault(answer, STEPS)])
                report = self.report(("a.B", "x", ""), ("a.B", "y", FAILURE), ("a.B", "z", ""))
                done = self.send(report, code=0)
                self.assertEqual(self.steps(), ["passed", "failed", "passed"])
                self.assertEqual(done.json["steps"]["by_order"], 3)
                self.stop()
                self.simulator = None

    def test_without_all_numbers_the_order_is_that_of_the_list(self):
        rows = [{"tcStepRunID": 7003, "stepNo": 7}, {"tcStepRunID": 7001}, {"tcStepRunID": 7002}]
        answer = {"body_json": {"data": rows, "total": 3}}
        self.begin(login(), faults=[fault(answer, STEPS)])
        report = self.report(("a.B", "x", FAILURE), ("a.B", "y", ""), ("a.B", "z", ""))
        self.send(report, code=0)
        self.assertEqual(self.steps(), ["passed", "passed", "failed"])

    def test_a_list_with_a_row_that_has_no_id_is_none(self):
        for bad in (
            {"stepNo": 1, "description": "Open the page"},
            {"id": 7001, "stepNo": 1, "description": "a"},
            {"tcStepRunID": -7001, "stepNo": 1, "description": "x"},
        ):
            with self.subTest(bad):
                rows = [bad] + [{"tcStepRunID": 7001 + i, "stepNo": 1 + i} for i in (1, 2)]
                self.begin(login(), faults=[fault({"body_json": {"data": rows}}, STEPS)])
                # As many tests as rows with an id: by order they would be the wrong ones.
                report = self.report(("a.B", "x", FAILURE), ("a.B", "y", ""))
                done = self.send(report, code=1)
                self.assertEqual(self.steps(), ["notrun"] * 3)
                self.assertEqual(self.statuses()[1001], "failed")
                self.assertIn("row 1 of 3 has no tcStepRunID", done.json["reasons"][0]["text"])
                self.stop()

    def test_an_empty_list_is_not_green(self):
        self.begin(login(), faults=[fault({"body_json": {"data": None}}, STEPS)])
        done = self.send(self.login_report(), code=6)
        self.assertIn("VKMC-TC-1 has no steps", done.json["reasons"][0]["text"])

    def test_a_job_in_which_no_test_is_a_step_is_not_green(self):
        for rows in (login()["steps"], []):
            with self.subTest(rows):
                row = login()
                row["steps"] = rows
                self.begin(row)
                report = self.report(("a.B", "zz", ""), ("a.B", "yy", FAILURE))
                self.plan(report, code=6)
                done = self.send(report, code=6).json
                self.assertEqual(self.statuses()[1001], "failed")
                self.assertEqual(done["conclusion"], "partial")
                (reason,) = done["reasons"]
                self.assertIn("no step is set", reason["text"])
                self.assertIn(
                    '(2) none is a step; the first is "a.B.zz": VKMC-TC-1 has', reason["text"]
                )
                self.stop()
        # One step of one test case is enough, as one test is for test cases.
        self.begin(login())
        self.send(self.report(("a.B", "zz", ""), ("a.B", "Log in", "")), code=0)

    def test_a_server_without_such_lists(self):
        report = self.many(5)
        self.simulator.post("world", {"faults": [fault({"status": 404}, STEPS)]})
        done = self.send(report)
        self.assertNotEqual(done.code, 0)
        self.assertEqual(len(self.requests(STEPS)), 3)
        self.assertEqual(self.bulk(), [])
        self.assertIn("--level step", done.json["reasons"][0]["text"])

    def test_one_run_that_does_not_list_its_steps_costs_only_them(self):
        report = self.many(5)
        self.simulator.post("world", {"faults": [fault({"status": 404}, STEPS, nth=2)]})
        done = self.send(report, code=1)
        self.assertEqual({row["status"] for row in self.runs().values()}, {"passed"})
        self.assertEqual(self.steps(1002), ["notrun"])
        self.assertEqual(self.steps(1003), ["passed"])
        self.assertEqual(done.json["left"][0]["key"], "VKMC-TC-2")

    def test_whatever_one_list_is_answered_by_costs_only_its_steps(self):
        for action in ({"status": 500}, {"body_json": {}}, {"huge": 200000000}):
            with self.subTest(action):
                report = self.many(5)
                rule = fault(action, STEPS, nth=3)
                self.simulator.post("world", {"faults": [rule]})
                done = self.send("--retries", "0", report, code=1)
                self.assertEqual({row["status"] for row in self.runs().values()}, {"passed"})
                self.assertEqual(self.steps(1003), ["notrun"])
                self.assertEqual(self.steps(1004), ["passed"])
                self.assertEqual(done.json["left"][0]["key"], "VKMC-TC-3")
                self.stop()
                self.simulator = None

    def test_a_server_that_goes_away_amid_the_lists_leaves_all_as_it_was(self):
        report = self.many(9)
        rule = fault({"status": 503}, STEPS, **{"from": 3})
        self.simulator.post("world", {"faults": [rule]})
        done = self.send("--retries", "0", report, code=10)
        self.assertEqual(self.bulk(), [])
        self.assertIn("nothing was set", done.json["reasons"][0]["text"])
        self.assertEqual(len(self.requests(STEPS)), 5)

    def test_ids_of_a_cache_that_are_of_no_run_any_more_are_read_anew(self):
        # On the third page, so that the first one, which is read again, is as it was.
        rows = [run(number) for number in range(1, 31)]
        for number, row in enumerate(rows[20:24], 21):
            row["steps"] = steps(7000 + 10 * number, "one")
        suite = '<testsuite name="VKMC-TC-%d"><testcase name="one"/></testsuite>'
        suites = "".join(suite % number for number in range(21, 25))
        report = self.write("TEST-a.xml", "<testsuites>%s</testsuites>" % suites)
        cache = os.path.join(self.folder, "ids.cache")
        self.begin(*rows, max_page=10)
        port = self.simulator.url.rsplit(":", 1)[1]
        self.send("--cache", cache, report, code=0)
        self.stop()
        for row in rows[20:24]:
            row["tcRunID"] += 4000
        self.start(world([execution(2720260, rows)], max_page=10), "--port", port)
        self.assertIn("nothing was set", self.send("--cache", cache, report, code=1).out)
        self.send("--cache", cache, report, code=0)
        self.assertEqual([self.steps(5000 + n) for n in range(21, 25)], [["passed"]] * 4)


if __name__ == "__main__":
    unittest.main()
