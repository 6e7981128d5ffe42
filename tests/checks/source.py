"""What the checks share: the list of our files, C without its comments, the way to report.

A check is a program that is run at the root of a tree. For each finding it prints
`file:line: what to do`, and it exits with 1 if there was one. Python, because rules about text
are clearer there than in shell.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

PRODUCT = ("src", "parsers", "policy")
FOLDERS = (*PRODUCT, "tests", "ci-templates", ".ci", ".github")

_TOKEN = re.compile(
    r"""
    (?P<comment> /\*.*?\*/ | //[^\n]* )
  | (?P<include> ^[ \t]*\#[ \t]*include[^\n]* )
  | (?P<literal> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' )
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


def files(*suffixes, folders=FOLDERS):
    """Our files with one of these suffixes, sorted; all files if none is given."""
    found = []
    for folder in folders:
        for place, subfolders, names in os.walk(folder):
            subfolders[:] = [name for name in subfolders if name != "__pycache__"]
            found += [Path(place, name) for name in names]
    return sorted(path for path in found if not suffixes or path.suffix in suffixes)


def code_lines(path):
    """The lines of a C file; comments and the insides of literals are blank, includes are kept."""

    def blank(match):
        if match["include"]:
            return match[0]
        kept = '"' if match["literal"] else ""
        return kept + re.sub(r"[^\n]", " ", match[0][len(kept) : len(match[0]) - len(kept)]) + kept

    return _TOKEN.sub(blank, path.read_text(encoding="utf-8")).splitlines()


def compile_commands():
    """Path below the root -> compiler and flags as the preset clang has them, files left out.

    They are told as they run in the root, so that they are the same wherever the tree lies."""
    database = Path("build/clang/compile_commands.json")
    if not database.exists():
        sys.exit(f"{database} is missing: run cmake --preset clang")
    root = os.getcwd()
    commands = {}
    for entry in json.loads(database.read_text()):
        words = shlex.split(entry["command"].replace("\\$", "$"))  # which shlex leaves as it is
        words = [word.replace(root + "/", "").replace(root, ".") for word in words]
        commands[os.path.relpath(entry["file"], root)] = words[: words.index("-o")]
    return commands


def workers():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def finish(findings):
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
