"""A server that misbehaves: retried, split or reported, never silently lost."""
import os
import subprocess
import unittest

from harness import BIN, FAILURE, START_MS, Case, execution, junit, run, world

BULK = "qmetry_bulk_update_test_case_execution_status"
INFO = "qmetry_fetch_qmetry_project_info"


def fault(action, tool=BULK, **match):
    match["tool"] = tool
    return {"match": match, "action": action}


class Faults(Case):
    def upload_with(self, faults, *arguments, count=8, code=None, **more):
        self.start(
            world(
                [execution(2720260, [run(n) for n in range(1, count + 1)])], faults=faults, **more
            )
        )
        cases = junit(*[("a", "VKMC-TC-%d" % n, "") for n in range(1, count + 1)])
        return self.upload(
            "--state", "memory", *arguments, self.write("TEST-a.xml", cases), code=code
        )

    def all_passed(self):
        self.assertEqual(set(self.statuses().values()), {"passed"})

    def test_429_with_seconds_is_waited_for(self):
        done = self.upload_with(
            [fault({"status": 429, "headers": {"Retry-After": "7"}}, nth=1)], code=0
        )
        self.all_passed()
        self.assertEqual(len(self.bulk()), 2)
        self.assertGreaterEqual(self.simulator.now() - START_MS, 7000)
        self.assertLess(self.simulator.now() - START_MS, 9000)
        self.assertEqual(done.json["calls"]["retries"], 1)

    def test_429_with_a_date(self):
        # START_MS + 12 s
        self.upload_with(
            [
                fault(
                    {"status": 429, "headers": {"Retry-After": "Thu, 15 Jan 2026 10:30:12 GMT"}},
                    nth=1,
                )
            ],
            code=0,
        )
        self.all_passed()
        self.assertGreaterEqual(self.simulator.now() - START_MS, 12000)
        self.assertLess(self.simulator.now() - START_MS, 14000)

    def test_429_without_a_word(self):
        self.upload_with([fault({"status": 429}, nth=1)], code=0)
        self.all_passed()

    def test_429_for_longer_than_we_may_wait(self):
        done = self.upload_with(
            [fault({"status": 429, "headers": {"Retry-After": "86400"}}, nth=1)], code=7
        )
        self.assertIn("--max-wait", done.out + done.err)
        self.assertLess(self.simulator.now() - START_MS, 5000)

    def test_429_with_a_word_about_the_quota(self):
        for body, code, least_ms in (
            ({"message": "Too many requests. Try again in 40 seconds."}, 0, 40000),
            ({"message": "30 calls per minute allowed"}, 0, 59000),
            ({"code": "CO.LIMIT", "retryAfter": 25}, 0, 25000),
            ({"hourly": {"remaining": 0, "resetsAt": "2026-01-15T10:33:00Z"}}, 0, 179000),
            ({"message": "Daily API quota exceeded"}, 7, 0),
        ):
            for status in (429, 403):
                if status == 403 and "message" not in body:
                    continue
                with self.subTest([body, status]):
                    self.upload_with(
                        [fault({"status": status, "body_json": body}, nth=1)], code=code
                    )
                    waited = self.simulator.now() - START_MS
                    self.assertGreaterEqual(waited, least_ms)
                    self.assertLess(waited, least_ms + 3000)
                    self.stop()
                    self.simulator = None

    def test_max_calls_is_for_reads_writes_and_retries(self):
        # Three reads, then one write a run.
        done = self.upload_with([], "--batch-size", "1", "--max-calls", "8", code=7)
        self.assertEqual(len(self.requests()), 8)
        self.assertEqual(done.json["updates"]["accepted"], 8 - done.json["calls"]["reads"])
        self.assertIn("--max-calls (8)", done.out)
        self.stop()
        self.simulator = None
        self.upload_with([fault({"status": 503})], "--max-calls", "6", code=7)
        self.assertEqual(len(self.requests()), 6)

    def test_the_plan_says_what_max_calls_keeps_back(self):
        self.start(world([execution(2720260, [run(n) for n in range(1, 9)])]))
        report = self.write(
            "TEST-a.xml", junit(*[("a", "VKMC-TC-%d" % n, "") for n in range(1, 9)])
        )
        common = ["--suite", "VKMC-TS-20", "--batch-size", "2", "--max-calls"]
        done = self.qmetry("plan", *common, "5", report, code=7)
        reads = len(self.requests())
        left = 5 - reads
        self.assertIn("--max-calls (5) leaves %d after %d" % (left, reads), done.out)
        self.assertIn("%d updates would not be sent" % (8 - 2 * left), done.out)
        self.qmetry("plan", *common, "%d" % (reads + 4), report, code=0)

    def test_200_with_an_error_is_no_success(self):
        for body in (
            {"success": 0},
            {"success": "false", "message": "no"},
            {"code": "CO.INVALID_REQUEST", "message": "no"},
            {"errors": ["no"]},
        ):
            with self.subTest(body):
                done = self.upload_with([fault({"status": 200, "body_json": body})], code=1)
                self.assertEqual(done.json["updates"]["accepted"], 0)
                self.stop()
                self.simulator = None

    def test_server_errors_are_retried(self):
        for status in (502, 503, 504):
            with self.subTest(status):
                self.upload_with(
                    [fault({"status": status, "body_html": "<h1>Bad gateway</h1>"}, nth=1)], code=0
                )
                self.all_passed()
                self.stop()
                self.simulator = None

    def test_retries_are_counted(self):
        done = self.upload_with([fault({"status": 503})], "--retries", "2", code=10)
        self.assertEqual(len(self.bulk()), 3)
        self.assertEqual(done.json["updates"]["accepted"], 0)

    def test_a_reset_before_or_after_the_work(self):
        for moment in ("before", "after"):
            with self.subTest(moment):
                self.upload_with([fault({"close": moment}, nth=1)], code=0)
                self.all_passed()
                self.stop()
                self.simulator = None

    def test_a_reset_while_reading(self):
        self.upload_with([fault({"close": "before"}, tool=INFO, nth=1)], code=0)
        self.all_passed()

    def test_401_in_the_middle_keeps_what_was_done(self):
        done = self.upload_with(
            [
                fault(
                    {
                        "status": 401,
                        "body_json": {"code": "CO.INVALID_API_KEY", "message": "Invalid API key"},
                    },
                    nth=2,
                )
            ],
            "--batch-size",
            "4",
            code=5,
        )
        self.assertEqual(done.json["updates"]["accepted"], 4)
        self.assertIn("Invalid API key", done.out)

    def test_403_names_the_role(self):
        self.upload_with(
            [fault({"status": 403, "body_json": {"message": "No rights"}}, nth=1)], code=5
        )

    def test_a_login_page_is_no_answer(self):
        done = self.upload_with(
            [
                fault(
                    {"status": 200, "body_html": "<html><title>Please log in</title></html>"},
                    tool=INFO,
                )
            ],
            code=10,
        )
        self.assertIn("Please log in", done.out + done.err)

    def test_redirects_are_not_followed(self):
        done = self.upload_with(
            [fault({"redirect": "http://127.0.0.1:1/elsewhere"}, tool=INFO)], code=10
        )
        self.assertIn("--url", done.out + done.err)

    def test_success_false_isolates_the_bad_id(self):
        done = self.upload_with(
            [fault({"success_false": True}, ids_contain="1005")], count=64, code=1
        )
        statuses = self.statuses()
        self.assertEqual(statuses.pop(1005), "notrun")
        self.assertEqual(set(statuses.values()), {"passed"})
        self.assertEqual(done.json["conclusion"], "partial")
        self.assertIn("VKMC-TC-5", done.out)
        # One bad id of 64: at most 2 * log2(64) + 2 calls beyond the first.
        self.assertLessEqual(len(self.bulk()), 1 + 14)

    def test_a_group_that_is_refused_whole_is_not_split_to_the_end(self):
        self.upload_with(
            [fault({"status": 400, "body_json": {"message": "execution is closed"}})],
            count=64,
            code=1,
        )
        self.assertLessEqual(len(self.bulk()), 12)

    def test_too_large_a_batch_is_halved_and_remembered(self):
        self.upload_with([], count=64, max_ids=16, code=0)
        self.all_passed()
        sizes = [len(body["entityIDs"].split(",")) for body in self.bulk()]
        self.assertLessEqual(max(sizes[3:]), 16)

    def test_half_a_body_is_no_answer(self):
        self.upload_with([fault({"truncate": 5}, tool=INFO, nth=1)], code=0)
        self.all_passed()

    def test_a_body_without_end_is_refused(self):
        done = self.upload_with([fault({"huge": 200000000}, tool=INFO)], code=10)
        self.assertIn("larger", done.out + done.err)

    def test_soft_fail_keeps_the_job_green_and_loud(self):
        done = self.upload_with([fault({"status": 503})], "--retries", "0", "--soft-fail", code=0)
        self.assertEqual(done.json["conclusion"], "failed")
        self.assertIn("soft-fail", done.err)

    def test_soft_fail_excuses_no_more_than_it_names(self):
        # The report is cut (4), and nothing of it is mapped (6).
        self.start(world([execution(2720260, [run(1)])]))
        report = self.write("TEST-a.xml", junit(("a", "b", ""))[:-12])
        for soft, code in (("4", 6), ("6", 4), ("1,7", 4), ("4,6", 0)):
            with self.subTest(soft):
                done = self.upload("--soft-fail=" + soft, report, code=code)
                self.assertEqual("--soft-fail: the exit code is" in done.err, "4" in soft)


class Orders(Case):
    def test_names_cannot_give_orders_to_a_terminal_or_a_ci(self):
        self.start(world([execution(2720260, [run(1)])]))
        report = self.write(
            "TEST-a.xml",
            junit(
                ("a", "VKMC-TC-1", ""),
                ("a", "&#10;::set-output name=x::y&#13;::error::z\u202e", ""),
            ),
        )
        done = self.qmetry("upload", "--suite", "VKMC-TS-20", report, code=0)
        for line in (done.out + done.err).splitlines():
            self.assertFalse(line.lstrip().startswith("::"), line)
        self.assertNotIn("\u202e", done.out + done.err)


if __name__ == "__main__":
    unittest.main()
