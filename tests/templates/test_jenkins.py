"""The Jenkins step and the Jenkinsfiles, by Groovy, with stubbed steps around real commands."""
import json
import os
import shutil
import subprocess
import time
import unittest

from templates import TEMPLATES, markdown_blocks, read

from harness import BIN, FAILURE, KEY, START_MS, Case, execution, junit, run, world

HERE = os.path.dirname(os.path.abspath(__file__))
JENKINS = os.path.join(TEMPLATES, "jenkins")


OTHERS = ["yesterday.journal", "outputs.txt", "receipt.jsonl", "summary.md"]


@unittest.skipUnless(shutil.which("groovy"), "groovy is not installed: apt-get install groovy")
class Jenkins(Case):
    @classmethod
    def setUpClass(cls):
        cls.groovy = subprocess.Popen(
            ["groovy", os.path.join(HERE, "jenkins.groovy")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    @classmethod
    def tearDownClass(cls):
        cls.groovy.stdin.close()
        cls.groovy.wait(timeout=30)
        cls.groovy.stdout.close()

    def setUp(self):
        super().setUp()
        self.workspace = os.path.join(self.folder, "workspace")
        os.makedirs(os.path.join(self.folder, "bin"))
        os.makedirs(self.workspace)
        os.symlink(
            os.path.join(BIN, "qmetry-ci-test"), os.path.join(self.folder, "bin", "qmetry-ci")
        )

    def world(self, **more):
        more = dict({"keys": [{"key": KEY}]}, **more)
        self.start(world([execution(2720260, [run(1), run(2), run(3)])], **more))
        cases = [("a.B", "VKMC-TC-1", ""), ("a.B", "VKMC-TC-2", FAILURE)]
        self.write("workspace/target/surefire-reports/TEST-a.xml", junit(*cases))

    def jenkins(self, path, credential=KEY, windows=None):
        variables = {
            "PATH": os.path.join(self.folder, "bin") + os.pathsep + os.environ["PATH"],
            "QMETRY_API_KEY": None,
            "QMETRY_PROJECT": None,
            "WINDOWS": windows,
            "JENKINS_URL": "https://ci.example.com/",
            "JOB_NAME": "shop",
            "BUILD_NUMBER": "17",
            "BUILD_URL": "https://ci.example.com/job/shop/17/",
        }
        order = {
            "vars": os.path.join(JENKINS, "vars"),
            "workspace": self.workspace,
            "file": path,
            "environment": self.environment(variables),
            "credentials": {"qmetry-api-key": credential},
        }
        self.groovy.stdin.write(json.dumps(order) + "\n")
        self.groovy.stdin.flush()
        answer = self.groovy.stdout.readline()
        self.assertNotIn(KEY, answer)
        build = json.loads(answer)
        return build["result"], build["happened"]

    def call(self, text, **more):
        return self.jenkins(self.write("call.groovy", text), **more)

    def step(self, happened, name):
        return [one for one in happened if one["step"] == name][0]

    def test_the_declarative_pipeline_uploads(self):
        self.world()
        result, happened = self.jenkins(os.path.join(JENKINS, "Jenkinsfile.declarative"))
        self.assertEqual(result, "SUCCESS", happened)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed", 1003: "notrun"})
        self.assertEqual(
            self.runs()[1001]["comment"], "qmetry-ci: shop #17 https://ci.example.com/job/shop/17/"
        )
        self.assertEqual([one["step"] for one in happened][:3], ["tests", "sh", "junit"])

    def test_the_scripted_pipeline_uploads(self):
        self.world()
        result, happened = self.jenkins(os.path.join(JENKINS, "Jenkinsfile.scripted"))
        self.assertEqual(result, "SUCCESS", happened)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed", 1003: "notrun"})
        self.assertEqual(
            self.step(happened, "archive")["files"],
            [".qmetry-ci/begun", ".qmetry-ci/receipt.jsonl", ".qmetry-ci/summary.md"],
        )

    def write_old(self):
        """A report of an earlier build, two hours old by the clock that the program has."""
        old = self.write(
            "workspace/target/surefire-reports/TEST-old.xml",
            junit(("a.B", "VKMC-TC-1", FAILURE), ("a.B", "VKMC-TC-3", FAILURE)),
        )
        os.utime(old, (START_MS / 1000 - 7200,) * 2)

    def test_reports_of_earlier_builds_are_left_out(self):
        for name in ("declarative", "scripted"):
            with self.subTest(name):
                self.world()
                self.write_old()
                result, happened = self.jenkins(os.path.join(JENKINS, "Jenkinsfile." + name))
                self.assertEqual(result, "SUCCESS", happened)
                self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed", 1003: "notrun"})
                self.stop()
        self.simulator = None

    def test_the_example_of_the_page_runs(self):
        self.world()
        (block,) = [
            one
            for one in markdown_blocks(read(os.path.join(JENKINS, "README.md")))
            if "def result" in one
        ]
        result, happened = self.call(block)
        self.assertEqual(result, "SUCCESS", happened)
        self.assertEqual(
            self.step(happened, "echo")["text"], "2 of 2 results are in QMetry (success)"
        )

    def test_the_step_takes_every_setting_and_returns_numbers(self):
        self.world()
        self.write("workspace/a dir/TEST-*.xml", junit(("x", "VKMC-TC-3", "")))
        result, happened = self.call(
            "qmetryUpload(project: 'VKMC', suite: ['VKMC-TS-20'], batchSize: 1,"
            " status: ['passed=Blockiert', 'failed=failed'], onlyChanged: true,"
            " comment: 'it is $(touch x) \"$HOME\"',"
            " files: ['a dir/TEST-*.xml', 'target/**/TEST-*.xml', '!target/**/TEST-b.xml'])"
        )
        self.assertEqual(result, "SUCCESS", happened)
        self.assertEqual(self.statuses(), {1001: "blocked", 1002: "failed", 1003: "blocked"})
        self.assertEqual(self.runs()[1001]["comment"], 'it is $(touch x) "$HOME"')
        self.assertFalse(os.path.exists(os.path.join(self.workspace, "x")))
        told = self.step(happened, "qmetryUpload")["result"]
        self.assertEqual(
            (told["code"], told["conclusion"], told["total"], told["failed"], told["updated"]),
            (0, "success", "3", "1", "3"),
        )
        self.assertEqual(len(self.bulk()), 3)
        self.assertEqual(
            self.step(happened, "archive")["files"],
            [".qmetry-ci/outputs.txt", ".qmetry-ci/receipt.jsonl", ".qmetry-ci/summary.md"],
        )

    def test_what_is_null_is_not_given(self):
        """As variables and parameters are that a job does not have."""
        self.world()
        self.write_old()
        result, happened = self.call(
            "qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20', platform: null, files: null,"
            " newerThan: null, unstable: null, receipt: null"
        )
        self.assertEqual(result, "SUCCESS", happened)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed", 1003: "notrun"})

    def test_two_uploads_of_a_build_keep_both_receipts(self):
        self.world()
        files = ["summary", "outputs", "receipt"]
        more = ", ".join("%s: '.qmetry-ci/second-%s'" % (name, name) for name in files)
        result, happened = self.call(
            "qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20'\n"
            "qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20', status: 'passed=Blockiert', " + more
        )
        self.assertEqual(result, "SUCCESS", happened)
        first, second = [one["files"] for one in happened if one["step"] == "archive"]
        self.assertEqual(
            first, [".qmetry-ci/outputs.txt", ".qmetry-ci/receipt.jsonl", ".qmetry-ci/summary.md"]
        )
        self.assertEqual(second, sorted(".qmetry-ci/second-" + name for name in files))
        told = [one["result"] for one in happened if one["step"] == "qmetryUpload"][1]
        self.assertEqual((told["code"], told["updated"]), (0, "2"))

    def test_an_agent_with_windows_is_told(self):
        self.world()
        result, happened = self.call(
            "qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20'", windows="1"
        )
        self.assertEqual(result, "FAILURE")
        self.assertEqual([one["step"] for one in happened], ["error"])
        self.assertIn("runs on Linux", happened[0]["message"])

    def test_what_was_not_uploaded_makes_the_build_unstable(self):
        self.world(bad_ids=[1002])
        result, happened = self.call("qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20'")
        self.assertEqual(result, "UNSTABLE")
        self.assertEqual(
            self.step(happened, "unstable")["message"], "qmetry-ci: partial (exit code 1)"
        )
        self.assertEqual(self.step(happened, "qmetryUpload")["result"]["failed-updates"], "1")

    def put_old_journals(self):
        """Such as builds leave of which a run is refused; by the clock that `find` has."""
        for name, days in (("yesterday", 1), ("long-ago", 40)):
            path = self.write("workspace/.qmetry-ci/%s.journal" % name, "old\n")
            os.utime(path, (time.time() - days * 86400,) * 2)
        return os.path.join(self.workspace, ".qmetry-ci")

    def test_journals_of_earlier_builds_are_not_archived_again(self):
        self.world(bad_ids=[1002])
        folder = self.put_old_journals()
        _, happened = self.call("qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20'")
        names = sorted(os.listdir(folder))
        (journal,) = [one for one in names if one.endswith("l") and one not in OTHERS]
        archived = [".qmetry-ci/" + name for name in sorted([journal] + OTHERS[1:])]
        self.assertEqual(self.step(happened, "archive")["files"], archived)
        self.assertEqual(names, sorted([journal] + OTHERS))
        self.stop()
        self.world(bad_ids=[1002])
        self.put_old_journals()
        _, happened = self.jenkins(os.path.join(JENKINS, "Jenkinsfile.scripted"))
        files = self.step(happened, "archive")["files"]
        self.assertEqual(len([one for one in files if one.endswith(".journal")]), 1)
        self.assertNotIn(".qmetry-ci/yesterday.journal", files)

    def test_a_journal_is_archived_where_the_program_was_killed(self):
        self.world()
        self.put_old_journals()
        _, happened = self.call(
            "qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20', program: 'no-such-program'"
        )
        self.assertEqual(self.step(happened, "archive")["files"], [".qmetry-ci/yesterday.journal"])

    def test_or_a_failure_where_that_is_wanted(self):
        self.world(bad_ids=[1002])
        result, happened = self.call(
            "qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20', unstable: [], archive: false"
        )
        self.assertEqual(result, "FAILURE")
        self.assertEqual(
            self.step(happened, "error")["message"], "qmetry-ci: partial (exit code 1)"
        )
        self.assertEqual([one for one in happened if one["step"] == "archive"], [])

    def test_a_suite_that_is_not_there_is_a_failure(self):
        self.world()
        result, happened = self.call("qmetryUpload project: 'VKMC', suite: 'VKMC-TS-99'")
        self.assertEqual(result, "FAILURE")
        self.assertEqual(self.step(happened, "error")["message"], "qmetry-ci: failed (exit code 9)")

    def test_a_program_that_is_not_there_is_a_failure(self):
        self.world()
        result, happened = self.call(
            "qmetryUpload project: 'VKMC', suite: 'VKMC-TS-20', program: 'no-such-program'"
        )
        self.assertEqual(result, "FAILURE")
        self.assertEqual(
            self.step(happened, "error")["message"],
            "qmetry-ci: no-such-program is not on this agent (exit code 127)",
        )

    def test_the_scripted_pipeline_tells_the_two_apart(self):
        self.world(bad_ids=[1002])
        result, _ = self.jenkins(os.path.join(JENKINS, "Jenkinsfile.scripted"))
        self.assertEqual(result, "UNSTABLE")


if __name__ == "__main__":
    unittest.main()
