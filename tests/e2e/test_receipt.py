"""What was set can be read back, is on record, and can be taken back; signals end an upload."""
import hashlib
import json
import os
import signal
import stat
import subprocess
import time
import unittest

from harness import BIN, FAILURE, junit
from journal_case import BULK, DOWN, RUNS, Journal, fault


class Receipt(Journal):
    def setUp(self):
        super().setUp()
        self.receipt = os.path.join(self.folder, "receipt.jsonl")

    def rows(self):
        with open(self.receipt, encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def undo(self, *arguments, **more):
        return self.qmetry(
            "undo", "--state", "memory", "--format", "json", *arguments, self.receipt, **more
        )

    def test_a_line_a_run(self):
        self.begin(statuses={1: "blocked"})
        self.send("--receipt", self.receipt, "--build", "1.4.0", code=0)
        rows = self.rows()
        self.assertEqual(len(rows), 8)
        with open(self.report, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        self.assertEqual(
            rows[0],
            {
                "key": "VKMC-TC-1",
                "type": "TCR",
                "id": 1001,
                "suite": "VKMC-TS-20",
                "suite_run": "2720260",
                "platform": "Chrome",
                "before": {"id": 503, "name": "Blockiert"},
                "after": {"id": 502, "name": "Fehlgeschlagen"},
                "build": 947,
                "tests": ["a.B.VKMC-TC-1"],
                "report": self.report,
                "report_sha256": digest,
                "call": 1,
                "at": "2026-01-15T10:30:00Z",
                "url": self.simulator.url,
                "project": "VKMC",
            },
        )
        self.assertEqual([row["call"] for row in rows], [1, 1, 2, 2, 3, 3, 4, 4])
        self.assertEqual(stat.S_IMODE(os.stat(self.receipt).st_mode), 0o600)

    def test_undo_restores_what_has_not_changed_since(self):
        former = {1: "blocked", 3: "passed", 5: "failed"}
        self.begin(statuses=former)
        before = self.statuses()
        self.send("--receipt", self.receipt, code=0)
        done = self.undo("--verify", code=0)
        self.assertEqual(self.statuses(), before)
        self.assertEqual(done.json["updates"]["accepted"], 7)
        self.assertEqual(done.json["updates"]["verified"], 7)
        self.assertEqual(done.json["updates"]["earlier"], 1)
        # by former status: blocked, failed, notrun
        self.assertEqual(done.json["calls"]["writes"], 3)
        self.assertEqual(self.undo(code=0).json["calls"]["writes"], 0)

    def test_undo_leaves_what_somebody_changed(self):
        self.begin()
        self.send("--receipt", self.receipt, code=0)
        self.simulator.post("world", {"runs": [{"ids": [1002], "status": "blocked"}]})
        done = self.undo(code=1)
        self.assertEqual(self.statuses().pop(1002), "blocked")
        self.assertEqual(
            done.json["superseded"][0]["why"], "was set to Fehlgeschlagen and is Blockiert now"
        )
        self.assertEqual(done.json["updates"]["accepted"], 7)
        self.undo("--force", code=0)
        self.assertEqual(set(self.statuses().values()), {"notrun"})

    def test_undo_passes_the_gate(self):
        self.begin()
        self.send("--receipt", self.receipt, code=0)
        policy = self.write(
            "policy.yaml",
            'version: "1"\ndefault: allow\ntools:\n  %s:\n    rules:\n      - name: freeze\n'
            "        action: deny\n" % BULK,
        )
        self.undo("--policy", policy, code=8)

    def test_two_uploads_are_undone_as_one(self):
        self.begin()
        self.send("--receipt", self.receipt, code=0)
        self.report = self.write(
            "TEST-b.xml", junit(*[("a.B", "VKMC-TC-%d" % n, FAILURE) for n in range(1, 9)])
        )
        self.send("--receipt", self.receipt, code=0)
        self.assertEqual(len(self.rows()), 16)
        self.undo(code=0)
        self.assertEqual(set(self.statuses().values()), {"notrun"})

    def test_a_torn_line_is_told_and_the_others_are_undone(self):
        self.begin()
        self.send("--receipt", self.receipt, code=0)
        with open(self.receipt, "rb+") as file:
            file.truncate(os.path.getsize(self.receipt) - 30)
        done = self.undo(code=1)
        self.assertIn("receipt.jsonl:8:", done.json["reasons"][0]["text"])
        statuses = self.statuses()
        self.assertEqual(statuses.pop(1008), "passed")
        self.assertEqual(set(statuses.values()), {"notrun"})
        # What follows a torn line begins a line of its own.
        self.send("--receipt", self.receipt, code=0)
        with open(self.receipt, encoding="utf-8") as file:
            self.assertEqual(len(file.read().splitlines()), 16)

    def test_a_resumed_upload_goes_on_with_its_receipt(self):
        self.begin([fault(DOWN, **{"from": 3})])
        self.send("--retries", "0", "--receipt", self.receipt, code=10)
        self.assertEqual(len(self.rows()), 4)
        self.heal()
        self.resume(code=0)
        rows = self.rows()
        self.assertEqual([row["id"] for row in rows], list(range(1001, 1009)))
        self.assertEqual(len(rows[7]["report_sha256"]), 64)
        self.undo(code=0)
        self.assertEqual(set(self.statuses().values()), {"notrun"})

    def test_only_a_receipt_of_its_own_making_is_removed_when_it_stayed_empty(self):
        self.begin()
        self.send("--receipt", self.receipt, "--platform", "Amiga", code=9)
        self.assertFalse(os.path.exists(self.receipt))
        self.write("receipt.jsonl", "")
        self.send("--receipt", self.receipt, "--platform", "Amiga", code=9)
        self.assertTrue(os.path.exists(self.receipt))

    def test_what_was_set_without_an_answer_can_be_undone(self):
        for carry_on in (self.resume, self.send):
            with self.subTest(carry_on.__name__):
                self.begin([fault({"close": "after"}, nth=2)])
                self.receipt = os.path.join(self.folder, carry_on.__name__)
                self.send("--retries", "0", "--receipt", self.receipt, code=10)
                self.assertEqual(self.statuses()[1003], "passed")
                self.heal()
                if carry_on == self.resume:
                    self.resume(code=0)
                else:
                    self.send("--receipt", self.receipt, code=0)
                self.assertEqual({row["before"]["name"] for row in self.rows()}, {"Offen"})
                self.undo(code=0)
                self.assertEqual(set(self.statuses().values()), {"notrun"})
                self.stop()
                self.simulator = None

    def test_a_secret_that_stands_in_ids_spoils_neither_journal_nor_receipt(self):
        for secret in ("1003", "2720260", "VKMC", "1", "e"):
            with self.subTest(secret):
                env = {"QMETRY_USERNAME": "anna", "QMETRY_PASSWORD": secret}
                self.begin([fault(DOWN, **{"from": 2})])
                self.send("--receipt", self.receipt, "--retries", "0", code=10, env=env)
                self.heal()
                self.resume(code=0, env=env)
                ids = sorted(row["id"] for row in self.rows())
                self.assertEqual(ids, list(range(1001, 1009)))
                self.assertEqual(set(self.statuses().values()), {"passed", "failed"})
                self.undo(code=0, env=env)
                self.assertEqual(set(self.statuses().values()), {"notrun"})
                os.remove(self.receipt)
                self.stop()
                self.simulator = None

    def test_a_receipt_of_another_place_is_refused(self):
        self.begin()
        self.send("--receipt", self.receipt, code=0)
        for env in ({"QMETRY_URL": "http://127.0.0.1:1"}, {"QMETRY_PROJECT": "OTHER"}):
            done = self.undo(code=2, env=env)
            self.assertIn("receipt.jsonl: it is of ", done.json["reasons"][0]["text"])

    def test_a_receipt_without_lines_is_no_receipt(self):
        self.begin()
        for content in ("", "hello\n", "{}\n"):
            self.write("receipt.jsonl", content)
            self.undo(code=2)
        self.assertEqual(self.requests(), [])


class Verify(Journal):
    def test_what_was_accepted_is_read_back_once(self):
        self.begin()
        done = self.send("--verify", code=0)
        self.assertEqual(done.json["updates"]["verified"], 8)
        self.assertEqual(len(self.requests(RUNS)), 2)
        done = self.upload("--state", "memory", self.report, code=0)
        self.assertEqual(done.json["updates"]["verified"], 0)

    def test_a_difference_is_named(self):
        # The second call is answered as if it had been done.
        self.begin([fault({"status": 200, "body_json": {"success": True}}, nth=2)])
        done = self.send("--verify", code=1)
        self.assertEqual(done.json["updates"]["verified"], 6)
        self.assertEqual(
            [(row["key"], row["why"]) for row in done.json["differing"]],
            [
                ("VKMC-TC-3", "set to Bestanden and is Offen"),
                ("VKMC-TC-4", "set to Bestanden and is Offen"),
            ],
        )
        self.assertIn("VKMC-TC-3 (run 1003) was accepted and differs", done.out)
        self.assertEqual(done.json["conclusion"], "partial")

    def test_a_run_that_is_gone_and_one_with_another_build_are_named(self):
        rows = [
            {"tcRunID": 1000 + n, "runStatusID": 502 if n <= 2 else 501, "dropID": 948}
            for n in (1, 3, 4, 5, 6, 7, 8)
        ]
        answer = {"status": 200, "body_json": {"data": rows, "total": len(rows)}}
        self.begin([fault(answer, tool=RUNS, **{"from": 2})])
        done = self.send("--verify", "--build", "1.4.0", code=1)
        self.assertEqual(done.json["updates"]["verified"], 0)
        why = {row["key"]: row["why"] for row in done.json["differing"]}
        self.assertEqual(why.pop("VKMC-TC-2"), "set to Fehlgeschlagen and not listed any more")
        self.assertEqual(len(why), 7)
        self.assertEqual(set(why.values()), {"set to build 947 and has build 948"})

    def test_only_pages_that_are_needed_are_read(self):
        self.count = 30
        self.begin(max_page=10)
        self.report = self.write("TEST-a.xml", junit(("a.B", "VKMC-TC-3", "")))
        self.send("--verify", code=0)
        # Three pages to find the runs, one to look at run 3 again.
        self.assertEqual(len(self.requests(RUNS)), 4)

    def test_a_server_that_goes_away_leaves_it_unverified(self):
        self.begin([fault(DOWN, tool=RUNS, **{"from": 2})])
        done = self.send("--verify", "--retries", "0", code=10)
        self.assertEqual(done.json["updates"]["accepted"], 8)
        self.assertEqual(done.json["updates"]["verified"], 0)
        self.assertIn("could not be verified", done.out)


class Signals(Journal):
    def test_a_signal_ends_an_upload_at_any_point(self):
        tools = ("qmetry_fetch_qmetry_project_info", "qmetry_fetch_test_suites", RUNS, BULK)
        for tool in tools:
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(tool=tool, number=number):
                    self.begin([fault({"sleep_ms": 20000}, tool=tool)])
                    self.end_by(number, tool)
                    self.simulator.process.kill()
                    self.simulator.process.wait()
                    self.simulator.process.stdin.close()
                    self.simulator.process.stdout.close()
                    self.simulator = None

    def end_by(self, number, tool):
        process = subprocess.Popen(
            [
                os.path.join(BIN, "qmetry-ci"),
                "upload",
                "--suite",
                "VKMC-TS-20",
                "--state",
                "memory",
                "--format",
                "json",
                self.report,
            ],
            cwd=self.folder,
            env=self.environment({}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        while not self.requests(tool) and time.monotonic() < deadline:
            time.sleep(0.02)
        begun = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertEqual(process.returncode, 7, err)
        summary = json.loads(out)
        self.assertEqual(summary["conclusion"], "stopped")
        if tool == BULK:
            self.assertEqual(summary["updates"]["unknown"], 2)
            self.assertEqual([row["id"] for row in summary["unknown"]], [1001, 1002])
            self.assertIn("6 of 8 updates are left, 2 more may have been set", out)
            self.assertEqual(len(self.journals()), 1)
            for path in self.journals():
                os.unlink(path)


if __name__ == "__main__":
    unittest.main()
