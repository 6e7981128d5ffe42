"""--level step: tests are met by order only where it is that of one suite of one whole report."""
import unittest

from harness import FAILURE, execution, run, world
from steps_case import Steps, steps


def suite(*tests, name="VKMC-TC-1"):
    """tests: a name, or name and inner XML."""
    pairs = [(test, "") if isinstance(test, str) else test for test in tests]
    body = "".join('<testcase classname="x" name="%s">%s</testcase>' % pair for pair in pairs)
    return '<testsuite name="%s">%s</testsuite>' % (name, body)


def of_browser(name):
    return '<properties><property name="browser" value="%s"/></properties>' % name


class Order(Steps):
    def begin_with(self, *descriptions):
        row = run(1)
        row["steps"] = steps(7001, *descriptions)
        self.begin(row)

    def suites(self, *suites, name="a.xml"):
        return self.write(name, "<testsuites>%s</testsuites>" % "".join(suites))

    def assert_unordered(self, *arguments, why, code=6, case="failed"):
        """No step is set, the test case is, and all tests are told with that reason."""
        done = self.send(*arguments, code=code).json
        self.assertEqual(set(self.steps()), {"notrun"})
        self.assertEqual(self.statuses()[1001], case)
        self.assertEqual((done["steps"]["by_order"], done["steps"]["by_description"]), (0, 0))
        rows = [row for row in done["unmapped"] if row["test"].startswith("x.")]
        self.assertEqual(len(rows), done["steps"]["unmapped_tests"])
        for row in rows:
            self.assertIn(why, row["why"])
        return rows

    def test_a_suite_in_two_files_has_none(self):
        self.begin_with("one", "two")
        second = self.suites(suite(("b", FAILURE)), name="a.xml")
        first = self.suites(suite("a"), name="z.xml")
        self.assert_unordered(second, first, why="not those of one whole suite")

    def test_a_suite_that_was_run_again_has_none(self):
        self.begin_with("one", "two")
        again = self.suites(suite(("b", FAILURE)), name="a.xml")
        whole = self.suites(suite("a", "b"), name="b.xml")
        self.assert_unordered(again, whole, why="not those of one whole suite")

    def test_two_suites_of_one_report_have_none(self):
        self.begin_with("one", "two")
        report = self.suites(suite(("b", FAILURE)), suite("a"))
        self.assert_unordered(report, why="not those of one whole suite")

    def test_a_report_that_broke_off_has_none(self):
        self.begin_with("one", "two")
        report = self.write("a.xml", "<testsuites>" + suite(("a", FAILURE), "b", "c")[:-40])
        self.assert_unordered(report, why="not those of one whole suite", code=4)

    def test_a_report_after_one_that_broke_off_has_one(self):
        self.begin_with("one", "two")
        broken = self.write("a.xml", "<testsuites>" + suite("c", "d", name="other")[:-40])
        whole = self.suites(suite("a", ("b", FAILURE)), name="b.xml")
        self.send(broken, whole, code=4)
        self.assertEqual(self.steps(), ["passed", "failed"])

    def test_tests_that_went_elsewhere_belong_to_it(self):
        row = run(1)
        row["steps"] = steps(7001, "one", "two")
        self.start(world([execution(2720260, [row])]))
        routes = "routes:\n  - {platform: Chrome, property: {browser: chrome}}\n"
        mapping = self.write("map.yaml", routes)
        chrome = of_browser("chrome")
        report = self.suites(suite(("a", chrome), ("b", FAILURE), ("c", chrome)))
        arguments = ("--map", mapping, report)
        self.assert_unordered(*arguments, why="not those of one whole suite", case="passed")
        # All of them there.
        self.send("--map", mapping, self.suites(suite(("a", chrome), ("c", chrome))), code=0)
        self.assertEqual(self.steps(), ["passed", "passed"])

    def test_an_inner_suite_has_its_own(self):
        self.begin_with("one", "two")
        inner = suite(("x", FAILURE), name="noise")
        outer = suite("a", "b").replace("</testsuite>", inner + "</testsuite>")
        self.send(self.suites(outer), code=0)
        self.assertEqual(self.steps(), ["passed", "passed"])

    def test_a_class_in_two_tests_of_testng_has_none(self):
        self.begin_with("one", "two")
        test = (
            '<test name="%s"><class name="x.VKMC_TC_1"><test-method name="%s" status="%s" '
            'duration-ms="1"/></class></test>'
        )
        body = test % ("t", "b", "FAIL") + test % ("u", "a", "PASS")
        text = '<testng-results><suite name="all">%s</suite></testng-results>' % body
        self.assert_unordered(self.write("t.xml", text), why="not those of one whole suite")

    def test_names_in_another_order_speak_against_it(self):
        self.begin_with("Open the page.", "<p>Log&nbsp;in</p>", "Log out.")
        swapped = self.suites(suite("Open the page", ("Log out", FAILURE), "Log in"))
        rows = self.assert_unordered(swapped, why="the names are in another order")
        self.assertEqual(rows[1]["nearest"], 'step 3 "Log out."')
        alike = self.suites(suite("Open the page", ("Log in", FAILURE), "Log out"))
        self.send(alike, code=0)
        self.assertEqual(self.steps(), ["passed", "failed", "passed"])

    def test_combine_last_leaves_no_step_worse_than_its_test_case(self):
        self.begin_with("Log in (admin)", "Log in (guest)")
        report = self.suites(suite(("Log in (admin)", FAILURE), "Log in (guest)"))
        self.send("--combine", "last", report, code=0)
        self.assertEqual(self.steps(), ["failed", "passed"])
        self.assertEqual(self.statuses()[1001], "failed")

    def test_combine_last_takes_parameters_as_one_where_they_are_one_step(self):
        self.begin_with("Log in", "Log out")
        report = self.suites(suite(("Log in (admin)", FAILURE), "Log in (guest)", "Log out"))
        self.send("--combine", "last", report, code=0)
        self.assertEqual(self.steps(), ["passed", "passed"])
        self.assertEqual(self.statuses()[1001], "passed")


if __name__ == "__main__":
    unittest.main()
