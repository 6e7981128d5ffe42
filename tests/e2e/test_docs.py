"""The pages, help and program say the same.

    test_docs.py            the tests
    test_docs.py --write    writes the pages' tables of settings and exit codes from the help
"""
import os
import re
import shutil
import subprocess
import sys
import unittest

from harness import BIN, Case

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
README = os.path.join(ROOT, "README.md")
SETTINGS = os.path.join(ROOT, "src", "cli", "README.md")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


SECURITY = read(os.path.join(ROOT, "SECURITY.md"))


def help_of(command):
    run = [os.path.join(BIN, "qmetry-ci"), "help", command]
    return subprocess.run(run, capture_output=True, text=True, check=True).stdout


def settings_table(text):
    """The table of settings, from `qmetry-ci help upload`."""
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


TABLES = {"settings": (SETTINGS, settings_table), "exit codes": (README, exit_code_table)}


def section(text, name):
    return re.search(r"<!-- %s -->\n(.*?)<!-- /%s -->" % (name, name), text, re.S).group(1)


def write_tables():
    for name, (page, table) in TABLES.items():
        text = read(page)
        with open(page, "w", encoding="utf-8") as file:
            file.write(text.replace(section(text, name), table(help_of("upload"))))


def pages():
    """Those for users: not of tests, whose programs have options of their own."""
    yield README
    for top in ("src", "policy", "ci-templates"):
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            yield from (os.path.join(folder, name) for name in names if name.endswith(".md"))


def all_options():
    """What the help of any command names."""
    run = [os.path.join(BIN, "qmetry-ci"), "help"]
    overview = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+) ", overview, re.M)
    return set(re.findall(r"--[a-z][a-z-]+", "".join(help_of(one) for one in commands)))


class Docs(Case):
    def test_help_is_the_same_before_and_behind_the_command(self):
        for command in ("upload", "policy", "list"):
            done = self.qmetry(command, "--help", program="qmetry-ci", code=0)
            self.assertEqual(done.out, help_of(command))
            self.assertIn("qmetry-ci " + command, done.out)

    def test_tables_of_the_pages_are_those_of_the_help(self):
        for name, (page, table) in TABLES.items():
            with self.subTest(name):
                self.assertEqual(
                    section(read(page), name),
                    table(help_of("upload")),
                    "run tests/e2e/test_docs.py --write",
                )

    def test_the_tables_are_whole(self):
        helped = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", help_of("upload")))
        listed = set(re.findall(r"^\| `(--[a-z-]+)", settings_table(help_of("upload")), re.M))
        self.assertEqual(helped - listed - {"--help"}, set())
        self.assertGreater(len(listed), 40)
        self.assertEqual(exit_code_table(help_of("upload")).count("\n"), 2 + 11)

    def test_every_option_that_a_page_names_exists(self):
        of_others = {"--state-dsn", "--batch-mode", "--install"}  # Intercept's, Maven's, CMake's
        for page in pages():
            named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", read(page)))
            self.assertEqual(named - all_options() - of_others, set(), page)
        self.assertGreater(len(list(pages())), 5)

    def test_the_pages_that_the_readme_leads_to_are_installed_beside_it(self):
        if not shutil.which("cmake"):
            self.skipTest("there is no cmake")
        subprocess.run(
            ["cmake", "--install", os.path.dirname(BIN), "--prefix", self.folder],
            check=True,
            capture_output=True,
        )
        folder = os.path.join(self.folder, "share", "doc", "qmetry-ci")
        pages = re.findall(r"\]\(((?:src|policy)/[\w/]*README\.md)", read(README))
        self.assertEqual(len(set(pages)), 3)
        for page in pages + ["README.md", "SECURITY.md", "CHANGELOG.md"]:
            self.assertTrue(os.path.isfile(os.path.join(folder, page)), page)

    def test_every_option_that_a_message_names_exists(self):
        known = all_options() | {"--help", "--version", "--api-key", "--key"}
        read_files = 0
        for top in ("src", "policy", "parsers"):
            for folder, _, names in os.walk(os.path.join(ROOT, top)):
                for name in sorted(one for one in names if one.endswith(".c")):
                    texts = re.findall(r'"(?:[^"\\]|\\.)*"', read(os.path.join(folder, name)))
                    named = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", " ".join(texts)))
                    self.assertEqual(named - known, set(), os.path.join(folder, name))
                    read_files += 1
        self.assertGreater(read_files, 150)

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
        write_tables()
    else:
        unittest.main()
