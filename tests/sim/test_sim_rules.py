"""The simulator notices what the real client would not send, and misbehaves as it is told."""
import http.client
import json
import os
import signal
import ssl
import subprocess
import tempfile
import time
import unittest

from sim_case import (BUILDS_PATH, BULK, BULK_PATH, EXECUTIONS_PATH, GETINFO, INFO, PLATFORMS_PATH,
                      RUNS_PATH, SIM, START_MS, STEPS_PATH, SUITES_PATH, Case, bulk_body, page,
                      runs_body, world)


class Rules(Case):
    def setUp(self):
        self.start()

    def violates(self, rule, *request, **headers):
        with self.subTest(rule, request=request):
            before = len(self.rules())
            answer = self.send(*request, **headers)
            self.assertIn(answer.status, (400, 401), answer.body)
            if answer.status == 400:
                self.assertIn(rule, answer.json["message"])
            self.assertEqual(self.rules()[before:], [rule])

    def test_headers(self):
        get = ("GET", GETINFO)
        runs = ("POST", RUNS_PATH, runs_body())
        self.violates("header.user-agent", *get, user_agent="curl/8")
        self.violates("header.qmetry-source", *get, qmetry_source=None)
        self.violates("header.apikey", *get, apikey=None)
        self.violates("header.apikey", *get, authorization="Bearer tok")
        self.violates("header.authorization", *get, apikey=None, authorization="Basic dG9r")
        self.violates("header.project", *get, project=None)
        self.violates("header.content-type", *get, content_type="application/json")
        self.violates("header.content-type", *runs, content_type="application/json; charset=utf-8")
        self.violates("header.scope", *runs, scope=None)
        self.violates("header.scope", *runs, scope="VKMC")
        self.violates("header.orgcode", *runs, orgcode="org")
        self.violates("header.scope", "PUT", BULK_PATH, bulk_body(), scope="1")

    def test_method_and_path(self):
        self.violates("method", "POST", GETINFO)
        self.violates("path", "GET", GETINFO + "?apikey=tok")
        self.violates("path", "GET", "/rest/admin/status/automation/last")
        self.assertEqual(self.send("GET", "/" + GETINFO).status, 404)
        self.assertEqual(self.rules()[-1], "path")
        self.assertEqual(self.send("GET", "/rest/other").status, 404)

    def test_every_member_of_a_body_is_needed_and_no_other(self):
        bulk = bulk_body(isAutoExecuted=None)
        suites = page(sort="[]", udfFilter="[]", scope="project", isFilterSaveRequired=False,
                      folderPath="", viewId=103097)
        executions = page(gridName="TESTEXECUTIONLIST", tsID=194955, viewId=41799)
        for method, path, body in (
                ("PUT", BULK_PATH, bulk), ("POST", RUNS_PATH, runs_body()),
                ("POST", SUITES_PATH, suites), ("POST", EXECUTIONS_PATH, executions),
                ("POST", BUILDS_PATH, page()), ("POST", PLATFORMS_PATH, page(sort="[]")),
                ("POST", STEPS_PATH, {"viewId": 104125, "tcrID": 66095087, "scope": "cycle"})):
            self.assertEqual(self.send(method, path, body).status, 200)
            self.violates("body.extra", method, path, dict(body, extra=1))
            for name, value in body.items():
                rest = {key: kept for key, kept in body.items() if key != name}
                self.violates("body." + name, method, path, rest)
                wrong = 12 if isinstance(value, (str, bool)) else "12x"
                self.violates("body." + name, method, path, dict(body, **{name: wrong}))

    def test_the_values_of_an_update(self):
        for rule, change in (
                ("entityIDs", {"entityIDs": ""}),
                ("entityIDs", {"entityIDs": "66095069, 66095075"}),
                ("entityIDs", {"entityIDs": "66095069,66095075,"}),
                ("entityIDs", {"entityIDs": "066095069,66095075"}),
                ("entityIDs", {"entityIDs": "66095069,66095075,66095069"}),
                ("entityIDs", {"entityIDs": [66095069]}), ("entityType", {"entityType": "TC"}),
                ("qmRunObj", {"qmRunObj": "x"}), ("qmTsRunId", {"qmTsRunId": 2720260}),
                ("qmTsRunId", {"qmTsRunId": "2720260 "}),
                ("runStatusID", {"runStatusID": "123266"}),
                ("runStatusID", {"runStatusID": 123266.0}), ("dropID", {"dropID": "Build 1.0"}),
                ("dropID", {"dropID": None}), ("isAutoExecuted", {"isAutoExecuted": True}),
                ("isAutoExecuted", {"isAutoExecuted": "0"}),
                ("isBulkOperation", {"isBulkOperation": "true"}),
                ("isBulkOperation", {"isBulkOperation": False}),
                ("isBulkOperation", {"entityIDs": "66095069"}), ("comments", {"comments": None}),
                ("type", {"type": "TCSR"}), ("type", {"entityType": "TCSR"}),
                ("type", {"type": "TCR"}), ("username", {"username": "anna"})):
            self.violates("body." + rule, "PUT", BULK_PATH, {**bulk_body(), **change})
        self.assertEqual(self.statuses(), ["notrun"] * 3)

    def test_the_values_of_a_list(self):
        for rule, change in (
                ("viewId", {"viewId": 103097}), ("udfFilter", {"udfFilter": "[ ]"}),
                ("showTcWithDefects", {"showTcWithDefects": True}), ("limit", {"limit": 0}),
                ("limit", {"limit": 1001}), ("page", {"number": -1}), ("page", {"number": 2}),
                ("page", {"start": 500, "number": 1}), ("start", {"start": -1, "number": 1}),
                ("filter", {"filter": "{}"}),
                ("filter", {"filter": '[{"type":"string","field":"entityKeyId"}]'}),
                ("filter", {"filter": '[{"type":"list","value":[1],"field":"colour"}]'}),
                ("filter", {"filter": '[{"type":"list","value":[1],"field":"entityKeyId"}]'})):
            self.violates("body." + rule, "POST", RUNS_PATH, runs_body(**change))

    def test_a_body_that_is_no_object(self):
        for text in ("", "{", "[]", '{"a":1,"a":2}', "{}}"):
            self.violates("body", "PUT", BULK_PATH, text)


class Counting(Case):
    def calls(self, tool):
        return self.sim.admin("calls").json[tool]

    def test_calls_are_counted_in_windows_of_the_clock(self):
        self.start_with_clock()
        for ms in (0, 59999, 60000, 60001, 200000):
            self.set_clock(START_MS + ms)
            self.send("GET", GETINFO)
        calls = self.calls(INFO)
        self.assertEqual([(row["start"], row["calls"]) for row in calls["windows"]],
                         [("2026-01-15T10:30:00Z", 2), ("2026-01-15T10:31:00Z", 2),
                          ("2026-01-15T10:33:00Z", 1)])
        self.assertEqual((calls["total"], calls["max"], calls["statuses"]), (5, 2, {"200": 5}))

    def test_windows_are_counted_from_the_year_one(self):
        self.start_with_clock(world(windows=7))
        self.send("GET", GETINFO)
        start = self.calls(INFO)["windows"][0]["start_ms"]
        self.assertEqual((start + 62135596800000) % 7000, 0)
        self.assertTrue(start <= START_MS < start + 7000)

    def test_dates_are_those_of_the_clock(self):
        self.start_with_clock()
        self.assertEqual(self.send("GET", GETINFO).headers["Date"], "Thu, 15 Jan 2026 10:30:00 GMT")

    def test_the_servers_own_limit(self):
        self.start_with_clock(world(limit={"max": 2, "window_s": 60}))
        self.set_clock(START_MS + 18500)
        self.assertEqual([self.send("GET", GETINFO).status for _ in range(3)], [200, 200, 429])
        self.assertEqual(self.send("GET", GETINFO).headers["Retry-After"], "42")
        self.sim.admin("world", {"limit": [{"max": 0, "window_s": 60, "retry_after": "date"}]})
        self.assertEqual(self.send("GET", GETINFO).headers["Retry-After"],
                         "Thu, 15 Jan 2026 10:31:00 GMT")
        self.set_clock(START_MS + 60000)
        self.sim.admin("world", {"limit": {"max": 1, "window_s": 60, "tool": BULK}})
        self.assertEqual([self.bulk().status for _ in range(2)], [200, 429])
        self.assertEqual(self.send("GET", GETINFO).status, 200)
        self.assertEqual(self.rules(), [])

    def test_the_quota_of_an_hour(self):
        self.start_with_clock(world(quota={"hourly": 1}))
        self.assertEqual([self.send("GET", GETINFO).status for _ in range(2)], [200, 429])
        self.assertEqual(self.send("GET", GETINFO).headers["Retry-After"], "1800")

    def test_requests_are_kept_as_they_came(self):
        self.start(world(log_size=3))
        for _ in range(4):
            self.send("GET", GETINFO)
        self.bulk()
        rows = self.sim.admin("requests").json
        self.assertEqual([row["sequence"] for row in rows], [3, 4, 5])
        self.assertEqual(rows[2]["body"], bulk_body())
        self.assertEqual((rows[2]["tool"], rows[2]["ids"], rows[2]["status"]), (BULK, 2, 200))
        self.assertEqual(rows[2]["headers"]["apikey"], "tok")
        self.assertEqual(rows[0]["body"], "")


def fault(action, tool=None, times=0, **match):
    if tool:
        match["tool"] = tool
    return {"match": match, "action": action, "times": times}


class Faults(Case):
    def statuses_of(self, *faults, count=4, call=None):
        self.start(world(faults=list(faults)))
        call = call or (lambda: self.send("GET", GETINFO))
        got = []
        for _ in range(count):
            try:
                got.append(call().status)
            except (OSError, http.client.HTTPException) as error:
                got.append(type(error).__name__)
        self.assertEqual(self.rules(), [])
        return got

    def test_which_requests_are_met(self):
        busy = {"status": 503}
        for faults, expected in (
                ([fault(busy, nth=2)], [200, 503, 200, 200]),
                ([fault(busy, **{"from": 2, "to": 3})], [200, 503, 503, 200]),
                ([fault(busy, times=2)], [503, 503, 200, 200]),
                ([fault(busy, tool=INFO)], [503] * 4), ([fault(busy, tool=BULK)], [200] * 4),
                ([fault(busy, path="getinfo", nth=1)], [503, 200, 200, 200]),
                ([fault(busy, nth=1), fault({"status": 500}, nth=2)], [503, 500, 200, 200])):
            with self.subTest(faults):
                self.assertEqual(self.statuses_of(*faults), expected)
                self.stop()

    def test_updates_are_met_by_their_ids(self):
        self.start(world(faults=[fault({"success_false": True}, ids_contain="66095075"),
                                 fault({"status": 413}, ids_min=2),
                                 fault({"status": 409}, body_contains="boom")]))
        self.assertIs(self.bulk().json["success"], False)
        self.assertEqual(self.bulk("66095069,66095087").status, 413)
        self.assertEqual(self.bulk("66095087", comments="boom").status, 409)
        self.assertEqual(self.bulk("66095087").status, 200)
        self.assertEqual(self.statuses(), ["notrun", "notrun", "passed"])
        self.assertEqual([row["fired"] for row in self.state()["faults"]], [1, 1, 1])

    def test_answers_of_their_own(self):
        self.start(world(faults=[
            fault({"status": 429, "headers": {"Retry-After": "7"}}, nth=1),
            fault({"body_html": "<h1>Log in</h1>"}, nth=2),
            fault({"status": 401, "body_json": {"message": "Invalid API key"}}, nth=3),
            fault({"redirect": "http://127.0.0.1:1/"}, nth=4), fault({"huge": 1000000}, nth=5)]))
        answers = [self.send("GET", GETINFO) for _ in range(5)]
        self.assertEqual([answer.status for answer in answers], [429, 200, 401, 302, 200])
        self.assertEqual(answers[0].headers["Retry-After"], "7")
        self.assertIn("text/html", answers[1].headers["Content-Type"])
        self.assertEqual(answers[2].json, {"message": "Invalid API key"})
        self.assertEqual(answers[3].headers["Location"], "http://127.0.0.1:1/")
        self.assertEqual(len(answers[4].body), 1000000)
        self.assertEqual(answers[4].json["data"], [])

    def test_dates_may_be_relative(self):
        self.start_with_clock(world(faults=[
            fault({"status": 429, "headers": {"Retry-After": "@+7"}}, nth=1),
            fault({"status": 429, "headers": {"Retry-After": "@-60"}}, nth=2)]))
        self.assertEqual([self.send("GET", GETINFO).headers["Retry-After"] for _ in range(2)],
                         ["Thu, 15 Jan 2026 10:30:07 GMT", "Thu, 15 Jan 2026 10:29:00 GMT"])

    def test_whether_the_work_is_done(self):
        for action, expected in (({"status": 504}, "notrun"),
                                 ({"status": 504, "work": True}, "passed"),
                                 ({"close": "before"}, "notrun"), ({"close": "after"}, "passed"),
                                 ({"truncate": 5}, "passed"), ({"headers": {"X": "y"}}, "passed")):
            with self.subTest(action):
                got = self.statuses_of(fault(action, nth=1), count=1, call=self.bulk)
                self.assertEqual(self.statuses()[0], expected)
                if "close" in action:
                    self.assertIn(got[0], ("ConnectionResetError", "RemoteDisconnected"))
                if "truncate" in action:
                    self.assertEqual(got, ["IncompleteRead"])
                self.stop()

    def test_slow_answers_move_the_clock(self):
        self.start_with_clock(world(faults=[fault({"delay_ms": 90000}, nth=1)]))
        begin = time.monotonic()
        self.assertEqual(self.send("GET", GETINFO).status, 200)
        self.assertEqual(self.read_clock(), START_MS + 90000)
        self.assertLess(time.monotonic() - begin, 5)

    def test_slow_answers_take_their_time_without_a_clock(self):
        self.start(world(faults=[fault({"delay_ms": 200}, nth=1), fault({"sleep_ms": 200}, nth=2)]))
        for _ in range(2):
            begin = time.monotonic()
            self.assertEqual(self.send("GET", GETINFO).status, 200)
            self.assertGreaterEqual(time.monotonic() - begin, 0.2)

    def test_an_answer_that_waits_holds_up_no_other_and_no_end(self):
        self.start(world(faults=[fault({"sleep_ms": 600000}, nth=1)]))
        self.sim.connection.timeout = 0.2
        with self.assertRaises(TimeoutError):
            self.send("GET", GETINFO)
        self.assertEqual(self.send("GET", GETINFO).status, 200)


class Patches(Case):
    def test_a_status_changes_behind_the_clients_back(self):
        self.start()
        answer = self.sim.admin("world", {"runs": [
            {"ids": [66095069, 501], "status": "Failed", "dropID": 948, "comment": "by hand"}]})
        self.assertEqual(answer.status, 200, answer.body)
        row = self.runs()[66095069]
        self.assertEqual((row["status"], row["dropID"], row["comment"], row["updates"]),
                         ("failed", 948, "by hand", 0))
        self.assertEqual(self.runs(1)[501]["status"], "failed")

    def test_runs_vanish(self):
        self.start()
        self.sim.admin("world", {"delete_runs": [66095075]})
        answer = self.send("POST", RUNS_PATH, runs_body()).json
        self.assertEqual([row["tcRunID"] for row in answer["data"]], [66095069, 66095087])
        self.assertEqual(answer["total"], 2)
        self.assertEqual(self.bulk().status, 400)
        self.assertEqual(self.reasons(), ["deleted_id"])

    def test_executions_are_locked(self):
        self.start()
        self.sim.admin("world", {"executions": {"tsRunID": 2720260, "isLocked": True}})
        self.assertEqual(self.bulk().status, 400)
        self.sim.admin("world", {"executions": {"tsRunID": 2720260}})
        self.assertEqual(self.bulk().status, 200)

    def test_faults_are_replaced_and_all_can_be_forgotten(self):
        self.start(world(faults=[fault({"status": 503})]))
        self.assertEqual(self.send("GET", GETINFO, user_agent="x").status, 503)
        self.assertEqual(self.rules(), ["header.user-agent"])
        self.sim.admin("world", {"faults": [], "reset": True})
        self.assertEqual(self.send("GET", GETINFO).status, 200)
        self.assertEqual(self.rules(), [])
        self.assertEqual(self.state()["counters"]["requests"], 1)

    def test_a_patch_with_a_mistake_says_where(self):
        self.start()
        for patch, words in (({"max_pages": 1}, "max_pages: unknown"),
                             ({"runs": [{"ids": [7]}]}, "no run 7"),
                             ({"runs": [{"ids": [501], "status": "gone"}]}, "gone"),
                             ({"faults": [{"match": {}}]}, "faults[0].action: is missing"),
                             ({"faults": [], "max_page": 0}, "max_page")):
            answer = self.sim.admin("world", patch)
            self.assertEqual(answer.status, 400)
            self.assertIn(words, answer.json["message"])

    def test_the_table_shows_what_changed(self):
        self.start_with_clock()
        self.bulk(dropID=947, comments="nightly\n12")
        table = self.sim.admin("table").body.decode()
        for words in ("VKMC-TS-20", "Bestanden 2   Offen 1   (2 of 3 updated)", "nightly 12",
                      "10:30:00 1", "Violations of the interface: 0"):
            self.assertIn(words, table)
        self.assertIn("... and 1 more", self.sim.admin("table?rows=1").body.decode())


class Life(Case):
    def run_with(self, *arguments, stdin=""):
        return subprocess.run([SIM, *arguments], input=stdin, capture_output=True, text=True,
                              timeout=20)

    def test_a_bad_world_is_told_with_its_place(self):
        for text, words in (("{", "-:1:"), ("{}", "projects: is missing"),
                            (json.dumps(world(key=[])), "key: unknown, the fields are"),
                            (json.dumps(world(windows="x")), "windows: must be a whole number"),
                            ('{"projects":[{"key":"A","statuses":[],"suites":[{"id":1,"key":"S",'
                             '"executions":{"tsRunID":1,"runs":{"tcRunID":1,"entityKey":"K"}}}]}]}',
                             'no status "notrun"')):
            done = self.run_with("--world", "-", stdin=text)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)

    def test_options(self):
        self.assertIn("--until-eof", self.run_with("--help").stdout)
        for arguments in ([], ["--world"], ["--wurld", "x"], ["--world", "no/such/file"],
                          ["--world=-", "--port=70000"], ["--world", "-", "--tls-cert", "x"],
                          ["--help=1"], ["--world", "-", "--clock", "no/such/file"]):
            done = self.run_with(*arguments, stdin=json.dumps(world()))
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn("qmetry-sim: ", done.stderr)

    def test_signals_and_quit_end_it_well(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.start()
            self.send("GET", GETINFO)
            self.sim.process.send_signal(number)
            self.assertEqual(self.sim.process.wait(timeout=20), 0)
            self.stop()
        self.start()
        self.assertEqual(self.sim.admin("quit", {}).json, {"success": True})
        self.assertEqual(self.sim.process.wait(timeout=20), 0)

    def test_the_demo_world_is_a_world(self):
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "worlds", "demo.json")
        done = self.run_with("--world", path, "--until-eof")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_https(self):
        with tempfile.TemporaryDirectory() as folder:
            key, cert = os.path.join(folder, "key"), os.path.join(folder, "cert")
            try:
                subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                                "2", "-subj", "/CN=localhost", "-addext",
                                "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
                               check=True, capture_output=True)
            except FileNotFoundError:
                self.skipTest("there is no openssl to make a certificate")
            self.start(None, "--tls-cert", cert, "--tls-key", key)
            self.assertTrue(self.sim.url.startswith("https://127.0.0.1:"))
            context = ssl.create_default_context(cafile=cert)
            self.sim.connection = http.client.HTTPSConnection(self.sim.address, context=context)
            self.assertEqual(self.send("GET", GETINFO).status, 200)


if __name__ == "__main__":
    unittest.main()
