"""--level step: a suite is the test case, and its tests are steps with statuses of their own."""
import os
import unittest

from harness import FAILURE, execution, run, world
from journal_case import fault
from steps_case import STEPS, Steps, login, steps


def testng(*classes):
    """classes: (name, ((method, status), ...))."""
    body = "".join(
        '<class name="%s">%s</class>'
        % (
            name,
            "".join(
                '<test-method name="%s" status="%s" duration-ms="1"/>' % method
                for method in methods
            ),
        )
        for name, methods in classes
    )
    return (
        '<testng-results><suite name="all"><test name="t">%s</test></suite></testng-results>' % body
    )


class Matching(Steps):
    def test_by_description(self):
        self.begin(login(), run(2))
        done = self.send(self.login_report(), code=0).json
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])
        self.assertEqual(self.statuses(), {1001: "failed", 1002: "notrun"})
        self.assertEqual(
            [(body["entityType"], body.get("type"), body["entityIDs"]) for body in self.bulk()],
            [("TCR", None, "1001"), ("TCSR", "TCSR", "7002"), ("TCSR", "TCSR", "7001,7003")],
        )
        self.assertEqual([row["body"]["tcrID"] for row in self.requests(STEPS)], [1001])
        self.assertEqual(
            done["steps"],
            {
                "reads": 1,
                "reads_wait_ms": 0,
                "by_description": 3,
                "by_order": 0,
                "without_test": 0,
                "unmapped_tests": 0,
                "updated": 3,
                "unverified": 0,
                "transitions": [
                    {"from": "Offen", "to": "Fehlgeschlagen", "runs": 1},
                    {"from": "Offen", "to": "Bestanden", "runs": 2},
                ],
                "transitions_total": 2,
            },
        )
        self.assertEqual(
            done["transitions"], [{"from": "Offen", "to": "Fehlgeschlagen", "runs": 1}]
        )
        (place,) = done["executions"]
        self.assertEqual((place["updated"], place["updated_steps"]), (1, 3))
        self.assertEqual(done["updates"]["accepted"], 4)
        self.assertEqual((done["mapped"], done["unmapped_total"]), (3, 0))

    def test_by_order_where_no_description_is_met(self):
        self.begin(login())
        report = self.report(("a.B", "x", ""), ("a.B", "y", "<skipped/>"), ("a.B", "z", FAILURE))
        done = self.send(report, code=0).json
        self.assertEqual(self.steps(), ["passed", "notrun", "failed"])
        self.assertEqual((done["steps"]["by_order"], done["steps"]["updated"]), (3, 2))
        self.assertIn({"key": "VKMC-TC-1 step 2", "why": "skipped"}, done["left"])

    def test_mixed_never_guesses_by_order(self):
        self.begin(login())
        report = self.report(
            ("a.B", "Open the page", ""), ("a.B", "logs in", FAILURE), ("a.B", "Log out", "")
        )
        done = self.send(report, code=0).json
        self.assertEqual(self.steps(), ["passed", "notrun", "passed"])
        self.assertEqual(self.statuses()[1001], "failed")
        self.assertEqual(done["steps"]["without_test"], 1)
        self.assertEqual(done["steps"]["unmapped_tests"], 1)
        self.assertEqual((done["mapped"], done["unmapped_total"]), (3, 1))
        (row,) = done["unmapped"]
        self.assertEqual(row["test"], "a.B.logs in")
        self.assertIn("no step of VKMC-TC-1 has that description", row["why"])
        self.assertEqual(row["nearest"], 'step 2 "Log in"')

    def test_as_many_tests_as_steps_or_none(self):
        self.begin(login())
        report = self.report(("a.B", "x", ""), ("a.B", "y", ""))
        done = self.send("--fail-on-unmapped", report, code=6).json
        self.assertEqual(self.steps(), ["notrun"] * 3)
        self.assertEqual(self.statuses()[1001], "passed")
        self.assertEqual([row["test"] for row in done["unmapped"]], ["a.B.x", "a.B.y"])
        self.assertEqual(
            done["unmapped"][0]["why"], "VKMC-TC-1 has 3 steps of other descriptions, not 2"
        )
        self.assertIn("no step", done["reasons"][0]["text"])

    def test_reruns_and_parameters_are_one_test(self):
        self.begin(login())
        report = self.report(
            ("a.B", "x[1]", ""),
            ("a.B", "x[2]", FAILURE),
            ("a.B", "y", FAILURE),
            ("a.B", "z", ""),
            ("a.B", "y", ""),
        )
        self.send(report, code=0)
        self.assertEqual(self.steps(), ["failed", "failed", "passed"])
        self.assertEqual(self.statuses()[1001], "failed")

    def test_combine_last_is_done_test_by_test(self):
        self.begin(login())
        first = self.report(
            ("a.B", "Open the page", FAILURE),
            ("a.B", "Log in", ""),
            ("a.B", "Log out", ""),
            name="1.xml",
        )
        again = self.report(("a.B", "Open the page", ""), name="2.xml")
        self.send("--combine", "last", first, again, code=0)
        self.assertEqual(self.steps(), ["passed"] * 3)
        self.assertEqual(self.statuses()[1001], "passed")
        # The last one to be executed passed, and still the test case failed.
        other = self.report(
            ("a.B", "Open the page", FAILURE),
            ("a.B", "Log in", ""),
            ("a.B", "Log out", ""),
            name="3.xml",
        )
        self.send("--combine", "last", other, code=0)
        self.assertEqual(self.steps(), ["failed", "passed", "passed"])
        self.assertEqual(self.statuses()[1001], "failed")

    def test_ambiguous_descriptions_are_no_step(self):
        row = run(1)
        row["steps"] = steps(7001, "check", "check", "save")
        self.begin(row)
        report = self.report(("a.B", "check", ""), ("a.B", "save", ""), ("a.C", "Save", ""))
        done = self.send(report, code=6).json
        self.assertEqual(self.steps(), ["notrun"] * 3)
        whys = [row["why"] for row in done["unmapped"]]
        self.assertEqual(len(whys), 3)
        self.assertIn("several steps of VKMC-TC-1 have that description", whys[0])
        self.assertIn("different tests have the description", whys[1])

    def test_testng_classes(self):
        self.begin(login(), run(2, "Cart", "com.example.CartTest"))
        report = self.write(
            "testng-results.xml",
            testng(
                ("com.example.LoginTest", (("open", "PASS"), ("in", "FAIL"), ("out", "PASS"))),
                ("com.example.CartTest", (("adds", "PASS"),)),
                ("com.example.OtherTest", (("a", "PASS"), ("b", "PASS"))),
            ),
        )
        done = self.send(report, code=0).json
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])
        self.assertEqual(self.statuses(), {1001: "failed", 1002: "passed"})
        self.assertEqual(len(self.requests(STEPS)), 2)
        rows = {row["test"]: row["why"] for row in done["unmapped"]}
        self.assertEqual(rows["com.example.CartTest.adds"], "VKMC-TC-2 has no steps")
        # Of a class without a test case the class is told, and once.
        self.assertIn("no test case", rows["com.example.OtherTest"])
        self.assertEqual((len(done["unmapped"]), done["unmapped_total"]), (2, 3))

    def test_an_import_of_what_is_unmapped_means_suites_too(self):
        self.begin(login())
        classes = [
            ("com.example.LoginTest", (("in", "PASS"), ("out", "PASS"))),
            ("com.example.OtherTest", (("VKMC-TC-1", "PASS"),)),
        ]
        report = self.write("testng-results.xml", testng(*classes))
        done = self.qmetry(
            "import", "--only-unmapped", "--level", "step", "--suite", "VKMC-TS-20", report, code=0
        )
        self.assertIn("1 tests have no test case run, 2 have one", done.err)

    def test_the_suite_is_mapped_by_everything_that_a_test_is(self):
        names = ("by map", "by property", "VKMC_TC_3", "com.example.Four", "the  FIFTH case")
        runs = [run(n) for n in range(1, 6)]
        runs[3] = run(4, "Four", "com.example.Four")
        runs[4] = run(5, "The fifth case")
        for number, row in enumerate(runs, 1):
            row["steps"] = steps(7000 + number, "it works")
        self.begin(*runs)
        body = "".join(
            '<testsuite name="%s">%s<testcase classname="x" name="it works"/></testsuite>'
            % (
                name,
                '<properties><property name="qmetry" value="VKMC-TC-2"/></properties>'
                if name == "by property"
                else "",
            )
            for name in names
        )
        report = self.write("TEST-a.xml", '<testsuites name="all">%s</testsuites>' % body)
        mapping = self.write("map.yaml", "map:\n  by map: VKMC-TC-1\n")
        done = self.send("--map", mapping, report, code=0).json
        self.assertEqual(set(self.statuses().values()), {"passed"})
        self.assertEqual([self.steps(1000 + n) for n in range(1, 6)], [["passed"]] * 5)
        self.assertEqual([len(body["entityIDs"].split(",")) for body in self.bulk()], [5, 5])
        self.assertEqual(done["steps"]["by_description"], 5)

    def test_a_test_of_its_own_key_is_no_test_case_here(self):
        self.begin(login())
        report = self.report(("a.B", "VKMC-TC-1 x", ""), suite="other")
        done = self.send(report, code=6).json
        self.assertEqual(done["calls"]["writes"], 0)
        self.assertEqual(done["unmapped"][0]["test"], "other")

    def test_without_it_nothing_of_this_is_done(self):
        self.begin(login())
        report = self.report(("a.B", "VKMC-TC-1", FAILURE))
        done = self.upload("--state", "memory", report, code=0).json
        self.assertEqual(self.requests(STEPS), [])
        self.assertEqual(done["steps"]["reads"], 0)
        self.assertEqual(self.steps(), ["notrun"] * 3)


class Suites(Steps):
    """What a suite is, and whose results are its own."""

    def suites(self, *bodies, name="TEST-a.xml"):
        return self.write(name, "<testsuites>%s</testsuites>" % "".join(bodies))

    def suite(self, name, *tests, inner="", properties=""):
        """tests: (name, inner XML)."""
        cases = "".join('<testcase classname="x" name="%s">%s</testcase>' % test for test in tests)
        return '<testsuite name="%s">%s%s%s</testsuite>' % (name, properties, cases, inner)

    def two_cases(self):
        rows = [run(1, "Login"), run(2, "Cart")]
        for number, row in enumerate(rows, 1):
            row["steps"] = steps(7000 + 10 * number, "one", "two")
        self.begin(*rows)

    def test_the_innermost_suite_counts(self):
        self.two_cases()
        inner = self.suite("VKMC-TC-2", ("one", ""), ("two", ""))
        self.send(self.suites(self.suite("VKMC-TC-1", ("one", FAILURE), inner=inner)), code=0)
        self.assertEqual(self.steps(1001), ["failed", "notrun"])
        self.assertEqual(self.steps(1002), ["passed", "passed"])

    def test_a_property_of_the_outer_suite_holds_for_the_inner_ones_and_one_of_a_test_for_none(
        self,
    ):
        self.two_cases()
        key = '<properties><property name="qmetry" value="VKMC-TC-%d"/></properties>'
        inner = self.suite("i", ("one", key % 1), ("two", ""))
        self.send(self.suites(self.suite("o", inner=inner, properties=key % 2)), code=0)
        self.assertEqual(self.steps(1001), ["notrun", "notrun"])
        self.assertEqual(self.steps(1002), ["passed", "passed"])

    def test_a_suite_of_two_keys_is_two_test_cases(self):
        self.two_cases()
        report = self.suites(self.suite("VKMC-TC-1 VKMC-TC-2", ("one", ""), ("two", FAILURE)))
        done = self.send(report, code=0).json
        self.assertEqual(self.steps(1001), ["passed", "failed"])
        self.assertEqual(self.steps(1002), ["passed", "failed"])
        self.assertEqual((done["mapped"], done["unmapped_total"]), (2, 0))
        report = self.suites(self.suite("VKMC-TC-1 VKMC-TC-2", ("one", ""), ("odd", "")))
        done = self.send(report, code=0).json
        self.assertEqual((done["mapped"], done["unmapped_total"]), (2, 1))
        self.assertEqual([row["test"] for row in done["unmapped"]], ["x.odd", "x.odd"])

    def test_suites_that_meet_by_summary_are_ambiguous_and_cost_no_read(self):
        self.begin(login())
        report = self.suites(
            self.suite("Login", ("Log in", "")), self.suite("com.example.LoginTest", ("Log in", ""))
        )
        done = self.send(report, code=6).json
        self.assertEqual((self.requests(STEPS), self.bulk()), ([], []))
        self.assertEqual(done["unmapped_total"], 2)
        self.assertIn("ambiguous", done["unmapped"][0]["why"])

    def test_a_key_goes_before_a_summary_with_its_steps(self):
        self.begin(login())
        report = self.suites(
            self.suite("Login", ("Log in", FAILURE), ("Log out", FAILURE)),
            self.suite("VKMC-TC-1", ("Log in", "")),
        )
        done = self.send(report, code=0).json
        self.assertEqual(self.steps(), ["notrun", "passed", "notrun"])
        self.assertEqual(self.statuses()[1001], "passed")
        self.assertEqual(done["unmapped_total"], 2)

    def test_a_suite_in_two_reports_is_one_test_case(self):
        self.begin(login())
        first = self.suites(self.suite("VKMC-TC-1", ("Open the page", ""), ("Log in", FAILURE)))
        second = self.suites(self.suite("VKMC-TC-1", ("Log in", ""), ("Log out", "")), name="b.xml")
        self.send(first, second, code=0)
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])
        self.assertEqual(len(self.requests(STEPS)), 1)

    def test_a_report_that_is_dropped_leaves_nothing(self):
        self.begin(login())
        good = self.suites(self.suite("VKMC-TC-1", ("Log in", "")))
        bad = self.write(
            "bad.xml", "<testsuites>" + self.suite("VKMC-TC-1", ("Log in", FAILURE)) + "<"
        )
        done = self.send("--salvage", "off", "--status", "missing=Blockiert", good, bad, code=4)
        self.assertEqual(self.steps(), ["notrun", "passed", "notrun"])
        self.assertEqual(done.json["steps"]["without_test"], 2)

    def test_routes_and_ignored_suites(self):
        other = login(first=8001, run_id=2001)
        self.start(
            world([execution(2720260, [login()]), execution(2720261, [other], platform="Firefox")])
        )
        mapping = self.write(
            "map.yaml",
            "ignore: [noise]\nroutes:\n  - {platform: Chrome, suite: '*chrome'}\n"
            "  - {platform: Firefox, suite: '*firefox'}\n",
        )
        report = self.suites(
            self.suite("VKMC-TC-1 chrome", ("Log in", FAILURE)),
            self.suite("VKMC-TC-1 firefox", ("Log in", "")),
            self.suite("noise", ("a", ""), ("b", "")),
        )
        done = self.send("--all-executions", "--map", mapping, report, code=0).json
        self.assertEqual(self.steps(), ["notrun", "failed", "notrun"])
        self.assertEqual(self.steps(2001, "2720261"), ["notrun", "passed", "notrun"])
        self.assertEqual((done["ignored"], done["steps"]["reads"]), (2, 2))

    def test_a_step_is_not_missing_if_results_of_its_test_case_did_not_reach_it(self):
        rest = (("Log in", ""), ("Log out", ""))
        chrome = '<properties><property name="browser" value="chrome"/></properties>'
        ignore = self.write("ignore.yaml", "ignore: ['VKMC-TC-1 slow']\n")
        routes = self.write(
            "routes.yaml", "routes:\n  - {platform: Chrome, property: {browser: chrome}}\n"
        )
        key = self.suite("VKMC-TC-1", ("Open the page", chrome))
        for name, suites, arguments in (
            ("gave way", (self.suite("Login", *rest), key), ()),
            ("came too late", (key, self.suite("Login", *rest)), ()),
            ("ignored", (key, self.suite("VKMC-TC-1 slow", *rest)), ("--map", ignore)),
            ("unrouted", (key, self.suite("VKMC-TC-1", *rest)), ("--map", routes)),
            ("none", (key,), ()),
        ):
            with self.subTest(name):
                self.begin(login())
                self.send("--status", "missing=Blockiert", *arguments, self.suites(*suites), code=0)
                left = "blocked" if name == "none" else "notrun"
                self.assertEqual(self.steps(), ["passed", left, left])
                self.stop()

    def test_a_cache_is_enough_where_suites_name_their_test_case(self):
        rows = [run(n) for n in range(1, 31)]
        rows[24]["steps"] = steps(7001, "one")
        self.begin(*rows, max_page=10)
        cache = os.path.join(self.folder, "cache")
        report = self.suites(self.suite("VKMC-TC-25", ("one", "")))
        self.send("--cache", cache, report, code=0)
        before = len(self.requests())
        self.simulator.post("world", {"runs": [{"ids": [1025], "status": "notrun"}]})
        self.send("--cache", cache, report, code=0)
        tools = [row["tool"] for row in self.requests()][before:]
        self.assertEqual(tools.count("qmetry_fetch_test_case_runs_by_test_suite_run"), 1)
        self.assertEqual(tools.count(STEPS), 1)
        self.assertEqual(self.statuses()[1025], "passed")


class Executions(Steps):
    def test_each_execution_has_steps_of_its_own(self):
        other = login(first=8001, run_id=2001)
        other["steps"][1]["description"] = "Sign in"
        self.start(
            world([execution(2720260, [login()]), execution(2720261, [other], platform="Firefox")])
        )
        done = self.send("--all-executions", self.login_report(), code=0).json
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])
        self.assertEqual(self.steps(2001, "2720261"), ["passed", "notrun", "passed"])
        self.assertEqual(done["steps"]["reads"], 2)
        self.assertIn("no step of VKMC-TC-1 on Firefox", done["unmapped"][0]["why"])
        # One result, however many executions it is no step in.
        self.assertEqual(done["unmapped_total"], 1)
        self.assertEqual(
            sorted((body["qmTsRunId"], body["entityType"]) for body in self.bulk()),
            [
                ("2720260", "TCR"),
                ("2720260", "TCSR"),
                ("2720260", "TCSR"),
                ("2720261", "TCR"),
                ("2720261", "TCSR"),
            ],
        )

    def test_as_few_calls_as_there_are_groups(self):
        runs = []
        cases = []
        for number in range(1, 41):
            row = run(number)
            row["steps"] = steps(7000 + 10 * number, "one", "two", "three")
            runs.append(row)
            cases.append(
                '<testsuite name="VKMC-TC-%d"><testcase name="one"/><testcase name="two"/>'
                '<testcase name="three">%s</testcase></testsuite>'
                % (number, FAILURE if number <= 5 else "")
            )
        self.begin(*runs)
        report = self.write("TEST-a.xml", "<testsuites>%s</testsuites>" % "".join(cases))
        done = self.send("--batch-size", "50", report, code=0).json
        sizes = [
            (body["entityType"], body["runStatusID"], len(body["entityIDs"].split(",")))
            for body in self.bulk()
        ]
        self.assertEqual(
            sizes,
            [
                ("TCR", 502, 5),
                ("TCSR", 502, 5),
                ("TCR", 501, 35),
                ("TCSR", 501, 50),
                ("TCSR", 501, 50),
                ("TCSR", 501, 15),
            ],
        )
        self.assertEqual(done["calls"]["reads"], 4 + 40)

    def test_many_steps_come_by_pages(self):
        row = run(1)
        row["steps"] = steps(7001, *["step %d" % n for n in range(1, 251)])
        self.begin(row, max_page=100)
        report = self.report(*[("a", "Step %d" % n, "") for n in range(1, 251)])
        self.send(report, code=0)
        self.assertEqual(set(self.steps()), {"passed"})
        self.assertEqual(len(self.requests(STEPS)), 3)


class Comments(Steps):
    def test_a_step_has_the_comment_of_its_own_failure(self):
        self.begin(login())
        report = self.report(
            ("a.B", "Open the page", '<failure message="no page"/>'),
            ("a.B", "Log in", '<failure message="no user"/>'),
            ("a.B", "Log out", ""),
        )
        self.send("--comment", "nightly: {message}", report, code=0)
        rows = self.runs()[1001]
        self.assertEqual(
            [step.get("comment") for step in rows["steps"]],
            ["nightly: no page", "nightly: no user", "nightly"],
        )
        self.assertIn(rows["comment"], ("nightly: no page", "nightly: no user"))

    def test_builds_and_a_policy_of_few_ids(self):
        row = run(1)
        row["steps"] = steps(7001, *["s%d" % n for n in range(10)])
        self.begin(row)
        policy = self.write(
            "policy.yaml",
            'version: "1"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n    rules:\n'
            "      - name: few\n        conditions:\n          - path: args.entityIDs\n"
            "            op: regex\n            value: '^[0-9]+(,[0-9]+){0,3}$'\n",
        )
        report = self.report(*[("a", "s%d" % n, "") for n in range(10)], suite="VKMC-TC-1")
        self.send("--policy", policy, "--build", "1.4.0", report, code=0)
        sizes = [(b["entityType"], len(b["entityIDs"].split(","))) for b in self.bulk()]
        self.assertEqual(sizes, [("TCR", 1), ("TCSR", 4), ("TCSR", 4), ("TCSR", 2)])
        self.assertEqual({body["dropID"] for body in self.bulk()}, {947})


class Price(Steps):
    def test_the_plan_tells_it_before_they_are_made(self):
        report = self.many(25)
        done = self.plan("--policy", self.policy("rate_limit: 10/minute"), report, code=0)
        self.assertIn("steps: 25 reads, one for each test case run with results", done.err)
        self.assertLess(done.err.index("steps: 25 reads"), done.err.index("waiting"))
        self.assertEqual(done.json["steps"]["reads"], 25)
        # 10:30:00 begins a minute; no call goes next to its border.
        self.assertEqual(done.json["steps"]["reads_wait_ms"] // 1000, 120)
        self.assertEqual(done.json["conclusion"], "planned")
        tools = [call["arguments"]["entityType"] for call in done.json["calls"]["planned"]]
        self.assertEqual(tools, ["TCR", "TCSR"])
        self.assertEqual(self.bulk(), [])

    def test_reads_that_would_not_be_waited_for_are_not_begun(self):
        report = self.many(25)
        policy = self.policy("rate_limit: 10/hour")
        done = self.send("--policy", policy, report, code=7)
        self.assertEqual((self.requests(STEPS), self.bulk()), ([], []))
        text = done.json["reasons"][0]["text"]
        self.assertIn("steps take 25 reads", text)
        self.assertIn("--max-wait", text)

    def test_max_calls(self):
        report = self.many(25)
        done = self.send("--max-calls", "20", report, code=7)
        self.assertEqual((self.requests(STEPS), self.bulk()), ([], []))
        self.assertIn(
            "steps take 25 reads, one for each test case run with results, but --max-calls (20) "
            "leaves 16",
            done.json["reasons"][0]["text"],
        )
        self.plan("--max-calls", "20", report, code=7)

    def test_a_policy_that_denies_them(self):
        report = self.many(2)
        done = self.send("--policy", self.policy("action: deny"), report, code=8)
        self.assertEqual((self.requests(STEPS), self.bulk()), ([], []))
        text = done.json["reasons"][0]["text"]
        self.assertIn("denies %s" % STEPS, text)
        self.assertIn("--level case", text)
        self.assertEqual(done.json["conclusion"], "denied")

    def test_429_in_the_middle(self):
        report = self.many(5)
        self.simulator.post(
            "world",
            {"faults": [fault({"status": 429, "headers": {"Retry-After": "5"}}, STEPS, nth=3)]},
        )
        done = self.send(report, code=0)
        self.assertEqual(done.json["calls"]["retries"], 1)
        self.assertEqual({row["status"] for row in self.runs().values()}, {"passed"})


if __name__ == "__main__":
    unittest.main()
