"""`init`: questions, a look at what QMetry has, and the file."""
import os
import signal
import unittest

from harness import Case, execution, junit, run, world

TWO = [execution(11, [run(1)], "Chrome"), execution(22, [run(1)], "Edge")]


class Init(Case):
    def test_a_signal_ends_it_at_a_question(self):
        self.start(world(TWO))
        process = self.launch("init", env={"QMETRY_PROJECT": None})
        self.assertEqual(process.stderr.read(len("Project key: ")), "Project key: ")
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=20)[1]
        self.assertEqual(process.returncode, 7, err)
        self.assertIn("stopped by a signal before the answer was given", err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "qmetry-ci.yaml")))

    def content(self, name="qmetry-ci.yaml"):
        """What the file sets: its lines that are no comments."""
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return [line.rstrip("\n") for line in file if not line.startswith("#")]

    def init(self, *arguments, answers="", **more):
        more.setdefault("env", {"QMETRY_PROJECT": None})
        return self.qmetry("init", *arguments, stdin=answers, **more)

    def test_questions_lead_to_a_file_that_upload_takes(self):
        self.start(world(TWO))
        done = self.init(answers="VKMC\n1\n2\n", code=0)
        self.assertIn("   1  VKMC-TS-20  Regression\n", done.err)
        self.assertIn("   2  VKMC-TS-20  platform Edge, release R1, cycle C1 (22)\n", done.err)
        self.assertEqual(
            self.content(), ['project: "VKMC"', "suite:", '  - "VKMC-TS-20"', 'platform: "Edge"']
        )
        self.write("report.xml", junit(("C", "VKMC-TC-1", "")))
        self.qmetry("upload", "report.xml", env={"QMETRY_PROJECT": None}, code=0)
        self.assertEqual(self.statuses("22"), {1001: "passed"})
        self.assertEqual(self.statuses("11"), {1001: "notrun"})

    def test_flags_answer_as_well(self):
        self.start(world(TWO))
        flags = ["--project", "VKMC", "--suite", "VKMC-TS-20", "--platform", "Chrome"]
        os.mkdir(os.path.join(self.folder, "ci"))
        done = self.init(*flags, "--build", "1.4.0", "ci/q.yaml", code=0)
        self.assertIn("--config ci/q.yaml", done.err)
        self.assertEqual(self.content("ci/q.yaml")[-2:], ['platform: "Chrome"', 'build: "1.4.0"'])

    def test_a_suite_is_found_by_a_part_of_its_name(self):
        suites = [
            {"id": i, "key": "VKMC-TS-%d" % i, "name": "Suite %d" % i, "executions": [TWO[0]]}
            for i in range(1, 41)
        ]
        suites[36]["name"] = "Checkout, nightly"
        description = world([])
        description["projects"][0]["suites"] = suites
        for i, suite in enumerate(suites):
            suite["executions"] = [execution(1000 + i, [run(1)])]
        self.start(description)
        done = self.init("--project", "VKMC", answers="nothing like it\ncheckOUT\n1\n", code=0)
        self.assertIn("and 10 more\n", done.err)
        self.assertIn("no suite is called like that\n", done.err)
        self.assertIn("   1  VKMC-TS-37  Checkout, nightly\n", done.err)
        self.assertIn('  - "VKMC-TS-37"', self.content())

    def test_executions_of_one_platform_are_told_by_their_id(self):
        self.start(world([execution(11, [run(1)]), execution(22, [run(1)], cycleName="C2")]))
        self.init("--project", "VKMC", "--suite", "VKMC-TS-20", answers="9\n2\n", code=0)
        self.assertEqual(self.content()[-2:], ["suite-run:", '  - "22"'])

    def test_all_executions(self):
        self.start(world(TWO))
        self.init("--project", "VKMC", "--suite", "VKMC-TS-20", answers="all\n", code=0)
        self.assertEqual(self.content()[-1], "all-executions: true")

    def test_a_file_that_is_there_is_never_replaced(self):
        self.start(world(TWO))
        self.write("qmetry-ci.yaml", "project: VKMC\n")
        done = self.init(code=2)
        self.assertIn("qmetry-ci.yaml is there already", done.err)
        self.assertEqual(self.requests(), [])
        self.assertEqual(self.content(), ["project: VKMC"])

    def test_no_question_is_asked_in_vain(self):
        self.start(world(TWO))
        done = self.init("none/q.yaml", code=2)
        self.assertIn("none/q.yaml: cannot be written: No such file or directory", done.err)
        self.assertNotIn("Project key", done.err)
        env = {"QMETRY_PROJECT": None, "QMETRY_API_KEY": None}
        done = self.init(env=env, code=5)
        self.assertIn("no API key", done.err)
        self.assertNotIn("Project key", done.err)
        env = {"QMETRY_PROJECT": None, "QMETRY_URL": None}
        done = self.init(answers="ftp://qmetry.example.com\n", env=env, code=2)
        self.assertIn("the URL must begin with https://", done.err)
        self.assertNotIn("Project key", done.err)
        self.assertEqual(self.requests(), [])

    def test_where_nobody_answers_the_flag_is_named(self):
        self.start(world(TWO))
        self.assertIn("--project answers it too", self.init(code=2).err)
        self.assertIn("--suite answers it too", self.init("--project", "VKMC", code=2).err)
        done = self.init("--project", "VKMC", "--suite", "VKMC-TS-20", code=2)
        self.assertIn("--platform or --all-executions answers it too", done.err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "qmetry-ci.yaml")))

    def test_what_the_server_refuses_is_told_and_nothing_is_written(self):
        self.start(world(TWO))
        env = {"QMETRY_API_KEY": "wrong", "QMETRY_PROJECT": None}
        self.init("--project", "VKMC", env=env, code=5)
        self.init("--project", "NONE", code=9)
        self.init("--project", "VKMC", "--suite", "VKMC-TS-99", code=9)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "qmetry-ci.yaml")))

    def test_names_from_the_server_give_no_orders(self):
        names = 'a"\n::error::x\x1b[31m\u202e'
        self.start(world([execution(11, [run(1)], names), execution(22, [run(1)], "Edge")]))
        done = self.init("--project", "VKMC", "--suite", "VKMC-TS-20", answers="1\n", code=0)
        self.assertNotIn("\n::error::", done.err)
        self.write("report.xml", junit(("C", "VKMC-TC-1", "")))
        self.qmetry("upload", "report.xml", env={"QMETRY_PROJECT": None}, code=0)
        self.assertEqual(self.statuses("11"), {1001: "passed"})


if __name__ == "__main__":
    unittest.main()
