"""GitLab, Azure Pipelines, CircleCI and the plain shell: what their scripts do, done."""
import os
import re
import subprocess
import time
import unittest

from templates import TEMPLATES, load_yaml, load_yamls, markdown_blocks, read, yaml

from harness import BIN, FAILURE, KEY, Case, execution, junit, run, world

GITLAB = os.path.join(TEMPLATES, "gitlab", "templates", "qmetry-upload.yml")
AZURE = os.path.join(TEMPLATES, "azure-pipelines", "qmetry-upload.yml")
CIRCLE = os.path.join(TEMPLATES, "circleci", "config.yml")
SHELL = os.path.join(TEMPLATES, "shell", "qmetry-upload.sh")


class System(Case):
    def setUp(self):
        super().setUp()
        self.workspace = os.path.join(self.folder, "workspace")
        os.makedirs(self.workspace)
        os.makedirs(os.path.join(self.folder, "bin"))
        os.symlink(
            os.path.join(BIN, "qmetry-ci-test"), os.path.join(self.folder, "bin", "qmetry-ci")
        )

    def world(self, **more):
        more = dict({"keys": [{"key": KEY}]}, **more)
        self.start(world([execution(2720260, [run(1), run(2), run(3)])], **more))
        cases = [("a.B", "VKMC-TC-1", ""), ("a.B", "VKMC-TC-2", FAILURE)]
        self.write("workspace/target/surefire-reports/TEST-a.xml", junit(*cases))

    def script(self, command, env):
        """Runs it where the reports are; settings come from `env` and from nowhere else."""
        environment = self.environment(dict({"QMETRY_PROJECT": None}, **env))
        environment["PATH"] = os.path.join(self.folder, "bin") + os.pathsep + environment["PATH"]
        done = subprocess.run(
            command,
            cwd=self.workspace,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
        )
        self.assertNotIn(KEY, done.stdout)
        return done

    def age_reports(self):
        """As if they had been left by the job of the day before."""
        path = os.path.join(self.workspace, "target", "surefire-reports", "TEST-a.xml")
        yesterday = time.time() - 24 * 3600
        os.utime(path, (yesterday, yesterday))

    def assert_uploaded(self):
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed", 1003: "notrun"})

    def left(self, name):
        return read(os.path.join(self.workspace, ".qmetry-ci", name))


class GitLab(System):
    def job(self, **given):
        """The component's only job, its inputs filled in as GitLab does."""
        spec, jobs = load_yamls(GITLAB)
        rows = spec["spec"]["inputs"]
        self.assertEqual(set(given) - set(rows), set())
        values = {name: row["default"] for name, row in rows.items() if "default" in row}
        values.update(given)

        def fill(value):
            if isinstance(value, dict):
                return {fill(name): fill(item) for name, item in value.items()}
            if isinstance(value, list):
                return [fill(item) for item in value]
            if isinstance(value, str):
                return re.sub(r"\$\[\[ inputs\.([\w-]+) \]\]", lambda m: values[m[1]], value)
            return value

        ((_, job),) = fill(jobs).items()
        return job

    def run_job(self, **given):
        given = dict({"image": "x", "project": "VKMC", "suite": "VKMC-TS-20"}, **given)
        if "url" not in given:
            given["url"] = self.simulator.url
        job = self.job(**given)
        done = self.script(["sh", "-e", "-c", "\n".join(job["script"])], job["variables"])
        return job, done

    def test_the_component_uploads(self):
        self.world()
        _, done = self.run_job()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assert_uploaded()
        self.assertIn("## qmetry-ci: success", self.left("summary.md"))
        rows = dict(line.split("=") for line in self.left("result.env").splitlines())
        self.assertEqual(rows["QMETRY_RESULT_TOTAL"], "2")
        self.assertEqual(rows["QMETRY_RESULT_FAILED_UPDATES"], "0")
        self.assertEqual(rows["QMETRY_RESULT_CONCLUSION"], "success")
        self.assertNotIn("QMETRY_RESULT_JSON", rows)

    def test_inputs_arrive(self):
        self.world()
        self.write("workspace/a dir/r-1.xml", junit(("a", "VKMC-TC-3", "")))
        _, done = self.run_job(
            files="a dir/r-*.xml\ntarget/**/TEST-*.xml",
            build="1.4.0",
            **{"extra-args": "--batch-size 1 --only-changed"},
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual([call["dropID"] for call in self.bulk()], [947] * 3)

    def test_options_of_extra_args_go_before_inputs_and_what_the_job_sets(self):
        self.world()
        _, done = self.run_job(
            platform="Firefox", **{"extra-args": "--platform Chrome --receipt r.jsonl"}
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assert_uploaded()
        self.assertTrue(os.path.exists(os.path.join(self.workspace, "r.jsonl")))

    def test_what_is_missing_is_a_warning_and_what_is_wrong_a_failure(self):
        self.world(bad_ids=[1002])
        job, done = self.run_job()
        self.assertIn(done.returncode, job["allow_failure"]["exit_codes"])
        self.assertIn("QMETRY_RESULT_CONCLUSION=partial\n", self.left("result.env"))
        job, done = self.run_job(suite="VKMC-TS-99")
        self.assertEqual(done.returncode, 9)
        self.assertNotIn(9, job["allow_failure"]["exit_codes"])

    def test_the_readme_gives_inputs_that_there_are(self):
        self.world()
        (block,) = markdown_blocks(read(os.path.join(TEMPLATES, "gitlab", "README.md")))
        included = yaml.safe_load(block)["include"][0]
        self.assertTrue(GITLAB.endswith(included["file"]))
        _, done = self.run_job(**included["inputs"])
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assert_uploaded()


class Azure(System):
    def run_steps(self, key=KEY, **given):
        template = load_yaml(AZURE)
        rows = {row["name"]: row.get("default") for row in template["parameters"]}
        self.assertEqual(set(given) - set(rows), set())
        rows.update(given)
        step, publish = template["steps"]
        self.assertEqual(publish["publish"], ".qmetry-ci")
        # A name is taken once in a run: a second upload of a job has to be able to choose.
        self.assertEqual(publish["artifact"], "${{ parameters.artifact }}")
        self.assertEqual(rows["artifact"], "qmetry-ci-$(System.JobId)")
        env = {
            name: re.sub(r"\$\{\{ parameters\.(\w+) \}\}", lambda m: rows[m[1]], value)
            for name, value in step["env"].items()
        }
        # Variables in parentheses are filled in wherever they stand, in the script too.
        script = step["bash"]  # `script` would be a batch file on Windows
        if key is not None:
            self.assertNotIn("$(QMETRY_API_KEY)", script)
            env["QMETRY_API_KEY"] = env["QMETRY_API_KEY"].replace("$(QMETRY_API_KEY)", key)
        return self.script(["bash", "--noprofile", "--norc", "-c", script], env)

    def test_the_template_uploads(self):
        self.world()
        done = self.run_steps(url=self.simulator.url, project="VKMC", suite="VKMC-TS-20")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assert_uploaded()
        summary = os.path.join(self.workspace, ".qmetry-ci", "summary.md")
        self.assertIn("##vso[task.uploadsummary]%s\n" % summary, done.stdout)
        self.assertTrue(os.path.exists(summary))

    def test_options_of_extra_args_go_before_parameters_and_what_the_template_sets(self):
        self.world()
        done = self.run_steps(
            url=self.simulator.url,
            project="VKMC",
            suite="VKMC-TS-20",
            platform="Firefox",
            extraArgs="--platform Chrome --receipt r.jsonl",
        )
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assert_uploaded()
        self.assertTrue(os.path.exists(os.path.join(self.workspace, "r.jsonl")))

    def test_what_is_missing_is_an_issue_and_what_is_wrong_a_failure(self):
        self.world(bad_ids=[1002])
        given = {"url": self.simulator.url, "project": "VKMC", "suite": "VKMC-TS-20"}
        done = self.run_steps(**given)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("##vso[task.complete result=SucceededWithIssues]", done.stdout)
        done = self.run_steps(extraArgs="--batch-size none", **given)
        self.assertEqual(done.returncode, 2)

    def test_a_report_from_before_the_job_fetched_its_sources_is_left_out(self):
        self.world()
        given = {"url": self.simulator.url, "project": "VKMC", "suite": "VKMC-TS-20"}
        self.write("workspace/.git/FETCH_HEAD", "")
        self.age_reports()
        done = self.run_steps(**given)
        self.assertEqual((done.returncode, self.bulk()), (3, []), done.stdout)
        done = self.run_steps(newerThan="2d", **given)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assert_uploaded()

    def test_a_key_that_is_not_set_is_no_key(self):
        self.world()
        done = self.run_steps(key=None, url=self.simulator.url, project="VKMC", suite="VKMC-TS-20")
        self.assertEqual(done.returncode, 5)
        self.assertIn("no API key", done.stdout)


class Circle(System):
    def run_job(self, **more):
        job = load_yaml(CIRCLE)["jobs"]["test"]
        (upload,) = [
            step["run"]
            for step in job["steps"]
            if isinstance(step, dict) and step.get("run", {}).get("name") == "QMetry"
        ]
        self.assertEqual(upload["when"], "always")
        # CircleCI's default shell.
        return self.script(
            ["bash", "-eo", "pipefail", "-c", upload["command"]], dict(job["environment"], **more)
        )

    def test_the_job_uploads_after_its_tests(self):
        self.world()
        done = self.run_job()
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assert_uploaded()

    def test_what_was_not_uploaded_makes_it_red(self):
        self.world()
        down = {"QMETRY_URL": "http://127.0.0.1:1", "QMETRY_RETRIES": "0"}
        self.assertEqual(self.run_job(**down).returncode, 10)
        self.assertEqual(self.run_job(QMETRY_MATCH="property").returncode, 6)

    def test_unless_its_team_says_otherwise_and_then_with_a_warning(self):
        self.world()
        done = self.run_job(QMETRY_MATCH="property", QMETRY_SOFT_FAIL="1,4,6,7,10")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("warning: ", done.stdout)


class Shell(System):
    SETTINGS = {"QMETRY_PROJECT": "VKMC", "QMETRY_SUITE": "VKMC-TS-20"}
    TESTS = "touch target/surefire-reports/*"  # which write their report

    def run_script(self, *command, **more):
        return self.script([SHELL, *command], dict(self.SETTINGS, **more))

    def test_green_tests_and_their_upload(self):
        self.world()
        self.assertEqual(self.run_script("sh", "-c", self.TESTS).returncode, 0)
        self.assert_uploaded()

    def test_the_exit_code_is_that_of_the_tests(self):
        self.world()
        self.assertEqual(self.run_script("sh", "-c", self.TESTS + "; exit 42").returncode, 42)
        self.assert_uploaded()

    def test_or_that_of_the_upload(self):
        self.world(bad_ids=[1002])
        self.assertEqual(self.run_script("sh", "-c", self.TESTS).returncode, 1)

    def test_without_tests_there_is_nothing_to_upload(self):
        self.world()
        done = self.run_script()
        self.assertEqual(done.returncode, 2)
        self.assertIn("usage: qmetry-upload.sh COMMAND [WORD...]", done.stdout)
        self.assertEqual(self.requests(), [])

    def test_yesterdays_report_is_not_uploaded(self):
        self.world()
        self.age_reports()
        done = self.run_script("sh", "-c", "echo no such class; exit 1")
        self.assertEqual((done.returncode, self.bulk()), (1, []), done.stdout)
        self.assertEqual(self.run_script("true").returncode, 3)
        self.assertEqual(self.run_script("true", QMETRY_NEWER_THAN="2d").returncode, 0)
        self.assert_uploaded()

    def test_files_are_lines(self):
        self.world()
        self.write("workspace/a dir/r.xml", junit(("a", "VKMC-TC-3", "")))
        self.assertEqual(
            self.run_script("touch", "a dir/r.xml", QM_FILES="a dir/*.xml").returncode, 0
        )
        self.assertEqual(self.statuses(), {1001: "notrun", 1002: "notrun", 1003: "passed"})


if __name__ == "__main__":
    unittest.main()
