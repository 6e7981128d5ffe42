"""Runs the real program against the simulator.

Each test makes a world (what the simulator knows), starts the simulator on a port that the kernel
chooses, runs qmetry-ci, and compares what the simulator recorded. Both share a clock that moves
only when the program waits, so an hour's limits take no time; programs and simulator end with the
test. The programs are found in $QM_BIN_DIR.
"""
import json
import os
import shutil
import struct
import subprocess
import tempfile
import time
import unittest
import urllib.request

BIN = os.environ["QM_BIN_DIR"]
KEY = "k3y-that-must-never-be-seen"
# 2026-01-15T10:30:00Z: the start of a minute, an hour and no day.
START_MS = 1768473000000

STATUSES = [
    {"name": "Bestanden", "defaultName": "passed", "id": 501},
    {"name": "Fehlgeschlagen", "defaultName": "failed", "id": 502},
    {"name": "Blockiert", "defaultName": "blocked", "id": 503},
    {"name": "Offen", "defaultName": "notrun", "id": 504, "isdefault": True},
    {"name": "Entfällt", "defaultName": "empty", "id": 505},
]


def run(number, summary=None, script=None, status="notrun", **more):
    """The test case run of VKMC-TC-<number>; its id is 1000 + number in the first execution."""
    row = {
        "tcRunID": 1000 + number,
        "entityKey": "VKMC-TC-%d" % number,
        "summary": summary or "case %d" % number,
        "status": status,
    }
    if script:
        row["testScriptName"] = script
    row.update(more)
    return row


def execution(ts_run_id, runs, platform="Chrome", **more):
    row = {
        "tsRunID": str(ts_run_id),
        "platformID": 70 + len(platform),
        "platformName": platform,
        "releaseID": 8,
        "releaseName": "R1",
        "cycleID": 9,
        "cycleName": "C1",
        "runs": runs,
    }
    row.update(more)
    return row


def world(executions, **more):
    project = {
        "key": "VKMC",
        "id": 17,
        "clientCode": "ORG",
        "statuses": STATUSES,
        "builds": [
            {"DropID": 947, "Name": "1.4.0"},
            {"DropID": 948, "Name": "1.5.0"},
            {"DropID": 900, "Name": "0.9", "isArchived": True},
        ],
        "suites": [
            {"id": 194955, "key": "VKMC-TS-20", "name": "Regression", "executions": executions}
        ],
    }
    result = {"keys": [{"key": KEY}], "projects": [project]}
    result.update(more)
    return result


def junit(*cases, suite="s"):
    """cases: (classname, name, inner XML)."""
    body = "".join('<testcase classname="%s" name="%s">%s</testcase>' % case for case in cases)
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="%s">%s</testsuite>' % (
        suite,
        body,
    )


FAILURE = '<failure message="boom" type="T">stack</failure>'


class Finished:
    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    @property
    def json(self):
        return json.loads(self.out)


class Simulator:
    def __init__(self, folder, description, arguments=()):
        self.clock_path = os.path.join(folder, "clock")
        self.set_clock(START_MS)
        path = os.path.join(folder, "world.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(description, file)
        self.process = subprocess.Popen(
            [
                os.path.join(BIN, "qmetry-sim"),
                "--world",
                path,
                "--clock",
                self.clock_path,
                "--until-eof",
            ]
            + list(arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()
        if not self.url.startswith("http"):
            raise RuntimeError("the simulator did not start: %r" % self.url)

    def set_clock(self, ms):
        # In place: the programs have the file in their memory, and one that is cut for a moment
        # is a bus error to them.
        file = os.open(self.clock_path, os.O_RDWR | os.O_CREAT, 0o644)
        os.pwrite(file, struct.pack("=q", ms), 0)
        os.close(file)

    def now(self):
        with open(self.clock_path, "rb") as file:
            return struct.unpack("=q", file.read(8))[0]

    def get(self, name):
        # No proxy from the environment may stand between a test and loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url + "/_sim/" + name, timeout=10) as answer:
            return json.loads(answer.read())

    def post(self, name, body):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        request = urllib.request.Request(
            self.url + "/_sim/" + name,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with opener.open(request, timeout=10) as answer:
            return answer.read()

    def stop(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=10)
        self.process.stdout.close()
        return code


class Case(unittest.TestCase):
    """A folder of its own, a simulator when asked for, and checks that every test shares."""

    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="qm-e2e-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.simulator = None

    def start(self, description, *arguments):
        self.simulator = Simulator(self.folder, description, arguments)
        self.addCleanup(self.stop)
        return self.simulator

    def stop(self):
        if self.simulator:
            simulator, self.simulator = self.simulator, None
            state = simulator.get("state")
            self.assertEqual(simulator.stop(), 0, "the simulator did not end well")
            self.assertEqual(state["violations"], [])

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        return path

    def environment(self, more):
        kept = {
            name: os.environ[name]
            for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LC_ALL", "LSAN_OPTIONS")
            if name in os.environ
        }
        kept.update({"HOME": self.folder, "QMETRY_API_KEY": KEY, "QMETRY_PROJECT": "VKMC"})
        if self.simulator:
            kept["QMETRY_TEST_CLOCK"] = self.simulator.clock_path
            kept["QMETRY_URL"] = self.simulator.url
        kept.update(more)
        return {name: value for name, value in kept.items() if value is not None}

    def qmetry(self, *arguments, env=None, code=None, program="qmetry-ci-test", stdin=None):
        process = subprocess.run(
            [os.path.join(BIN, program)] + list(arguments),
            cwd=self.folder,
            env=self.environment(env or {}),
            capture_output=True,
            text=True,
            input=stdin,
            timeout=60,
        )
        done = Finished(process)
        for channel in (done.out, done.err):
            self.assertNotIn(KEY, channel)
            self.assertNotIn("\x1b", channel)
        if code is not None:
            self.assertEqual(done.code, code, "%s\n%s" % (done.out, done.err))
        return done

    def launch(self, *arguments, env=None, program="qmetry-ci-test"):
        """The program at work, for a test that does something to it meanwhile."""
        process = subprocess.Popen(
            [os.path.join(BIN, program)] + list(arguments),
            cwd=self.folder,
            env=self.environment(env or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.kill)
        return process

    def wait_until_open(self, process, path):
        """Until the program has opened the file, from where on it is at work with it.

        It hides its open files (protect.h), but from root."""
        folder = "/proc/%d/fd" % process.pid
        if not os.path.isdir(folder) or os.getuid() != 0:
            process.kill()
            process.communicate()
            self.skipTest("open files are seen by root only, on Linux")
        while process.poll() is None:
            for name in os.listdir(folder):
                try:
                    if os.readlink(os.path.join(folder, name)) == path:
                        return
                except OSError:
                    pass
            time.sleep(0.01)
        self.fail("it ended before it had opened the file: %s" % (process.communicate(),))

    def upload(self, *arguments, **more):
        return self.qmetry(
            "upload", "--suite", "VKMC-TS-20", "--format", "json", *arguments, **more
        )

    def runs(self, ts_run_id="2720260"):
        """{tcRunID: run as the simulator has it} of one execution."""
        for project in self.simulator.get("state")["projects"]:
            for suite in project["suites"]:
                for one in suite["executions"]:
                    if one["tsRunID"] == ts_run_id:
                        return {row["tcRunID"]: row for row in one["runs"]}
        raise KeyError(ts_run_id)

    def statuses(self, ts_run_id="2720260"):
        return {key: row["status"] for key, row in self.runs(ts_run_id).items()}

    def requests(self, tool=None):
        rows = self.simulator.get("requests")
        return [row for row in rows if tool in (None, row["tool"])]

    def bulk(self):
        return [
            row["body"] if isinstance(row["body"], dict) else json.loads(row["body"])
            for row in self.requests("qmetry_bulk_update_test_case_execution_status")
        ]
