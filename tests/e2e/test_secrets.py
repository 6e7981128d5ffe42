"""Keys, signatures and passwords: used where they belong, seen nowhere else."""
import json
import os
import resource
import signal
import socket
import subprocess
import unittest
from xml.sax.saxutils import escape

from harness import BIN, FAILURE, KEY, Case, execution, junit, run, world

BULK = "qmetry_bulk_update_test_case_execution_status"
HARD_CORE = resource.getrlimit(resource.RLIMIT_CORE)[1]
USER, PASSWORD = "anna.lenz", 'p4ss "word" \\ \u00e4'


def small_world(count=1, **more):
    return world([execution(2720260, [run(n) for n in range(1, count + 1)])], **more)


def small_report(count=1, more=()):
    return junit(*[("a", "VKMC-TC-%d" % n, "") for n in range(1, count + 1)], *more)


class Everywhere(Case):
    def look_everywhere(self, *secrets, left_out=("world.json",)):
        for folder, _, names in os.walk(self.folder):
            for name in sorted(set(names) - set(left_out)):
                with open(os.path.join(folder, name), "rb") as file:
                    content = file.read()
                for secret in secrets:
                    self.assertNotIn(secret.encode(), content, name)

    def test_an_echoed_key_is_nowhere(self):
        faults = [
            {
                "match": {"tool": BULK},
                "action": {"status": 400, "body_json": {"message": "the key %s is odd" % KEY}},
            }
        ]
        self.start(small_world(faults=faults))
        report = self.write("TEST-a.xml", small_report())
        # qmetry() itself looks through both channels.
        self.qmetry("upload", "-v", "-v", "--suite", "VKMC-TS-20", report, code=1)
        self.look_everywhere(KEY)

    def test_a_test_that_prints_the_key_does_not_spread_it(self):
        self.start(small_world())
        report = self.write("TEST-a.xml", small_report(more=[("a", "env " + KEY, "")]))
        self.qmetry("upload", "--suite", "VKMC-TS-20", report, code=0)
        self.assertEqual(self.upload(report, code=0).json["unmapped"][0]["test"], "a.env ***")

    def test_a_comment_with_the_key_is_not_sent(self):
        self.start(small_world())
        report = self.write("TEST-a.xml", small_report())
        done = self.upload("--comment", "token=%s." % KEY, report, code=0)
        self.assertEqual(self.bulk()[0]["comments"], "token=***.")
        self.assertIn("***", done.err)

    def test_a_failure_that_shows_the_key_is_not_sent(self):
        self.start(small_world(2))
        failure = '<failure message="token %s expired">stack</failure>' % KEY
        report = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", failure)))
        names = ["receipt", "journal", "summary", "cache"]
        files = [word for name in names for word in ("--" + name, name)]
        self.upload("--comment", "{message}", *files, report, code=0)
        self.assertEqual(self.bulk()[0]["comments"], "token *** expired")
        self.look_everywhere(KEY, left_out=("world.json", "TEST-a.xml"))
        self.assertTrue(os.path.exists(os.path.join(self.folder, "receipt")))

    def test_options_with_the_key_are_not_repeated(self):
        for arguments in (
            ["upload", "--batch-size", KEY],
            ["upload", "--" + KEY],
            ["upload", "--status", KEY],
            [KEY],
            ["upload", "--suite", "A-TS-1", "--url", "https://%s.example.com/?" % KEY],
            ["upload", "--suite", "A-TS-1", "--soft-fail", "--policy", KEY + ".yaml"],
            ["parse", "--format", KEY],
            ["parse", KEY + ".xml"],
            [
                "parse",
                "--results",
                self.write(KEY + "/a.xml", small_report(more=[("", KEY, FAILURE)])),
            ],
        ):
            with self.subTest(arguments):
                self.qmetry(*arguments)
                self.qmetry(*arguments, "--format", "json")

    def test_a_key_in_a_file_is_hidden_too(self):
        path = self.write("key", KEY + "\n")
        env = {"QMETRY_API_KEY": None, "QMETRY_API_KEY_FILE": path}
        self.qmetry("upload", "--batch-size", KEY, env=env, code=2)
        # parse asks for no key, so that a file that cannot be read does not matter.
        report = self.write("TEST-a.xml", small_report())
        env["QMETRY_API_KEY_FILE"] = "missing"
        self.qmetry("parse", report, env=env, code=0)
        self.qmetry("upload", "--suite", "A-TS-1", report, env=env, code=2)

    def test_white_space_around_a_key_is_no_part_of_it(self):
        self.start(small_world())
        report = self.write("TEST-a.xml", small_report())
        for key in (KEY + "\n", " " + KEY + "\r\n", "\t" + KEY + " "):
            self.upload(report, env={"QMETRY_API_KEY": key}, code=0)
        done = self.upload(report, env={"QMETRY_API_KEY": KEY + "\n" + "more"}, code=2)
        self.assertIn("QMETRY_API_KEY", done.err)
        self.assertNotIn("more", done.err.replace("more than", ""))


class Process(Case):
    """What others can see of the program while it waits for an answer that does not come."""

    def hang(self, program):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        url = "http://127.0.0.1:%d" % listener.getsockname()[1]
        report = self.write("TEST-a.xml", small_report())
        process = subprocess.Popen(
            [os.path.join(BIN, program), "upload", "--suite", "VKMC-TS-20", "--url", url, report],
            cwd=self.folder,
            env=self.environment({"QMETRY_PASSWORD": PASSWORD, "QMETRY_USERNAME": USER}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (HARD_CORE, HARD_CORE)),
        )
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        self.assertIn(KEY.encode(), connection.recv(65536))
        return process

    def test_arguments_and_environment_hold_no_secret(self):
        process = self.hang("qmetry-ci-test")
        try:
            for name in ("cmdline", "environ"):
                with open("/proc/%d/%s" % (process.pid, name), "rb") as file:
                    content = file.read()
                for secret in (KEY, PASSWORD, USER):
                    self.assertNotIn(secret.encode(), content, name)
            # Others are still there: it was no empty file that was searched.
            self.assertIn(b"QMETRY_PROJECT=VKMC", content)
        finally:
            process.kill()
            process.wait()

    def test_a_crash_leaves_no_core_file(self):
        process = self.hang("qmetry-ci")
        # Where the system writes core files at all, it writes one for this.
        os.mkdir(os.path.join(self.folder, "control"))
        control = subprocess.Popen(["sleep", "60"], cwd=os.path.join(self.folder, "control"))
        process.send_signal(signal.SIGABRT)
        control.send_signal(signal.SIGABRT)
        dumped = []
        for child in (process, control):
            _, status = os.waitpid(child.pid, 0)
            child.returncode = -signal.SIGABRT
            dumped.append(os.WCOREDUMP(status))
        self.assertEqual(os.WTERMSIG(status), signal.SIGABRT)
        self.assertFalse(dumped[0])
        self.assertEqual([name for name in os.listdir(self.folder) if "core" in name], [])


class Signature(Case):
    """Part 11: who changes a status signs it."""

    part11 = {"username": USER, "password": PASSWORD}

    def attempt(self, username, password, code, count=2):
        self.start(small_world(count, part11=self.part11))
        report = self.write(
            "TEST-a.xml",
            small_report(count, [("a", escape("pw %s" % password, {'"': "&quot;"}), FAILURE)]),
        )
        env = {"QMETRY_USERNAME": username, "QMETRY_PASSWORD": password}
        done = self.upload("-v", "--batch-size", "1", report, env=env)
        self.assertEqual(done.code, code, done.out + done.err)
        for secret in filter(None, (username, password)):
            # As it is, and as JSON writes it.
            self.assertNotIn(secret, done.out + done.err)
            self.assertNotIn(json.dumps(secret, ensure_ascii=False)[1:-1], done.out + done.err)
        return done

    def test_a_right_one_is_accepted(self):
        self.attempt(USER, PASSWORD, 0)
        self.assertEqual([body["username"] for body in self.bulk()], [USER, USER])
        self.assertEqual(set(self.statuses().values()), {"passed"})

    def test_from_files(self):
        self.start(small_world(part11=self.part11))
        env = {
            "QMETRY_USERNAME_FILE": self.write("user", USER + "\n"),
            "QMETRY_PASSWORD_FILE": self.write("password", PASSWORD + "\n"),
        }
        self.upload(self.write("TEST-a.xml", small_report()), env=env, code=0)

    def test_a_rule_may_ask_for_one_and_is_not_shown_it(self):
        policy = (
            "version: 1\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n    rules:\n"
            "      - {name: signed, conditions: [{path: args.password, op: %s}]}\n"
        )
        env = {"QMETRY_USERNAME": USER, "QMETRY_PASSWORD": PASSWORD}
        report = self.write("TEST-a.xml", small_report())
        for condition, environment, code in (
            ("exists, value: true", env, 0),
            ("exists, value: true", {}, 8),
            ("neq, value: x", env, 8),
            ("regex, value: ''", env, 8),
        ):
            with self.subTest(condition):
                self.start(small_world())
                path = self.write("policy.yaml", policy % condition)
                plan = ["plan", "--suite", "VKMC-TS-20", "--policy", path, "--format", "json"]
                done = self.qmetry(*plan, report, env=environment, code=code)
                self.assertNotIn("password", done.out)
                self.upload("--policy", path, report, env=environment, code=code)
                self.stop()
                self.simulator = None

    def test_a_wrong_one_is_not_tried_twice(self):
        done = self.attempt(USER, "wrong-password", 5)
        self.assertEqual(len(self.bulk()), 1)
        self.assertIn("QMETRY_PASSWORD", done.err)

    def test_a_missing_one_is_asked_for(self):
        done = self.attempt(None, None, 5)
        self.assertEqual(len(self.bulk()), 1)
        self.assertIn("QMETRY_USERNAME", done.err)

    def test_half_a_signature_is_none(self):
        done = self.attempt(USER, None, 2)
        self.assertEqual(self.requests(), [])
        self.assertIn("QMETRY_PASSWORD", done.err)


if __name__ == "__main__":
    unittest.main()
