"""The pages: their commands run, their links lead somewhere, their messages are the program's."""
import os
import re
import subprocess
import unittest

from templates import ROOT, TEMPLATES, files, markdown_blocks, read, yaml

from github import Runner
from harness import BIN, KEY, Case, execution, junit, run, world
from redis_server import RedisServer

README = os.path.join(ROOT, "README.md")
PAGE = os.path.join(TEMPLATES, "README.md")
POLICIES = os.path.join(ROOT, "policy")
POLICY_PAGE = os.path.join(POLICIES, "README.md")
UPLOAD_PAGE = os.path.join(ROOT, "src", "upload", "README.md")
SETTINGS_PAGE = os.path.join(ROOT, "src", "cli", "README.md")
PAGES = [README, UPLOAD_PAGE, SETTINGS_PAGE, POLICY_PAGE] + files(".md")
SUITE = ("--suite", "VKMC-TS-20")
ONE = junit(("a", "VKMC-TC-1", ""), suite="VKMC-TC-1 in one step")
FORTY = junit(*[("a", "VKMC-TC-%d" % n, "") for n in range(1, 41)])
CALLS_OF_ONE = ("--batch-size", "1", "--state", "memory")
DENIAL = """version: "1"
default: allow
tools:
  qmetry_bulk_update_test_case_execution_status:
    rules:
      - name: never
        action: deny
        on_deny: not today
"""


def anchors(text):
    """GitHub's names of the headings."""
    for title in re.findall(r"^#+ (.*)$", text, re.M):
        yield re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


class Links(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        found = 0
        for page in PAGES:
            for target in re.findall(r"\]\(([^)]+)\)", read(page)):
                if "://" in target:
                    continue
                path, _, anchor = target.partition("#")
                whole = os.path.normpath(os.path.join(os.path.dirname(page), path))
                with self.subTest(os.path.relpath(page, ROOT), target=target):
                    self.assertTrue(os.path.exists(whole if path else page))
                    if anchor:
                        self.assertIn(anchor, anchors(read(whole if path else page)))
                found += 1
        self.assertGreater(found, 15)

    def test_every_template_is_in_the_page_that_chooses(self):
        text = read(PAGE)
        for folder in os.listdir(TEMPLATES):
            if os.path.isdir(os.path.join(TEMPLATES, folder)):
                self.assertIn("](%s/" % folder, text)


class Commands(Case):
    """The pages' blocks of shell, with the program and the server of the test in their places."""

    def blocks(self):
        for block in (one for page in PAGES for one in markdown_blocks(read(page))):
            if re.search(r"^(export |\S*qmetry-ci |\./dev )", block, re.M):
                yield block

    def test_shellcheck_accepts_them(self):
        blocks = list(self.blocks())
        self.assertGreaterEqual(len(blocks), 3)
        for block in blocks:
            if "[preset]" in block:  # a list of commands
                continue
            with self.subTest(block):
                done = subprocess.run(
                    ["shellcheck", "--shell", "sh", "-"],
                    input=block,
                    capture_output=True,
                    text=True,
                )
                self.assertEqual(done.stdout, "")

    def test_they_run(self):
        # With a step, for those that are about steps.
        row = run(1, steps=[{"tcStepRunID": 7001, "description": "VKMC-TC-1"}])
        self.start(world([execution(2720260, [row])], keys=[{"key": KEY}]))
        self.write("target/surefire-reports/TEST-a.xml", ONE)
        self.write("build/test-results/test/TEST-a.xml", ONE)
        os.makedirs(os.path.join(self.folder, "build/release/bin"))
        for name in ("build/release/bin/qmetry-ci", "qmetry-ci"):
            os.symlink(os.path.join(BIN, "qmetry-ci-test"), os.path.join(self.folder, name))
        tests = "#!/bin/sh\ntouch target/surefire-reports/TEST-a.xml\n"
        os.chmod(self.write("mvn", tests), 0o755)
        # The policy and the case that the pages themselves show.
        (policy,) = [one for one in markdown_blocks(read(README)) if one.startswith("version:")]
        self.write("team.yaml", policy)
        (case,) = re.findall(r'`(\{"id".*?\}\]\})`', read(POLICY_PAGE), re.S)
        self.write("cases.jsonl", case.replace("\n", " ") + "\n")
        # The policies that come along, and where an Intercept would keep its counters.
        os.symlink(POLICIES, os.path.join(self.folder, "policy"))
        os.makedirs(os.path.join(self.folder, ".intercept", "state"))
        redis = RedisServer(self.folder, password="shared")
        self.addCleanup(redis.stop)
        ran = 0
        for block in self.blocks():
            # The work tree's own verbs are the gate itself.
            lines = [line for line in block.splitlines() if not line.startswith("./dev")]
            script = "\n".join(lines).replace(
                "https://testmanagement.qmetry.com", self.simulator.url
            )
            script = script.replace("QMETRY_API_KEY=...", "QMETRY_API_KEY=" + KEY)
            script = script.replace("QMETRY_STATE_PASSWORD=...", "QMETRY_STATE_PASSWORD=shared")
            script = script.replace("cache.example:6379", "127.0.0.1:%d" % redis.port)
            if "qmetry-ci " not in script:
                continue
            env = self.environment({})
            env["PATH"] = self.folder + os.pathsep + env["PATH"]
            done = subprocess.run(
                ["sh", "-e", "-c", script],
                cwd=self.folder,
                env=env,
                capture_output=True,
                text=True,
                timeout=60,
            )
            self.assertEqual(done.returncode, 0, script + done.stdout + done.stderr)
            ran += script.count("qmetry-ci ")
        self.assertGreaterEqual(ran, 20)
        self.assertEqual(self.statuses(), {1001: "passed"})

    def test_the_step_for_github_runs(self):
        self.start(world([execution(2720260, [run(1)])], keys=[{"key": KEY}]))
        self.write("workspace/target/surefire-reports/TEST-a.xml", ONE)
        (block,) = [one for one in markdown_blocks(read(PAGE)) if "uses: OWNER" in one]
        (step,) = yaml.safe_load(block)
        given = dict(step["with"], program=os.path.join(BIN, "qmetry-ci-test"))
        self.assertEqual(given["api-key"], "${{ secrets.QMETRY_API_KEY }}")
        given["api-key"] = KEY
        runner = Runner(self.folder, self.environment({"QMETRY_API_KEY": None}))
        done = runner.run_action(os.path.join(TEMPLATES, "github-action"), given)
        self.assertTrue(done.ok, done.log)
        for name in done.outputs:
            self.assertIn("`%s`" % name, read(PAGE))


class Messages(Case):
    """Each row of the table "what a message means" is a job that goes wrong in this way."""

    def go(self, report, *options, suite="VKMC-TS-20", description=None, env=None):
        self.start(description or world([execution(2720260, [run(1), run(2)])]))
        if report is not None:
            self.write("TEST-a.xml", report)
        return self.qmetry("upload", "--suite", suite, *options, "TEST-*.xml", env=env)

    def policy(self):
        return ("--policy", self.write("policy.yaml", DENIAL))

    def configuration(self):
        self.write("qmetry-ci.yaml", "url: https://elsewhere.example.com\n")
        return {"CI": "true"}

    def jobs(self):
        """(a part of the message, what makes it)."""
        keyless, wrong = {"QMETRY_API_KEY": None}, {"QMETRY_API_KEY": "wrong-key"}
        other = execution(2720261, [run(1)], platform="Firefox")
        two = world([execution(2720260, [run(1)]), other])
        forty = world([execution(2720260, [run(n) for n in range(1, 41)])])
        same = junit(("a", "one", ""), ("b", "one", ""))
        named = world([execution(2720260, [run(1, "one"), run(2, "two")])])
        foreign = junit(("a", "VKMC-TC-77", ""), ("a", "VKMC-TC-1", ""))
        refused = world([execution(2720260, [run(1)])], bad_ids=[1001])
        set_up = ONE.replace("</testsuite>", '<error message="no database"/></testsuite>')
        return {
            "no API key": lambda: self.go(ONE, env=keyless),
            "the server answered 401": lambda: self.go(ONE, env=wrong),
            "no test report was found in": lambda: self.go(None),
            "no test of 1 belongs to any of the": lambda: self.go(junit(("a", "b", ""))),
            "belong to no test case, --fail-on-unmapped allows 0": lambda: self.go(
                junit(("a", "VKMC-TC-1", ""), ("a", "b", "")), "--fail-on-unmapped"
            ),
            "no chosen execution holds VKMC-TC-77": lambda: self.go(foreign, "--fail-on-unmapped"),
            "different tests have the script name or summary": lambda: self.go(
                same, description=named
            ),
            "there is no test suite": lambda: self.go(ONE, suite="VKMC-TS-99"),
            "has 2 executions and none was chosen": lambda: self.go(ONE, description=two),
            'has no status "Bestandn"': lambda: self.go(ONE, "--status", "passed=Bestandn"),
            "there is no build": lambda: self.go(ONE, "--build", "9.9"),
            "is the file complete?": lambda: self.go("<testsuite><a></b>"),
            "the report ends within": lambda: self.go(ONE.replace("</testsuite>", "")),
            "failed outside its tests": lambda: self.go(set_up),
            "waiting 60 s": lambda: self.go(FORTY, *CALLS_OF_ONE, description=forty),
            "but --max-wait leaves": lambda: self.go(
                FORTY, *CALLS_OF_ONE, "--max-wait", "5s", description=forty
            ),
            'denies it (rule "never")': lambda: self.go(ONE, *self.policy()),
            "was not set": lambda: self.go(ONE, description=refused),
            "Couldn't connect to server": lambda: self.go(
                ONE, "--url", "http://127.0.0.1:1", "--outage", "0s"
            ),
            "under CI a file that was found may not set url": lambda: self.go(
                ONE, env=self.configuration()
            ),
            "plain http would show the key": lambda: self.go(
                ONE, "--url", "http://qmetry.example.com"
            ),
        }

    def rows(self):
        return re.findall(r"^\| `([^`]+)` \((\d+)\) \| ([^|]+) \| ([^|]+) \|$", read(PAGE), re.M)

    def test_the_table_has_a_row_for_each_job(self):
        self.assertEqual([row[0] for row in self.rows()], list(self.jobs()))

    def test_every_message_is_the_programs(self):
        for message, code, _, _ in self.rows():
            with self.subTest(message):
                done = self.jobs()[message]()
                self.assertIn(message, done.err + done.out)
                self.assertEqual(done.code, int(code))
                self.stop()
                self.simulator = None
                for name in os.listdir(self.folder):
                    if name != "clock":
                        path = os.path.join(self.folder, name)
                        subprocess.run(["rm", "-rf", path], check=True)


if __name__ == "__main__":
    unittest.main()
