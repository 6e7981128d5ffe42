"""What a CI system gets: summary, outputs, annotations, groups."""
import json
import os
import unittest

from harness import FAILURE, KEY, Case, execution, junit, run, world

GITHUB = {"CI": "true", "GITHUB_ACTIONS": "true"}
HIDDEN = '<failure message="the key is %s" type="T">stack</failure>' % KEY


class Publish(Case):
    def setUp(self):
        super().setUp()
        self.summary = self.write("summary.md", "")
        self.outputs = self.write("outputs.txt", "")

    def github(self, **more):
        return dict(GITHUB, GITHUB_STEP_SUMMARY=self.summary, GITHUB_OUTPUT=self.outputs, **more)

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def values(self):
        return dict(line.split("=", 1) for line in self.read(self.outputs).splitlines())

    def orders(self, done):
        return [line for line in done.err.splitlines() if line.startswith("::")]

    def report(self):
        cases = [("a.B", "VKMC-TC-1", ""), ("a.B", "VKMC-TC-2", FAILURE), ("a.B", "other", "")]
        return self.write("TEST-a.xml", junit(*cases))

    def test_github_gets_summary_outputs_and_annotations(self):
        self.start(world([execution(2720260, [run(1), run(2), run(3)])]))
        done = self.upload(self.report(), env=self.github(), code=0)
        self.assertEqual(
            self.orders(done),
            [
                "::group::qmetry-ci upload",
                "::endgroup::",
                "::error title=a.B.VKMC-TC-2::boom",
                "::warning title=qmetry-ci::1 of 3 tests belong to no test case; "
                'the first is "a.B.other": %s' % done.json["unmapped"][0]["why"],
            ],
        )
        values = self.values()
        full = json.loads(values.pop("json"))
        self.assertEqual(full, done.json)
        reads, writes = full["calls"]["reads"], full["calls"]["writes"]
        self.assertEqual(
            values,
            {
                "total": "3",
                "passed": "2",
                "failed": "1",
                "skipped": "0",
                "updated": "2",
                "unchanged": "0",
                "unmapped": "1",
                "failed-updates": "0",
                "requests": str(reads + writes),
                "conclusion": "success",
            },
        )
        summary = self.read(self.summary)
        self.assertIn("## qmetry-ci: success\n\n2 of 2 updates accepted", summary)
        self.assertIn("### Failed tests (1)\n", summary)

    def test_elsewhere_nothing_of_it_is_said(self):
        self.start(world([execution(2720260, [run(1), run(2), run(3)])]))
        more = {"GITHUB_STEP_SUMMARY": self.summary, "GITHUB_OUTPUT": self.outputs}
        done = self.upload(self.report(), env=more, code=0)
        self.assertEqual(self.orders(done), [])
        self.assertEqual(self.read(self.summary) + self.read(self.outputs), "")
        self.upload("--ci", "none", self.report(), env=self.github(), code=0)
        self.assertEqual(self.read(self.summary) + self.read(self.outputs), "")

    def test_files_are_added_to(self):
        self.start(world([execution(2720260, [run(1), run(2), run(3)])]))
        files = ["--summary", self.summary, "--outputs", self.outputs]
        self.write("summary.md", "before\n")
        self.upload(*files, self.report(), code=0)
        self.upload(*files, self.report(), code=0)
        summary = self.read(self.summary)
        self.assertTrue(summary.startswith("before\n## qmetry-ci"))
        self.assertEqual(summary.count("## qmetry-ci"), 2)
        self.assertEqual(self.read(self.outputs).count("conclusion="), 2)

    def test_the_summary_stays_below_a_mebibyte_with_what_is_there(self):
        cases = [("a.B", "t%04d %s" % (n, "-" * 200), FAILURE) for n in range(3000)]
        path = self.write("TEST-a.xml", junit(*cases))
        for before in (0, 900000, (1 << 20) - 3000):
            with self.subTest(before):
                self.write("summary.md", "x" * before)
                self.qmetry("parse", path, env=self.github(), code=0)
                summary = self.read(self.summary)
                self.assertGreater(len(summary), before)
                self.assertLess(len(summary.encode()), 1 << 20)
                self.assertRegex(summary, r"\n\.\.\. and \d+ more\n$")

    def test_a_summary_without_room_is_a_warning(self):
        self.write("summary.md", "x" * (1 << 20))
        done = self.qmetry("parse", self.report(), env=self.github(), code=0)
        self.assertIn("warning: %s: has no room left" % self.summary, done.err)

    def test_a_file_that_was_asked_for_must_be_written(self):
        gone = os.path.join(self.folder, "no", "such.md")
        done = self.qmetry("parse", "--summary", gone, self.report(), code=2)
        self.assertEqual(done.out, "")
        self.start(world([execution(2720260, [run(1), run(2)])]))
        self.upload(self.report(), "--outputs", gone, code=2)
        self.assertEqual(self.requests(), [])
        self.assertIn("error: %s: cannot be written: No such file or directory" % gone, done.err)
        # What only the system names may lie outside of a container.
        done = self.qmetry(
            "parse", self.report(), env=dict(GITHUB, GITHUB_STEP_SUMMARY=gone), code=0
        )
        self.assertIn("warning: %s: cannot be written" % gone, done.err)

    def test_annotations_are_bounded(self):
        cases = [("a.B", "t%02d" % n, FAILURE) for n in range(40)]
        path = self.write("TEST-a.xml", junit(*cases))
        for option, errors in ((), 10), (("--annotations", "3"), 3), (("--annotations", "0"), 0):
            with self.subTest(errors):
                done = self.qmetry("parse", *option, path, env=GITHUB, code=0)
                orders = self.orders(done)
                self.assertEqual(len([o for o in orders if o.startswith("::error")]), errors)
                rest = "::notice::%d more failed tests are in the summary" % (40 - errors)
                self.assertEqual(orders[-1:], [rest] if errors else [])

    def test_an_upload_that_fails_is_annotated(self):
        description = world(
            [execution(2720260, [run(1), run(2), run(3)])], bad_ids=[1002], keys=[{"key": KEY}]
        )
        self.start(description)
        done = self.upload(self.report(), env=self.github(), code=1)
        orders = self.orders(done)
        self.assertTrue(orders[2].startswith("::error title=qmetry-ci::"), orders)
        self.assertTrue(
            any(o.startswith("::warning title=VKMC-TC-2::VKMC-TC-2 was not up") for o in orders),
            orders,
        )
        self.assertEqual(self.values()["conclusion"], "partial")
        self.assertEqual(self.values()["failed-updates"], "1")

    def test_what_is_excused_is_a_warning(self):
        description = world([execution(2720260, [run(1), run(2), run(3)])], bad_ids=[1002])
        self.start(description)
        done = self.upload("--soft-fail", self.report(), env=self.github(), code=0)
        self.assertFalse([o for o in self.orders(done) if o.startswith("::error title=qmetry")])
        self.assertEqual(self.values()["conclusion"], "partial")

    def test_an_upload_that_cannot_begin_is_published_too(self):
        self.start(world([execution(2720260, [run(1)])]))
        done = self.upload(self.report(), env=self.github(QMETRY_API_KEY=None), code=5)
        self.assertTrue(self.orders(done)[2].startswith("::error title=qmetry-ci::no API key"))
        self.assertEqual(self.values()["conclusion"], "failed")
        self.assertNotIn("total", self.values())
        self.assertIn("no API key", self.read(self.summary))

    def test_tests_are_told_although_the_server_is_away(self):
        self.start(world([execution(2720260, [run(1)])], keys=[{"key": KEY}]))
        for name, options, env, code in (
            ("away", ("--url", "http://127.0.0.1:1", "--outage", "0s"), {}, 10),
            ("wrong key", (), {"QMETRY_API_KEY": "not-the-key"}, 5),
            ("no such status", ("--status", "passed=Nothing"), {}, 9),
        ):
            with self.subTest(name):
                self.write("summary.md", "")
                self.write("outputs.txt", "")
                done = self.upload(self.report(), *options, env=self.github(**env), code=code)
                values = self.values()
                self.assertEqual(
                    [values[part] for part in ("total", "passed", "failed", "conclusion")],
                    ["3", "2", "1", "failed"],
                )
                self.assertNotIn("updated", values)
                self.assertEqual(done.json["results"]["failed"], 1)
                self.assertIn("::error title=a.B.VKMC-TC-2::boom", self.orders(done))
                self.assertIn("### Failed tests (1)", self.read(self.summary))
                self.assertEqual(self.bulk(), [])

    def test_a_key_that_a_test_printed_is_not_spread(self):
        self.start(world([execution(2720260, [run(1)])]))
        path = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", HIDDEN), ("b", KEY, "")))
        done = self.upload(path, env=self.github(), code=0)
        self.assertIn("::error title=a.VKMC-TC-1::the key is ***", self.orders(done))
        for text in (self.read(self.summary), self.read(self.outputs)):
            self.assertNotIn(KEY, text)
            self.assertNotIn(KEY.replace("-", "&#45;"), text)

    def test_a_java_test_is_marked_in_its_source(self):
        stack = "T: boom\n\tat com.acme.CartTest.adds(CartTest.java:42)\n"
        case = ("com.acme.CartTest", "adds", '<failure message="boom">%s</failure>' % stack)
        self.write("shop/target/surefire-reports/TEST-a.xml", junit(case))
        self.write("shop/src/test/java/com/acme/CartTest.java", "")
        done = self.qmetry("parse", env=GITHUB, code=0)
        place = "file=shop/src/test/java/com/acme/CartTest.java,line=42"
        self.assertIn("::error %s,title=com.acme.CartTest.adds::boom" % place, self.orders(done))

    def test_azure_gets_its_own_commands(self):
        done = self.qmetry("parse", self.report(), env={"TF_BUILD": "True"}, code=0)
        self.assertIn("##vso[task.logissue type=error]a.B.VKMC-TC-2: boom\n", done.err)

    def test_a_configuration_of_a_pull_request_writes_no_files(self):
        self.write("qmetry-ci.yaml", "summary: /tmp/x\n")
        done = self.qmetry("parse", self.report(), env=GITHUB, code=2)
        self.assertIn("summary", done.err)


if __name__ == "__main__":
    unittest.main()
