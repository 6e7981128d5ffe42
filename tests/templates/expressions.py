"""GitHub's expressions, `${{ ... }}`, as far as actions and workflows of ours use them.

    evaluate("inputs.url || 'https://example.com'", {"inputs": {"url": ""}})
    expand("${{ inputs.url }}/x", contexts)

Equality is as GitHub has it: texts without regard to case, unlike types as numbers. What a context
does not hold is null, which is empty as a text.
"""
import json
import re

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>().,\[\]*]))"
)


def tokens_of(text):
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise ValueError("no expression: %r at %r" % (text, text[at:]))
        kind = match.lastgroup
        tokens.append((kind, match.group(kind)))
        at = match.end()
    return tokens + [("end", "")]


def as_number(value):
    if value is None or value == "":
        return 0.0
    if isinstance(value, (bool, int, float)):
        return float(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def equal(a, b):
    if isinstance(a, str) and isinstance(b, str):
        return a.lower() == b.lower()
    if type(a) is type(b):
        return a == b
    return as_number(a) == as_number(b)


FUNCTIONS = {
    "contains": lambda whole, part: (
        any(equal(item, part) for item in whole)
        if isinstance(whole, list)
        else as_text(part).lower() in as_text(whole).lower()
    ),
    "startsWith": lambda text, part: as_text(text).lower().startswith(as_text(part).lower()),
    "format": lambda text, *more: re.sub(
        r"\{(\d)\}", lambda match: as_text(more[int(match.group(1))]), text
    ),
    "fromJSON": json.loads,
    "toJSON": lambda value: json.dumps(value, indent=2),
}


class Evaluation:
    def __init__(self, text, contexts):
        self.tokens, self.at, self.contexts = tokens_of(text), 0, contexts

    def take(self, *signs):
        kind, value = self.tokens[self.at]
        if kind in ("sign", "end") and (not signs or value in signs):
            self.at += 1
            return value
        return None

    def expect(self, sign):
        if not self.take(sign):
            raise ValueError("%r expected in %r" % (sign, self.tokens))

    def either(self):
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self):
        value = self.compared()
        while self.take("&&"):
            other = self.compared()
            value = value and other
        return value

    def compared(self):
        value = self.single()
        while True:
            sign = self.take("==", "!=", "<", ">", "<=", ">=")
            if not sign:
                return value
            other = self.single()
            a, b = as_number(value), as_number(other)
            value = {
                "==": equal(value, other),
                "!=": not equal(value, other),
                "<": a < b,
                ">": a > b,
                "<=": a <= b,
                ">=": a >= b,
            }[sign]

    def single(self):
        if self.take("!"):
            return not self.single()
        if self.take("("):
            value = self.either()
            self.expect(")")
            return value
        kind, word = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return float(word)
        if kind != "name":
            raise ValueError("unexpected %r in %r" % (word, self.tokens))
        if word in ("true", "false", "null"):
            return {"true": True, "false": False, "null": None}[word]
        if self.take("("):
            return self.call(word)
        return self.member(self.contexts.get(word))

    def call(self, name):
        arguments = []
        while not self.take(")"):
            arguments.append(self.either())
            self.take(",")
        function = self.contexts.get("functions", {}).get(name) or FUNCTIONS[name]
        return function(*arguments)

    def member(self, value):
        while True:
            if self.take("."):
                name = self.tokens[self.at][1]
                self.at += 1
            elif self.take("["):
                name = self.either()
                self.expect("]")
            else:
                return value
            value = value.get(name) if isinstance(value, dict) else None


def evaluate(text, contexts):
    evaluation = Evaluation(text, contexts)
    value = evaluation.either()
    if evaluation.tokens[evaluation.at][0] != "end":
        raise ValueError("more than an expression: %r" % text)
    return value


def expand(text, contexts):
    """A text with its `${{ }}` replaced."""
    return re.sub(
        r"\$\{\{(.*?)\}\}",
        lambda match: as_text(evaluate(match.group(1), contexts)),
        as_text(text),
        flags=re.S,
    )


def condition(text, contexts):
    """`if:`, whose `${{ }}` may be left out."""
    text = as_text(text).strip()
    whole = re.fullmatch(r"\$\{\{(.*)\}\}", text, re.S)
    return bool(evaluate(whole.group(1) if whole else text, contexts))
