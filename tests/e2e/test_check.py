"""check: what an upload needs, a line each, and the exit code of what applies first."""
import json
import os
import unittest

from harness import Case, execution, run, world


class Check(Case):
    def setUp(self):
        super().setUp()
        self.start(
            world(
                [
                    execution(2720260, [run(1)]),
                    execution(2720261, [run(1, tcRunID=2001)], "Firefox"),
                ]
            )
        )

    def check(self, *arguments, code=0, env=None):
        done = self.qmetry("check", "--format", "json", *arguments, code=code, env=env)
        rows = json.loads(done.out)["checks"]
        self.texts = {row["check"]: row["text"] for row in rows}
        return {row["check"]: row["result"] for row in rows}

    def test_all_is_well(self):
        chosen = ["--suite", "VKMC-TS-20", "--platform", "Chrome", "--build", "1.5.0"]
        results = self.check(*chosen)
        self.assertEqual(
            list(results.items()),
            [
                ("settings", "ok"),
                ("policy", "ok"),
                ("state", "ok"),
                ("key", "ok"),
                ("connection", "ok"),
                ("project", "ok"),
                ("suite", "ok"),
                ("build", "ok"),
                ("journal", "ok"),
            ],
        )
        self.assertIn("948", self.texts["build"])
        # Project, suite, executions: no run is read for this.
        self.assertEqual(len(self.requests()), 3)

    def test_the_journal_is_the_one_that_an_upload_would_write(self):
        good = os.path.join(self.folder, "kept.journal")
        self.assertEqual(self.check("--journal", good)["journal"], "ok")
        self.assertIn("kept.journal", self.texts["journal"])
        self.assertFalse(os.path.exists(good))
        results = self.check("--journal", "nowhere/kept.journal", code=2)
        self.assertEqual(results["journal"], "failed")
        self.assertIn("nowhere/kept.journal", self.texts["journal"])
        self.assertIn("--journal", self.texts["journal"])
        self.assertEqual(self.check("--no-journal")["journal"], "unknown")

    def test_what_was_not_named_is_not_amiss(self):
        results = self.check()
        self.assertEqual((results["suite"], results["build"]), ("unknown", "unknown"))

    def test_each_line_that_fails_tells_a_remedy(self):
        for arguments, line, code, remedy in (
            (["--suite", "VKMC-TS-9"], "suite", 9, "is the key right?"),
            (["--suite", "VKMC-TS-20"], "suite", 9, "--platform"),
            (["--build", "1.4"], "build", 9, "did you mean"),
            (["--policy", "nowhere.yaml"], "policy", 2, "nowhere.yaml"),
            (["--state", "sqlite:/nowhere/x"], "state", 2, "/nowhere/x"),
            (["--project", "NOPE"], "project", 9, "NOPE"),
            (["--platform", "Chrome"], "settings", 2, "--suite"),
            (["--url", "http://127.0.0.1:9", "--outage", "0"], "connection", 10, "127.0.0.1:9"),
        ):
            with self.subTest(arguments):
                results = self.check(*arguments, code=code)
                failed = [name for name, result in results.items() if result == "failed"]
                self.assertEqual(failed, [line])
                self.assertIn(remedy, self.texts[line])

    def test_keys(self):
        results = self.check(code=5, env={"QMETRY_API_KEY": ""})
        self.assertEqual((results["key"], results["connection"]), ("failed", "unknown"))
        done = self.qmetry("check", env={"QMETRY_API_KEY": "another"}, code=5)
        lines = [line.split()[:2] for line in done.out.splitlines()]
        self.assertIn(["ok", "connection"], lines)
        self.assertIn(["failed", "key"], lines)
        self.assertNotIn("another ", done.out)

    def test_of_several_failures_the_first_by_the_table_counts(self):
        self.check("--suite", "VKMC-TS-9", "--policy", "nowhere.yaml", code=2)
        self.check("--suite", "VKMC-TS-9", "--build", "nightly", code=9)


if __name__ == "__main__":
    unittest.main()
