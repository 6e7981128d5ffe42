"""Runs the steps of a composite action as GitHub's runner does, on this machine.

Files of a step (GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH, GITHUB_STEP_SUMMARY) are made before it and
read after it; commands in its log (::error::, ::add-mask::, ::group::) are obeyed; a step whose
`if:` does not hold, or that follows a failed one, is left out. `uses:` is looked up in `actions`:
a function of the runner and the step's inputs that returns outputs. A step that needs what is not
here (services, Docker, a post step) raises.
"""
import os
import re
import subprocess

from expressions import condition, expand
from templates import load_yaml

SHELLS = {"bash": ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"], "sh": ["sh", "-e"]}
STEP_FILES = ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")


def plain(part, more=()):
    """What a command means: some characters are written as codes."""
    for code, character in (*more, ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        part = part.replace(code, character)
    return part


class Annotation:
    def __init__(self, level, properties, text):
        self.level, self.text = level, plain(text)
        self.properties = {
            name: plain(value, (("%3A", ":"), ("%2C", ",")))
            for name, value in re.findall(r"(\w+)=([^,]*)", properties)
        }


def read_pairs(text):
    """NAME=VALUE, or NAME<<END, lines, END."""
    pairs, lines = {}, iter(text.splitlines())
    for line in lines:
        heredoc = re.match(r"([^=]+)<<(\S+)$", line)
        if heredoc:
            value = []
            for more in lines:
                if more == heredoc.group(2):
                    break
                value.append(more)
            pairs[heredoc.group(1)] = "\n".join(value)
        elif line:
            name, sign, value = line.partition("=")
            if not sign:
                raise ValueError("neither NAME=VALUE nor NAME<<END: %r" % line)
            pairs[name] = value
    return pairs


class Finished:
    """What a composite action came to."""

    def __init__(self):
        self.ok, self.outputs, self.log, self.summary = True, {}, "", ""
        self.masks, self.annotations, self.groups, self.steps = [], [], [], {}

    def of_level(self, level):
        return [a for a in self.annotations if a.level == level]


class Runner:
    def __init__(self, folder, environment, github=None, actions=None):
        self.folder, self.environment = folder, dict(environment)
        self.workspace = os.path.join(folder, "workspace")
        self.temporary = os.path.join(folder, "temp")
        for path in (self.workspace, self.temporary):
            os.makedirs(path, exist_ok=True)
        self.github = {
            "repository": "acme/shop",
            "event_name": "push",
            "event": {},
            "actor": "mona",
            "server_url": "https://github.com",
            "workspace": self.workspace,
        }
        self.github.update(github or {})
        self.actions = actions or {}

    def contexts(self, inputs, steps, ok):
        return {
            "inputs": inputs,
            "github": self.github,
            "env": self.environment,
            "steps": steps,
            "runner": {"os": "Linux", "arch": "X64", "temp": self.temporary},
            "functions": {
                "always": lambda: True,
                "success": lambda: ok,
                "failure": lambda: not ok,
                "cancelled": lambda: False,
            },
        }

    def run_action(self, folder, given):
        action = load_yaml(os.path.join(folder, "action.yml"))
        unknown = set(given) - set(action["inputs"])
        if unknown:
            raise ValueError("the action has no input %s" % ", ".join(sorted(unknown)))
        inputs = {name: row.get("default", "") for name, row in action["inputs"].items()}
        inputs.update(given)
        done = Finished()
        for number, step in enumerate(action["runs"]["steps"]):
            contexts = self.contexts(inputs, done.steps, done.ok)
            wanted = step.get("if", "success()")
            always = re.search(r"\b(always|success|failure|cancelled)\(\)", str(wanted))
            if not condition(wanted, contexts) or not (always or done.ok):
                continue
            outputs = self.run_step(folder, step, contexts, done)
            done.steps[step.get("id", "step-%d" % number)] = {"outputs": outputs}
        contexts = self.contexts(inputs, done.steps, done.ok)
        done.outputs = {
            name: expand(row["value"], contexts) for name, row in action["outputs"].items()
        }
        return done

    def run_step(self, action_folder, step, contexts, done):
        if "uses" in step:
            name = step["uses"].split("@")[0]
            given = {key: expand(value, contexts) for key, value in step["with"].items()}
            return self.actions[name](self, given)
        return self.run_shell(action_folder, step, contexts, done)

    def step_files(self):
        paths = {name: os.path.join(self.temporary, name) for name in STEP_FILES}
        for path in paths.values():
            with open(path, "w", encoding="utf-8"):
                pass
        return paths

    def run_shell(self, action_folder, step, contexts, done):
        paths = self.step_files()
        script = os.path.join(self.temporary, "step.sh")
        with open(script, "w", encoding="utf-8") as file:
            file.write(expand(step["run"], contexts))
        environment = dict(
            self.environment,
            CI="true",
            GITHUB_ACTIONS="true",
            GITHUB_ACTION_PATH=action_folder,
            GITHUB_WORKSPACE=self.workspace,
            GITHUB_REPOSITORY=self.github["repository"],
            GITHUB_SERVER_URL=self.github["server_url"],
            RUNNER_TEMP=self.temporary,
            **paths,
        )
        for name, value in step.get("env", {}).items():
            environment[name] = expand(value, contexts)
        where = os.path.join(self.workspace, expand(step.get("working-directory", "."), contexts))
        process = subprocess.run(
            SHELLS[step["shell"]] + [script],
            cwd=where,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
        )
        self.obey(process.stdout, done)
        done.ok = done.ok and process.returncode == 0
        read = {name: self.read(path) for name, path in paths.items()}
        done.summary += read["GITHUB_STEP_SUMMARY"]
        self.environment.update(read_pairs(read["GITHUB_ENV"]))
        for line in read["GITHUB_PATH"].splitlines():
            self.environment["PATH"] = line + os.pathsep + self.environment["PATH"]
        return dict(read_pairs(read["GITHUB_OUTPUT"]), exit_code=str(process.returncode))

    @staticmethod
    def read(path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def obey(self, log, done):
        for line in log.splitlines():
            command = re.match(r"\s*::([\w-]+)(?: ([^:]*))?::(.*)$", line)
            name = command.group(1) if command else None
            if name == "add-mask":
                done.masks.append(plain(command.group(3)))
                line = "::add-mask::***"
            elif name in ("error", "warning", "notice"):
                done.annotations.append(Annotation(name, command.group(2) or "", command.group(3)))
            elif name == "group":
                done.groups.append(command.group(3))
            elif name and name != "endgroup":
                raise ValueError("an order that nobody gave: %r" % line)
            for mask in done.masks:
                for part in mask.splitlines():  # each line of it, too, as the runner does
                    line = line.replace(part, "***")
            done.log += line + "\n"
