"""README, help and program say the same."""
import os
import re
import subprocess
import unittest

from harness import BIN, Case

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def section(text, name):
    return re.search(r"<!-- %s -->\n(.*?)<!-- /%s -->" % (name, name), text, re.S).group(1)


class Docs(Case):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
            cls.readme = file.read()
        run = subprocess.run(
            [os.path.join(BIN, "qmetry-ci"), "help", "upload"],
            capture_output=True,
            text=True,
            check=True,
        )
        cls.help = run.stdout

    def test_every_setting_of_the_help_is_in_the_readme_and_none_else(self):
        listed = set(re.findall(r"^\| `(--[a-z-]+)", section(self.readme, "settings"), re.M))
        helped = set(re.findall(r"^\s+(?:-\w, )?(--[a-z-]+)", self.help, re.M))
        self.assertEqual(listed, helped - {"--help"})
        mentioned = set(re.findall(r"`?(--[a-z][a-z-]+)", self.readme))
        self.assertEqual(mentioned - helped - {"--results"}, set())

    def test_exit_codes_are_those_of_the_help(self):
        readme = re.findall(r"^\| (\d+) \| (.*?) \|$", section(self.readme, "exit codes"), re.M)
        helped = re.findall(r"^\s+(\d+)\s\s+(.*)$", self.help, re.M)
        self.assertEqual([code for code, _ in readme], [code for code, _ in helped])
        self.assertEqual([text for _, text in readme], [text for _, text in helped])

    def test_every_option_that_a_message_names_exists(self):
        helped = set(re.findall(r"(--[a-z][a-z-]+)", self.help))
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
                self.assertEqual(
                    named - helped - {"--help", "--version", "--results", "--api-key", "--key"},
                    set(),
                    os.path.join(folder, name),
                )

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
    unittest.main()
