"""Where calls are counted: Redis and SQLite files that several programs share, and what happens
when they fail."""
import os
import signal
import sqlite3
import subprocess
import time
import unittest

from harness import BIN, START_MS, Case, execution, junit, run, world
from redis_server import MortalRedis, Proxy, RedisServer, free_port, make_certificate

TOOL = "qmetry_bulk_update_test_case_execution_status"
COUNTER = TOOL + "._rate_minute"
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS counters (key TEXT PRIMARY KEY, value INTEGER NOT NULL DEFAULT 0, "
    "window_start TEXT NOT NULL, window_dur INTEGER NOT NULL DEFAULT 0)"
)


class Counting(Case):
    def begin(self, count=40):
        self.start(world([execution(2720260, [run(n) for n in range(1, count + 1)])]))
        return self.report(count)

    def report(self, count):
        cases = [("a", "VKMC-TC-%d" % n, "") for n in range(1, count + 1)]
        return self.write("TEST-%d.xml" % count, junit(*cases))

    def redis(self, **more):
        server = RedisServer(self.folder, **more)
        self.addCleanup(server.stop)
        return server

    def one_by_one(self, report, *arguments, **more):
        """A call for each run, as many as the window allows."""
        return self.upload("--batch-size", "1", "--on-limit", "stop", *arguments, report, **more)

    def accepted(self, done):
        return done.json["updates"]["accepted"]


class Redis(Counting):
    def test_two_uploads_draw_on_one_budget(self):
        self.begin()
        state = "redis://127.0.0.1:%d" % self.redis().port
        share = ["--state", state, "--headroom", "0"]
        self.assertEqual(self.accepted(self.one_by_one(self.report(20), *share, code=0)), 20)
        self.assertEqual(self.accepted(self.one_by_one(self.report(40), *share, code=7)), 10)

    def test_what_an_agent_has_counted_is_counted(self):
        report = self.begin()
        redis = self.redis()
        # As Intercept writes it, under its own option for a prefix.
        key = "team-a:" + COUNTER
        redis.ask("HSET", key, "v", "21", "ws", "2026-01-15T10:30:00Z", "wd", "60000000000")
        done = self.one_by_one(
            report,
            "--state",
            "redis://127.0.0.1:%d/0" % redis.port,
            "--state-prefix",
            "team-a:",
            "--headroom",
            "0%",
            code=7,
        )
        self.assertEqual(self.accepted(done), 9)
        self.assertEqual(
            redis.hash(key), {"v": "30", "ws": "2026-01-15T10:30:00Z", "wd": "60000000000"}
        )
        self.assertIn(redis.ask("PTTL", key), range(60000, 120001))

    def test_what_is_no_number_is_told_and_not_where_in_a_script(self):
        report = self.begin(2)
        redis = self.redis()
        redis.ask("HSET", COUNTER, "v", "many", "ws", "2026-01-15T10:30:00Z", "wd", "60000000000")
        state = "redis://127.0.0.1:%d" % redis.port
        done = self.one_by_one(report, "--state", state, code=1)
        self.assertEqual(self.bulk(), [])
        self.assertIn("is no counter of Intercept", done.err)
        self.assertNotIn("user_script", done.out + done.err)

    def test_headroom_and_share_hold_for_it_too(self):
        for arguments, expected in (([], 24), (["--headroom", "50"], 15), (["--share", "3"], 8)):
            with self.subTest(arguments):
                report = self.begin()
                redis = self.redis()
                state = "redis://127.0.0.1:%d" % redis.port
                done = self.one_by_one(report, "--state", state, *arguments, code=7)
                self.assertEqual(self.accepted(done), expected)
                self.stop()
                self.simulator = None

    def test_a_new_window_is_waited_for(self):
        report = self.begin()
        redis = self.redis()
        state = "redis://127.0.0.1:%d" % redis.port
        self.upload("--batch-size", "1", "--state", state, report, code=0)
        windows = self.simulator.get("calls")[TOOL]["windows"]
        self.assertEqual([window["calls"] for window in windows], [24, 16])
        self.assertEqual(redis.hash(COUNTER)["ws"], "2026-01-15T10:31:00Z")
        self.assertEqual(redis.hash(COUNTER)["v"], "16")

    def test_the_password_comes_from_the_environment_or_a_file(self):
        report = self.begin(1)
        port = self.redis(password="geh/eim").port
        path = self.write("password", "geh/eim\n")
        plain = "redis://127.0.0.1:%d" % port
        for environment in (
            {"QMETRY_STATE": "redis://:geh%%2Feim@127.0.0.1:%d" % port},
            {"QMETRY_STATE": plain, "QMETRY_STATE_PASSWORD": "geh/eim"},
            {"QMETRY_STATE": plain, "QMETRY_STATE_PASSWORD_FILE": path},
            {
                "QMETRY_STATE": "redis://default:old@127.0.0.1:%d" % port,
                "QMETRY_STATE_PASSWORD": "geh/eim",
            },
        ):
            with self.subTest(environment):
                done = self.upload(report, env=environment, code=0)
                self.assertNotIn("eim", done.out + done.err)
        wrong = {"QMETRY_STATE": plain, "QMETRY_STATE_PASSWORD": "verkehrt"}
        done = self.upload(report, env=wrong, code=2)
        self.assertIn("WRONGPASS", done.err)
        self.assertIn("QMETRY_STATE_PASSWORD", done.err)
        self.assertNotIn("verkehrt", done.out + done.err)

    def test_a_password_where_others_read_it_is_refused(self):
        report = self.begin(1)
        state = "redis://ci:geheim@127.0.0.1:1"
        done = self.upload("--state", state, report, code=2)
        self.assertIn("QMETRY_STATE_PASSWORD", done.err)
        self.assertNotIn("geheim", done.out + done.err)
        config = self.write("qmetry.yaml", "state: %s\n" % state)
        done = self.upload("--config", config, report, code=2)
        self.assertIn("qmetry.yaml:1", done.err)
        self.assertNotIn("geheim", done.out + done.err)
        self.assertEqual(self.requests(), [])

    def test_a_pull_request_does_not_choose_where_calls_are_counted(self):
        report = self.begin(1)
        for line in ("state: redis://127.0.0.1:1", "state-fail-mode: open", "state-prefix: mine"):
            with self.subTest(line):
                self.write("qmetry-ci.yaml", line + "\n")
                done = self.upload(report, env={"CI": "true"}, code=2)
                self.assertIn("qmetry-ci.yaml:1", done.err)
        self.assertEqual(self.requests(), [])

    def test_a_server_that_is_not_there_ends_it_before_any_call(self):
        report = self.begin(1)
        redis = self.redis()
        redis.stop()
        for mode in ("closed", "open"):
            done = self.upload(
                "--state",
                "redis://127.0.0.1:%d" % redis.port,
                "--state-fail-mode",
                mode,
                report,
                code=2,
            )
            self.assertIn("the Redis server 127.0.0.1:%d is of no use" % redis.port, done.err)
            self.assertEqual(done.err.count("127.0.0.1:%d is" % redis.port), 1)
        self.assertEqual(self.requests(), [])

    def test_one_that_goes_away_stops_the_calls(self):
        report = self.begin(5)
        redis = MortalRedis(2)
        self.addCleanup(redis.stop)
        state = "redis://127.0.0.1:%d" % redis.port
        done = self.one_by_one(report, "--state", state, code=1)
        self.assertEqual(self.accepted(done), 2)
        self.assertEqual(len(self.bulk()), 2)
        self.assertIn("the Redis server 127.0.0.1:%d is of no use" % redis.port, done.err)

    def test_with_fail_mode_open_calls_pass_uncounted_and_it_says_so(self):
        report = self.begin(5)
        redis = MortalRedis(2)
        self.addCleanup(redis.stop)
        state = ["--state", "redis://127.0.0.1:%d" % redis.port, "--state-fail-mode", "open"]
        done = self.one_by_one(report, *state, code=0)
        self.assertEqual(self.accepted(done), 5)
        self.assertEqual(done.err.count("calls pass uncounted, as --state-fail-mode says"), 1)

    def test_over_tls_through_a_proxy(self):
        report = self.begin(1)
        # This machine under a name that is not known as such: what is, needs no proxy.
        certificate, key = make_certificate(self.folder, "IP:0.0.0.0")
        redis = self.redis(password="geheim", certificate=certificate, key=key)
        proxy = Proxy()
        self.addCleanup(proxy.stop)
        address = "0.0.0.0:%d" % redis.tls_port
        environment = {
            "QMETRY_STATE": "rediss://default@" + address,
            "QMETRY_STATE_PASSWORD": "geheim",
            "HTTPS_PROXY": "http://127.0.0.1:%d" % proxy.port,
        }
        self.upload("--cacert", certificate, report, env=environment, code=0)
        self.assertEqual(proxy.asked, [address])
        self.assertEqual(redis.hash(COUNTER)["v"], "1")
        done = self.upload(report, env=environment, code=2)
        self.assertIn("--cacert", done.err)
        environment["NO_PROXY"] = "0.0.0.0"
        self.upload("--cacert", certificate, report, env=environment, code=0)
        self.assertEqual(proxy.asked, [address] * 2)


class Both(Counting):
    """What holds for every store that is shared."""

    def stores(self):
        redis = self.redis()
        path = os.path.join(self.folder, "a.sqlite")
        yield "redis://127.0.0.1:%d" % redis.port, lambda key: self.redis_row(redis, key)
        yield "sqlite:" + path, lambda key: self.file_row(path, key)

    def redis_row(self, redis, key):
        fields = redis.hash(key)
        return int(fields["v"]), fields["ws"]

    def file_row(self, path, key):
        database = sqlite3.connect(path)
        query = "SELECT value, window_start FROM counters WHERE key = ?"
        rows = database.execute(query, (key,)).fetchall()
        database.close()
        return rows[0]

    def test_nothing_is_sent_in_the_last_50_ms_of_a_window(self):
        for state, row in self.stores():
            with self.subTest(state):
                report = self.begin(1)
                self.simulator.set_clock(START_MS + 59960)
                self.upload("--state", state, report, code=0)
                windows = self.simulator.get("calls")[TOOL]["windows"]
                self.assertEqual([window["calls"] for window in windows], [1])
                self.assertEqual(row(COUNTER), (1, "2026-01-15T10:31:00Z"))
                self.stop()
                self.simulator = None

    def test_what_was_never_sent_is_given_back(self):
        policy = self.write(
            "policy.yaml",
            'version: "1"\ntools:\n  "*":\n    rules:\n      - name: all\n'
            "        rate_limit: 1000/day\n",
        )
        for state, row in self.stores():
            with self.subTest(state):
                report = self.begin(1)
                done = self.upload(
                    "--state",
                    state,
                    "--policy",
                    policy,
                    "--url",
                    "http://127.0.0.1:%d" % free_port(),
                    report,
                    code=10,
                )
                self.assertGreater(done.json["calls"]["retries"], 0)
                self.assertEqual(row("_global._rate_day"), (0, "2026-01-15T00:00:00Z"))
                self.stop()
                self.simulator = None


class Race(Counting):
    def race(self, state):
        """Eight programs want ten calls each out of thirty; how many they got."""
        report = self.begin(10)
        command = [os.path.join(BIN, "qmetry-ci-test"), "upload", "--suite", "VKMC-TS-20"]
        command += ["--batch-size", "1", "--on-limit", "stop", "--headroom", "0"]
        # They all send the same, which one journal would let only one of them do.
        command += ["--no-journal", "--state", state, report]
        environment = self.environment({})
        racers = [
            subprocess.Popen(
                command,
                cwd=self.folder,
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(8)
        ]
        for racer in racers:
            _, err = racer.communicate(timeout=60)
            self.assertIn(racer.returncode, (0, 7), err)
        return len(self.bulk())

    def test_eight_programs_get_thirty_calls_of_thirty_in_redis(self):
        redis = self.redis()
        self.assertEqual(self.race("redis://127.0.0.1:%d" % redis.port), 30)
        self.assertEqual(redis.hash(COUNTER)["v"], "30")

    def test_eight_programs_get_thirty_calls_of_thirty_in_a_file(self):
        self.assertEqual(self.race("sqlite:" + os.path.join(self.folder, "a.sqlite")), 30)


class File(Counting):
    def lock(self, path, statement):
        database = sqlite3.connect(path, isolation_level=None)
        self.addCleanup(database.close)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(SCHEMA)
        database.execute(statement)
        return database

    def test_a_signal_ends_the_wait_for_a_lock(self):
        report = self.begin(1)
        path = os.path.join(self.folder, "a.sqlite")
        # Made by another program that has not got to its table yet: opening it waits.
        database = sqlite3.connect(path, isolation_level=None)
        self.addCleanup(database.close)
        database.execute("BEGIN EXCLUSIVE")
        process = self.launch(
            "upload",
            "--suite",
            "VKMC-TS-20",
            "--state",
            "sqlite:" + path,
            report,
            program="qmetry-ci",
        )
        self.wait_until_open(process, path)
        before = time.monotonic()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 7, out + err)
        self.assertLess(time.monotonic() - before, 3)
        self.assertIn("stopped by a signal", err)
        self.assertEqual(err.count(path), 1)

    def test_a_broken_counter_stops_the_calls_and_is_told(self):
        report = self.begin(2)
        path = os.path.join(self.folder, "a.sqlite")
        self.lock(path, "INSERT INTO counters VALUES ('%s', 1, 'soon', 60000000000)" % COUNTER)
        done = self.one_by_one(report, "--state", "sqlite:" + path, code=1)
        self.assertEqual(self.bulk(), [])
        self.assertIn("soon", done.err)
        self.assertIn(path, done.err)
        self.assertNotIn(path + ": ", done.err)


if __name__ == "__main__":
    unittest.main()
