"""list: what QMetry has, as a table and as JSON, filtered."""
import json
import unittest

from harness import Case, execution, run, world


class List(Case):
    def setUp(self):
        super().setUp()
        description = world(
            [
                execution(2720260, [run(1, "logs in", "a.Login.in"), run(2, "pays / card")]),
                execution(2720261, [run(1, tcRunID=2001, status="failed")], "Firefox"),
                execution(2720262, [run(1, tcRunID=3001)], "Edge", isArchived=True),
            ]
        )
        description["projects"][0]["suites"].append({"id": 7, "key": "VKMC-TS-21", "name": "Smoke"})
        self.start(description)

    def list(self, *arguments, code=0):
        done = self.qmetry("list", "--format", "json", *arguments, code=code)
        return json.loads(done.out)[arguments[0]] if done.code == 0 else done.err

    def test_suites(self):
        self.assertEqual(
            self.list("suites"),
            [
                {"key": "VKMC-TS-20", "id": 194955, "name": "Regression", "state": None},
                {"key": "VKMC-TS-21", "id": 7, "name": "Smoke", "state": None},
            ],
        )
        self.assertEqual([row["id"] for row in self.list("suites", "smo*")], [7])
        self.assertEqual([row["id"] for row in self.list("suites", "*-21", "reg*")], [194955, 7])

    def test_executions_with_those_that_cannot_be_written_to(self):
        rows = self.list("executions", "--suite", "VKMC-TS-20")
        self.assertEqual(
            [(row["suite_run"], row["platform"], row["state"]) for row in rows],
            [
                ("2720260", "Chrome", None),
                ("2720261", "Firefox", None),
                ("2720262", "Edge", "archived"),
            ],
        )
        rows = self.list("executions", "--suite", "VKMC-TS-20", "--platform", "firefox")
        self.assertEqual([row["suite_run"] for row in rows], ["2720261"])

    def test_runs_of_all_executions_that_are_meant(self):
        rows = self.list("runs", "--suite", "VKMC-TS-20")
        self.assertEqual(
            rows[0],
            {
                "suite_run": "2720260",
                "key": "VKMC-TC-1",
                "id": 1001,
                "status": "Offen",
                "summary": "logs in",
                "script": "a.Login.in",
                "state": None,
            },
        )
        self.assertEqual([row["id"] for row in rows], [1001, 1002, 2001, 3001])
        rows = self.list("runs", "--suite", "VKMC-TS-20", "PAYS*card")
        self.assertEqual([row["id"] for row in rows], [1002])
        rows = self.list("runs", "--suite-run", "2720261")
        self.assertEqual([(row["id"], row["status"]) for row in rows], [(2001, "Fehlgeschlagen")])

    def test_builds_platforms_and_statuses(self):
        self.assertEqual(
            self.list("builds"),
            [
                {"id": 947, "name": "1.4.0", "state": None},
                {"id": 948, "name": "1.5.0", "state": None},
                {"id": 900, "name": "0.9", "state": "archived"},
            ],
        )
        self.assertEqual(
            sorted(row["name"] for row in self.list("platforms")), ["Chrome", "Edge", "Firefox"]
        )
        self.assertEqual(
            self.list("statuses", "fail*"),
            [{"id": 502, "name": "Fehlgeschlagen", "default_name": "failed"}],
        )

    def test_each_list_costs_its_pages_and_what_they_need(self):
        for arguments, calls in (
            (["builds"], 1),
            (["platforms"], 1),
            (["statuses"], 1),
            (["suites"], 2),
            (["executions", "--suite", "VKMC-TS-20"], 3),
            (["runs", "--suite-run", "2720260"], 2),
        ):
            with self.subTest(arguments):
                before = len(self.requests())
                self.list(*arguments)
                self.assertEqual(len(self.requests()) - before, calls)

    def test_as_a_table(self):
        done = self.qmetry("list", "runs", "--suite-run", "2720260", code=0)
        lines = done.out.splitlines()
        self.assertEqual(lines[0].split()[:4], ["SUITE", "RUN", "KEY", "ID"])
        self.assertEqual(len(lines), 3)
        self.assertIn("logs in", lines[1])

    def test_what_cannot_be_listed(self):
        self.assertIn("suites, executions", self.list("", code=2))
        self.assertIn("did you mean runs?", self.list("run", code=2))
        self.assertIn("--suite KEY", self.list("executions", code=2))
        self.assertIn("--suite KEY", self.list("runs", "--platform", "x", code=2))
        self.assertIn("VKMC-TS-99", self.list("executions", "--suite", "VKMC-TS-99", code=9))
        wrong = ["runs", "--suite", "VKMC-TS-20", "--cycle", "C2"]
        self.assertIn("there are: C1", self.list(*wrong, code=9))


if __name__ == "__main__":
    unittest.main()
