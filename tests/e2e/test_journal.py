"""What ends an upload early loses nothing: the journal, and carrying on from it."""
import os
import resource
import stat
import subprocess
import time
import unittest

from harness import BIN, FAILURE, KEY, junit
from journal_case import BULK, DOWN, Journal, fault


class Resume(Journal):
    def test_success_leaves_no_journal(self):
        self.begin()
        done = self.send(code=0)
        self.assertEqual(self.journals(), [])
        self.assertIsNone(done.json["journal"])
        self.assertEqual(self.statuses(), self.wanted())

    def test_what_was_cut_short_is_carried_on_elsewhere_without_reports(self):
        self.begin([fault(DOWN, **{"from": 2})])
        done = self.send("--retries", "0", "--build", "1.4.0", "--comment", "nightly", code=10)
        path = self.journal()
        self.assertEqual(done.json["journal"], os.path.relpath(path, self.folder))
        self.assertEqual(done.json["updates"]["accepted"], 2)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.heal()
        os.unlink(self.report)
        moved = os.path.join(self.folder, "artifact")
        os.rename(path, moved)
        done = self.resume(moved, code=0, env={"QMETRY_PROJECT": None})
        self.assertEqual(self.statuses(), self.wanted())
        self.assertEqual(set(self.updates().values()), {1})
        for row in self.runs().values():
            self.assertEqual((row["dropID"], row["comment"]), (947, "nightly"))
        self.assertEqual(done.json["updates"]["accepted"], 6)
        self.assertEqual(done.json["updates"]["earlier"], 2)
        self.assertEqual(done.json["conclusion"], "success")
        self.assertFalse(os.path.exists(moved))
        # project info, one page of runs, three calls
        self.assertEqual(done.json["calls"]["reads"], 2)
        self.assertEqual(done.json["calls"]["writes"], 3)

    def test_a_repeated_upload_carries_on(self):
        self.begin([fault(DOWN, **{"from": 3})])
        self.send("--retries", "0", code=10)
        self.heal()
        done = self.send(code=0)
        self.assertEqual(self.statuses(), self.wanted())
        self.assertEqual(set(self.updates().values()), {1})
        self.assertEqual(done.json["updates"]["earlier"], 4)
        self.assertEqual(self.journals(), [])
        # What was done with is not remembered: an upload after that is a new one.
        self.simulator.post("world", {"runs": [{"ids": [1003], "status": "failed"}]})
        self.send(code=0)
        self.assertEqual(self.statuses(), self.wanted())
        self.assertEqual(set(self.updates().values()), {2})

    def test_other_results_are_another_upload(self):
        self.begin([fault(DOWN, **{"from": 3})])
        self.send("--retries", "0", code=10)
        self.heal()
        self.send("--comment", "another", code=0)
        self.assertEqual(len(self.journals()), 1)
        self.assertEqual(set(row["comment"] for row in self.runs().values()), {"another"})

    def test_what_somebody_changed_meanwhile_is_left(self):
        self.begin([fault(DOWN, **{"from": 2})])
        self.send("--retries", "0", code=10)
        self.heal()
        self.simulator.post(
            "world",
            {"runs": [{"ids": [1003], "status": "blocked"}, {"ids": [1004], "status": "passed"}]},
        )
        done = self.resume(code=1)
        expected = self.wanted()
        expected[1003] = "blocked"
        self.assertEqual(self.statuses(), expected)
        self.assertEqual(done.json["updates"]["superseded"], 1)
        self.assertEqual(done.json["updates"]["accepted"], 5)
        self.assertEqual(
            done.json["superseded"],
            [
                {
                    "key": "VKMC-TC-3",
                    "id": 1003,
                    "test": "a.B.VKMC-TC-3",
                    "why": "was Offen when it was planned and is Blockiert now",
                }
            ],
        )
        self.assertIn("--force", done.json["reasons"][0]["text"])
        done = self.resume(None, "--force", code=0)
        self.assertEqual(self.statuses(), self.wanted())
        self.assertEqual(done.json["updates"]["accepted"], 1)
        self.assertEqual(self.journals(), [])

    def test_what_was_changed_after_it_was_done_is_left_by_a_repeated_upload(self):
        self.begin([fault(DOWN, **{"from": 2})])
        self.send("--retries", "0", code=10)
        self.heal()
        self.simulator.post("world", {"runs": [{"ids": [1001], "status": "blocked"}]})
        done = self.send(code=1)
        self.assertEqual(self.statuses()[1001], "blocked")
        self.assertIn("was set to Fehlgeschlagen", done.json["superseded"][0]["why"])
        self.send("--force", code=0)
        self.assertEqual(self.statuses(), self.wanted())

    def test_a_run_that_is_gone_is_named(self):
        self.begin([fault(DOWN, **{"from": 2})])
        self.send("--retries", "0", code=10)
        self.heal()
        self.simulator.post("world", {"delete_runs": [1005]})
        done = self.resume(code=1)
        self.assertEqual(done.json["failed"][0]["key"], "VKMC-TC-5")
        self.assertIn("not listed", done.json["failed"][0]["why"])
        self.assertEqual(done.json["updates"]["accepted"], 5)

    def test_a_denied_call_can_be_resumed_when_the_freeze_is_over(self):
        self.begin()
        policy = self.write(
            "policy.yaml",
            'version: "1"\ndefault: allow\ntools:\n  %s:\n    rules:\n      - name: freeze\n'
            "        action: deny\n        on_deny: Freeze.\n" % BULK,
        )
        self.send("--policy", policy, code=8)
        self.resume(code=0)
        self.assertEqual(self.statuses(), self.wanted())

    def test_a_key_is_not_sent_to_where_a_journal_points(self):
        self.begin([fault(DOWN, **{"from": 2})])
        self.send("--retries", "0", code=10)
        before = len(self.requests())
        done = self.resume(code=2, env={"QMETRY_URL": "http://127.0.0.1:1"})
        self.assertIn(
            "%s: it is of %s and --url is" % (self.journal(), self.simulator.url),
            done.json["reasons"][0]["text"],
        )
        self.resume(code=2, env={"QMETRY_PROJECT": "OTHER"})
        self.assertEqual(len(self.requests()), before)

    def test_nothing_secret_is_in_it(self):
        self.begin([fault(DOWN, **{"from": 2})])
        self.report = self.write(
            "TEST-a.xml",
            junit(
                ("a", "VKMC-TC-1 env " + KEY, ""), ("a", "VKMC-TC-2", ""), ("a", "VKMC-TC-3", "")
            ),
        )
        receipt = os.path.join(self.folder, "receipt")
        self.send("--retries", "0", "--receipt", receipt, code=10)
        for path in (self.journal(), receipt):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            self.assertNotIn(KEY, text)
            self.assertIn("env ***", text)


class OldJournals(Journal):
    """One run is refused for good, so every upload leaves a journal behind."""

    def setUp(self):
        super().setUp()
        self.begin(bad_ids=[1008])

    def report_of(self, failing, suite):
        """A report of the 8 tests; another suite's name makes other bytes of the same results."""
        cases = [("a.B", "VKMC-TC-%d" % n, FAILURE if n in failing else "") for n in range(1, 9)]
        return junit(*cases, suite=suite)

    def put(self, name, failing, suite):
        self.report = self.write(name, self.report_of(failing, suite))

    def check(self, wanted):
        statuses = self.statuses()
        self.assertEqual(statuses.pop(1008), "notrun")
        wanted.pop(1008)
        self.assertEqual(statuses, wanted)

    def test_new_results_are_set_whatever_an_old_journal_says(self):
        self.put("A.xml", (1, 2), "monday")
        self.send(code=1)
        self.put("B.xml", range(1, 9), "tuesday")
        self.send(code=1)
        self.assertEqual(len(self.journals()), 2)
        self.put("A.xml", (1, 2), "wednesday")
        done = self.send(code=1)
        self.assertEqual(done.json["updates"]["superseded"], 0)
        self.assertEqual(done.json["updates"]["accepted"], 7)
        self.assertIn("of other reports", done.err)
        self.check(self.wanted())
        self.assertEqual(len(self.journals()), 2)
        self.assertEqual(self.resume(self.relevant(done), code=1).json["updates"]["earlier"], 7)

    def relevant(self, done):
        return os.path.join(self.folder, done.json["journal"])

    def test_old_results_are_left_behind_newer_ones(self):
        self.put("A.xml", (1, 2), "monday")
        self.send(code=1)
        self.put("B.xml", range(1, 9), "tuesday")
        self.send(code=1)
        self.put("A.xml", (1, 2), "monday")
        done = self.send(code=1)
        self.assertEqual(done.json["updates"]["superseded"], 5)
        self.assertIn("by somebody or another upload", done.out)
        self.check(dict.fromkeys(range(1001, 1009), "failed"))
        self.send("--force", code=1)
        self.check(self.wanted())

    def test_what_was_refused_is_tried_again(self):
        self.put("A.xml", (1, 2), "monday")
        self.send(code=1)
        self.simulator.post("world", {"bad_ids": []})
        before = len(self.bulk())
        done = self.send(code=0)
        self.assertEqual([one["entityIDs"] for one in self.bulk()[before:]], ["1008"])
        self.assertEqual(done.json["updates"]["earlier"], 7)
        self.assertEqual(self.journals(), [])

    def test_what_came_by_a_pipe_is_new(self):
        for failing in ((1, 2), range(1, 9), (1, 2)):
            self.report = "-"
            self.send(code=1, stdin=self.report_of(failing, "s"))
        self.check(self.wanted())

    def test_a_named_journal_that_came_to_its_end_is_no_obstacle(self):
        path = os.path.join(self.folder, "j")
        for failing, suite in (((1, 2), "monday"), (range(1, 9), "tuesday"), ((1, 2), "today")):
            self.put("A.xml", failing, suite)
            self.send("--journal", path, code=1)
        self.check(self.wanted())
        self.simulator.post("world", {"bad_ids": []})
        self.resume(path, code=0)
        self.assertEqual(self.statuses(), self.wanted())


class Damage(Journal):
    """Journals that are not as they were written."""

    def cut_short(self):
        self.begin([fault(DOWN, **{"from": 3})])
        self.send("--retries", "0", code=10)
        self.heal()
        with open(self.journal(), "rb") as file:
            return file.read()

    def put(self, content):
        with open(self.journal(), "wb") as file:
            file.write(content)

    def test_a_torn_last_line_is_cut_off(self):
        whole = self.cut_short()
        for cut in (1, 5, 20):
            self.put(whole[:-cut])
            done = self.resume(code=2, env={"QMETRY_PROJECT": "OTHER"})
            self.assertIn("cut off", done.err)
            with open(self.journal(), "rb") as file:
                self.assertTrue(whole.startswith(file.read()))
        self.resume(code=0)
        self.assertEqual(self.statuses(), self.wanted())

    def test_a_damaged_event_costs_only_calls(self):
        lines = self.cut_short().split(b"\n")
        index = [n for n, line in enumerate(lines) if line.startswith(b'{"done"')][0]
        lines[index] = lines[index].replace(b"[0,2]", b"[0,8]")
        self.put(b"\n".join(lines))
        done = self.resume(code=0)
        self.assertIn(":%d: the line is damaged" % (index + 1), done.err)
        self.assertEqual(self.statuses(), self.wanted())
        self.assertEqual(self.updates()[1001], 2)
        self.assertEqual(self.updates()[1003], 1)

    def test_a_damaged_plan_is_no_plan(self):
        whole = self.cut_short()
        self.put(whole.replace(b'"entityIDs":"1001', b'"entityIDs":"1003', 1))
        done = self.resume(code=2)
        self.assertIn("damaged in its plan", done.json["reasons"][0]["text"])
        before = len(self.bulk())
        self.send(code=2)
        self.assertEqual(len(self.bulk()), before)

    def test_a_plan_that_was_not_written_to_its_end_is_written_anew(self):
        whole = self.cut_short()
        for size in (1, 10, 200, whole.index(b'{"planned"') + 5):
            self.put(whole[:size])
            done = self.resume(code=2)
            self.assertIn(".journal: the journal ends", done.json["reasons"][0]["text"])
            # Nothing of it is left, as nothing of it was ever of use.
            self.assertEqual(self.journals(), [])
            self.put_new(whole[:size])
        self.send(code=0)
        self.assertEqual(self.statuses(), self.wanted())
        self.assertEqual(self.journals(), [])

    def put_new(self, content):
        with open(os.path.join(self.folder, ".qmetry-ci", self.name), "wb") as file:
            file.write(content)

    def journal(self):
        path = super().journal()
        self.name = os.path.basename(path)
        return path

    def test_another_version_is_left_alone(self):
        whole = self.cut_short()
        first, rest = whole.split(b"\n", 1)
        first = first.replace(b'"version":2', b'"version":1')
        self.put(first + b"\n" + rest)
        done = self.resume(code=2)
        self.assertIn("version 1", done.json["reasons"][0]["text"])
        self.send(code=2)
        with open(self.journal(), "rb") as file:
            self.assertEqual(file.read(), first + b"\n" + rest)

    def test_a_foreign_file_is_left_alone(self):
        self.begin()
        path = self.write("notes.txt", "nothing of yours\n")
        for arguments in (("--journal", path), ("--receipt", path)):
            done = self.send(*arguments, code=2)
            self.assertIn("left as it is", done.json["reasons"][0]["text"])
        self.resume(path, code=2)
        self.resume(os.path.join(self.folder, "nothing"), code=2)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "nothing of yours\n")
        self.assertEqual(self.requests(), [])

    def test_an_empty_file_that_was_not_used_is_left(self):
        self.begin()
        path = self.write("mine", "")
        self.send("--journal", path, "--suite-run", "1", code=9)
        self.assertTrue(os.path.exists(path))
        self.send("--journal", path, code=0)
        self.assertEqual(self.statuses(), self.wanted())

    def test_the_journal_of_another_upload_is_not_overwritten(self):
        self.begin([fault(DOWN, **{"from": 2})])
        path = os.path.join(self.folder, "j")
        self.send("--retries", "0", "--journal", path, code=10)
        self.heal()
        before = self.lines(path)
        done = self.send("--comment", "another", "--journal", path, code=2)
        self.assertIn("another upload", done.json["reasons"][0]["text"])
        self.assertEqual(self.lines(path), before)
        self.send("--journal", path, code=0)
        self.assertFalse(os.path.exists(path))


class Trouble(Journal):
    """Journals that cannot be written."""

    def test_another_process_at_work_is_not_disturbed(self):
        self.begin([fault({"sleep_ms": 3000}, nth=1)])
        command = [
            os.path.join(BIN, "qmetry-ci-test"),
            "upload",
            "--suite",
            "VKMC-TS-20",
            "--state",
            "memory",
            self.report,
        ]
        first = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment({}),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 10
            while not self.bulk() and time.monotonic() < deadline:
                time.sleep(0.02)
            # Nothing is wrong with settings, and calls were made: it is stopped, with a journal.
            done = self.qmetry(*command[1:], code=7)
            self.resume(code=2)
        finally:
            self.assertEqual(first.wait(timeout=20), 0)
        self.assertIn("another process (%d)" % first.pid, done.out)
        self.assertEqual(set(self.updates().values()), {1})

    @unittest.skipIf(os.geteuid() == 0, "root writes everywhere")
    def test_a_read_only_folder(self):
        self.begin()
        os.chmod(self.folder, 0o500)
        self.addCleanup(os.chmod, self.folder, 0o700)
        self.send(code=0)

    def test_a_folder_that_cannot_be_made_is_done_without(self):
        self.begin()
        self.write(".qmetry-ci", "a file of that name")
        done = self.send(code=0)
        self.assertIn("without a journal", done.err)
        self.assertEqual(self.statuses(), self.wanted())

    def test_a_journal_that_was_asked_for_is_a_condition(self):
        self.begin()
        done = self.send("--journal", "/nonexistent/folder/j", code=2)
        self.assertIn("/nonexistent/folder/j", done.json["reasons"][0]["text"])
        self.assertEqual(self.requests(), [])

    def limited(self, bytes_, *arguments):
        process = subprocess.run(
            [
                os.path.join(BIN, "qmetry-ci-test"),
                "upload",
                "--suite",
                "VKMC-TS-20",
                "--format",
                "json",
                "--state",
                "memory",
                "--batch-size",
                "2",
            ]
            + list(arguments)
            + [self.report],
            cwd=self.folder,
            env=self.environment({}),
            capture_output=True,
            text=True,
            timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_, bytes_)),
        )
        return process

    def test_a_full_disk_is_told_and_done_without(self):
        for limit in (0, 100, 1500, 2200):
            with self.subTest(limit):
                self.begin()
                done = self.limited(limit)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("without a journal", done.stderr)
                self.assertEqual(self.statuses(), self.wanted())
                self.assertEqual(self.journals(), [])
                self.stop()
                self.simulator = None

    def test_a_full_disk_ends_an_upload_that_must_have_a_journal(self):
        self.begin()
        path = os.path.join(self.folder, "j")
        done = self.limited(100, "--journal", path)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(self.bulk(), [])
        self.assertFalse(os.path.exists(path))
        # The plan has room, and some of the calls.
        self.send("--journal", path, "--max-wait", "0", "--deadline", "1s", code=0)
        size = self.plan_size()
        done = self.limited(size + 150, "--journal", path)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("cannot be written", done.stdout)
        self.assertTrue(all(line.endswith('"}') for line in self.lines(path)))
        before = len(self.bulk())
        self.resume(path, code=0)
        self.assertEqual(self.statuses(), self.wanted())
        self.assertGreater(len(self.bulk()), before)

    def plan_size(self):
        """Bytes of a journal of this upload before the first call is noted."""
        self.simulator.post("world", {"faults": [fault(DOWN)]})
        path = os.path.join(self.folder, "measured")
        self.send("--retries", "0", "--journal", path, code=10)
        lines = self.lines(path)
        os.unlink(path)
        self.heal()
        return sum(len(line) + 1 for line in lines if not line.startswith('{"begun'))


if __name__ == "__main__":
    unittest.main()
