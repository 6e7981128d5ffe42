"""The main job: results reach their runs, in the fewest calls."""
import unittest

from harness import FAILURE, STATUSES, Case, execution, junit, run, world

ERROR = '<error message="null" type="NPE"/>'
SKIPPED = '<skipped message="later"/>'


class Upload(Case):
    def test_each_outcome_sets_the_status_of_its_run(self):
        self.start(world([execution(2720260, [run(n) for n in range(1, 7)])]))
        report = self.write(
            "TEST-a.xml",
            junit(
                ("a.B", "VKMC_TC_1 passes", ""),
                ("a.B", "VKMC_TC_2 fails", FAILURE),
                ("a.B", "VKMC_TC_3 errs", ERROR),
                ("a.B", "VKMC_TC_4 is skipped", SKIPPED),
                ("a.B", "VKMC-TC-5 is flaky", '<flakyFailure message="once" type="T"/>'),
            ),
        )
        done = self.upload(report, code=0)
        self.assertEqual(
            self.statuses(),
            {
                1001: "passed",
                1002: "failed",
                1003: "failed",
                1004: "notrun",
                1005: "passed",
                1006: "notrun",
            },
        )
        summary = done.json
        self.assertEqual(summary["conclusion"], "success")
        self.assertEqual(
            summary["results"],
            {
                "tests": 5,
                "passed": 1,
                "flaky": 1,
                "failed": 1,
                "errored": 1,
                "skipped": 1,
                "not_reached": 0,
            },
        )
        self.assertEqual(summary["mapped"], 5)
        self.assertEqual(summary["missing"], [{"key": "VKMC-TC-6", "summary": "case 6"}])
        self.assertEqual(summary["updates"]["accepted"], 4)
        self.assertEqual(
            sorted((row["from"], row["to"], row["runs"]) for row in summary["transitions"]),
            [("Offen", "Bestanden", 2), ("Offen", "Fehlgeschlagen", 2)],
        )

    def test_groups_are_cut_by_batch_size_and_worst_news_goes_first(self):
        self.start(world([execution(2720260, [run(n) for n in range(1, 26)])]))
        cases = [("a.B", "VKMC-TC-%d" % n, FAILURE if n % 5 == 0 else "") for n in range(1, 26)]
        done = self.upload("--batch-size", "8", self.write("TEST-a.xml", junit(*cases)), code=0)
        bodies = self.bulk()
        # 5 failed: 1 call; 20 passed: ceil(20 / 8) = 3 calls
        self.assertEqual(
            [(body["runStatusID"], len(body["entityIDs"].split(","))) for body in bodies],
            [(502, 5), (501, 8), (501, 8), (501, 4)],
        )
        self.assertEqual(done.json["calls"]["writes"], 4)
        ids = [int(number) for body in bodies for number in body["entityIDs"].split(",")]
        self.assertEqual(sorted(ids), [1000 + n for n in range(1, 26)])

    def test_a_bulk_call_carries_build_comment_and_flags(self):
        self.start(world([execution(2720260, [run(1), run(2)])]))
        report = self.write(
            "TEST-a.xml", junit(("a.B", "VKMC-TC-1", ""), ("a.B", "VKMC-TC-2", FAILURE))
        )
        self.upload("--build", "1.4.0", "--comment", "nightly 12", report, code=0)
        self.assertEqual(
            self.bulk(),
            [
                {
                    "entityType": "TCR",
                    "qmRunObj": "",
                    "entityIDs": "1002",
                    "qmTsRunId": "2720260",
                    "runStatusID": 502,
                    "dropID": 947,
                    "isAutoExecuted": "1",
                    "isBulkOperation": False,
                    "comments": "nightly 12",
                },
                {
                    "entityType": "TCR",
                    "qmRunObj": "",
                    "entityIDs": "1001",
                    "qmTsRunId": "2720260",
                    "runStatusID": 501,
                    "dropID": 947,
                    "isAutoExecuted": "1",
                    "isBulkOperation": False,
                    "comments": "nightly 12",
                },
            ],
        )

    def test_a_build_is_found_by_name_or_id(self):
        for given, number in (("1.5.0", 948), ("948", 948)):
            with self.subTest(given):
                self.start(world([execution(2720260, [run(1)])]))
                self.upload(
                    "--build",
                    given,
                    self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", ""))),
                    code=0,
                )
                self.assertEqual(self.bulk()[0]["dropID"], number)
                self.stop()
                self.simulator = None

    def test_builds_of_one_name_are_no_choice(self):
        two = world([execution(2720260, [run(1)])])
        two["projects"][0]["builds"] = [{"DropID": n, "Name": "n"} for n in (1, 3)]
        self.start(two)
        report = self.write("a.xml", junit(("C", "VKMC-TC-1", "")))
        done = self.upload("--build", "n", report, code=9)
        self.assertIn('"n" (id 1) and "n" (id 3)', done.json["reasons"][0]["text"])
        self.assertEqual(self.bulk(), [])
        self.upload("--build", "3", report, code=0)
        self.assertEqual([body["dropID"] for body in self.bulk()], [3])

    def test_mapping_goes_by_property_key_script_and_summary(self):
        self.start(
            world(
                [
                    execution(
                        2720260,
                        [
                            run(1),
                            run(2),
                            run(3, script="com.example.CartTest.addsItem"),
                            run(4, summary="Remember  me KEEPS the session"),
                            run(5),
                            run(6),
                        ],
                    )
                ]
            )
        )
        report = self.write(
            "TEST-a.xml",
            junit(
                (
                    "a.B",
                    "one",
                    '<properties><property name="qmetry" value="VKMC-TC-1"/></properties>',
                ),
                ("a.B", "two VKMC-TC-2", ""),
                ("com.example.CartTest", "addsItem", ""),
                ("a.B", "remember me keeps the session", ""),
                ("a.B", "sends VKMC_TC_5 and VKMC_TC_6", FAILURE),
                ("a.B", "nobody knows me", ""),
            ),
        )
        done = self.upload(report, code=0)
        self.assertEqual(
            self.statuses(),
            {
                1001: "passed",
                1002: "passed",
                1003: "passed",
                1004: "passed",
                1005: "failed",
                1006: "failed",
            },
        )
        self.assertEqual([row["test"] for row in done.json["unmapped"]], ["a.B.nobody knows me"])

    def test_an_id_of_its_own_stands_in_for_the_one_of_the_suite(self):
        self.start(world([execution(2720260, [run(number) for number in range(1, 6)])]))
        has_id = '<properties><property name="qmetry" value="VKMC-TC-%d"/></properties>'
        case = '<testcase classname="C" name="%s">%s</testcase>'
        inner = '<testsuite name="i">%s</testsuite>' % (has_id % 3 + case % ("c", FAILURE))
        # A property may stand behind the failure, too.
        cases = case % ("a", "") + case % ("b", FAILURE + has_id % 2) + inner
        outer = '<testsuite name="o">%s</testsuite>' % (has_id % 1 + cases)
        report = "<testsuites>%s</testsuites>" % (has_id % 4 + outer + case % ("d", ""))
        done = self.upload(self.write("a.xml", report), code=0)
        self.assertEqual(done.json["mapped"], 4)
        self.assertEqual(
            self.statuses(),
            {1001: "passed", 1002: "failed", 1003: "failed", 1004: "passed", 1005: "notrun"},
        )

    def test_several_runs_of_one_test_case_in_an_execution_are_no_choice(self):
        # With another execution, and one that is closed, there is one run in each to be set.
        twice = [run(1), run(1, tcRunID=1500), run(2), run(2, tcRunID=1501, isLocked=True), run(3)]
        other = [run(1, tcRunID=2001), run(3, tcRunID=2003)]
        self.start(world([execution(2720260, twice), execution(2720261, other, "Firefox")]))
        tests = [("C", "VKMC-TC-1", FAILURE), ("C", "VKMC-TC-3", "")]
        report = self.write("a.xml", junit(*tests))
        done = self.upload("--platform", "Chrome", "--status", "missing=Blockiert", report, code=0)
        self.assertEqual(
            [row["why"] for row in done.json["unmapped"]],
            [
                "ambiguous: VKMC-TC-1 has several runs in suite run 2720260, 1001 and 1500 for two",
            ],
        )
        # It is mentioned, and so it is not missing.
        self.assertEqual([row["key"] for row in done.json["missing"]], ["VKMC-TC-2"])
        self.assertEqual([self.statuses()[1001], self.statuses()[1500]], ["notrun"] * 2)
        self.assertEqual(self.statuses()[1003], "passed")
        done = self.upload("--platform", "Firefox", report, code=0)
        self.assertEqual(self.statuses("2720261"), {2001: "failed", 2003: "passed"})

    def test_the_worst_of_several_results_wins(self):
        self.start(world([execution(2720260, [run(1)])]))
        report = self.write(
            "TEST-a.xml",
            junit(
                ("a.B", "VKMC-TC-1 [1]", ""),
                ("a.B", "VKMC-TC-1 [2]", FAILURE),
                ("a.B", "VKMC-TC-1 [3]", ""),
            ),
        )
        self.upload(report, code=0)
        self.assertEqual(self.statuses(), {1001: "failed"})
        self.assertEqual(len(self.bulk()), 1)

    def test_last_lets_the_last_result_win(self):
        self.start(world([execution(2720260, [run(1)])]))
        report = self.write(
            "TEST-a.xml",
            junit(
                ("a.B", "VKMC-TC-1 [1]", FAILURE),
                ("a.B", "VKMC-TC-1 [2]", ""),
                ("a.B", "VKMC-TC-1 [3]", SKIPPED),
            ),
        )
        self.upload("--combine", "last", report, code=0)
        self.assertEqual(self.statuses(), {1001: "passed"})

    def test_one_set_of_results_goes_to_all_executions(self):
        self.start(
            world(
                [
                    execution(2720260, [run(1), run(2)], "Chrome"),
                    execution(2720261, [run(1, tcRunID=2001), run(2, tcRunID=2002)], "Firefox"),
                    execution(2720262, [run(1, tcRunID=3001)], "Edge", isArchived=True),
                ]
            )
        )
        report = self.write(
            "TEST-a.xml", junit(("a", "VKMC-TC-1", FAILURE), ("a", "VKMC-TC-2", ""))
        )
        done = self.upload("--all-executions", report, code=0)
        self.assertEqual(self.statuses("2720260"), {1001: "failed", 1002: "passed"})
        self.assertEqual(self.statuses("2720261"), {2001: "failed", 2002: "passed"})
        self.assertEqual(self.statuses("2720262"), {3001: "notrun"})
        # Worst first over all executions: both failures go before both successes.
        self.assertEqual([body["runStatusID"] for body in self.bulk()], [502, 502, 501, 501])
        self.assertEqual(len(done.json["executions"]), 2)
        self.assertEqual(len(done.json["left"]), 1)

    def test_an_execution_is_chosen_by_platform_or_by_id(self):
        for arguments in (["--platform", "firefox"], ["--suite-run", "2720261"]):
            with self.subTest(arguments):
                self.start(
                    world(
                        [
                            execution(2720260, [run(1)], "Chrome"),
                            execution(2720261, [run(1, tcRunID=2001)], "Firefox"),
                        ]
                    )
                )
                self.upload(
                    *arguments, self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", ""))), code=0
                )
                self.assertEqual(self.statuses("2720260"), {1001: "notrun"})
                self.assertEqual(self.statuses("2720261"), {2001: "passed"})
                self.stop()
                self.simulator = None

    def test_suite_runs_choose_among_the_suites_executions(self):
        self.start(
            world(
                [
                    execution(2720260, [run(1)], "Chrome"),
                    execution(2720261, [run(1, tcRunID=2001)], "Firefox"),
                    execution(2720262, [run(1, tcRunID=3001)], "Edge"),
                ]
            )
        )
        done = self.upload(
            "--suite-run",
            "2720261,2720262",
            self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", ""))),
            code=0,
        )
        self.assertEqual(self.statuses("2720260"), {1001: "notrun"})
        self.assertEqual(self.statuses("2720261"), {2001: "passed"})
        self.assertEqual(self.statuses("2720262"), {3001: "passed"})
        platforms = [row["platform"] for row in done.json["executions"]]
        self.assertEqual(platforms, ["Firefox", "Edge"])

    def test_a_suite_run_needs_no_suite(self):
        self.start(
            world(
                [
                    execution(2720260, [run(1)], "Chrome"),
                    execution(2720261, [run(1, tcRunID=2001)], "Firefox"),
                ]
            )
        )
        self.qmetry(
            "upload",
            "--suite-run",
            "2720261",
            self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", ""))),
            code=0,
        )
        self.assertEqual(self.statuses("2720261"), {2001: "passed"})
        self.assertEqual(self.requests("qmetry_fetch_test_suites"), [])

    def test_runs_are_read_page_by_page(self):
        self.start(world([execution(2720260, [run(n) for n in range(1, 96)])], max_page=40))
        report = self.write(
            "TEST-a.xml", junit(*[("a", "VKMC-TC-%d" % n, "") for n in range(1, 96)])
        )
        self.upload(report, code=0)
        self.assertEqual(set(self.statuses().values()), {"passed"})
        self.assertEqual(len(self.requests("qmetry_fetch_test_case_runs_by_test_suite_run")), 3)

    def test_a_suite_that_was_found_is_not_looked_for_on_a_further_page(self):
        self.start(world([execution(2720260, [run(1)])], omit_fields=["total"]))
        self.upload(self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", ""))), code=0)
        self.assertEqual(len(self.requests("qmetry_fetch_test_suites")), 1)

    def test_ids_may_come_as_texts(self):
        self.start(world([execution(2720260, [run(1), run(2)])], ids_as_strings=True))
        report = self.write(
            "TEST-a.xml", junit(("a", "VKMC-TC-1", ""), ("a", "VKMC-TC-2", FAILURE))
        )
        self.upload("--build", "1.4.0", report, code=0)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "failed"})

    def test_status_names_in_any_language_can_be_named(self):
        self.start(world([execution(2720260, [run(1), run(2), run(3)])]))
        report = self.write(
            "TEST-a.xml", junit(("a", "VKMC-TC-1", SKIPPED), ("a", "VKMC-TC-2", FAILURE))
        )
        other = ["--status", "skipped=blockiert", "--status", "missing=Entfällt"]
        self.upload(*other, report, code=0)
        self.assertEqual(self.statuses(), {1001: "blocked", 1002: "failed", 1003: "empty"})

    def start_with_statuses(self, statuses):
        made = world([execution(2720260, [run(1), run(2)])])
        made["projects"][0]["statuses"] = statuses
        self.start(made)

    def test_only_statuses_that_results_need_must_be_there(self):
        self.start_with_statuses([row for row in STATUSES if row["defaultName"] != "passed"])
        failing = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", FAILURE)))
        self.upload(failing, code=0)
        self.assertEqual(self.statuses(), {1001: "failed", 1002: "notrun"})
        # A name that was given is needed, as nobody gives it in vain.
        done = self.upload("--status", "passed=Gruen", failing, code=9)
        self.assertIn("--status passed", done.json["reasons"][0]["text"])
        passing = self.write("TEST-b.xml", junit(("a", "VKMC-TC-2", "")))
        done = self.upload(failing, passing, code=9)
        self.assertIn("--status passed=NAME", done.json["reasons"][0]["text"])
        self.assertEqual(done.json["results"]["tests"], 2)
        self.assertEqual(len(self.bulk()), 1)

    def test_two_statuses_for_one_outcome_are_no_choice(self):
        self.start_with_statuses(
            STATUSES + [{"name": "Grün", "defaultName": "passed", "id": 506, "isdefault": True}]
        )
        report = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", "")))
        done = self.upload(report, code=9)
        for words in ("Bestanden", "Grün", "--status passed=NAME"):
            self.assertIn(words, done.json["reasons"][0]["text"])
        self.assertEqual(self.bulk(), [])
        self.upload("--status", "passed=grün", report, code=0)
        self.assertEqual([body["runStatusID"] for body in self.bulk()], [506])

    def test_what_others_set_can_be_kept(self):
        rows = [run(1, status="failed"), run(2, status="passed"), run(3), run(4, status="blocked")]
        cases = junit(
            ("a", "VKMC-TC-1", ""),
            ("a", "VKMC-TC-2", FAILURE),
            ("a", "VKMC-TC-3", ""),
            ("a", "VKMC-TC-4", ""),
        )
        for arguments, expected in (
            (["--overwrite", "worse"], ["failed", "failed", "passed", "blocked"]),
            (["--overwrite", "unset"], ["failed", "passed", "passed", "blocked"]),
            (["--protect", "Blockiert"], ["passed", "failed", "passed", "blocked"]),
        ):
            with self.subTest(arguments):
                self.start(world([execution(2720260, rows)]))
                self.upload(*arguments, self.write("TEST-a.xml", cases), code=0)
                self.assertEqual(list(self.statuses().values()), expected)
                self.stop()
                self.simulator = None

    def test_only_changed_leaves_what_is_there_already(self):
        self.start(world([execution(2720260, [run(1, status="passed"), run(2)])]))
        report = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", ""), ("a", "VKMC-TC-2", "")))
        done = self.upload("--only-changed", report, code=0)
        self.assertEqual([body["entityIDs"] for body in self.bulk()], ["1002"])
        self.assertEqual(done.json["updates"]["unchanged"], 1)

    def test_testng_and_junit_reports_together(self):
        self.start(world([execution(2720260, [run(1), run(2), run(3)])]))
        self.write("out/TEST-a.xml", junit(("a", "VKMC-TC-1", "")))
        self.write(
            "out/testng-results.xml",
            """<?xml version="1.0"?>
<testng-results><suite name="s"><test name="t"><class name="a.C">
<test-method name="logsIn" status="PASS" description="VKMC-TC-2 logs in" duration-ms="3"/>
<test-method name="locks" status="FAIL" description="VKMC-TC-3 locks"><exception class="E">
<message><![CDATA[not locked]]></message></exception></test-method>
</class></test></suite></testng-results>""",
        )
        self.upload("out/*.xml", code=0)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "passed", 1003: "failed"})

    def test_the_text_summary_tells_what_changed(self):
        self.start(world([execution(2720260, [run(1), run(2)])]))
        report = self.write(
            "TEST-a.xml", junit(("a", "VKMC-TC-1", ""), ("a", "VKMC-TC-2", FAILURE))
        )
        done = self.qmetry("upload", "--suite", "VKMC-TS-20", report, code=0)
        for word in ("Offen", "Bestanden", "Fehlgeschlagen", "Chrome"):
            self.assertIn(word, done.out)


if __name__ == "__main__":
    unittest.main()
