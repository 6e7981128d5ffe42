"""The mapping file: names, patterns, tests to ignore, routes."""
import os
import unittest

from harness import FAILURE, Case, execution, junit, run, world

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "qmetry-map.yaml")
PAGE = os.path.join(os.path.dirname(EXAMPLE), "..", "..", "src", "upload", "README.md")
GECKO = '<properties><property name="browser" value="gecko"/></properties>'

TESTS = [
    ("com.example.CartTest", "addsItem", ""),
    ("com.example.CartTest", "pays[visa]", ""),
    ("com.example.CartTest", "pays[cash]", FAILURE),
    ("com.example.search.ByName", "finds", ""),
    ("com.example.LoginTest", "logsOut", ""),
    ("com.example.SmokeTest", "starts", FAILURE),
    ("com.example.legacy.OldTest", "stays VKMC-TC-5", FAILURE),
    ("com.example.NewTest", "isNew", ""),
]


def two_platforms():
    return world(
        [
            execution(2720260, [run(n) for n in range(1, 7)]),
            execution(2720261, [run(n, tcRunID=2000 + n) for n in range(1, 7)], "Firefox"),
        ]
    )


class Mapping(Case):
    def test_the_example_is_the_one_of_the_page(self):
        with open(EXAMPLE, encoding="utf-8") as file:
            example = file.read()
        with open(PAGE, encoding="utf-8") as file:
            shown = file.read()
        self.assertIn(
            "".join("    %s" % line if line.strip() else line for line in example.splitlines(True)),
            shown,
        )

    def test_the_example_maps_ignores_and_routes(self):
        self.start(two_platforms())
        chrome = self.write("TEST-chrome.xml", junit(*TESTS, suite="shop on chrome"))
        gecko = [(a, b, GECKO if "Cart" in a else GECKO + c) for a, b, c in TESTS[:5]]
        firefox = self.write("TEST-gecko.xml", junit(*gecko))
        done = self.upload(
            "--all-executions", "--map", EXAMPLE, "--match", "map", chrome, firefox, code=0
        )
        summary = done.json
        self.assertEqual(
            self.statuses("2720260"),
            {
                1001: "passed",
                1002: "failed",
                1003: "failed",
                1004: "passed",
                1005: "passed",
                1006: "notrun",
            },
        )
        self.assertEqual(
            self.statuses("2720261"),
            {
                2001: "passed",
                2002: "passed",
                2003: "passed",
                2004: "passed",
                2005: "passed",
                2006: "notrun",
            },
        )
        self.assertEqual(summary["mapped"], 10)
        self.assertEqual(summary["ignored"], 2)
        self.assertEqual(
            [row["test"] for row in summary["unmapped"]], ["com.example.NewTest.isNew"]
        )
        self.assertEqual([row["key"] for row in summary["missing"]], ["VKMC-TC-6"] * 2)
        # Failures of both platforms would go first; here there is one group of them.
        self.assertEqual(
            [(body["qmTsRunId"], body["entityIDs"]) for body in self.bulk()],
            [
                ("2720260", "1002,1003"),
                ("2720260", "1001,1004,1005"),
                ("2720261", "2001,2002,2003,2004,2005"),
            ],
        )

    def test_results_with_two_routes_or_none_are_listed(self):
        self.start(two_platforms())
        both = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", GECKO), suite="chrome"))
        none = self.write("TEST-b.xml", junit(("a", "VKMC-TC-2", "")))
        done = self.upload("--all-executions", "--map", EXAMPLE, both, none, code=6)
        self.assertEqual(
            [row["why"] for row in done.json["unmapped"]],
            [
                "ambiguous: routes lead to Chrome (line 12) and to Firefox (line 14)",
                "no route of the mapping file takes it",
            ],
        )
        self.assertEqual(self.bulk(), [])

    def test_a_file_that_ignores_all_tests_is_no_success(self):
        self.start(world([execution(2720260, [run(1)])]))
        report = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", FAILURE), ("a", "b", "")))
        path = self.write("m.yaml", "ignore: ['*']\n")
        done = self.upload("--map", path, report, code=6)
        self.assertEqual(done.json["conclusion"], "failed")
        self.assertEqual(
            [row["text"] for row in done.json["reasons"]],
            [
                "%s: nothing can be uploaded: all tests (2) are among those to be ignored; "
                'is a pattern of "ignore" too wide?' % path
            ],
        )
        # With one test that nobody knows it is no better, and tells which one that is.
        path = self.write("m.yaml", "ignore: ['*VKMC*']\n")
        done = self.upload("--map", path, report, code=6)
        self.assertIn("a.b", done.json["reasons"][0]["text"])

    def test_a_property_of_its_own_routes_a_test_and_not_the_one_of_its_suite(self):
        self.start(two_platforms())
        browser = '<properties><property name="browser" value="%s"/></properties>'
        cases = (
            '<testcase classname="C" name="VKMC-TC-1"/><testcase classname="C" name="VKMC-TC-2">'
        )
        report = '<testsuite name="s">%s%s%s</testcase></testsuite>' % (
            browser % "chrome",
            cases,
            browser % "gecko",
        )
        routes = "".join(
            "  - {platform: %s, property: {browser: %s}}\n" % row
            for row in (("Chrome", "chrome"), ("Firefox", "gecko"))
        )
        path = self.write("m.yaml", "routes:\n" + routes)
        self.upload("--all-executions", "--map", path, self.write("a.xml", report), code=0)
        self.assertEqual(self.statuses("2720260")[1001], "passed")
        self.assertEqual(self.statuses("2720260")[1002], "notrun")
        self.assertEqual(self.statuses("2720261")[2001], "notrun")
        self.assertEqual(self.statuses("2720261")[2002], "passed")

    def test_the_suite_of_a_route_may_lie_around_those_of_the_classes(self):
        self.start(two_platforms())
        case = '<testcase classname="a.B" name="VKMC-TC-1">%s</testcase>'
        browser = '<testsuite name="%s"><testsuite name="a.B">%s</testsuite></testsuite>'
        # A file of its own on another thread, and one that breaks off within its suites.
        self.write("0.xml", "<testsuites>%s" % (browser % ("chrome", case % ""))[:-12])
        chrome = browser % ("chrome", case % "")
        firefox = browser % ("firefox", case % FAILURE)
        self.write("1.xml", "<testsuites>%s%s</testsuites>" % (chrome, firefox))
        routes = "routes: [{platform: Chrome, suite: chrome}, {platform: Firefox, suite: firefox}]"
        path = self.write("m.yaml", routes)
        self.upload("--all-executions", "--map", path, "0.xml", "1.xml", code=4)
        self.assertEqual(self.statuses("2720260")[1001], "passed")
        self.assertEqual(self.statuses("2720261")[2001], "failed")

    def test_shards_share_a_file_and_each_takes_its_platforms(self):
        self.start(two_platforms())
        routes = "".join(
            "  - {platform: %s, suite: %s}\n" % row
            for row in (("Chrome", "c"), ("Firefox", "f"), ("firefox", "g"))
        )
        path = self.write("m.yaml", "routes:\n" + routes)
        case = '<testsuite name="%s"><testcase classname="C" name="VKMC-TC-%d"/></testsuite>'
        suites = (("c", 1), ("f", 1), ("g", 2), ("f", 99))
        cases = "".join(case % row for row in suites)
        report = self.write("a.xml", "<testsuites>%s</testsuites>" % cases)
        done = self.upload("--map", path, report, code=9)
        self.assertIn(
            "--all-executions, which the mapping file's routes choose from",
            done.json["reasons"][0]["text"],
        )
        done = self.upload("--map", path, "--platform", "Chrome", report, code=0)
        self.assertEqual((done.json["mapped"], done.json["unmapped"]), (1, []))
        self.assertEqual(
            done.json["left"],
            [
                {
                    "key": "3 results of Firefox",
                    "why": "routes lead there, and no execution of it was chosen",
                }
            ],
        )
        self.assertEqual(self.statuses("2720260")[1001], "passed")
        self.assertEqual(set(self.statuses("2720261").values()), {"notrun"})
        # One of which nothing is for this job has not done what it was to do.
        other = self.write("b.xml", case % ("f", 1))
        done = self.upload("--map", path, "--platform", "Chrome", other, code=6)
        self.assertIn("m.yaml: nothing can be uploaded: routes", done.json["reasons"][0]["text"])

    def test_a_route_to_nowhere_ends_it_before_any_write(self):
        self.start(two_platforms())
        report = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", "")))
        path = self.write("m.yaml", "routes: [{platform: Chrom, suite: s}]\n")
        done = self.upload("--all-executions", "--map", path, report, code=9)
        self.assertIn('did you mean "Chrome"?', done.json["reasons"][0]["text"])
        self.assertIn("m.yaml:1", done.json["reasons"][0]["text"])
        self.assertEqual(self.bulk(), [])

    def test_a_wrong_file_is_told_before_any_call(self):
        self.start(two_platforms())
        report = self.write("TEST-a.xml", junit(("a", "VKMC-TC-1", "")))
        path = self.write("m.yaml", "ignore: [a]\n---\nmap: {a.b: VKMC-TC-1}\n")
        done = self.upload("--map", path, report, code=2)
        self.assertIn("m.yaml:2:1: a second document begins here", done.err)
        self.write("qmetry-ci.yaml", "batch-size: 5\n---\nbatch-size: 6\n")
        done = self.upload(report, code=2)
        self.assertIn("qmetry-ci.yaml:2:1: a second document begins here", done.err)
        os.remove(os.path.join(self.folder, "qmetry-ci.yaml"))
        path = self.write("m.yaml", "map:\n  a.b: VKMC-TC-1\nrotues: []\n")
        done = self.upload("--map", path, report, code=2)
        self.assertIn('m.yaml:3:1: "rotues" is no section', done.err)
        self.upload("--map", "nowhere.yaml", report, code=2)
        self.assertEqual(self.requests(), [])

    def test_unused_entries_are_noticed(self):
        self.start(world([execution(2720260, [run(1)])]))
        report = self.write("TEST-a.xml", junit(("a", "b", "")))
        path = self.write("m.yaml", "map:\n  a.b: VKMC-TC-1\n  a.c: VKMC-TC-1\n")
        done = self.upload("--map", path, report, code=0)
        self.assertIn('m.yaml:3: "a.c" is the name of no test', done.err)
        self.assertNotIn("a.b", done.err)

    def test_what_is_unmapped_becomes_the_start_of_a_mapping_file(self):
        self.start(world([execution(2720260, [run(1, "pays by card"), run(2)])]))
        report = self.write(
            "TEST-a.xml",
            junit(
                ("a.B", "pays by cart", ""),
                ("a.B", "VKMC-TC-2", ""),
                ("a.B", "says &quot;no&quot;: # &#10; x", FAILURE),
            ),
        )
        path = os.path.join(self.folder, "new.yaml")
        self.upload("--write-map", path, report, code=0)
        with open(path, encoding="utf-8") as file:
            written = file.read()
        self.assertIn('# nearest: VKMC-TC-1 "pays by card"\n  "a.B.pays by cart":\n', written)
        # It can be used as it is; with a key filled in, the test is mapped.
        done = self.upload("--map", path, report, code=0)
        self.assertEqual(len(done.json["unmapped"]), 2)
        filled = self.write("filled.yaml", written.replace('cart":', 'cart": VKMC-TC-1'))
        done = self.upload("--map", filled, report, code=0)
        self.assertEqual(len(done.json["unmapped"]), 1)
        self.assertEqual(self.statuses(), {1001: "passed", 1002: "passed"})
        # It is not overwritten, and that is known before any call.
        before = len(self.requests())
        done = self.upload("--write-map", path, report, code=2)
        self.assertIn("%s: exists already" % path, done.err)
        self.assertEqual(len(self.requests()), before)
        # Nothing unmapped, nothing written.
        path = os.path.join(self.folder, "none.yaml")
        done = self.upload(
            "--write-map", path, self.write("TEST-b.xml", junit(("a", "VKMC-TC-1", ""))), code=0
        )
        self.assertFalse(os.path.exists(path))


if __name__ == "__main__":
    unittest.main()
