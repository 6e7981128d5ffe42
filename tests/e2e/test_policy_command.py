"""`qmetry-ci policy`: validate, show, check, status, test."""
import json
import os
import sqlite3
import unittest

from harness import START_MS, Case

CASES = os.path.join(os.path.dirname(__file__), "..", "policy", "cases")
TOOL = "qmetry_bulk_update_test_case_execution_status"

GOOD = (
    """version: "1"
hide: [qmetry_fetch_builds]
tools:
  %s:
    rules:
      - name: pace
        rate_limit: 10/minute
      - name: green only
        conditions: [{path: args.runStatusID, op: in, value: [501, 502]}]
        on_deny: "Only results."
  "*":
    rules:
      - {name: all, rate_limit: {max: 50, window: 7}}
"""
    % TOOL
)

BAD = """version: 2
hide: ["", t]
tools:
  t:
    rules:
      - name: a
        conditions:
          - {path: x, op: eq, value: 1}
          - {path: args.x, op: regex, value: "(a"}
      - rate_limit: 5/week
"""


class PolicyCase(Case):
    def policy(self, *arguments, code=0, json_form=False, env=None):
        form = ["--format", "json"] if json_form else []
        return self.qmetry("policy", *arguments, *form, code=code, env=env)


class Validate(PolicyCase):
    def test_every_error_has_its_place(self):
        path = self.write("bad.yaml", BAD)
        expected = [
            (1, 10, 'version must be "1", got "2"'),
            (2, 8, "hide[0]: entry must not be empty"),
            (
                8,
                13,
                'tools.t.rules[0].conditions[0]: path must start with "args." or "state.", got "x"',
            ),
            (
                9,
                13,
                'tools.t.rules[0].conditions[1]: invalid regex "(a": error parsing regexp: '
                "missing closing ): `(a`",
            ),
            (
                10,
                9,
                'tools.t.rules[1]: rate_limit window must be "minute", "hour", or "day", '
                'got "week"',
            ),
        ]
        done = self.policy("validate", path, code=2)
        self.assertEqual(
            done.out.splitlines(), ["%s:%d:%d: %s" % ((path,) + row) for row in expected]
        )
        errors = self.policy("validate", path, code=2, json_form=True).json
        self.assertEqual((errors["policy"], errors["valid"]), (path, False))
        self.assertEqual(
            [(row["line"], row["column"], row["text"]) for row in errors["errors"]], expected
        )

    def test_what_is_no_yaml_has_one_error(self):
        path = self.write("bad.yaml", "version: 1\ntools: [a\n")
        done = self.policy("validate", path, code=2)
        self.assertRegex(done.out, r"^%s:\d+:\d+: " % path)
        self.assertEqual(len(done.out.splitlines()), 1)

    def test_a_file_that_is_not_there(self):
        self.assertIn("none.yaml", self.policy("validate", "none.yaml", code=2).out)

    def test_a_good_one_and_the_built_in_one(self):
        path = self.write("good.yaml", GOOD)
        self.assertEqual(self.policy("validate", path).out, path + ": valid, 2 tools, 3 rules\n")
        self.assertTrue(self.policy("validate", json_form=True).json["valid"])
        # --policy names it as well.
        self.assertIn("2 tools", self.policy("validate", "--policy", path).out)

    def test_a_name_gives_no_orders_to_a_terminal(self):
        path = self.write("bad.yaml", 'version: "\\e[31m::error::x"\n')
        self.assertNotIn("\x1b", self.policy("validate", path, code=2).out)


class Show(PolicyCase):
    def test_shorthands_are_written_out(self):
        done = self.policy("show", self.write("good.yaml", GOOD))
        self.assertIn("hidden: qmetry_fetch_builds\n", done.out)
        self.assertIn("pace: at most 10 in 60 s (counter %s._rate_minute)" % TOOL, done.out)
        self.assertIn("green only: args.runStatusID is one of [501 502]", done.out)
        self.assertIn('else "Only results."', done.out)
        self.assertIn("all: at most 50 in 7 s (counter _global._rate_7s)", done.out)
        self.assertRegex(done.out, r"%s +pace, green only, all \(\*\)\n" % TOOL)
        self.assertRegex(done.out, r"qmetry_fetch_builds +\(hidden\)\n")
        self.assertRegex(done.out, r"qmetry_fetch_test_suites +all \(\*\)\n")

    def test_as_json(self):
        shown = self.policy("show", self.write("good.yaml", GOOD), json_form=True).json
        (rules,) = [row["rules"] for row in shown["tools"] if row["tool"] == TOOL]
        self.assertEqual(
            rules[0],
            {
                "name": "pace",
                "action": "evaluate",
                "conditions": [
                    {"path": "state.%s._rate_minute" % TOOL, "op": "lte", "value": "10"}
                ],
                "state": {"counter": "_rate_minute", "window_ms": 60000, "increment": 1},
                "on_deny": "Rate limit of 10 per minute reached. Try again later.",
            },
        )
        calls = {row["tool"]: row["rules"] for row in shown["calls"]}
        self.assertEqual(calls["qmetry_fetch_builds"], "(hidden)")

    def test_a_bad_one_is_refused_with_its_place(self):
        done = self.policy("show", self.write("bad.yaml", BAD), code=2)
        self.assertIn("bad.yaml:1:10: version must be", done.err)


class Check(PolicyCase):
    def test_each_answer_has_its_exit_code(self):
        path = self.write("good.yaml", GOOD)
        common = ["check", TOOL, "--policy", path, "--state", "memory"]
        self.assertEqual(self.policy(*common, "--arg", "runStatusID=501").out, TOOL + ": allowed\n")
        done = self.policy(*common, "--arg", "runStatusID=5", code=8)
        self.assertEqual(
            done.out,
            TOOL + ': denied by rule "green only", condition on args.runStatusID: Only results.\n',
        )
        done = self.policy(*common, self.write("a.json", '{"runStatusID": 502}'), json_form=True)
        self.assertEqual(done.json["answer"], "allowed")

    def test_a_limit_says_until_when(self):
        self.start({"keys": [], "projects": []})  # for its clock
        path = self.write("good.yaml", GOOD)
        database = os.path.join(self.folder, "c.sqlite")
        state = ["--policy", path, "--state", "sqlite:" + database]
        self.policy("status", *state)
        with sqlite3.connect(database) as connection:
            connection.execute(
                "INSERT INTO counters VALUES (?, 10, '2026-01-15T10:30:00Z', 60000000000)",
                (TOOL + "._rate_minute",),
            )
        connection.close()
        self.simulator.set_clock(START_MS + 20000)
        argument = ["--arg", "runStatusID=501"]
        done = self.policy("check", TOOL, *argument, *state, code=7)
        self.assertIn("limited until 2026-01-15T10:31:00Z, for 40 s (10 in 60 s)", done.out)
        rows = self.policy("status", *state, json_form=True).json["counters"]
        (row,) = [row for row in rows if row["rule"] == "pace"]
        self.assertEqual(
            row,
            {
                "counter": TOOL + "._rate_minute",
                "rule": "pace",
                "used": 10,
                "limit": 10,
                "ours": 10,
                "left": 0,
                "window_ms": 60000,
                "ends": "2026-01-15T10:31:00Z",
            },
        )
        # A minute later the window is another one, and headroom keeps two of ten.
        self.simulator.set_clock(START_MS + 61000)
        self.policy("check", TOOL, *argument, *state)
        text = self.policy("status", *state, "--headroom", "20").out
        self.assertRegex(text, r"_rate_minute +0 +10 +8 +60 s +2026-01-15T10:32:00Z +59 s\n")

    def test_what_never_fits_is_said(self):
        rule = {
            "name": "b",
            "conditions": [{"path": "state.t.c", "op": "lte", "value": 1}],
            "state": {"counter": "c", "window": "hour", "increment_from": "args.n"},
        }
        path = self.write("p.yaml", json.dumps({"version": "1", "tools": {"t": {"rules": [rule]}}}))
        common = ["check", "t", "--policy", path, "--state", "memory", "--arg"]
        done = self.policy(*common, "n=2", code=8)
        self.assertIn("takes more than the rule allows, so it never fits", done.out)
        self.assertNotIn("never fits", self.policy(*common, "n=1").out)

    def test_what_is_wrong_is_said(self):
        for arguments, words in (
            (["check"], "no tool"),
            (["check", "t", "--arg", "x"], "NAME=VALUE"),
            (["check", "t", self.write("a.json", "[1]")], "JSON object"),
            (["check", "t", self.write("b.json", "{")], "b.json"),
            (["check", "t", "a.json", "c"], "one argument too many"),
            (["shw"], "unknown policy command shw"),
            ([], "no policy command"),
            (["test"], "no cases"),
        ):
            with self.subTest(arguments):
                self.assertIn(words, self.policy(*arguments, code=2).err)


class Test(PolicyCase):
    def cases(self, *lines):
        return self.write("cases.jsonl", "".join(json.dumps(line) + "\n" for line in lines))

    def test_a_policy_of_ones_own(self):
        calls = [
            {"tool": TOOL, "args": {"runStatusID": 501}, "expect": {"allowed": True}},
            {"tool": TOOL, "args": {}, "expect": {"allowed": False, "rule": "green only"}},
        ]
        path = self.cases({"id": "mine", "calls": calls})
        policy = self.write("good.yaml", GOOD)
        done = self.policy("test", path, "--policy", policy)
        self.assertEqual(done.out, "1 passed, 0 failed, 0 skipped\n")
        # The built-in policy allows the second call, too.
        done = self.policy("test", path, code=1)
        self.assertIn(path + ":1: mine: call 1, allowed: wanted false, found true\n", done.out)
        self.assertIn("0 passed, 1 failed, 0 skipped\n", done.out)

    def test_counters_windows_and_replies(self):
        limited = {
            "version": "1",
            "tools": {"t": {"rules": [{"name": "r", "rate_limit": "1/hour"}]}},
        }
        at = ["2026-01-15T10:30:00Z", "2026-01-15T10:59:59Z", "2026-01-15T11:00:00Z"]
        expected = [True, False, True]
        path = self.cases(
            {
                "policy": json.dumps(limited),
                "calls": [
                    {"tool": "t", "at": a, "expect": {"allowed": e}} for a, e in zip(at, expected)
                ],
                "counters_after": {"t._rate_hour": 1},
            },
            {
                "policy": json.dumps(limited),
                "calls": [
                    {"tool": "t", "response": '{"error":{}}', "expect": {"allowed": True}},
                    {"tool": "t", "expect": {"allowed": True}},
                    {"tool": "t", "expect": {"allowed": False, "stage": "reserve"}},
                ],
            },
        )
        self.assertEqual(self.policy("test", path).out, "2 passed, 0 failed, 0 skipped\n")

    def test_the_tables_of_the_engine(self):
        for name in ("evaluate", "validate", "catalogue", "drawn"):
            with self.subTest(name):
                done = self.policy("test", os.path.join(CASES, name + ".jsonl")).out
                self.assertRegex(done, r"\A[1-9][0-9]* passed, 0 failed, 0 skipped\n\Z")

    def test_counters_that_a_case_does_not_name_are_told(self):
        limited = json.dumps(
            {"version": "1", "tools": {"t": {"rules": [{"name": "r", "rate_limit": "2/hour"}]}}}
        )
        call = {"tool": "t", "expect": {"allowed": True}}
        path = self.cases({"policy": limited, "calls": [call], "counters_after": {"u.c": 1}})
        done = self.policy("test", path, code=1).out
        self.assertIn("t._rate_hour: wanted null, found 1.0\n", done)
        self.assertIn("u.c: wanted 1.0, found null\n", done)

    def test_an_unknown_store_is_told(self):
        path = self.cases({"store": "up", "calls": [{"tool": "t", "expect": {"allowed": True}}]})
        self.assertIn('unknown "store" "up"', self.policy("test", path, code=1).out)

    def test_validation_cases_and_bad_lines(self):
        path = self.write(
            "cases.jsonl",
            '{"policy": "version: 2\\n", "errors": ["version must be \\"1\\", got \\"2\\""]}\n'
            '{"policy": "[a\\n", "errors_kind": "yaml"}\n\nno json\n{"id": "empty"}\n'
            '{"ops": []}\n',
        )
        done = self.policy("test", path, code=1, json_form=True).json
        self.assertEqual((done["passed"], done["failed"], done["skipped"]), (2, 2, 1))
        self.assertEqual([row["line"] for row in done["cases"]], [4, 5, 6])

    def test_a_case_that_tests_nothing_fails(self):
        call, good = {"tool": "t"}, {"tool": "t", "expect": {"allowed": True}}
        for line, words in (
            ({"calls": []}, "it tests nothing: it has neither calls nor errors"),
            ({"policy": "version: 1"}, "it tests nothing: it has neither calls nor errors"),
            ({"calls": [call]}, 'it tests nothing: no call has an "expect"'),
            ({"calls": [call, {"tool": "t", "expect": {}}]}, 'call 1: "expect" is empty'),
            (
                {"calls": [{"tool": "t", "expect": {"alowed": False}}]},
                'call 0: unknown "alowed"; did you mean allowed?',
            ),
            ({"calls": [dict(good, tols="x")]}, 'call 0: unknown "tols"; did you mean tool?'),
            ({"polcy": "", "calls": [good]}, 'unknown "polcy"; did you mean policy?'),
            ({"policy": {"version": "1"}, "calls": [good]}, '"policy" is no text'),
            ({"calls": good}, '"calls" is no list'),
            ({"calls": [good, "t"]}, "call 1: is no JSON object"),
            ({"calls": [good], "errors": []}, "it has calls and errors"),
            ({"errors": []}, 'it has errors and no "policy"'),
        ):
            with self.subTest(words):
                path = self.cases({"calls": [good]}, line)
                done = self.policy("test", path, code=1)
                self.assertIn("%s:2: %s" % (path, words), done.out)
                self.assertIn("1 passed, 1 failed, 0 skipped\n", done.out)

    def test_a_call_may_just_take_its_part_of_the_budget(self):
        limited = {
            "version": "1",
            "tools": {"t": {"rules": [{"name": "r", "rate_limit": "2/hour"}]}},
        }
        call = {"tool": "t"}
        denied = {"tool": "t", "expect": {"allowed": False}}
        path = self.cases(
            {"policy": json.dumps(limited), "calls": [call, call, denied]},
            {"policy": json.dumps(limited), "calls": [call], "counters_after": {"t._rate_hour": 1}},
        )
        self.policy("test", path)

    def test_a_file_without_cases_is_an_error(self):
        path = self.write("c.jsonl", "\n")
        self.assertIn("%s: holds no case" % path, self.policy("test", path, code=2).err)


if __name__ == "__main__":
    unittest.main()
