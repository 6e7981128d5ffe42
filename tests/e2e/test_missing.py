"""Test cases that no report mentions: which they are, and what --status missing=NAME sets."""
import unittest

from harness import FAILURE, Case, execution, junit, run, world

MISSING = ["--status", "missing=Blockiert"]


def two_platforms(numbers):
    return world(
        [
            execution(2720260, [run(n) for n in numbers]),
            execution(2720261, [run(n, tcRunID=2000 + n) for n in numbers], "Firefox"),
        ]
    )


class Missing(Case):
    def send(self, *arguments, missing=(), code=0):
        done = self.upload(*MISSING, *arguments, code=code)
        self.assertEqual(
            [row["key"] for row in done.json["missing"]], ["VKMC-TC-%d" % n for n in missing]
        )
        return done

    def test_several_test_cases_that_a_result_may_be_of_are_not_missing(self):
        runs = [run(n, summary="dup") for n in (1, 2, 3)] + [run(n, script="a.B.c") for n in (4, 5)]
        self.start(world([execution(2720260, runs + [run(6), run(7)])]))
        tests = [("X", "dup", ""), ("X", "dup", FAILURE), ("a.B", "c", ""), ("C", "VKMC-TC-6", "")]
        done = self.send(self.write("a.xml", junit(*tests)), missing=[7])
        self.assertEqual(
            [row["why"] for row in done.json["unmapped"]],
            ["ambiguous: VKMC-TC-1 and VKMC-TC-2 have the same summary"] * 2
            + ["ambiguous: VKMC-TC-4 and VKMC-TC-5 have the same script name"],
        )
        unset = {1000 + n: "notrun" for n in range(1, 6)}
        self.assertEqual(self.statuses(), {**unset, 1006: "passed", 1007: "blocked"})

    def test_a_result_that_goes_nowhere_is_one_of_its_test_case_on_every_platform(self):
        self.start(two_platforms(range(1, 5)))
        routes = "".join(
            '  - platform: %s\n    suite: "*%s*"\n' % (name, name.lower())
            for name in ("Chrome", "Firefox")
        )
        case = '<testsuite name="%s"><testcase classname="C" name="VKMC-TC-%d"/></testsuite>'
        suites = [("chrome", 1), ("chrome-firefox", 2), ("none", 3)]
        self.write(
            "a.xml", "<testsuites>%s</testsuites>" % "".join(case % suite for suite in suites)
        )
        path = self.write("m.yaml", "routes:\n" + routes)
        # Of the first one it is known that Firefox has no result.
        self.send("--all-executions", "--map", path, "a.xml", missing=[4, 1, 4])
        self.assertEqual(
            self.statuses("2720260"),
            {1001: "passed", 1002: "notrun", 1003: "notrun", 1004: "blocked"},
        )
        self.assertEqual(
            self.statuses("2720261"),
            {2001: "blocked", 2002: "notrun", 2003: "notrun", 2004: "blocked"},
        )

    def test_a_test_to_be_ignored_leaves_its_test_case_alone(self):
        self.start(world([execution(2720260, [run(1), run(2), run(3, summary="pays"), run(4)])]))
        tests = [("C", "VKMC-TC-1", ""), ("C", "VKMC-TC-2", FAILURE), ("C", "pays", FAILURE)]
        report = self.write("a.xml", junit(*tests))
        path = self.write("m.yaml", "ignore: ['C.VKMC-TC-2*', C.pays]\n")
        self.send("--map", path, report, missing=[4])
        self.assertEqual(
            self.statuses(), {1001: "passed", 1002: "notrun", 1003: "notrun", 1004: "blocked"}
        )

    def test_keys_beyond_those_that_are_taken_of_one_test_are_mentioned(self):
        self.start(world([execution(2720260, [run(n) for n in range(1, 68)])]))
        keys = " ".join("VKMC-TC-%d" % n for n in range(1, 67))
        self.send(self.write("a.xml", junit(("C", keys, ""))), missing=[67])
        self.assertEqual(
            [self.statuses()[1000 + n] for n in (64, 65, 66, 67)],
            ["passed", "notrun", "notrun", "blocked"],
        )

    def test_a_report_that_does_not_count_mentions_nothing(self):
        self.start(world([execution(2720260, [run(n, summary="dup") for n in (1, 2)] + [run(3)])]))
        self.write("a.xml", junit(("X", "dup", ""))[:-12])
        self.write("b.xml", junit(("C", "VKMC-TC-3", "")))
        self.send("--salvage", "off", "a.xml", "b.xml", missing=[1, 2], code=4)
        self.assertEqual(self.statuses(), {1001: "notrun", 1002: "notrun", 1003: "passed"})


if __name__ == "__main__":
    unittest.main()
