"""What the tests of ci-templates share: where things are, and YAML."""
import os
import re
import sys

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
TEMPLATES = os.path.join(ROOT, "ci-templates")

sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
try:
    import yaml
except ImportError:  # a Python that is not Debian's does not look at its packages
    sys.path.append("/usr/lib/python3/dist-packages")
    import yaml


class Loader(yaml.SafeLoader):
    """`on:` is a key and no truth value, as CI systems read it."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag != "tag:yaml.org,2002:bool"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_yaml(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)


def load_yamls(path):
    with open(path, encoding="utf-8") as file:
        return list(yaml.load_all(file, Loader))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def files(*suffixes):
    """Paths below ci-templates with one of these suffixes, sorted."""
    found = []
    for folder, _, names in os.walk(TEMPLATES):
        found += [os.path.join(folder, name) for name in names if name.endswith(suffixes)]
    return sorted(found)


def scripts_of(value):
    """What stands behind `run:`, `script:`, `bash:` or `command:`, anywhere in a tree of YAML."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in ("run", "script", "bash", "command") and isinstance(item, str):
                yield item
            elif name == "script" and isinstance(item, list):
                yield "\n".join(item)
            else:
                yield from scripts_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from scripts_of(item)


def groovy_scripts(text):
    for script in re.findall(r"'''(.*?)'''", text, re.S):
        yield script.replace("\\\\", "\\")
    for script in re.findall(r"\bsh '([^'\n]+)'", text):
        yield script


def fragments():
    """(place, shell, text) of each piece of shell within files that are none themselves."""
    github = os.path.join(ROOT, ".github", "workflows")
    workflows = [os.path.join(github, name) for name in sorted(os.listdir(github))]
    for path in workflows + files(".yml"):
        shell = "bash" if "github" in os.path.relpath(path, ROOT) else "sh"
        for tree in load_yamls(path):
            for text in scripts_of(tree):
                yield os.path.relpath(path, ROOT), shell, text
    for path in files(".groovy", ".declarative", ".scripted"):
        for text in groovy_scripts(read(path)):
            yield os.path.relpath(path, ROOT), "sh", text


def markdown_blocks(text):
    """The blocks of code of a page, indented by four blanks."""
    for block in re.findall(r"(?:^|\n\n)((?:    .*\n|\n(?=    ))+)", text):
        yield re.sub(r"^    ", "", block, flags=re.M)
