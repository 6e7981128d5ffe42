"""What tests of --level step share: test cases with steps, and uploads that set these."""
from harness import FAILURE, Case, execution, junit, run, world

STEPS = "qmetry_fetch_test_case_step_runs"


def steps(first, *descriptions, status="notrun"):
    return [
        {"tcStepRunID": first + i, "description": text, "status": status}
        for i, text in enumerate(descriptions)
    ]


def login(number=1, first=7001, run_id=None, **more):
    """A test case of three steps; its summary is its script name, too."""
    row = run(number, "Login", "com.example.LoginTest", **more)
    row["steps"] = steps(first, "Open the page", "Log in", "Log out")
    if run_id:
        row["tcRunID"] = run_id
    return row


class Steps(Case):
    def send(self, *arguments, **more):
        return self.upload("--level", "step", "--state", "memory", *arguments, **more)

    def plan(self, *arguments, **more):
        return self.qmetry(
            "plan",
            "--suite",
            "VKMC-TS-20",
            "--format",
            "json",
            "--level",
            "step",
            "--state",
            "memory",
            *arguments,
            **more
        )

    def steps(self, run_id=1001, ts_run_id="2720260"):
        return [row["status"] for row in self.runs(ts_run_id)[run_id]["steps"]]

    def begin(self, *runs, **more):
        self.start(world([execution(2720260, list(runs))], **more))

    def report(self, *cases, suite="VKMC-TC-1 Login", name="TEST-a.xml"):
        return self.write(name, junit(*cases, suite=suite))

    def login_report(self):
        return self.report(
            ("a.B", "open the  PAGE", ""), ("a.B", "Log in", FAILURE), ("a.B", "Log out", "")
        )

    def policy(self, rule):
        """One that has a rule for reads of steps."""
        return self.write(
            "policy.yaml",
            'version: "1"\ndefault: allow\ntools:\n  %s:\n    rules:\n      - name: reads\n'
            "        %s\n" % (STEPS, rule),
        )

    def many(self, count):
        runs, suites = [], []
        for number in range(1, count + 1):
            row = run(number)
            row["steps"] = steps(7000 + 10 * number, "one")
            runs.append(row)
            suites.append(
                '<testsuite name="VKMC-TC-%d"><testcase name="one"/></testsuite>' % number
            )
        self.begin(*runs)
        return self.write("TEST-a.xml", "<testsuites>%s</testsuites>" % "".join(suites))
