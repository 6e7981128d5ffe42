"""--cache: fewer reads, never wrong ids, never an old status where one is needed."""
import hashlib
import json
import os
import stat
import unittest

from harness import FAILURE, KEY, Case, execution, junit, run, world

BULK = "qmetry_bulk_update_test_case_execution_status"
RUNS = "qmetry_fetch_test_case_runs_by_test_suite_run"


class Cache(Case):
    def setUp(self):
        super().setUp()
        self.rows = [run(n) for n in range(1, 96)]
        self.begin()
        self.report = self.write(
            "TEST-a.xml", junit(*[("a", "VKMC-TC-%d" % n, "") for n in range(1, 96)])
        )
        self.path = os.path.join(self.folder, "ids.cache")

    def begin(self, *arguments):
        executions = [
            execution(2720260, self.rows),
            execution(2720261, [run(1, tcRunID=2001)], "Firefox"),
        ]
        self.start(world(executions, max_page=10), *arguments)

    def restart(self):
        """The same server with other runs: a cache of another address would not be used."""
        port = self.simulator.url.rsplit(":", 1)[1]
        self.stop()
        self.simulator = None
        self.begin("--port", port)

    def content(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def reads(self, *arguments, code=0, platform="Chrome"):
        """Reads that an upload made: all, and those of runs among them."""
        before = [row["sequence"] for row in self.requests()]
        chosen = ["--platform", platform, "--cache", self.path]
        self.done = self.upload(*chosen, *arguments, self.report, code=code)
        rows = [row for row in self.requests() if row["sequence"] not in before]
        return (
            len([row for row in rows if row["method"] != "PUT"]),
            len([row for row in rows if row["tool"] == RUNS]),
        )

    def test_the_second_upload_reads_the_first_page_and_sets_the_same(self):
        self.assertEqual(self.reads(), (13, 10))
        self.simulator.post("world", {"runs": [{"ids": [1001, 1090], "status": "failed"}]})
        self.assertEqual(self.reads(), (3, 1))
        self.assertEqual(set(self.statuses().values()), {"passed"})
        self.assertEqual(self.done.json["updates"]["accepted"], 95)
        self.assertEqual(self.done.json["missing"], [])

    def test_a_run_that_was_added_is_found(self):
        self.rows = self.rows[:94]
        self.restart()
        self.reads()
        self.rows = self.rows + [run(95)]
        self.restart()
        self.assertEqual(self.reads(), (12, 10))
        self.assertEqual(self.done.json["mapped"], 95)
        self.assertEqual(self.reads(), (3, 1))

    def test_runs_with_other_ids_or_fewer_of_them_are_read_anew(self):
        self.reads()
        self.rows = [dict(row, tcRunID=row["tcRunID"] + 500) for row in self.rows]
        self.restart()
        self.assertEqual(self.reads(), (12, 10))
        self.assertEqual(set(self.statuses().values()), {"passed"})
        self.rows = self.rows[:40]
        self.restart()
        self.assertEqual(self.reads()[1], 4)
        self.assertEqual(self.done.json["updates"]["accepted"], 40)

    def by_name(self, *names, **more):
        """Runs 1 to 95 with script names `a.t1` ..., and a report that names tests only so."""
        self.rows = [run(n, testScriptName="a.t%d" % n) for n in range(1, 96)]
        self.restart()
        self.report = self.write("TEST-a.xml", junit(*[("a", name, "") for name in names]))
        self.reads(**more)

    def swap(self, member, one, other):
        """What is on page 4 changes places: first page, total and ids stay the same."""
        rows = {row["entityKey"]: row for row in self.rows}
        left, right = (rows["VKMC-TC-%d" % n] for n in (one, other))
        left[member], right[member] = right[member], left[member]
        self.restart()

    def test_a_script_name_that_wandered_takes_no_status_with_it(self):
        names = ["t%d" % n for n in range(1, 96)]
        self.by_name(*names)
        self.swap("testScriptName", 38, 39)
        self.report = self.write(
            "TEST-a.xml", junit(*[("a", name, FAILURE if name == "t38" else "") for name in names])
        )
        self.assertEqual(self.reads()[1], 10)
        self.assertEqual((self.statuses()[1039], self.statuses()[1038]), ("failed", "passed"))
        self.assertIn("in spite of --cache, as t1 may", self.done.err)

    def test_a_summary_that_wandered_takes_no_status_with_it(self):
        summaries = {row["entityKey"]: row["summary"] for row in self.rows}
        self.report = self.write("TEST-a.xml", junit(("", summaries["VKMC-TC-38"], FAILURE)))
        self.reads()
        self.assertEqual(self.statuses()[1038], "failed")
        self.swap("summary", 38, 39)
        self.assertEqual(self.reads()[1], 10)
        self.assertEqual((self.statuses()[1039], self.statuses()[1038]), ("failed", "notrun"))

    def test_keys_maps_and_properties_need_no_more_than_ids(self):
        self.reads()
        mapping = self.write("map.yaml", "map:\n  a.first: VKMC-TC-38\nignore: [a.third]\n")
        self.report = self.write(
            "TEST-a.xml", junit(("a", "first", ""), ("a", "VKMC-TC-39", ""), ("a", "third", ""))
        )
        self.assertEqual(self.reads("--map", mapping), (3, 1))
        self.report = self.write("TEST-a.xml", junit(("a", "first", ""), ("a", "second", "")))
        self.assertEqual(self.reads("--map", mapping)[1], 10)
        self.assertEqual(self.reads("--map", mapping, "--match", "map,key")[1], 10)

    def test_a_key_that_came_in_place_of_another_is_found(self):
        self.reads()
        self.rows[37:38] = [run(238)]
        self.restart()
        self.report = self.write("TEST-a.xml", junit(("a", "VKMC-TC-238", FAILURE)))
        self.assertEqual(self.reads()[1], 10)
        self.assertEqual(self.statuses()[1238], "failed")

    def test_a_run_that_went_is_refused_once_and_read_anew(self):
        self.reads()
        self.rows[37:38] = [run(238)]
        self.restart()
        self.report = self.write(
            "TEST-a.xml", junit(("a", "VKMC-TC-38", ""), ("a", "VKMC-TC-1", ""))
        )
        self.assertEqual(self.reads(code=1)[1], 1)
        self.assertEqual(self.reads()[1], 10)
        self.assertIn("no chosen execution holds VKMC-TC-38", self.done.out)

    def test_a_report_that_can_be_read_only_once_is_no_reason_for_trust(self):
        self.reads()
        before = len(self.requests())
        with open(self.report, encoding="utf-8") as file:
            self.upload("--platform", "Chrome", "--cache", self.path, "-", stdin=file.read())
        rows = self.requests()[before:]
        self.assertEqual(len([row for row in rows if row["tool"] == RUNS]), 10)

    def test_where_missing_runs_count_all_are_read(self):
        self.reads()
        self.assertEqual(self.reads("--fail-on-missing"), (12, 10))
        self.assertEqual(self.reads("--status", "missing=leave"), (12, 10))

    def test_where_statuses_count_all_of_them_are_read(self):
        self.reads()
        self.simulator.post("world", {"runs": [{"ids": [1090], "status": "failed"}]})
        self.assertEqual(self.reads("--only-changed"), (12, 10))
        self.assertEqual(self.done.json["updates"]["unchanged"], 94)
        self.assertEqual(self.done.json["updates"]["accepted"], 1)
        self.assertEqual(self.reads("--overwrite", "worse"), (12, 10))
        self.assertEqual(self.reads("--protect", "Blockiert"), (12, 10))

    def test_shards_share_a_file(self):
        self.reads()
        self.assertEqual(self.reads(platform="Firefox"), (3, 1))
        self.assertEqual(self.reads(), (3, 1))

    def test_a_suite_that_got_another_id_is_read_anew(self):
        self.reads()
        text = self.content().replace('"id":194955', '"id":194956')
        self.rewrite(text)
        self.assertEqual(self.reads()[0], 5)
        self.assertEqual(self.reads(), (3, 1))

    def test_what_is_locked_is_asked_again(self):
        self.rows[50]["isLocked"] = True
        self.restart()
        self.reads(code=1)
        self.rows[50]["isLocked"] = False
        self.restart()
        self.assertEqual(self.reads(), (12, 10))
        self.assertEqual(self.done.json["updates"]["accepted"], 95)

    def test_it_lives_for_a_day(self):
        self.reads()
        self.simulator.set_clock(self.simulator.now() + 23 * 3600 * 1000)
        self.assertEqual(self.reads(), (3, 1))
        self.simulator.set_clock(self.simulator.now() + 2 * 3600 * 1000)
        self.assertEqual(self.reads(), (13, 10))
        self.assertEqual(self.reads(), (3, 1))

    def cut_off(self):
        """An upload whose runs are the cache's, and a colleague's work since; its journal."""
        self.reads()
        down = {"match": {"tool": BULK}, "action": {"status": 503}}
        notrun = [1001 + n for n in range(95)]
        self.simulator.post(
            "world", {"runs": [{"ids": notrun, "status": "notrun"}], "faults": [down]}
        )
        self.assertEqual(self.reads("--retries", "0", code=10)[1], 1)
        self.simulator.post("world", {"runs": [{"ids": [1035], "status": "blocked"}], "faults": []})
        folder = os.path.join(self.folder, ".qmetry-ci")
        return os.path.join(folder, os.listdir(folder)[0])

    def check_the_colleagues(self, done):
        self.assertEqual(self.statuses()[1035], "blocked")
        self.assertEqual(self.statuses()[1034], "passed")
        self.assertEqual(done.json["updates"]["accepted"], 94)
        self.assertEqual(
            [(row["key"], row["why"]) for row in done.json["superseded"]],
            [
                (
                    "VKMC-TC-35",
                    "is Blockiert now, and what it was when it was planned is not known (--cache)",
                )
            ],
        )

    def test_what_a_colleague_set_is_left_by_the_same_upload_started_again(self):
        self.cut_off()
        self.reads(code=1)
        self.check_the_colleagues(self.done)

    def test_what_a_colleague_set_is_left_though_its_status_was_not_read(self):
        journal = self.cut_off()
        resume = ["resume", "--format", "json", "--state", "memory"]
        self.check_the_colleagues(self.qmetry(*resume, journal, code=1))
        self.qmetry(*resume, "--force", journal, code=0)
        self.assertEqual(self.statuses()[1035], "passed")

    def rewrite(self, text):
        """With a checksum that fits, as if the program had written it."""
        head, body = text.split("\n", 1)
        fields = json.loads(head)
        fields["sha256"] = hashlib.sha256(body.encode()).hexdigest()
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(json.dumps(fields) + "\n" + body)

    def test_what_cannot_be_used_is_told_and_replaced(self):
        self.reads()
        good = self.content()
        for text in (
            "",
            good[: len(good) // 2],
            good.replace("1040", "1041"),
            good.replace('cache":1', 'cache":2'),
            good.replace('"project":"VKMC"', '"project":"OTHER"'),
            good.replace("127.0.0.1", "127.0.0.2"),
            good + "{}\n",
        ):
            with self.subTest(text[:80]):
                self.write("ids.cache", text)
                self.assertEqual(self.reads(), (13, 10))
                self.assertIn("ids.cache is not used: ", self.done.err)
                self.assertEqual(self.content().count("\n"), 98)
                self.assertEqual(self.reads(), (3, 1))

    def test_a_file_of_somebody_else_stays_as_it_is(self):
        for text in ("nonsense\n", "no line", '{"a":1}\n', "[]\n", "\n"):
            with self.subTest(text):
                self.write("ids.cache", text)
                self.assertEqual(self.reads(), (13, 10))
                self.assertIn("ids.cache is not used, and stays as it is: ", self.done.err)
                self.assertEqual(self.content(), text)

    def test_a_report_is_no_cache(self):
        self.path = self.write("r.xml", junit(("a.B", "VKMC-TC-1 one", "")))
        done = self.upload("--platform", "Chrome", "--cache", self.path, self.path, code=0)
        self.assertEqual(done.json["results"]["tests"], 1)
        self.assertIn("<testsuite", self.content())

    def test_a_device_or_a_pipe_is_not_replaced(self):
        pipe = os.path.join(self.folder, "pipe")
        os.mkfifo(pipe)
        os.symlink("/dev/null", os.path.join(self.folder, "null"))
        for self.path in (os.path.join(self.folder, "null"), pipe):
            self.reads()
            self.assertIn("it is no regular file", self.done.err)
            self.assertFalse(stat.S_ISREG(os.stat(self.path).st_mode))

    def test_it_holds_no_secret_and_no_status(self):
        self.reads()
        text = self.content()
        self.assertNotIn(KEY, text)
        self.assertNotIn("Offen", text)
        self.assertEqual(os.stat(self.path).st_mode & 0o777, 0o644)

    def test_a_file_that_cannot_be_written_is_no_failure(self):
        self.path = os.path.join(self.folder, "nowhere", "ids.cache")
        self.reads()
        self.assertIn("is not written", self.done.err)


if __name__ == "__main__":
    unittest.main()
