"""The policy in front of every call: planned, paced, denied, shared."""
import hashlib
import json
import os
import signal
import sqlite3
import unittest

from harness import BIN, FAILURE, START_MS, Case, execution, junit, run, world

TOOL = "qmetry_bulk_update_test_case_execution_status"


def runs(count):
    return [run(n) for n in range(1, count + 1)]


def report(count):
    return junit(*[("a", "VKMC-TC-%d" % n, "") for n in range(1, count + 1)])


class Pacing(Case):
    def test_the_built_in_policy_lets_30_calls_a_minute_through(self):
        simulator = self.start(world([execution(2720260, runs(70))]))
        done = self.upload(
            "--batch-size", "1", "--state", "memory", self.write("TEST-a.xml", report(70)), code=0
        )
        calls = simulator.get("calls")[TOOL]
        self.assertEqual([window["calls"] for window in calls["windows"]], [30, 30, 10])
        self.assertEqual(calls["total"], 70)
        self.assertIn("waiting", done.err)
        self.assertIn("built-in policy", done.err)
        # Two windows were waited for, to their ends and not much longer.
        self.assertGreaterEqual(done.json["calls"]["waited_ms"], 110000)
        self.assertLess(simulator.now() - START_MS, 121000 + 1000)

    def test_the_plan_says_what_the_upload_does(self):
        simulator = self.start(world([execution(2720260, runs(70))]))
        path = self.write("TEST-a.xml", report(70))
        plan = self.qmetry(
            "plan",
            "--suite",
            "VKMC-TS-20",
            "--format",
            "json",
            "--batch-size",
            "1",
            "--state",
            "memory",
            path,
            code=0,
        ).json
        self.assertEqual(plan["conclusion"], "planned")
        self.assertEqual(self.bulk(), [])
        planned = plan["calls"]["planned"]
        self.assertEqual(len(planned), 70)
        self.assertEqual(plan["calls"]["writes"], 0)
        minutes = [row["at"][:16] for row in planned]
        self.assertEqual(
            [minutes.count("2026-01-15T10:%d" % m) for m in (30, 31, 32)], [30, 30, 10]
        )
        self.upload("--batch-size", "1", "--state", "memory", path, code=0)
        sent = self.bulk()
        self.assertEqual(
            [row["arguments"]["entityIDs"] for row in planned], [body["entityIDs"] for body in sent]
        )
        self.assertEqual(
            [row["arguments"]["runStatusID"] for row in planned],
            [body["runStatusID"] for body in sent],
        )
        self.assertTrue(all(row["tool"] == TOOL for row in planned))
        self.assertLess(simulator.now() - START_MS, 122000)

    def test_the_plan_says_where_the_upload_would_end(self):
        self.start(world([execution(2720260, runs(70))]))
        path = self.write("TEST-a.xml", report(70))
        common = ["plan", "--suite", "VKMC-TS-20", "--batch-size", "1", "--state", "memory"]
        for arguments, words in (
            (["--max-wait", "30s"], "--max-wait leaves 30 s of 30 s"),
            (["--deadline", "40s"], "--deadline leaves 40 s of 40 s"),
            (["--on-limit", "stop"], "stopped, as --on-limit says"),
        ):
            with self.subTest(arguments):
                plan = self.qmetry(*common, "--format", "json", *arguments, path, code=7).json
                self.assertEqual(plan["conclusion"], "stopped")
                (reason,) = plan["reasons"]
                self.assertEqual(reason["code"], 7)
                self.assertIn("before call 31 of 70, with 40 of 70 updates left", reason["text"])
                self.assertIn(words, reason["text"])
                self.assertEqual(len(plan["calls"]["planned"]), 70)
                text = self.qmetry(*common, *arguments, path, code=7)
                self.assertIn(words, text.out)

    def test_on_limit_stop_sends_what_the_window_allows(self):
        self.start(world([execution(2720260, runs(40))]))
        done = self.upload(
            "--batch-size",
            "1",
            "--on-limit",
            "stop",
            "--state",
            "memory",
            self.write("TEST-a.xml", report(40)),
            code=7,
        )
        self.assertEqual(list(self.statuses().values()).count("passed"), 30)
        self.assertEqual(done.json["conclusion"], "stopped")
        self.assertEqual(done.json["updates"]["accepted"], 30)

    def test_a_hopeless_wait_is_refused_at_once_with_both_numbers(self):
        simulator = self.start(world([execution(2720260, runs(40))]))
        done = self.upload(
            "--batch-size",
            "1",
            "--max-wait",
            "20s",
            "--state",
            "memory",
            self.write("TEST-a.xml", report(40)),
            code=7,
        )
        self.assertEqual(list(self.statuses().values()).count("passed"), 30)
        self.assertLess(simulator.now() - START_MS, 5000)
        text = done.out + done.err
        self.assertIn("--max-wait", text)
        self.assertIn("20 s", text)

    def test_the_deadline_ends_the_work(self):
        self.start(world([execution(2720260, runs(100))]))
        done = self.upload(
            "--batch-size",
            "1",
            "--deadline",
            "90s",
            "--state",
            "memory",
            self.write("TEST-a.xml", report(100)),
            code=7,
        )
        self.assertEqual(list(self.statuses().values()).count("passed"), 60)
        self.assertIn("--deadline", done.out + done.err)

    def test_more_shards_than_a_limit_has_calls_are_warned_of(self):
        self.start(world([execution(2720260, runs(2))]))
        policy = self.write(
            "p.yaml",
            json.dumps(
                {
                    "version": "1",
                    "tools": {
                        TOOL: {"rules": [{"name": "r", "rate_limit": "4/minute"}]},
                        "not_ours": {"rules": [{"name": "n", "rate_limit": "1/minute"}]},
                    },
                }
            ),
        )
        for share, warned in (("10", True), ("5", True), ("4", False)):
            done = self.upload(
                "--share", share, "--policy", policy, self.write("TEST-a.xml", report(2)), code=0
            )
            self.assertEqual('--share %s: the rule "r" allows 4, ' % share in done.err, warned)

    def test_headroom_and_share_leave_calls_to_others(self):
        for arguments, expected in ((["--headroom", "20"], 24), (["--share", "3"], 10)):
            with self.subTest(arguments):
                self.start(world([execution(2720260, runs(40))]))
                self.upload(
                    "--batch-size",
                    "1",
                    "--on-limit",
                    "stop",
                    "--state",
                    "memory",
                    *arguments,
                    self.write("TEST-a.xml", report(40)),
                    code=7
                )
                self.assertEqual(list(self.statuses().values()).count("passed"), expected)
                self.stop()
                self.simulator = None


class Rules(Case):
    def upload_with(self, policy, code, count=3):
        self.start(world([execution(2720260, runs(count))]))
        cases = junit(
            *[("a", "VKMC-TC-%d" % n, FAILURE if n == 1 else "") for n in range(1, count + 1)]
        )
        return self.upload(
            "--policy",
            self.write("policy.yaml", policy),
            "--state",
            "memory",
            self.write("TEST-a.xml", cases),
            code=code,
        )

    def test_a_denied_write_is_told_with_rule_and_words(self):
        done = self.upload_with(
            'version: "1"\ntools:\n  %s:\n    rules:\n      - name: freeze\n'
            '        action: deny\n        on_deny: "Release freeze until Monday."\n' % TOOL,
            8,
        )
        self.assertEqual(done.json["conclusion"], "denied")
        self.assertIn("freeze", done.out)
        self.assertIn("Release freeze until Monday.", done.out)
        self.assertEqual(self.bulk(), [])

    def test_a_denied_read_ends_before_any_write(self):
        self.upload_with('version: "1"\ndefault: deny\ntools: {}\n', 8)
        self.assertEqual(self.requests(), [])

    def test_hide_and_star(self):
        self.upload_with('version: "1"\nhide: [%s]\ntools: {}\n' % TOOL, 8)
        self.assertEqual(self.bulk(), [])

    def test_what_a_rule_lets_through_is_uploaded(self):
        done = self.upload_with(
            'version: "1"\ntools:\n  %s:\n    rules:\n      - name: only good news\n'
            "        conditions:\n          - {path: args.runStatusID, op: eq, value: 501}\n"
            % TOOL,
            8,
        )
        self.assertEqual(self.statuses(), {1001: "notrun", 1002: "passed", 1003: "passed"})
        self.assertEqual(done.json["updates"]["accepted"], 2)

    def test_a_rate_limit_on_everything_counts_reads_too(self):
        done = self.upload_with(
            'version: "1"\ntools:\n  "*":\n    rules:\n      - name: all\n'
            "        rate_limit: 4/minute\n",
            0,
        )
        calls = self.simulator.get("calls")
        per_window = {}
        for tool in calls.values():
            for window in tool["windows"]:
                per_window[window["start"]] = per_window.get(window["start"], 0) + window["calls"]
        self.assertEqual(max(per_window.values()), 4)
        self.assertGreater(done.json["calls"]["waited_ms"], 0)


class Locked(Case):
    def test_a_failure_that_cannot_be_set_is_no_success(self):
        rows = [run(1), run(2, isLocked=True), run(3, isLocked=True, status="failed")]
        self.start(world([execution(2720260, rows)]))
        cases = [("a", "VKMC-TC-%d" % n, FAILURE) for n in (1, 2, 3)]
        done = self.upload(self.write("TEST-a.xml", junit(*cases)), code=1)
        self.assertEqual(done.json["conclusion"], "partial")
        self.assertEqual(done.json["updates"]["accepted"], 1)
        (reason,) = done.json["reasons"]
        self.assertIn("1 result cannot be set", reason["text"])
        self.assertIn("VKMC-TC-2: it is locked", reason["text"])
        self.assertEqual([row["key"] for row in done.json["left"]], ["VKMC-TC-2", "VKMC-TC-3"])

    def test_neither_is_a_success_unless_it_is_known_or_to_be_left(self):
        for state in ("isLocked", "isArchived"):
            with self.subTest(state):
                rows = [run(1, status="failed", **{state: True}), run(2, **{state: True})]
                self.start(world([execution(2720260, rows)]))
                report = self.write(
                    "TEST-a.xml", junit(("a", "VKMC-TC-1", ""), ("a", "VKMC-TC-2", "<skipped/>"))
                )
                done = self.upload(report, code=1)
                self.assertEqual(done.json["conclusion"], "failed")
                self.assertEqual(
                    [row["text"] for row in done.json["reasons"]],
                    [
                        "1 result cannot be set in QMetry; the first is of VKMC-TC-1: "
                        "it is locked or archived"
                    ],
                )
                self.upload("--protect", "Fehlgeschlagen", report, code=0)
                self.upload("--status", "passed=Fehlgeschlagen", report, code=0)
                self.assertEqual(self.bulk(), [])
                self.stop()
                self.simulator = None


class Budget(Case):
    def database(self, *parts):
        return os.path.join(self.folder, *parts)

    def test_our_own_counters_outlive_the_process(self):
        self.start(world([execution(2720260, runs(40))]))
        path = self.write("TEST-a.xml", report(20))
        self.upload("--batch-size", "1", path, code=0)
        done = self.upload("--batch-size", "1", "--on-limit", "stop", path, code=7)
        self.assertEqual(done.json["updates"]["accepted"], 10)

    def test_a_budget_is_shared_with_intercept(self):
        self.start(world([execution(2720260, runs(40))]))
        # What an agent behind the proxy has used up: 21 calls of this minute.
        path = self.database(".intercept", "state", "intercept.sqlite")
        os.makedirs(os.path.dirname(path))
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute(
                "CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, value INTEGER NOT NULL "
                "DEFAULT 0, window_start TEXT NOT NULL, window_dur INTEGER NOT NULL DEFAULT 0)"
            )
            database.execute(
                "INSERT INTO counters VALUES (?, 21, '2026-01-15T10:30:00Z', 60000000000)",
                (TOOL + "._rate_minute",),
            )
        database.close()
        done = self.upload(
            "--batch-size",
            "1",
            "--on-limit",
            "stop",
            "--headroom",
            "0",
            self.write("TEST-a.xml", report(40)),
            code=7,
        )
        self.assertEqual(done.json["updates"]["accepted"], 9)
        with sqlite3.connect(path) as database:
            rows = database.execute(
                "SELECT value, window_start, window_dur FROM counters WHERE key = ?",
                (TOOL + "._rate_minute",),
            ).fetchall()
        database.close()
        self.assertEqual(rows, [(30, "2026-01-15T10:30:00Z", 60000000000)])

    def test_a_shared_store_keeps_headroom_unasked(self):
        self.start(world([execution(2720260, runs(40))]))
        path = self.database(".intercept", "state", "intercept.sqlite")
        os.makedirs(os.path.dirname(path))
        sqlite3.connect(path).close()
        done = self.upload(
            "--batch-size", "1", "--on-limit", "stop", self.write("TEST-a.xml", report(40)), code=7
        )
        self.assertEqual(done.json["updates"]["accepted"], 24)

    def test_a_store_that_was_asked_for_must_work(self):
        self.start(world([execution(2720260, runs(1))]))
        self.write("foreign.sqlite", "this is no database, it is a letter to my grandmother\n" * 40)
        done = self.upload("--state", "sqlite:foreign.sqlite", self.write("TEST-a.xml", report(1)))
        self.assertEqual(done.code, 2, done.out + done.err)
        self.assertIn("foreign.sqlite", done.out + done.err)
        self.assertEqual(self.requests(), [])

    def test_a_damaged_store_is_told_and_lets_nothing_pass(self):
        self.start(world([execution(2720260, runs(1))]))
        written = self.write("TEST-a.xml", report(1))
        path = os.path.join(self.folder, "counters")
        state = ("--state", "sqlite:" + path)
        self.upload(*state, written, code=0)
        with open(path, "rb") as file:
            whole = file.read()
        sent = len(self.bulk())
        # The header, the schema, and the pages of the table and of its index.
        for first, code in ((0, 2), (100, 2), (4096, 1), (8192, 1)):
            with self.subTest(first):
                self.write("counters", whole[:first] + b"\xa5" * 4096 + whole[first + 4096 :])
                done = self.upload(*state, written, code=code)
                self.assertRegex(done.err, "counters is of no use: it is (damaged|no SQLite)")
        self.assertEqual(len(self.bulk()), sent)


class Events(Case):
    def lines(self):
        folder = os.path.join(self.folder, "events")
        (name,) = os.listdir(folder)
        self.assertRegex(name, r"^[0-9a-f]{8}\.jsonl$")
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        rows = [json.loads(line) for line in text.splitlines()]
        self.assertEqual({row["instance"] for row in rows}, {name[:8]})
        return text, rows

    def options(self):
        return ["--events", os.path.join(self.folder, "events"), "--state", "memory"]

    def test_each_decision_is_a_line_as_intercept_writes_it(self):
        self.start(world([execution(2720260, runs(2))]))
        path = self.write("TEST-a.xml", report(2))
        self.upload("--batch-size", "1", *self.options(), path, code=0)
        text, rows = self.lines()
        self.assertEqual([row["tool"] for row in rows][-2:], [TOOL, TOOL])
        self.assertEqual({row["result"] for row in rows}, {"allowed"})
        # What the MCP tool would have got, hashed as Go would.
        arguments = {"projectKey": "VKMC"}
        arguments.update(self.bulk()[0])
        del arguments["qmRunObj"]
        encoded = json.dumps(arguments, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        self.assertEqual(
            text.splitlines()[-2],
            '{"ts":"2026-01-15T10:30:00Z","type":"tool_call","instance":"%s","tool":"%s",'
            '"result":"allowed","args_hash":"sha256:%s"}'
            % (rows[0]["instance"], TOOL, hashlib.sha256(encoded.encode()).hexdigest()),
        )

    def test_what_is_denied_or_not_waited_for_has_its_words(self):
        self.start(world([execution(2720260, runs(1))]))
        policy = (
            'version: 1\ntools:\n  "*":\n    rules:\n      - {name: two, rate_limit: 2/day}\n'
            "  qmetry_fetch_executions_by_test_suite:\n    rules:\n"
            '      - {name: stop, action: deny, on_deny: "Not <now>."}\n'
        )
        path = self.write("TEST-a.xml", report(1))
        common = ["--policy", self.write("p.yaml", policy), *self.options(), path]
        self.upload(*common, code=8)
        text, rows = self.lines()
        self.assertEqual([row["result"] for row in rows], ["allowed", "allowed", "denied"])
        self.assertEqual((rows[2]["rule"], rows[2]["message"]), ("stop", "Not <now>."))
        self.assertIn("Not \\u003cnow\\u003e.", text)

    def test_a_folder_that_cannot_be_made_ends_it_before_any_call(self):
        self.start(world([execution(2720260, runs(1))]))
        path = self.write("file", "")
        done = self.upload("--events", path, self.write("TEST-a.xml", report(1)), code=2)
        self.assertIn("--events", done.err)
        self.assertEqual(self.requests(), [])


class Signals(Case):
    def test_a_signal_ends_a_wait_at_once_and_tells_what_is_left(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                self.start(world([execution(2720260, runs(3))]))
                # One call a day: on the real clock the wait would not end within this test.
                policy = self.write(
                    "policy.yaml",
                    "tools:\n  %s:\n    rules:\n      - rate_limit: 1/day\n        name: slow\n"
                    % TOOL
                    + 'version: "1"\n',
                )
                command = ["upload", "--suite", "VKMC-TS-20", "--batch-size", "1", "--policy"]
                command += [policy, "--max-wait", "2d", "--deadline", "2d", "--state", "memory"]
                command += ["--format", "json", self.write("TEST-a.xml", report(3))]
                process = self.launch(*command, program="qmetry-ci")
                self.assertIn("waiting", process.stderr.readline())
                process.send_signal(number)
                out, _ = process.communicate(timeout=5)
                self.assertEqual(process.returncode, 7)
                summary = json.loads(out)
                self.assertEqual(summary["conclusion"], "stopped")
                self.assertEqual(summary["updates"]["accepted"], 1)
                self.assertIn("2 of 3 updates are left", out)
                self.stop()
                self.simulator = None

    def test_the_deadline_ends_the_reading_of_what_has_no_end(self):
        pipe = os.path.join(self.folder, "TEST-pipe.xml")
        os.mkfifo(pipe)
        for report_path, name in ((pipe, pipe), ("-", "standard input")):
            with self.subTest(name):
                self.start(world([execution(2720260, runs(3))]))
                process = self.launch(
                    "upload",
                    "--suite",
                    "VKMC-TS-20",
                    "--deadline",
                    "2s",
                    "--format",
                    "json",
                    "--state",
                    "memory",
                    report_path,
                )
                self.addCleanup(process.kill)
                while len(self.requests()) < 4:
                    self.assertIsNone(process.poll())
                # It waits for bytes now, and for nothing else; its clock is ours.
                self.simulator.set_clock(self.simulator.now() + 2000)
                self.assertEqual(process.wait(timeout=10), 7)
                out, _ = process.communicate()
                summary = json.loads(out)
                self.assertEqual(summary["conclusion"], "stopped")
                self.assertEqual(
                    [row["text"] for row in summary["reasons"]],
                    ["%s: the time of --deadline (2 s) was over while it was read" % name],
                )
                self.assertEqual(self.bulk(), [])
                self.stop()
                self.simulator = None

    def test_a_signal_ends_the_reading_of_standard_input(self):
        for command in ("upload", "plan"):
            with self.subTest(command):
                self.start(world([execution(2720260, runs(3))]))
                process = self.launch(
                    command,
                    "--suite",
                    "VKMC-TS-20",
                    "--format",
                    "json",
                    "--state",
                    "memory",
                    "-",
                    program="qmetry-ci",
                )
                # More than a pipe holds: once it is written, most of it has been read.
                process.stdin.write("<testsuite>" + "<testcase name='VKMC-TC-1'/>" * 10000)
                process.stdin.flush()
                process.send_signal(signal.SIGHUP)
                out = process.stdout.read()
                self.assertEqual(process.wait(timeout=10), 7)
                process.communicate()
                summary = json.loads(out)
                self.assertEqual(summary["conclusion"], "stopped")
                self.assertIn("standard input", summary["reasons"][0]["text"])
                self.assertEqual(self.bulk(), [])
                self.stop()
                self.simulator = None


if __name__ == "__main__":
    unittest.main()
