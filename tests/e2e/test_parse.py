"""`qmetry-ci parse`: what reports say, without network or key."""
import gzip
import json
import os
import signal
import subprocess
import unittest

from harness import FAILURE, Case, junit

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "..", "..", "..", "shared", "corpus")
DEMO = os.path.join(HERE, "..", "demo", "reports")


class Parse(Case):
    def parse(self, *arguments, **more):
        more.setdefault("env", {"QMETRY_API_KEY": None, "QMETRY_PROJECT": None})
        return self.qmetry("parse", *arguments, program="qmetry-ci", **more)

    def lines(self, *arguments, **more):
        return [
            json.loads(line)
            for line in self.parse("--format", "json", *arguments, **more).out.splitlines()
        ]

    def test_one_object_a_report(self):
        path = self.write(
            "TEST-a.xml", junit(("a.B", "c", ""), ("a.B", "d", FAILURE), ("", "e", "<skipped/>"))
        )
        self.assertEqual(
            self.lines(path, code=0),
            [
                {
                    "file": path,
                    "kind": "junit",
                    "suites": 1,
                    "tests": 3,
                    "passed": 1,
                    "failed": 1,
                    "errored": 0,
                    "skipped": 1,
                    "flaky": 0,
                    "config_methods": 0,
                    "suite_errors": 0,
                    "error": None,
                }
            ],
        )

    def test_results_are_lines_of_their_own(self):
        path = self.write(
            "TEST-a.xml", junit(("a.B", "c", ""), ("a.B", "d &amp; &quot;e&quot;", FAILURE))
        )
        rows = [row for row in self.lines("--results", path, code=0) if "full_name" in row]
        self.assertEqual(
            [(row["full_name"], row["outcome"], row["message"]) for row in rows],
            [("a.B.c", "passed", None), ('a.B.d & "e"', "failed", "boom")],
        )
        self.assertEqual({row["file"] for row in rows}, {path})

    def test_the_text_form_is_a_table(self):
        self.write("TEST-a.xml", junit(("a.B", "c", ""), ("a.B", "d", FAILURE)))
        done = self.parse("TEST-*.xml", code=0)
        self.assertIn("TEST-a.xml", done.out)
        self.assertIn("junit", done.out)

    def test_reports_of_real_runs(self):
        rows = self.lines(
            os.path.join(DEMO, "TEST-com.example.shop.CheckoutTest.xml"),
            os.path.join(DEMO, "testng-results.xml"),
            code=0,
        )
        # Counted by hand: 11 tests, 2 failures, 1 error, 1 skipped, 1 flaky (a pass).
        self.assertEqual(
            {
                key: rows[0][key]
                for key in ("kind", "tests", "passed", "failed", "errored", "skipped", "flaky")
            },
            {
                "kind": "junit",
                "tests": 11,
                "passed": 7,
                "failed": 2,
                "errored": 1,
                "skipped": 1,
                "flaky": 1,
            },
        )
        # TestNG said itself: total 11, failed 1, skipped 2 (one is the attempt that was retried).
        self.assertEqual(
            {
                key: rows[1][key]
                for key in ("kind", "tests", "passed", "failed", "errored", "skipped")
            },
            {"kind": "testng", "tests": 11, "passed": 8, "failed": 1, "errored": 0, "skipped": 2},
        )

    def test_standard_input_and_gzip(self):
        text = junit(("a.B", "c", ""))
        self.assertEqual(self.lines("-", stdin=text, code=0)[0]["tests"], 1)
        path = self.write("TEST-a.xml.gz", gzip.compress(text.encode()))
        self.assertEqual(self.lines(path, code=0)[0]["tests"], 1)

    def test_errors_have_file_line_and_column(self):
        path = self.write("TEST-a.xml", "<testsuite>\n  <testcase name='a'>\n  </testsuite>\n")
        done = self.parse("--format", "json", path, code=4)
        error = json.loads(done.out)["error"]
        self.assertEqual((error["reason"], error["line"]), ("malformed", 3))
        self.assertIn("TEST-a.xml:3:", self.parse(path, code=4).out)

    def test_nothing_outside_the_file_is_ever_read(self):
        secret = self.write("secret.txt", "the content of another file")
        path = self.write(
            "TEST-a.xml",
            '<!DOCTYPE t [<!ENTITY x SYSTEM "file://%s">]><testsuite>'
            '<testcase name="a"><failure>&x;</failure></testcase></testsuite>' % secret,
        )
        done = self.parse("--format", "json", "--results", path, code=4)
        self.assertNotIn("another file", done.out + done.err)
        self.assertIn("entity-expansion", done.out)

    def test_a_folder_holds_packed_reports_too(self):
        self.write("m/TEST-a.xml.gz", gzip.compress(junit(("a.B", "c", "")).encode()))
        self.write("m/deep/TEST-b.xml", junit(("a.B", "d", "")))
        os.symlink("TEST-b.xml", os.path.join(self.folder, "m/deep/again.xml"))
        done = self.parse("--format", "json", "m", code=0)
        rows = [json.loads(line) for line in done.out.splitlines()]
        self.assertEqual(
            [(row["file"], row["tests"]) for row in rows],
            [("m/TEST-a.xml.gz", 1), ("m/deep/TEST-b.xml", 1)],
        )
        self.assertIn("m/deep/again.xml: left out, it is the same file as", done.err)

    def test_what_failed_outside_the_tests_is_4_and_shown_apart(self):
        suite = "<testsuites><testsuite name='db'><error message='no DB'/></testsuite>%s"
        junit_path = self.write("TEST-a.xml", suite % "</testsuites>")
        done = self.parse(junit_path, code=4)
        self.assertIn('- suite "db" failed outside its tests: no DB', done.out)
        self.assertEqual(self.lines(junit_path, code=4)[0]["suite_errors"], 1)
        testng_path = self.write(
            "testng-results.xml",
            "<testng-results><suite name='s'><test name='t'><class name='a.B'>"
            "<test-method is-config='true' status='FAIL' name='setUp'/>"
            "<test-method status='PASS' name='c'/></class></test></suite></testng-results>",
        )
        done = self.parse(testng_path, code=4)
        self.assertIn("- config method a.B.setUp failed: without a message", done.out)

    def test_old_reports_are_left_out_where_asked_for(self):
        old = self.write("TEST-old.xml", junit(("a.B", "c", "")))
        self.write("TEST-new.xml", junit(("a.B", "d", "")))
        mark = self.write("mark", "")
        os.utime(old, (1000000000, 1000000000))
        os.utime(mark, (1500000000, 1500000000))
        done = self.parse("TEST-*.xml", code=0)
        self.assertIn("TEST-old.xml was written", done.err)
        self.assertIn("2 reports", done.out)
        for limit in ("mark", "1h"):
            done = self.parse("--newer-than", limit, "TEST-*.xml", code=0)
            self.assertNotIn("TEST-old.xml", done.out)
            self.assertIn("1 report left out", done.err)
        done = self.parse("--newer-than", "mark", "TEST-old.xml", code=3)
        self.assertIn("all reports are older than --newer-than", done.err)
        done = self.parse("--newer-than", "gone", "TEST-*.xml", code=2)
        self.assertIn('"gone" is neither a time', done.err)

    def test_a_signal_ends_the_reading_of_a_pipe(self):
        # The result of a report that was read before is still told.
        first, pipe = (os.path.join(self.folder, name) for name in ("first.xml", "pipe.xml"))
        os.mkfifo(first)
        os.mkfifo(pipe)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            process = subprocess.Popen(
                [os.path.join(os.environ["QM_BIN_DIR"], "qmetry-ci"), "parse", first, pipe],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self.environment({}),
                text=True,
            )
            with open(first, "w", encoding="ascii") as writer:  # waits for the reader
                writer.write(junit(("a.B", "c", "")))
            with open(pipe, "w", encoding="ascii") as writer:
                writer.write("<testsuite><testcase name='a'/>")
                writer.flush()
                while self.has_reader(first):
                    os.sched_yield()
                process.send_signal(number)
                out, err = process.communicate(timeout=10)
            self.assertEqual(process.returncode, 7, err)
            self.assertIn("pipe.xml: stopped by a signal", err)
            self.assertIn("first.xml", out)

    @staticmethod
    def has_reader(pipe):
        try:
            os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            return False
        return True

    def test_a_full_disk_is_told(self):
        path = self.write("TEST-a.xml", junit(("a.B", "c", "")))
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [os.path.join(os.environ["QM_BIN_DIR"], "qmetry-ci"), "parse", path],
                stdout=full,
                stderr=subprocess.PIPE,
                env=self.environment({}),
                timeout=20,
            )
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)


@unittest.skipUnless(os.path.isdir(CORPUS), "the corpus of real reports is not beside the project")
class Corpus(Case):
    def test_the_whole_corpus(self):
        with open(os.path.join(CORPUS, "AMBIGUOUS.tsv"), encoding="utf-8") as file:
            ambiguous = {line.split("\t")[0] for line in file}
        with open(os.path.join(CORPUS, "expected.tsv"), encoding="utf-8") as file:
            head, *rows = [line.rstrip("\n").split("\t") for line in file]
        wrong = []
        for row in rows:
            want = dict(zip(head, row))
            if want["file"] in ambiguous:
                continue
            done = self.qmetry(
                "parse", "--format", "json", os.path.join(CORPUS, want["file"]), program="qmetry-ci"
            )
            got = json.loads(done.out.splitlines()[0])
            if want["kind"] == "bad":
                if not got["error"] or got["error"]["reason"] != want["reason"]:
                    wrong.append((want["file"], want["reason"], got["error"]))
                continue
            for key in (
                "kind",
                "suites",
                "tests",
                "passed",
                "failed",
                "errored",
                "skipped",
                "config_methods",
            ):
                if want[key] != "-" and want[key] != str(got[key]):
                    wrong.append((want["file"], key, want[key], got[key]))
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
