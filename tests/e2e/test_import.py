"""import: reports as they are, through QMetry's import; and just the tests without a test case."""
import gzip
import json
import os
import signal
import unittest
from xml.etree import ElementTree

from harness import FAILURE, Case, execution, junit, run, world

POST = "qmetry_import_automation_test_results"
ASK = "qmetry_fetch_automation_status"


class Import(Case):
    def begin(self, **more):
        return self.start(world([execution(2720260, [run(1)])], **more))

    def imports(self, *arguments, code=0):
        done = self.qmetry("import", "--format", "json", *arguments, code=code)
        self.err = done.err
        return json.loads(done.out).get("imports") if done.out else None

    def test_a_file_is_posted_with_the_recorded_fields_and_polled(self):
        self.begin()
        report = junit(("a", "VKMC-TC-1", ""))
        path = self.write("out/TEST-a.xml", report)
        chosen = ["--platform", "Chrome", "--release", "R1", "--cycle", "C1", "--build", "b1"]
        rows = self.imports("--suite", "VKMC-TS-20", *chosen, path)
        self.assertEqual(
            rows,
            [
                {
                    "state": "imported",
                    "file": path,
                    "bytes": len(report),
                    "request_id": 70001,
                    "text": "Completed",
                }
            ],
        )
        posted = self.simulator.get("state")["imports"]
        self.assertEqual(
            posted,
            [
                {
                    "file_name": "TEST-a.xml",
                    "bytes": len(report),
                    "entityType": "JUNIT",
                    "automationHierarchy": "2",
                    "testsuiteId": "VKMC-TS-20",
                    "platformID": "Chrome",
                    "projectID": "VKMC",
                    "releaseID": "R1",
                    "cycleID": "C1",
                    "buildID": "b1",
                    "skipWarning": "0",
                    "is_matching_required": "true",
                }
            ],
        )
        # In Queue, In Progress, Completed: after 5, 15 and 35 s.
        self.assertEqual(len(self.requests(ASK)), 3)

    def test_several_files_are_polled_together(self):
        self.begin()
        self.write("out/TEST-a.xml", junit(("a", "x", "")))
        self.write(
            "out/testng-results.xml",
            '<testng-results><suite name="s"><test name="t"><class name="a.C">'
            '<test-method name="m" status="PASS"/></class></test></suite></testng-results>',
        )
        self.write("out/other.xml", "<project/>")
        rows = self.imports("--hierarchy", "1", "out/*.xml")
        self.assertEqual([row["state"] for row in rows], ["imported"] * 2)
        posted = self.simulator.get("state")["imports"]
        self.assertEqual([one["entityType"] for one in posted], ["JUNIT", "TESTNG"])
        self.assertEqual([one["automationHierarchy"] for one in posted], ["1", "1"])

    def test_a_failed_import_is_a_failure(self):
        for state in ("Failed", "Aborted"):
            with self.subTest(state):
                self.begin(**{"import": {"states": ["In Queue", state]}})
                path = self.write("TEST-a.xml", junit(("a", "x", "")))
                rows = self.imports(path, code=1)
                self.assertEqual(rows[0]["state"], "failed")
                self.assertIn(state, rows[0]["text"])
                self.assertIn("70001 failed", self.err)
                self.stop()
                self.simulator = None

    def test_what_is_never_decided_ends_with_the_deadline(self):
        self.begin(**{"import": {"states": ["In Progress"]}})
        path = self.write("TEST-a.xml", junit(("a", "x", "")))
        rows = self.imports("--deadline", "5m", path, code=7)
        self.assertEqual(rows[0]["state"], "undecided")
        self.assertIn("--deadline", self.err)
        self.assertLess(len(self.requests(ASK)), 10)

    def test_large_files_are_zipped(self):
        self.begin()
        cases = [("a.B", "test %d %s" % (n, "x" * 400), "") for n in range(5000)]
        report = junit(*cases)
        path = self.write("TEST-large.xml", report)
        rows = self.imports(path)
        self.assertLess(rows[0]["bytes"], len(report) // 10)
        posted = self.simulator.get("state")["imports"][0]
        self.assertEqual(posted["file_name"], "TEST-large.zip")
        self.assertEqual(posted["bytes"], rows[0]["bytes"])

    def test_what_is_too_large_even_zipped_is_told_and_the_others_go(self):
        self.begin()
        noise = os.urandom(16 << 20).hex()
        self.write("out/a.xml", junit(("a", "x", "<system-out>%s</system-out>" % noise * 4)))
        self.write("out/b.xml", junit(("a", "y", "")))
        rows = self.imports("out/*.xml", code=1)
        self.assertEqual([row["state"] for row in rows], ["failed", "imported"])
        self.assertIn("30 MB", rows[0]["text"])
        self.assertIn("qmetry-ci upload", rows[0]["text"])

    def test_what_is_no_report_is_not_posted(self):
        self.begin()
        bad = [
            self.write("empty.xml", ""),
            self.write("log.xml", "BUILD FAILURE"),
            self.write("page.xml", "<html/>"),
            self.write("cut.xml.gz", gzip.compress(junit(("a", "x", "")).encode())[:40]),
            os.path.join(self.folder, "nowhere.xml"),
        ]
        good = self.write("good.xml", junit(("a", "x", "")))
        rows = self.imports(*bad, good, code=4)
        states = {os.path.basename(row["file"]): row["state"] for row in rows}
        self.assertEqual(states.pop("good.xml"), "imported")
        self.assertEqual(set(states.values()), {"failed"})
        self.assertEqual(len(states), 5)
        self.assertEqual(len(self.requests(POST)), 1)

    def test_a_packed_report_is_posted_unpacked(self):
        self.begin()
        report = junit(("a", "x", ""))
        path = self.write("TEST-a.xml.gz", gzip.compress(report.encode()))
        self.imports(path)
        posted = self.simulator.get("state")["imports"][0]
        self.assertEqual((posted["file_name"], posted["bytes"]), ("TEST-a.xml", len(report)))

    def test_a_pipe_that_nobody_writes_to_ends_with_a_signal(self):
        self.begin()
        good = self.write("TEST-a.xml", junit(("a", "x", "")))
        pipe = os.path.join(self.folder, "pipe")
        os.mkfifo(pipe)
        with open(pipe, "r+b", buffering=0):
            process = self.launch("import", "--format", "json", good, pipe)
            self.wait_until_open(process, pipe)
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=5)
        self.assertEqual(process.returncode, 7, err)
        self.assertIn("stopped by a signal", err)
        first, second = json.loads(out)["imports"]
        self.assertEqual((first["file"], second["file"]), (good, pipe))
        self.assertEqual(second["state"], "failed")

    def test_a_broken_report_is_not_posted_and_its_place_is_told(self):
        self.begin()
        whole = junit(("a", "x", ""), ("a", "y", ""))
        cut = self.write("cut.xml", whole[:-20])
        bad = self.write("bad.xml", whole.replace('"y"', '"y & z"'))
        good = self.write("good.xml", whole)
        rows = self.imports(cut, bad, good, code=4)
        states = {os.path.basename(row["file"]): row["state"] for row in rows}
        self.assertEqual(states, {"cut.xml": "failed", "bad.xml": "failed", "good.xml": "imported"})
        self.assertEqual(len(self.requests(POST)), 1)
        self.assertRegex(self.err, r"bad\.xml:2:\d+: .*malformed")
        self.assertRegex(self.err, r"cut\.xml:2:\d+: .*truncated")

    def test_a_report_without_tests_is_left_out(self):
        self.begin()
        empty = self.write("empty-suite.xml", "<testsuite name='s'/>")
        rows = self.imports(empty, code=3)
        self.assertEqual([row["state"] for row in rows], ["left out"])
        self.imports("--allow-empty", empty, code=0)
        self.imports(empty, self.write("TEST-a.xml", junit(("a", "x", ""))), code=0)
        self.assertEqual(len(self.requests(POST)), 1)
        self.imports("--only-unmapped", "--suite", "VKMC-TS-20", empty, code=3)

    def test_two_reports_of_one_run_are_imported_once(self):
        self.begin()
        self.write("out/TEST-a.B.xml", junit(("a.B", "m", "")))
        self.write(
            "out/testng-results.xml",
            '<testng-results><suite name="s"><test name="t"><class name="a.B">'
            '<test-method name="m" status="PASS"/></class></test></suite></testng-results>',
        )
        self.imports("out/*.xml", code=0)
        self.assertEqual(len(self.requests(POST)), 1)

    def test_nothing_on_standard_input_is_no_report(self):
        self.begin()
        self.qmetry("import", "-", stdin="", code=4)
        self.assertEqual(self.requests(POST), [])

    def test_what_can_be_read_only_once_is_looked_at_as_any_other(self):
        self.begin()
        self.qmetry("import", "-", stdin=junit(("a", "x", ""))[:-20], code=4)
        self.assertEqual(self.requests(POST), [])
        self.qmetry(
            "import",
            "-",
            stdin='<testng-results><suite name="s"><test name="t"><class name="a.C">'
            '<test-method name="m" status="PASS"/></class></test></suite></testng-results>',
            code=0,
        )
        posted = self.simulator.get("state")["imports"][0]
        self.assertEqual((posted["entityType"], posted["bytes"]), ("TESTNG", 142))

    def test_an_import_is_not_made_twice_when_its_answer_is_lost(self):
        fault = {"match": {"tool": POST}, "action": {"close": "after"}, "times": 1}
        self.begin(faults=[fault])
        path = self.write("TEST-a.xml", junit(("a", "x", "")))
        self.imports(path, code=10)
        self.assertEqual(len(self.requests(POST)), 1)

    def test_only_what_has_no_test_case(self):
        self.begin()
        path = self.write(
            "TEST-a.xml",
            junit(
                ("a.B", "VKMC-TC-1 is there", ""),
                ("a.B", "nobody knows &lt;me&gt; &amp; &quot;you&quot;", FAILURE),
                ("a.B", "skipped one", "<skipped/>"),
            ),
        )
        rows = self.imports("--only-unmapped", "--suite", "VKMC-TS-20", path)
        self.assertEqual([row["file"] for row in rows], ["unmapped.xml"])
        self.assertIn("2 tests have no test case run", self.err)
        self.assertIn("--map", self.err)
        posted = self.requests(POST)[0]["parts"]["file"]["text"]
        parsed = self.qmetry("parse", "-", "--format", "json", "--results", stdin=posted)
        results = [json.loads(line) for line in parsed.out.splitlines()][:2]
        self.assertEqual(
            [(row["full_name"], row["outcome"]) for row in results],
            [('a.B.nobody knows <me> & "you"', "failed"), ("a.B.skipped one", "skipped")],
        )

    def test_what_may_have_a_test_case_is_not_made_another_one(self):
        rows = [run(1, summary="twice"), run(2, summary="twice"), run(3)]
        self.start(world([execution(2720260, rows)]))
        report = junit(
            ("X", "twice", ""), ("C", "VKMC-TC-99 gone", ""), ("", "", ""), ("C", "d", "")
        )
        self.imports("--only-unmapped", "--suite", "VKMC-TS-20", self.write("a.xml", report))
        posted = self.requests(POST)[0]["parts"]["file"]["text"]
        self.assertEqual(posted.count("<testcase"), 1)
        self.assertIn('name="d"', posted)
        self.assertIn("1 tests have no test case run", self.err)
        self.assertIn("3 tests may have a test case", self.err)
        self.assertIn("X.twice: ambiguous", self.err)

    def test_of_a_broken_report_nothing_counts_unless_it_is_salvaged(self):
        self.begin()
        good = self.write("good.xml", junit(("C", "fresh", ""), ("C", "VKMC-TC-1", "")))
        bad = self.write("bad.xml", junit(("C", "new", ""), ("C", "a & b", "")))
        cut = self.write("cut.xml", junit(("C", "newer", ""), ("C", "half", ""))[:-30])
        for salvage, names in (
            ("truncated", ["newer", "fresh"]),
            ("off", ["fresh"]),
            ("all", ["new", "newer", "fresh"]),
        ):
            with self.subTest(salvage):
                before = len(self.requests(POST))
                self.imports(
                    *["--only-unmapped", "--suite", "VKMC-TS-20", "--salvage", salvage],
                    *[bad, cut, good],
                    code=4,
                )
                posted = self.requests(POST)[before]["parts"]["file"]["text"]
                root = ElementTree.fromstring(posted)
                self.assertEqual([case.get("name") for case in root.iter("testcase")], names)
                self.assertRegex(self.err, r"bad\.xml:2:\d+: ")
                self.assertRegex(self.err, r"cut\.xml:2:\d+: ")

    def test_nothing_is_posted_where_all_have_a_test_case(self):
        self.begin()
        path = self.write("TEST-a.xml", junit(("a.B", "VKMC-TC-1", "")))
        self.assertEqual(self.imports("--only-unmapped", "--suite", "VKMC-TS-20", path), [])
        self.assertEqual(self.requests(POST), [])

    def test_what_can_be_told_before_any_call(self):
        self.begin()
        self.imports("--only-unmapped", "x.xml", code=2)
        self.imports("--suite", "A-TS-1,A-TS-2", "x.xml", code=2)
        self.imports("--cycle", "C1", "x.xml", code=2)
        self.imports("--hierarchy", "4", "x.xml", code=2)
        self.imports("nowhere/*.xml", code=3)
        self.assertEqual(self.requests(), [])


if __name__ == "__main__":
    unittest.main()
