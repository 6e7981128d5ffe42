"""What the tests of the simulator share: a world, requests as the client sends them, and a case
that starts the simulator and sees it end well. The program is found in $QMETRY_SIM."""
import http.client
import json
import os
import struct
import subprocess
import tempfile
import unittest

SIM = os.environ.get("QMETRY_SIM", "qmetry-sim")
INFO = "qmetry_fetch_qmetry_project_info"
RUNS = "qmetry_fetch_test_case_runs_by_test_suite_run"
BULK = "qmetry_bulk_update_test_case_execution_status"
START_MS = 1768473000000  # 2026-01-15T10:30:00Z

GETINFO = "/rest/admin/project/getinfo"
SUITES_PATH = "/rest/testsuites/list/viewColumns"
EXECUTIONS_PATH = "/rest/execution/list/platformHome"
RUNS_PATH = "/rest/execution/list/viewColumns"
BULK_PATH = "/rest/execution/runstatus/bulkupdate"
BUILDS_PATH = "/rest/admin/drop/list"
PLATFORMS_PATH = "/rest/admin/platform/list"
TREE_PATH = "/rest/admin/scope/tree"
STEPS_PATH = "/rest/execution/tcStepRun/list/viewColumns"
IMPORT_PATH = "/rest/import/createandscheduletestresults/1"


def world(count=3, **more):
    runs = [{"tcRunID": 66095069, "entityKey": "VKMC-TC-1", "summary": "one", "status": "notrun"},
            {"tcRunID": 66095075, "entityKey": "VKMC-TC-2", "summary": "two \"quoted\" ü",
             "testScriptName": "a.B.two"},
            {"tcRunID": 66095087, "entityKey": "VKMC-TC-3", "summary": "three",
             "steps": [{"tcStepRunID": 777, "description": "first"}, {"tcStepRunID": 778}]}]
    chrome = {"tsRunID": "2720260", "platformID": 12345, "platformName": "Chrome 120",
              "releaseID": 8, "releaseName": "R1", "cycleID": 9, "cycleName": "C1", "runs": runs}
    if count > 3:
        chrome["generate"] = {"count": count - 3, "first_id": 1001, "first_key": 4,
                              "summary": "case {n}", "script": "com.S{m}.t{n}"}
    firefox = {"tsRunID": 2720261, "platformID": 12346, "platformName": "Firefox", "releaseID": 8,
               "releaseName": "R1", "cycleID": 10, "cycleName": "C2", "isArchived": True,
               "runs": [{"tcRunID": 501, "entityKey": "VKMC-TC-1", "status": "Bestanden"}]}
    result = {
        "keys": [{"key": "tok"}, {"key": "reader", "role": "readonly"}],
        "projects": [{
            "key": "VKMC", "id": 1, "clientCode": "ORG",
            "statuses": [{"name": "Bestanden", "defaultName": "passed", "id": 123266},
                         {"name": "Failed", "defaultName": "failed", "id": 123268},
                         {"name": "Offen", "defaultName": "notrun", "id": 123270,
                          "isdefault": True}],
            "builds": [{"DropID": 947, "Name": "Build 1.0"}, {"DropID": 948, "Name": "Build 1.0.1"},
                       {"DropID": 900, "Name": "old", "isArchived": True}],
            "suites": [{"id": 194955, "key": "VKMC-TS-20", "name": "Regression",
                        "executions": [chrome, firefox]},
                       {"id": 194956, "key": "VKMC-TS-21", "name": "Smoke"}]}]}
    result.update(more)
    return result


def page(start=0, limit=500, number=None, **more):
    number = number or start // max(limit, 1) + 1
    body = {"start": start, "page": number, "limit": limit, "filter": "[]"}
    body.update(more)
    return body


def runs_body(start=0, limit=500, number=None, **more):
    body = page(start, limit, number, tsrunID="2720260", udfFilter="[]", tcrUdfFilter="[]",
                showTcWithDefects=False, viewId=104123, folderPath="")
    body.update(more)
    return body


def bulk_body(ids="66095069,66095075", status=123266, **more):
    body = {"entityType": "TCR", "qmRunObj": "", "entityIDs": ids, "qmTsRunId": "2720260",
            "runStatusID": status, "isAutoExecuted": "1", "isBulkOperation": "," in ids}
    body.update(more)
    return {name: value for name, value in body.items() if value is not None}


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Simulator:
    def __init__(self, description, *arguments):
        self.process = subprocess.Popen([SIM, "--world", "-", "--until-eof", *arguments],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.process.stdin.write(json.dumps(description) + "\n")
        self.process.stdin.flush()
        self.url = self.process.stdout.readline().strip()
        self.address = self.url.split("//")[-1]
        self.connection = http.client.HTTPConnection(self.address, timeout=10)

    def send(self, method, path, body=None, **headers):
        """Headers are named with _ for -; None leaves one out."""
        sent = {"apikey": "tok", "project": "VKMC", "user-agent": "qmetry-ci/0.1",
                "qmetry-source": "qmetry-ci"}
        if body is not None and not isinstance(body, bytes):
            body = body if isinstance(body, str) else json.dumps(body)
            sent["content-type"] = "application/json"
        if path == RUNS_PATH:
            sent.update(scope="1", orgcode="ORG")
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        sent = {name: value for name, value in sent.items() if value is not None}
        try:
            self.connection.request(method, path, body, sent)
            reply = self.connection.getresponse()
            return Answer(reply.status, reply.headers, reply.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise

    def admin(self, name, body=None):
        """Over a connection of its own: the other one may be waiting."""
        connection = http.client.HTTPConnection(self.address, timeout=10)
        connection.request("GET" if body is None else "POST", "/_sim/" + name,
                           None if body is None else json.dumps(body))
        reply = connection.getresponse()
        answer = Answer(reply.status, reply.headers, reply.read())
        connection.close()
        return answer

    def close(self):
        self.connection.close()
        self.process.stdin.close()
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        return code


class Case(unittest.TestCase):
    maxDiff = None

    def start(self, description=None, *arguments):
        self.sim = Simulator(description or world(), *arguments)
        self.addCleanup(self.stop)
        return self.sim

    def stop(self):
        if self.sim:
            self.assertEqual(self.sim.close(), 0, "leaks, or another bad end")
        self.sim = None

    def start_with_clock(self, description=None):
        file = tempfile.NamedTemporaryFile(prefix="qm-sim-clock-")
        self.addCleanup(file.close)
        self.clock = file.name
        self.set_clock(START_MS)
        return self.start(description, "--clock", file.name)

    def set_clock(self, ms):
        with open(self.clock, "r+b") as file:
            file.write(struct.pack("=q", ms))

    def read_clock(self):
        with open(self.clock, "rb") as file:
            return struct.unpack("=q", file.read(8))[0]

    def send(self, *arguments, **headers):
        return self.sim.send(*arguments, **headers)

    def bulk(self, ids="66095069,66095075", status=123266, **more):
        return self.send("PUT", BULK_PATH, bulk_body(ids, status, **more))

    def state(self):
        return self.sim.admin("state").json

    def runs(self, execution=0):
        executions = self.state()["projects"][0]["suites"][0]["executions"]
        return {row["tcRunID"]: row for row in executions[execution]["runs"]}

    def statuses(self):
        return [row["status"] for row in self.runs().values()]

    def rules(self):
        return [row["rule"] for row in self.state()["violations"]]

    def reasons(self):
        return [row["reason"] for row in self.state()["refused"]]


def multipart(fields, name="r.xml", content="<testsuite/>"):
    parts = ['Content-Disposition: form-data; name="file"; filename="%s"\r\n\r\n%s'
             % (name, content)]
    parts += ['Content-Disposition: form-data; name="%s"\r\n\r\n%s' % row for row in fields.items()]
    return ("".join("--xyz\r\n%s\r\n" % part for part in parts) + "--xyz--\r\n").encode()
