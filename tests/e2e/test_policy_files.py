"""The policies that come with the program: valid, whole, and kept by an upload."""
import os
import re
import shutil
import subprocess
import unittest

from harness import BIN, FAILURE, Case, execution, junit, run, world
from redis_server import RedisServer

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FOLDER = os.path.join(ROOT, "policy")
DEFAULT, CAUTIOUS, SHARED = "smartbear-mcp.yaml", "cautious.yaml", "ci-and-agents.yaml"
BULK = "qmetry_bulk_update_test_case_execution_status"


def path_of(name):
    return os.path.join(FOLDER, name)


def called_tools():
    """The tools under whose names the program's own source makes calls."""
    found = set()
    for name in os.listdir(os.path.join(ROOT, "src", "api")):
        with open(os.path.join(ROOT, "src", "api", name), encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
        found |= set(re.findall(r'"(qmetry_(?:fetch|bulk|import|link)_\w+)"', text))
    return found


class PolicyFiles(Case):
    def begin(self, count, failures=0):
        self.start(world([execution(2720260, [run(n) for n in range(1, count + 1)])]))
        cases = [
            ("a", "VKMC-TC-%d" % n, FAILURE if n <= failures else "") for n in range(1, count + 1)
        ]
        return self.write("TEST-a.xml", junit(*cases))

    def windows(self):
        """{start: calls of all tools} as the server saw them."""
        found = {}
        for tool in self.simulator.get("calls").values():
            for window in tool["windows"]:
                found[window["start"]] = found.get(window["start"], 0) + window["calls"]
        return [found[start] for start in sorted(found)]

    def show(self, *arguments):
        return self.qmetry("policy", "show", "--format", "json", *arguments, code=0).json


class Validity(PolicyFiles):
    def test_each_is_valid_and_in_the_page(self):
        with open(path_of("README.md"), encoding="utf-8") as file:
            page = file.read()
        names = [name for name in os.listdir(FOLDER) if name.endswith(".yaml")]
        self.assertEqual(set(names), {DEFAULT, CAUTIOUS, SHARED})
        for name in names:
            with self.subTest(name):
                self.qmetry("policy", "validate", path_of(name), code=0)
                self.assertIn("[%s](%s)" % (name, name), page)

    def test_they_are_installed(self):
        if not shutil.which("cmake"):
            self.skipTest("there is no cmake")
        subprocess.run(
            ["cmake", "--install", os.path.dirname(BIN), "--prefix", self.folder],
            check=True,
            capture_output=True,
        )
        installed = os.listdir(os.path.join(self.folder, "share", "qmetry-ci", "policy"))
        self.assertEqual(set(installed), {DEFAULT, CAUTIOUS, SHARED, "README.md"})


class Default(PolicyFiles):
    def test_it_is_the_one_that_is_built_in(self):
        builtin, file = self.show(), self.show(path_of(DEFAULT))
        self.assertEqual(builtin["tools"], file["tools"])
        self.assertEqual(builtin["default"], "allow")

    def test_reads_are_allowed_and_writes_limited(self):
        reads = re.compile(r"qmetry_(fetch_\w+|execute_quality_gate_report)")
        policy = self.show(path_of(DEFAULT))
        for row in policy["tools"]:
            with self.subTest(row["tool"]):
                (rule,) = row["rules"]
                limits = [(one["op"], one["value"]) for one in rule["conditions"]]
                state = rule.get("state") or {}
                if reads.fullmatch(row["tool"]):
                    self.assertEqual((limits, state), ([], {}))
                else:
                    self.assertEqual(limits, [("lte", "30")])
                    self.assertEqual((state["window_ms"], state["increment"]), (60000, 1))
        names = {row["tool"] for row in policy["tools"]}
        self.assertEqual(called_tools() - names, set())

    def test_an_upload_sends_30_calls_a_minute(self):
        report = self.begin(40)
        self.upload("--batch-size", "1", "--policy", path_of(DEFAULT), report, code=0)
        self.assertEqual(
            [row["calls"] for row in self.simulator.get("calls")[BULK]["windows"]], [30, 10]
        )


class Cautious(PolicyFiles):
    def test_it_lets_through_what_the_program_calls_and_nothing_else(self):
        named = {row["tool"] for row in self.show(path_of(CAUTIOUS))["tools"]} - {"*"}
        self.assertEqual(named, called_tools())
        judged = self.show(path_of(CAUTIOUS))["calls"]
        self.assertEqual({row["tool"] for row in judged}, called_tools())
        for tool, code in (("qmetry_fetch_builds", 0), ("qmetry_create_test_case", 8)):
            self.qmetry("policy", "check", tool, "--policy", path_of(CAUTIOUS), code=code)

    def test_an_upload_goes_in_batches_of_20_and_10_calls_a_minute(self):
        report = self.begin(230, failures=25)
        done = self.upload("--policy", path_of(CAUTIOUS), "--state", "memory", report, code=0)
        sizes = [len(body["entityIDs"].split(",")) for body in self.bulk()]
        # 25 that failed, 205 that passed; four calls read before them.
        self.assertEqual(sizes, [20, 5] + 10 * [20] + [5])
        self.assertEqual(self.windows(), [10, 7])
        self.assertEqual(done.json["updates"]["accepted"], 230)
        self.assertEqual(list(self.statuses().values()).count("failed"), 25)

    def test_the_plan_shows_the_same_calls(self):
        report = self.begin(95)
        plan = self.qmetry(
            *["plan", "--suite", "VKMC-TS-20", "--format", "json", "--state", "memory"],
            *["--policy", path_of(CAUTIOUS), report],
            code=0
        ).json["calls"]["planned"]
        sizes = [len(call["arguments"]["entityIDs"].split(",")) for call in plan]
        self.assertEqual(sizes, [20, 20, 20, 20, 15])

    def test_the_batch_is_counted_exactly(self):
        for count, code in ((1, 0), (20, 0), (21, 8)):
            ids = ",".join(str(66095069 + n) for n in range(count))
            self.qmetry(
                *["policy", "check", BULK, "--policy", path_of(CAUTIOUS)],
                *["--arg", 'entityIDs="%s"' % ids],
                code=code
            )

    def test_import_goes_under_it(self):
        report = self.begin(1)
        done = self.qmetry("import", "--policy", path_of(CAUTIOUS), report)
        self.assertNotEqual(done.code, 8, done.out + done.err)
        self.assertEqual(len(self.requests("qmetry_import_automation_test_results")), 1)


class Shared(PolicyFiles):
    def upload_shared(self, report, *arguments):
        return self.upload(
            *["--policy", path_of(SHARED), "--state", "redis://127.0.0.1:%d" % self.redis.port],
            *["--batch-size", "1", *arguments, report],
            code=0
        )

    def counter(self, name, value, seconds, start="2026-01-15T10:30:00Z"):
        self.redis.ask("HSET", name, "v", value, "ws", start, "wd", seconds * 1000000000)

    def begin(self, count, failures=0):
        self.redis = RedisServer(self.folder)
        self.addCleanup(self.redis.stop)
        return super().begin(count, failures)

    def test_a_part_of_each_limit_is_left_to_agents(self):
        report = self.begin(40)
        self.upload_shared(report)
        self.assertEqual(
            [row["calls"] for row in self.simulator.get("calls")[BULK]["windows"]], [24, 16]
        )
        self.assertEqual(self.redis.hash(BULK + "._rate_minute")["v"], "16")
        self.assertEqual(self.redis.hash("_global._rate_hour")["v"], "44")

    def test_what_agents_have_used_is_gone(self):
        report = self.begin(20)
        self.counter(BULK + "._rate_minute", 21, 60)
        self.upload_shared(report, "--headroom", "0")
        self.assertEqual(
            [row["calls"] for row in self.simulator.get("calls")[BULK]["windows"]], [9, 11]
        )

    def test_calls_of_all_kinds_count_together(self):
        report = self.begin(5)
        # Agents have read 118 times in this minute: two calls are left of 120.
        self.counter("_global._rate_minute", 118, 60)
        self.upload_shared(report, "--headroom", "0")
        self.assertEqual(self.windows(), [2, 7])


if __name__ == "__main__":
    unittest.main()
