"""The demo does what README promises, in no time: both programs share a clock that tests move."""
import os
import re
import subprocess
import unittest

from harness import BIN, START_MS, Case, struct

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "demo", "run")


class Demo(Case):
    def assert_shown(self, done, pattern):
        """Like assertRegex, but what the demo said can be read, line by line, if it fails."""
        if not re.search(pattern, done.stdout):
            self.fail("%s is not in\n%s\n%s" % (pattern, done.stdout, done.stderr))

    def test_the_demo(self):
        self.assert_demo(os.environ)

    def test_a_ci_system_does_not_change_what_is_shown(self):
        step_summary = self.write("step-summary", "")
        variables = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": step_summary}
        self.assert_demo(dict(os.environ, JENKINS_URL="http://127.0.0.1:1/", **variables))
        self.assertEqual(os.path.getsize(step_summary), 0)

    def assert_demo(self, environment):
        clock = self.write("clock", struct.pack("=q", START_MS))
        done = subprocess.run(
            ["python3", "-B", DEMO, BIN, clock],
            capture_output=True,
            text=True,
            timeout=60,
            env=environment,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # Counted by hand from the reports: 17 of 21 test cases are executed, 4 of them fail.
        for platform in ("Chrome", "Firefox", "Edge"):
            self.assert_shown(
                done,
                platform + r", 2026.1, Sprint 4: +Bestanden 13 +Fehlgeschlagen 4 +Offen 4 "
                r" *\(17 of 21 updated\)",
            )
        self.assertIn("Violations of the interface: 0", done.stdout)
        self.assertIn("waiting", done.stderr)
        # 12 calls, 4 in 5 seconds: three windows, and two of them are waited for.
        self.assert_shown(
            done, r"bulk_update_test_case_execution_status +12 +10:30:00 4 +10:30:05 4 +10:30:10 4"
        )


if __name__ == "__main__":
    unittest.main()
