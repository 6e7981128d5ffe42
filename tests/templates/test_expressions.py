"""The evaluator of GitHub's expressions that the tests of the action rest on."""
import unittest

from expressions import condition, evaluate, expand

CONTEXTS = {
    "inputs": {"url": "", "files": "a b", "flag": "true"},
    "github": {"event_name": "pull_request", "event": {"pull_request": {"number": 7}}},
    "functions": {"always": lambda: True},
}


class Expressions(unittest.TestCase):
    def test_values(self):
        for text, value in (
            ("'it''s'", "it's"),
            ("inputs.files", "a b"),
            ("inputs['files']", "a b"),
            ("inputs.url || 'x'", "x"),
            ("inputs.files && 'y'", "y"),
            ("github.event.pull_request.head.repo.full_name", None),
            ("1 == '1'", True),
            ("'A' == 'a'", True),
            ("null == ''", True),
            ("github.nothing != 'acme/shop'", True),
            ("!(1 < 2)", False),
            ("format('{1}-{0}', 'a', 'b')", "b-a"),
            ("contains('Hello', 'ell') && startsWith('Hello', 'he')", True),
            ("'a' || 'b' && ''", "a"),
        ):
            with self.subTest(text):
                self.assertEqual(evaluate(text, CONTEXTS), value)

    def test_texts(self):
        self.assertEqual(
            expand("<${{ inputs.url }}|${{ 1 == 1 }}|${{ 3 }}>", CONTEXTS), "<|true|3>"
        )
        self.assertTrue(condition("inputs.flag == 'true'", CONTEXTS))
        self.assertTrue(condition("${{ always() }}", CONTEXTS))
        self.assertFalse(condition("steps.program.outputs.folder != ''", CONTEXTS))

    def test_what_is_no_expression_is_refused(self):
        for text in ("a b", "(1", "'open", "unknown('x')", ""):
            with self.subTest(text):
                self.assertRaises((ValueError, KeyError), evaluate, text, CONTEXTS)


if __name__ == "__main__":
    unittest.main()
