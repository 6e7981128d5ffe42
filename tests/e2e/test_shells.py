"""Completion in real shells, and the man page in real formatters."""
import os
import re
import shutil
import subprocess
import unittest

from harness import BIN, Case

# Asks the completion function as bash does when the last word is to be completed.
BASH = """
. ./completion
COMP_WORDS=(%s)
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_qmetry_ci
printf '%%s\\n' "${COMPREPLY[@]}"
"""


def options_of(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))


def output_of(*command, text=None, folder=None):
    done = subprocess.run(
        command, input=text, cwd=folder, capture_output=True, text=True, timeout=60
    )
    if done.returncode or done.stderr:
        raise AssertionError("%s: %s" % (command, done.stderr or done.returncode))
    return done.stdout


class Shells(Case):
    def completion(self, shell):
        return self.qmetry("completion", shell, code=0).out

    def bash(self, line):
        self.write("completion", self.completion("bash"))
        return output_of("bash", "-c", BASH % line, folder=self.folder).split()

    def needs(self, program):
        if not shutil.which(program):
            self.skipTest("%s is not installed" % program)

    def test_bash_completes_commands(self):
        self.assertEqual(self.bash("qmetry-ci pl"), ["plan"])
        self.assertIn("upload", self.bash("qmetry-ci ''"))

    def test_bash_completes_the_options_of_the_command(self):
        for command in ("upload", "parse", "run"):
            with self.subTest(command):
                helped = re.findall(
                    r"^ +(?:-\w, )?(--[a-z-]+)", self.qmetry("help", command).out, re.M
                )
                offered = self.bash("qmetry-ci %s --" % command)
                self.assertEqual(sorted(offered), sorted(helped + ["--help"]))

    def test_bash_completes_choices_and_leaves_files_to_the_shell(self):
        self.assertEqual(self.bash("qmetry-ci upload --auth ''"), ["apikey", "bearer"])
        self.assertEqual(self.bash("qmetry-ci completion f"), ["fish"])
        self.assertEqual(self.bash("qmetry-ci upload target/"), [])

    def test_zsh_reads_it(self):
        self.needs("zsh")
        script = self.write("_qmetry-ci", self.completion("zsh"))
        output_of("zsh", "-n", script)
        # _arguments checks each specification when it is used.
        check = "autoload -U compinit; compinit -u -D; source %s; echo ${_comps[qmetry-ci]}"
        self.assertEqual(output_of("zsh", "-f", "-c", check % script), "_qmetry_ci\n")

    def test_fish_completes(self):
        self.needs("fish")
        script = self.write("qmetry-ci.fish", self.completion("fish"))
        ask = "source %s; complete -C 'qmetry-ci %s'"

        def fish(line):
            out = output_of("env", "HOME=" + self.folder, "fish", "-c", ask % (script, line))
            return [row.split("\t")[0] for row in out.splitlines()]

        self.assertEqual(fish("upload --auth "), ["apikey", "bearer"])
        self.assertEqual(fish("completion "), ["bash", "fish", "zsh"])
        self.assertIn("--fail-on-unmapped", fish("plan --fail"))
        self.assertNotIn("--suite", fish("parse --su"))

    def test_an_unknown_shell_is_refused(self):
        for arguments in ([], ["tcsh"]):
            done = self.qmetry("completion", *arguments, code=2)
            self.assertIn("bash, zsh or fish", done.err)

    def test_the_man_page_tells_every_command_option_and_exit_code(self):
        page = output_of(os.path.join(BIN, "qm-manual"))
        plain = page.replace("\\-", "-")
        overview = self.qmetry("help", code=0).out
        for name in re.findall(r"^  (\w+) ", overview, re.M):
            self.assertIn("\n.B %s\n" % name, page)
            self.assertEqual(options_of(self.qmetry("help", name).out) - options_of(plain), set())
        codes = re.findall(r"^ +(\d+)  ", self.qmetry("help", "upload").out, re.M)
        self.assertGreater(len(codes), 9)
        for code in codes:
            self.assertIn("\n.B %s\n" % code, page)

    def test_formatters_take_the_man_page(self):
        self.needs("groff")
        page = output_of(os.path.join(BIN, "qm-manual"))
        shown = output_of("groff", "-man", "-ww", "-Tascii", "-P-cbou", text=page)
        for part in ("--batch-size N", "'**/TEST-*.xml'", "EXIT STATUS"):
            self.assertIn(part, shown)


if __name__ == "__main__":
    unittest.main()
