"""README, help and program say the same.

    test_docs.py            the tests
    test_docs.py --write    writes README's tables of settings and exit codes from the help
"""
import os
import re
import subprocess
import sys
import unittest

from harness import BIN, Case

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
README = os.path.join(ROOT, "README.md")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


SECURITY = read(os.path.join(ROOT, "SECURITY.md"))


def help_of(command):
    run = [os.path.join(BIN, "qmetry-ci"), "help", command]
    return subprocess.run(run, capture_output=True, text=True, check=True).stdout


def settings_table(text):
    """README's table of settings, from `qmetry-ci help upload`."""
    rows = re.findall(r"^ +(?:-\w, )?(--[a-z-]+\S*(?: \S+)?)(?:  +|\n {20,})(.*)$", text, re.M)
    lines = ["| setting | what it is (default) |", "|---|---|"]
    lines += ["| `%s` | %s |" % (a.replace("|", "\\|"), b.replace("|", "\\|")) for a, b in rows]
    return "\n".join(lines) + "\n"


def exit_code_table(text):
    rows = re.findall(r"^ +(\d+)  +(.*)$", text, re.M)
    return (
        "\n".join(["| code | meaning |", "|---|---|"] + ["| %s | %s |" % row for row in rows])
        + "\n"
    )


TABLES = {"settings": settings_table, "exit codes": exit_code_table}


def section(text, name):
    return re.search(r"<!-- %s -->\n(.*?)<!-- /%s -->" % (name, name), text, re.S).group(1)


def write_readme():
    text = read(README)
    for name, table in TABLES.items():
        text = text.replace(section(text, name), table(help_of("upload")))
    with open(README, "w", encoding="utf-8") as file:
        file.write(text)


def all_options():
    """What the help of any command names."""
    run = [os.path.join(BIN, "qmetry-ci"), "help"]
    overview = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+) ", overview, re.M)
    return set(re.findall(r"--[a-z][a-z-]+", "".join(help_of(one) for one in commands)))


class Docs(Case):
    def test_tables_of_the_readme_are_those_of_the_help(self):
        for name, table in TABLES.items():
            with self.subTest(name):
                self.assertEqual(
                    section(read(README), name),
                    table(help_of("upload")),
                    "run tests/e2e/test_docs.py --write",
                )

    def test_the_tables_are_whole(self):
        helped = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", help_of("upload")))
        listed = set(re.findall(r"^\| `(--[a-z-]+)", settings_table(help_of("upload")), re.M))
        self.assertEqual(helped - listed - {"--help"}, set())
        self.assertGreater(len(listed), 40)
        self.assertEqual(exit_code_table(help_of("upload")).count("\n"), 2 + 11)

    def test_every_option_that_the_readme_names_exists(self):
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", read(README)))
        self.assertEqual(named - all_options(), set())

    def test_every_option_that_a_message_names_exists(self):
        known = all_options() | {"--help", "--version", "--api-key", "--key"}
        for folder in ("src/api", "src/upload", "src/cli", "policy", "parsers"):
            for name in sorted(os.listdir(os.path.join(ROOT, folder))):
                if not name.endswith(".c"):
                    continue
                with open(os.path.join(ROOT, folder, name), encoding="utf-8") as file:
                    texts = re.findall(r'"(?:[^"\\]|\\.)*"', file.read())
                named = {
                    option
                    for text in texts
                    for option in re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", text)
                }
                self.assertEqual(named - known, set(), os.path.join(folder, name))

    def test_every_test_that_the_threat_model_names_exists(self):
        folders = "base|api|cli|policy|parsers|e2e|soak|checks"
        named = re.findall(r"`((?:%s)/\w+(?:\.py)?)`" % folders, SECURITY)
        self.assertGreater(len(named), 30)
        for name in named:
            path = os.path.join(ROOT, "tests", name)
            found = [path + end for end in ("", ".c", ".py") if os.path.isfile(path + end)]
            self.assertTrue(found, name)

    def test_the_version_is_the_projects(self):
        with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
            version = re.search(r"VERSION (\d+\.\d+\.\d+) LANGUAGES", file.read()).group(1)
        out = subprocess.run(
            [os.path.join(BIN, "qmetry-ci"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertIn("qmetry-ci %s\n" % version, out.stdout)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        write_readme()
    else:
        unittest.main()
