"""The composite action, step by step as GitHub's runner would take them, against the simulator."""
import json
import os
import shutil
import subprocess
import unittest

from templates import TEMPLATES, load_yaml

from expressions import expand
from github import Runner
from harness import BIN, FAILURE, KEY, Case, execution, junit, run, world

ACTION = os.path.join(TEMPLATES, "github-action")
SECRETLESS = {
    "event_name": "pull_request",
    "event": {"pull_request": {"head": {"repo": {"full_name": "mallory/shop"}}, "user": {}}},
}


class Action(Case):
    def setUp(self):
        super().setUp()
        self.runner = None
        os.makedirs(os.path.join(self.folder, "workspace"))

    def world(self, **more):
        return self.start(world([execution(2720260, [run(1), run(2), run(3)])], **more))

    def report(self, name="target/surefire-reports/TEST-a.xml"):
        cases = [("a.B", "VKMC-TC-1", ""), ("a.B", "VKMC-TC-2", FAILURE), ("a.B", "other", "")]
        return self.write("workspace/" + name, junit(*cases))

    def act(self, github=None, env=None, actions=None, **inputs):
        environment = self.environment({"QMETRY_API_KEY": None, "QMETRY_PROJECT": None})
        environment.pop("QMETRY_URL", None)
        self.runner = Runner(self.folder, dict(environment, **env or {}), github, actions)
        given = {
            "program": os.path.join(BIN, "qmetry-ci-test"),
            "project": "VKMC",
            "suite": "VKMC-TS-20",
            "api-key": KEY,
        }
        if self.simulator:
            given["url"] = self.simulator.url
        given.update({name.replace("_", "-"): value for name, value in inputs.items()})
        done = self.runner.run_action(ACTION, given)
        self.assertNotIn(KEY, done.log + done.summary + json.dumps(done.outputs))
        return done

    def code(self, done):
        return int(done.steps["upload"]["outputs"]["exit_code"])


class Upload(Action):
    def test_results_are_uploaded_and_told(self):
        self.world()
        self.report()
        done = self.act()
        self.assertTrue(done.ok, done.log)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed", 1003: "notrun"})
        outputs = dict(done.outputs)
        full = json.loads(outputs.pop("json"))
        self.assertEqual(full["updates"]["accepted"], 2)
        self.assertEqual(outputs.pop("requests"), str(len(self.requests())))
        self.assertEqual(
            outputs,
            {
                "total": "3",
                "passed": "2",
                "failed": "1",
                "skipped": "0",
                "updated": "2",
                "unchanged": "0",
                "unmapped": "1",
                "failed-updates": "0",
                "conclusion": "success",
            },
        )
        self.assertIn("## qmetry-ci: success", done.summary)
        self.assertEqual(done.groups, ["qmetry-ci upload"])
        failed = done.of_level("error")
        self.assertEqual(
            [(a.text, a.properties) for a in failed], [("boom", {"title": "a.B.VKMC-TC-2"})]
        )
        self.assertEqual(done.masks, [KEY])

    def test_every_output_of_the_issue_is_there(self):
        wanted = "total passed failed skipped updated unchanged unmapped failed-updates requests"
        outputs = load_yaml(os.path.join(ACTION, "action.yml"))["outputs"]
        self.assertEqual(list(outputs), wanted.split() + ["conclusion", "json"])

    def test_files_are_lines_with_exclusions(self):
        self.world()
        self.report("a dir/TEST-a.xml")
        self.write("workspace/a dir/TEST-b.xml", junit(("x", "VKMC-TC-3", FAILURE)))
        done = self.act(files="  a dir/TEST-*.xml \n\n  !**/TEST-b.xml\n")
        self.assertTrue(done.ok, done.log)
        self.assertEqual(self.statuses()[1003], "notrun")

    def test_the_environment_of_the_job_counts_where_an_input_is_empty(self):
        self.world()
        self.report()
        more = {"QMETRY_PROJECT": "VKMC", "QMETRY_API_KEY": KEY, "QMETRY_SUITE": "VKMC-TS-20"}
        done = self.act(env=more, project="", suite="", api_key="")
        self.assertTrue(done.ok, done.log)
        self.assertEqual(done.masks, [KEY])

    def test_settings_arrive(self):
        self.world()
        self.report()
        done = self.act(
            comment="night %d\nly" % 1, batch_size="1", build="1.4.0", status="passed=Blockiert"
        )
        self.assertTrue(done.ok, done.log)
        self.assertEqual(self.statuses(), {1001: "blocked", 1002: "failed", 1003: "notrun"})
        self.assertEqual(self.runs()[1001]["dropID"], 947)

    def test_a_plan_sends_nothing(self):
        self.world()
        self.report()
        done = self.act(command="plan")
        self.assertTrue(done.ok, done.log)
        self.assertEqual(self.bulk(), [])
        self.assertEqual(done.outputs["conclusion"], "planned")

    def test_extra_args_are_words_and_not_commands(self):
        self.world()
        self.report()
        done = self.act(extra_args="--comment 'two words $(touch x)' --share 2\n--verbose")
        self.assertTrue(done.ok, done.log)
        self.assertEqual(self.runs()[1001]["comment"], "two words $(touch x)")
        self.assertEqual(os.listdir(self.runner.workspace), ["target"])
        done = self.act(status="passed=Blockiert", extra_args="--share 2 --comment ''")
        self.assertTrue(done.ok, done.log)
        self.assertEqual([call.get("comments") for call in self.bulk()[-1:]], [None])
        done = self.act(extra_args="--comment 'open\n::stop-commands::x")
        self.assertFalse(done.ok)
        self.assertEqual(
            done.of_level("error")[0].text,
            "extra-args: a quote is not closed in: --comment 'open\n::stop-commands::x",
        )
        self.assertNotIn("\n::stop-commands", done.log)
        self.assertEqual(done.outputs["conclusion"], "failed")
        self.assertTrue(self.act(extra_args=" \n").ok)

    def test_a_mask_covers_all_of_a_key(self):
        self.report()
        with_percent = "qk%0Aey%25"
        done = self.act(api_key=with_percent + "\nsecond line\n")
        self.assertEqual(self.code(done), 2)
        self.assertEqual(done.masks, [with_percent + "\nsecond line"])
        self.assertNotIn("second line", done.log)

    def test_a_working_directory_is_where_reports_are(self):
        self.world()
        self.report("service/target/surefire-reports/TEST-a.xml")
        self.assertTrue(self.act(working_directory="service").ok)

    def test_a_job_that_is_run_again_with_debug_logging_shows_every_call(self):
        self.world()
        self.report()
        self.assertNotIn("/rest/", self.act().log)
        self.assertIn("/rest/", self.act(env={"RUNNER_DEBUG": "1"}).log)
        self.assertNotIn("/rest/", self.act(env={"RUNNER_DEBUG": "1"}, extra_args="-q").log)

    def test_no_job_summary(self):
        self.world()
        self.report()
        done = self.act(job_summary="false", annotations="0")
        self.assertTrue(done.ok, done.log)
        self.assertEqual(done.summary, "")
        self.assertEqual(done.annotations, [])


TESTNG = """<testng-results><suite name="s"><test name="t"><class name="a.B">
<test-method status="PASS" name="VKMC_TC_1"/><test-method status="FAIL" name="VKMC_TC_2"/>
</class></test></suite></testng-results>"""
JUNIT = """<testsuite name="s"><testcase classname="a.B" name="VKMC-TC-1"/>
<testcase classname="a.B" name="VKMC-TC-2" file="tests/test_b.py" line="7">
<failure message="boom"/></testcase></testsuite>"""


class Examples(Action):
    """Each example uploads what its tests would have left where it says."""

    REPORTS = {
        "maven": ("module/target/surefire-reports/TEST-a.xml", JUNIT),
        "gradle": ("app/build/test-results/test/TEST-a.xml", JUNIT),
        "testng": ("module/target/surefire-reports/testng-results.xml", TESTNG),
        "pytest": ("reports/pytest.xml", JUNIT),
        "jest": ("reports/jest.xml", JUNIT),
        "playwright": ("reports/playwright.xml", JUNIT),
        "matrix": ("reports/shard-3.xml", JUNIT),
    }

    def example(self, name):
        """(the step that uploads, the one behind it or None)."""
        workflow = load_yaml(os.path.join(ACTION, "examples", name + ".yml"))
        steps = list(workflow["jobs"].values())[-1]["steps"]
        places = [i for i, step in enumerate(steps) if "github-action" in step.get("uses", "")]
        self.assertEqual(len(places), 1)
        return steps[places[0]], steps[places[0] + 1 :]

    def test_every_example_is_here(self):
        names = os.listdir(os.path.join(ACTION, "examples"))
        self.assertEqual(sorted(names), sorted(name + ".yml" for name in self.REPORTS))

    def test_every_example_uploads(self):
        self.world()
        for name, (path, report) in self.REPORTS.items():
            with self.subTest(name):
                shutil.rmtree(os.path.join(self.folder, "workspace"))
                self.write("workspace/" + path, report)
                step, _ = self.example(name)
                given = {
                    key: expand(value, {"secrets": {"QMETRY_API_KEY": KEY}})
                    for key, value in step["with"].items()
                }
                done = self.act(env={"QMETRY_URL": self.simulator.url}, url="", **given)
                self.assertTrue(done.ok, done.log)
                self.assertEqual((done.outputs["total"], done.outputs["updated"]), ("2", "2"))
                self.assertEqual(self.statuses()[1002], "failed")
                if report == JUNIT:
                    at = done.of_level("error")[0].properties
                    self.assertEqual((at["file"], at["line"]), ("tests/test_b.py", "7"))

    def test_every_upload_is_made_after_failed_tests_too(self):
        for name in self.REPORTS:
            with self.subTest(name):
                workflow = load_yaml(os.path.join(ACTION, "examples", name + ".yml"))
                step, _ = self.example(name)
                job = list(workflow["jobs"].values())[-1]
                self.assertIn("!cancelled()", (job if name == "matrix" else step)["if"])

    def test_the_matrix_tells_what_came_of_it(self):
        _, rest = self.example("matrix")
        outputs = {"total": "3", "updated": "2", "conclusion": "success"}
        contexts = {"steps": {"qmetry": {"outputs": outputs}}}
        more = {name: expand(value, contexts) for name, value in rest[0]["env"].items()}
        out = subprocess.run(
            ["bash", "-e", "-c", rest[0]["run"]], env=more, capture_output=True, text=True
        ).stdout
        self.assertEqual(out, "2 of 3 results are in QMetry (success)\n")


class Failures(Action):
    def test_a_failing_upload_fails_the_step(self):
        self.world(bad_ids=[1002])
        self.report()
        done = self.act()
        self.assertFalse(done.ok)
        self.assertEqual(self.code(done), 1)
        self.assertEqual(done.outputs["conclusion"], "partial")
        self.assertEqual(done.outputs["failed-updates"], "1")
        self.assertIn("### Not uploaded (1)", done.summary)
        self.assertEqual(done.of_level("error")[0].properties["title"], "qmetry-ci")

    def test_unless_it_need_not(self):
        self.world(bad_ids=[1002])
        self.report()
        done = self.act(fail_on_upload_error="false")
        self.assertTrue(done.ok, done.log)
        self.assertEqual(done.outputs["conclusion"], "partial")
        self.assertTrue(done.of_level("warning"))

    def test_a_bound_for_unmapped_tests_fails_all_the_same(self):
        self.world()
        self.report()
        for bound, code in (("true", 6), ("1", 0), ("0", 6), ("false", 0)):
            with self.subTest(bound):
                done = self.act(fail_on_unmapped=bound, fail_on_upload_error="false")
                self.assertEqual(self.code(done), code)
        for bound, code in (("", 0), ("false", 0), ("3", 6)):
            with self.subTest("nothing mapped, " + bound):
                done = self.act(
                    match="property", fail_on_unmapped=bound, fail_on_upload_error="false"
                )
                self.assertEqual(self.code(done), code)

    def test_a_broken_report_fails_unless_it_need_not(self):
        self.world()
        self.report()
        self.write("workspace/target/surefire-reports/TEST-b.xml", "<testsuite><a></b>")
        self.assertEqual(self.code(self.act()), 4)
        self.assertEqual(self.code(self.act(fail_on_parse_error="false")), 0)

    def test_nothing_at_all_fails_unless_it_need_not(self):
        self.world()
        self.assertEqual(self.code(self.act()), 3)
        self.assertEqual(self.code(self.act(fail_on_empty="false")), 0)

    def test_a_wrong_setting_is_an_error_of_usage(self):
        self.world()
        self.report()
        done = self.act(batch_size="many")
        self.assertEqual(self.code(done), 2)
        self.assertIn("QMETRY_BATCH_SIZE", done.of_level("error")[0].text)
        self.assertEqual(done.outputs["conclusion"], "failed")
        self.assertIn("## qmetry-ci: failed", done.summary)
        done = self.act(extra_args="--no-such-option")
        self.assertEqual(done.outputs["conclusion"], "failed")

    def test_an_input_that_is_no_choice_is_an_error_of_usage(self):
        self.world()
        self.report()
        choices = ("fail-on-empty", "fail-on-parse-error", "fail-on-upload-error", "job-summary")
        for name in choices + ("command",):
            with self.subTest(name):
                done = self.act(**{name: "no"})
                self.assertEqual(self.code(done), 2)
                self.assertEqual(len(done.of_level("error")), 1, done.log)
                self.assertIn(name + ': "no" is ', done.of_level("error")[0].text)
                self.assertEqual(done.outputs["conclusion"], "failed")
        self.assertEqual(self.requests(), [])


class WithoutKey(Action):
    def test_a_fork_has_its_reports_read(self):
        self.world()
        self.report()
        done = self.act(github=SECRETLESS, api_key="")
        self.assertTrue(done.ok, done.log)
        self.assertEqual(self.requests(), [])
        self.assertEqual(done.outputs["conclusion"], "skipped")
        self.assertEqual(
            [done.outputs[name] for name in ("total", "passed", "failed")], ["3", "2", "1"]
        )
        self.assertEqual(done.outputs["updated"], "")
        self.assertIn("### Failed tests (1)", done.summary)
        self.assertIn("get no secrets", done.of_level("notice")[0].text)
        self.assertEqual(done.of_level("error")[0].text, "boom")
        done = self.act(github=SECRETLESS, api_key=" ")
        self.assertEqual(done.outputs["conclusion"], "skipped")

    def test_dependabot_likewise(self):
        self.report()
        pull = {"head": {"repo": {"full_name": "acme/shop"}}, "user": {"login": "dependabot[bot]"}}
        github = {"event_name": "pull_request", "event": {"pull_request": pull}}
        pushed = {"event_name": "push", "actor": "dependabot[bot]"}
        for event in (github, dict(github, event_name="pull_request_review"), pushed):
            with self.subTest(event["event_name"]):
                done = self.act(github=event, api_key="")
                self.assertEqual(done.outputs["conclusion"], "skipped")

    def test_a_fork_with_a_broken_report_fails(self):
        self.write("workspace/target/surefire-reports/TEST-b.xml", "<testsuite><a></b>")
        done = self.act(github=SECRETLESS, api_key="")
        self.assertEqual(self.code(done), 4)
        self.assertEqual(done.outputs["conclusion"], "skipped")
        (told,) = done.of_level("error")
        self.assertEqual(told.text, "the reports are not whole, see the log (exit code 4)")
        done = self.act(github=SECRETLESS, api_key="", fail_on_parse_error="false")
        self.assertTrue(done.ok, done.log)
        self.assertEqual(done.of_level("error"), [])

    def test_elsewhere_it_is_exit_5(self):
        self.world()
        self.report()
        pull = {"head": {"repo": {"full_name": "acme/shop"}}, "user": {"login": "mona"}}
        own = {"event_name": "pull_request", "event": {"pull_request": pull}}
        target = dict(SECRETLESS, event_name="pull_request_target")
        events = [("push", {}), ("own", own), ("target", target)]
        events += [(name, {"event_name": name}) for name in ("merge_group", "workflow_run")]
        for name, github in events:
            with self.subTest(name):
                done = self.act(github=github, api_key="")
                self.assertEqual(self.code(done), 5)
                self.assertIn("no API key", done.of_level("error")[0].text)
                self.assertEqual(done.outputs["conclusion"], "failed")
        self.assertEqual(self.requests(), [])

    def test_a_fork_with_a_key_uploads(self):
        self.world()
        self.report()
        self.assertEqual(self.act(github=SECRETLESS).outputs["conclusion"], "success")


if __name__ == "__main__":
    unittest.main()
