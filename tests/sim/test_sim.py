"""The simulator answers what the real client sends as QMetry does.

Run by ctest; by hand: QMETRY_SIM=build/debug/bin/qmetry-sim python3 tests/sim/test_sim.py
"""
import json
import os
import unittest

from sim_case import (BUILDS_PATH, BULK_PATH, EXECUTIONS_PATH, GETINFO, IMPORT_PATH, PLATFORMS_PATH,
                      RUNS_PATH, START_MS, STEPS_PATH, SUITES_PATH, TREE_PATH, Case, bulk_body,
                      multipart, page, runs_body, world)

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api",
                        "mcp-requests.jsonl")


class Replay(Case):
    def test_all_recorded_requests_are_taken(self):
        self.start(world(50, user_agent="SmartBear MCP Server/"))
        with open(RECORDED, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        self.assertGreater(len(rows), 15)
        for row in rows:
            with self.subTest(row["tool"], path=row["path"]):
                # In the record the boundary stands for what follows its four dashes.
                body = row["body"].replace("----<boundary>", "xyz").encode() or None
                headers = {name.replace("-", "_"): value.replace("<boundary>", "xyz")
                           for name, value in row["headers"].items()}
                answer = self.send(row["method"], row["path"], body, **headers)
                # The import that it asks about is not ours.
                expected = 404 if "status/automation" in row["path"] else 200
                self.assertEqual(answer.status, expected, answer.body)
        self.assertEqual(self.rules(), [])
        self.assertEqual(self.reasons(), ["unknown_import"])


class Answers(Case):
    def test_project_info_tells_what_the_other_calls_need(self):
        self.start()
        info = self.send("GET", GETINFO).json
        self.assertEqual((info["currentProjectId"], info["clientCode"]), (1, "ORG"))
        self.assertEqual(info["latestViews"]["TE"]["viewId"], 104123)
        self.assertEqual([row["name"] for row in info["allstatus"]],
                         ["Bestanden", "Failed", "Offen"])
        self.assertEqual(info["currentdrops"], [{"DropID": 947, "Name": "Build 1.0"},
                                                {"DropID": 948, "Name": "Build 1.0.1"}])

    def test_suites_are_found_by_keys(self):
        self.start()
        for value, found in (("VKMC-TS-20", [194955]), ("VKMC-TS-21,VKMC-TS-20", [194955, 194956]),
                             ("VKMC-TS-2", [])):
            condition = [{"type": "string", "value": value, "field": "entityKeyId"}]
            body = page(filter=json.dumps(condition), sort="[]", udfFilter="[]", scope="project",
                        isFilterSaveRequired=False, folderPath="", viewId=103097)
            answer = self.send("POST", SUITES_PATH, body).json
            self.assertEqual([row["id"] for row in answer["data"]], found)
            self.assertEqual(answer["total"], len(found))

    def executions(self, *conditions):
        body = page(filter=json.dumps(conditions), gridName="TESTEXECUTIONLIST", tsID=194955,
                    viewId=41799)
        return self.send("POST", EXECUTIONS_PATH, body).json["data"]

    def test_executions_are_filtered(self):
        self.start()
        rows = self.executions()
        self.assertEqual([row["tsRunID"] for row in rows], ["2720260", "2720261"])
        self.assertEqual(rows[0]["platformName"], "Chrome 120")
        for field, value, found in (("platformID", [12345], ["2720260"]),
                                    ("platformID", ["12346"], ["2720261"]),
                                    ("cycleID", [9, 10], ["2720260", "2720261"]),
                                    ("releaseID", [7], []), ("isArchived", [0], ["2720260"]),
                                    ("isArchived", [1], ["2720261"])):
            with self.subTest(field, value=value):
                rows = self.executions({"type": "list", "value": value, "field": field})
                self.assertEqual([row["tsRunID"] for row in rows], found)

    def test_runs_have_the_fields_that_clients_read(self):
        self.start()
        answer = self.send("POST", RUNS_PATH, runs_body()).json
        row = answer["data"][1]
        self.assertEqual((row["tcRunID"], row["entityKey"], row["summary"], row["testScriptName"]),
                         (66095075, "VKMC-TC-2", 'two "quoted" ü', "a.B.two"))
        self.assertEqual((row["runStatus"], row["runStatusID"], row["latestVersion"]),
                         ("Offen", 123270, "v1"))
        self.assertNotIn("testScriptName", answer["data"][0])
        self.assertIs(answer["hasTcRunUdf"], False)

    def test_pages_end_where_the_server_says(self):
        self.start(world(95, max_page=40))
        seen = []
        for number in range(1, 4):
            answer = self.send("POST", RUNS_PATH, runs_body(len(seen), number=number)).json
            seen += [row["tcRunID"] for row in answer["data"]]
            self.assertEqual(answer["total"], 95)
        self.assertEqual(len(seen), 95)
        self.assertEqual(len(set(seen)), 95)
        self.assertEqual(self.send("POST", RUNS_PATH, runs_body(95, number=4)).json["data"], [])
        self.assertEqual(self.rules(), [])

    def test_generated_runs_are_numbered(self):
        self.start(world(300))
        row = self.send("POST", RUNS_PATH, runs_body(3, 1, number=4)).json["data"][0]
        self.assertEqual((row["tcRunID"], row["entityKey"], row["summary"], row["testScriptName"]),
                         (1001, "VKMC-TC-4", "case 4", "com.S1.t4"))

    def test_builds_platforms_releases(self):
        self.start()
        condition = [{"value": "build 1.0", "type": "string", "field": "name"}]
        answer = self.send("POST", BUILDS_PATH, page(filter=json.dumps(condition))).json
        self.assertEqual([row["Name"] for row in answer["data"]], ["Build 1.0", "Build 1.0.1"])
        answer = self.send("POST", BUILDS_PATH, page()).json
        self.assertEqual([row["isArchived"] for row in answer["data"]], [False, False, True])
        answer = self.send("POST", PLATFORMS_PATH, page(sort="[]")).json
        self.assertEqual([row["name"] for row in answer["data"]], ["Chrome 120", "Firefox"])
        tree = self.send("POST", TREE_PATH, {"showArchive": False}).json
        release = tree["children"][0]["children"][0]
        self.assertEqual((release["relID"], release["type"]), (8, "R1"))
        self.assertEqual([row["cyclID"] for row in release["children"]], [9, 10])

    def test_ids_may_be_texts_and_fields_missing(self):
        self.start(world(ids_as_strings=True, omit_fields=["total", "runStatusID"]))
        answer = self.send("POST", RUNS_PATH, runs_body()).json
        self.assertEqual(answer["data"][0]["tcRunID"], "66095069")
        self.assertNotIn("runStatusID", answer["data"][0])
        self.assertNotIn("total", answer)
        self.assertEqual(self.send("GET", GETINFO).json["allstatus"][0]["id"], "123266")

    def test_only_some_builds_are_current(self):
        description = world()
        description["projects"][0]["currentdrops"] = 1
        self.start(description)
        self.assertEqual(len(self.send("GET", GETINFO).json["currentdrops"]), 1)

    def test_paths_may_have_a_prefix(self):
        self.start(world(path_prefix="/qmetry"))
        self.assertEqual(self.send("GET", "/qmetry" + GETINFO).status, 200)
        self.assertEqual(self.send("GET", GETINFO).status, 404)
        self.assertEqual(self.reasons(), ["unknown_path"])
        self.assertEqual(self.rules(), [])


class Updates(Case):
    def test_an_update_changes_its_runs(self):
        self.start_with_clock()
        answer = self.bulk(dropID=947, comments="nightly")
        self.assertEqual((answer.status, answer.json["success"]), (200, True))
        row = self.runs()[66095069]
        self.assertEqual((row["status"], row["statusName"], row["dropID"], row["comment"]),
                         ("passed", "Bestanden", 947, "nightly"))
        self.assertEqual((row["updates"], row["updated_ms"], row["autoExecuted"]),
                         (1, START_MS, True))
        self.assertEqual(self.statuses(), ["passed", "passed", "notrun"])
        self.bulk("66095069", 123268, dropID="948")
        row = self.runs()[66095069]
        self.assertEqual((row["status"], row["dropID"], row["updates"]), ("failed", 948, 2))
        counters = self.state()["counters"]
        self.assertEqual((counters["updates"], counters["changed_runs"], counters["repeated_runs"]),
                         (3, 2, 1))

    def test_steps_have_a_status_of_their_own(self):
        self.start()
        body = {"viewId": 104125, "tcrID": 66095087, "scope": "cycle"}
        steps = self.send("POST", STEPS_PATH, body).json["data"]
        self.assertEqual([(row["tcStepRunID"], row["stepNo"]) for row in steps],
                         [(777, 1), (778, 2)])
        self.assertEqual(self.bulk("777,778", entityType="TCSR", type="TCSR").status, 200)
        row = self.runs()[66095087]
        self.assertEqual(row["status"], "notrun")
        self.assertEqual([step["status"] for step in row["steps"]], ["passed", "passed"])
        self.assertEqual(self.rules(), [])

    def test_steps_come_by_pages_where_they_are_many(self):
        self.start(world(max_page=1))
        body = {"viewId": 104125, "tcrID": 66095087, "scope": "cycle"}
        answer = self.send("POST", STEPS_PATH, body).json
        self.assertEqual(([row["stepNo"] for row in answer["data"]], answer["total"]), ([1], 2))
        body.update(start=1, page=2, limit=1)
        answer = self.send("POST", STEPS_PATH, body).json
        self.assertEqual(([row["stepNo"] for row in answer["data"]], answer["total"]), ([2], 2))
        self.assertEqual(self.rules(), [])
        del body["page"]
        self.assertEqual(self.send("POST", STEPS_PATH, body).status, 400)
        self.assertEqual(self.rules(), ["body.page"])

    def test_bad_content_is_refused_whole_and_is_no_violation(self):
        for reason, body in (
                ("unknown_id", bulk_body("66095069,5")), ("foreign_id", bulk_body("66095069,501")),
                ("bad_id", bulk_body("66095069,66095087")),
                ("unknown_suite_run", bulk_body(qmTsRunId="1")),
                ("closed_suite_run", bulk_body("501", qmTsRunId="2720261")),
                ("unknown_status", bulk_body(status=1)), ("unknown_build", bulk_body(dropID=1)),
                ("archived_build", bulk_body(dropID=900))):
            with self.subTest(reason):
                self.start(world(bad_ids=[66095087]))
                answer = self.send("PUT", BULK_PATH, body)
                self.assertEqual(answer.status, 400)
                self.assertEqual(self.reasons(), [reason])
                self.assertEqual(self.rules(), [])
                self.assertEqual(self.statuses(), ["notrun"] * 3)
                self.stop()

    def test_how_bad_content_is_answered_can_be_chosen(self):
        self.start(world(bad_id_answer="success_false", partial_updates=True))
        answer = self.bulk("66095069,5")
        self.assertEqual((answer.status, answer.json["success"]), (200, False))
        self.assertEqual(self.statuses(), ["passed", "notrun", "notrun"])
        self.assertEqual(self.sim.admin("world", {"bad_id_answer": 422}).status, 200)
        self.assertEqual(self.bulk("66095069,5").status, 422)

    def test_too_many_ids_are_told_from_bad_ones(self):
        self.start(world(max_ids=2))
        self.assertEqual(self.bulk("66095069,66095075,66095087").status, 413)
        self.sim.admin("world", {"max_ids_status": 400})
        answer = self.bulk("66095069,66095075,66095087")
        self.assertEqual(answer.status, 400)
        self.assertIn("maximum size", answer.json["message"])
        self.assertEqual(self.reasons(), ["max_ids", "max_ids"])

    def test_part_11_asks_for_name_and_password(self):
        self.start(world(part11={"username": "anna", "password": "pw"}))
        self.assertEqual(self.bulk().status, 400)
        self.assertEqual(self.bulk(username="anna", password="no").status, 400)
        self.assertEqual(self.bulk(username="anna", password="pw").status, 200)
        self.assertEqual(self.reasons(), ["part11", "part11"])

    def test_keys(self):
        self.start()
        self.assertEqual(self.send("GET", GETINFO, apikey="other").status, 401)
        bearer = {"apikey": None, "authorization": "Bearer tok"}
        self.assertEqual(self.send("GET", GETINFO, **bearer).status, 200)
        self.assertEqual(self.send("GET", GETINFO, apikey="reader").status, 200)
        self.assertEqual(self.send("PUT", BULK_PATH, bulk_body(), apikey="reader").status, 403)
        self.assertEqual(self.send("GET", GETINFO, project="OTHER").status, 404)
        self.assertEqual(self.reasons(), ["key", "role", "unknown_project"])
        self.assertEqual(self.rules(), [])


class Imports(Case):
    def send_import(self, body):
        return self.send("POST", IMPORT_PATH, body,
                         content_type="multipart/form-data; boundary=xyz")

    def test_an_import_goes_through_its_states(self):
        self.start()
        answer = self.send_import(multipart({"entityType": "JUNIT", "automationHierarchy": "2"}))
        self.assertEqual(answer.status, 200, answer.body)
        path = "/rest/admin/status/automation/" + answer.json["requestId"]
        self.assertEqual([self.send("GET", path).json["status"] for _ in range(4)],
                         ["In Queue", "In Progress", "Completed", "Completed"])
        self.assertEqual(self.state()["imports"], [{"file_name": "r.xml", "bytes": 12,
                                                    "entityType": "JUNIT",
                                                    "automationHierarchy": "2"}])
        self.sim.admin("world", {"import": {"states": ["QUEUED", "Failed"]}})
        self.assertEqual(self.send("GET", path).json["status"], "Failed")
        self.assertEqual(self.rules(), [])

    def test_what_is_no_import_is_noticed(self):
        self.start()
        good = {"entityType": "JUNIT"}
        for rule, body in (
                ("body.entityType", multipart({})),
                ("body.entityType", multipart({"entityType": "NUNIT"})),
                ("body.skipWarning", multipart(dict(good, skipWarning="yes"))),
                ("body.colour", multipart(dict(good, colour="red"))),
                ("body.cycleID", multipart(dict(good, cycleID="1"))),
                ("body.file", multipart(good, name="r.txt")),
                ("body.file", multipart(good, name="/tmp/r.xml")),
                ("body", multipart(good)[:-4]), ("body", b"nothing of the kind")):
            with self.subTest(rule):
                self.assertEqual(self.send_import(body).status, 400)
                self.assertEqual(self.rules()[-1], rule)
        self.assertEqual(self.send("POST", IMPORT_PATH, {}).status, 400)
        self.assertEqual(self.rules()[-1], "header.content-type")


if __name__ == "__main__":
    unittest.main()
