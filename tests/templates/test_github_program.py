"""Where the composite action gets the program from: a release, the cache, or its own sources."""
import hashlib
import http.server
import io
import os
import platform
import shutil
import subprocess
import tarfile
import threading
import unittest

from templates import ROOT, TEMPLATES, load_yaml, read

from github import Runner
from harness import BIN, Case

ACTION = os.path.join(TEMPLATES, "github-action")


class Releases(http.server.BaseHTTPRequestHandler):
    """Answers with what its server's `files` holds."""

    def do_GET(self):
        body = self.server.files.get(self.path)
        self.server.asked.append(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *arguments):
        pass


def system_name():
    rows = dict(line.split("=", 1) for line in read("/etc/os-release").splitlines() if "=" in line)
    version = rows.get("VERSION_ID", "rolling").strip('"')
    return "%s-%s-%s" % (rows["ID"].strip('"'), version, platform.machine())


class Program(Case):
    """Where the program comes from. The checkout is a copy whose ./dev builds by copying."""

    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.folder, "workspace"))
        self.checkout = os.path.join(self.folder, "checkout")
        self.action = os.path.join(self.checkout, "ci-templates", "github-action")
        shutil.copytree(ACTION, self.action)
        for folder in ("src", "parsers", "policy"):
            self.write("checkout/%s/a.c" % folder, "int %s;\n" % folder)
        self.write("checkout/CMakePresets.json", "{}\n")
        self.write("checkout/CMakeLists.txt", "project(qmetry-ci VERSION 1.2.3 LANGUAGES C)\n")
        self.real = os.path.join(BIN, "qmetry-ci-test")
        self.tool(
            "checkout/dev",
            'echo "dev $* by $(id -u)" >>"$HOME/dev.log"\ncd "$(dirname "$0")" || exit 1\n'
            "case $* in\n"
            '\tpackages)\n\t\t[ -e packages ] || [ "$(id -u)" = 0 ] ||\n'
            '\t\t\t{ echo "dev: missing packages; run: sudo apt-get install x" >&2; exit 1; }\n'
            "\t\t: >packages ;;\n"
            "\t*) mkdir -p build/release/bin && cp '%s' build/release/bin/qmetry-ci ;;\n"
            "esac" % self.real,
        )
        self.packages = self.write("checkout/packages", "")  # they are there
        self.start_server()

    def tool(self, path, script):
        os.chmod(self.write(path, "#!/bin/sh\n%s\n" % script), 0o755)

    def as_user(self, sudo):
        """What `id` says, and what `sudo` does."""
        self.tool("bin/id", 'echo "${AS_USER:-1000}"')
        self.tool("bin/sudo", sudo)

    def start_server(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Releases)
        self.server.files, self.server.asked = {}, []
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def release(self, tag="v1.2.3", broken=False):
        asset = "qmetry-ci-%s-%s.tar.gz" % (tag, system_name())
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.add(self.real, "qmetry-ci")
        body = packed.getvalue()
        digest = hashlib.sha256(body).hexdigest()
        base = "/acme/qmetry-ci/releases/download/%s/" % tag
        sums = "%s  other.tar.gz\n%s  %s\n" % ("0" * 64, digest, asset)
        self.server.files[base + "SHA256SUMS"] = sums.encode()
        self.server.files[base + asset] = body + b"x" if broken else body
        return digest

    def cached(self, key=""):
        return os.path.join(self.folder, "cache", key)

    def restore(self, runner, given):
        hit = os.path.exists(self.cached(given["key"]))
        if hit:
            shutil.copytree(self.cached(given["key"]), given["path"])
        return {"cache-hit": "true" if hit else ""}

    def save(self, runner, given):
        shutil.copytree(given["path"], self.cached(given["key"]))
        return {}

    def get(self, ref="v1", keep=False, env=None, **inputs):
        if not keep:
            shutil.rmtree(os.path.join(self.folder, "temp"), ignore_errors=True)
        environment = self.environment(dict({"QMETRY_API_KEY": None}, **env or {}))
        environment["PATH"] = os.path.join(self.folder, "bin") + os.pathsep + environment["PATH"]
        runner = Runner(
            self.folder,
            environment,
            {
                "action_ref": ref,
                "action_repository": "acme/qmetry-ci",
                "server_url": "http://127.0.0.1:%d" % self.server.server_port,
            },
            {"actions/cache/restore": self.restore, "actions/cache/save": self.save},
        )
        given = {"program": "", "project": "VKMC", "suite": "VKMC-TS-20"}
        given.update(inputs)
        return runner.run_action(self.action, given)

    def did(self):
        """What ./dev was asked for, and by whom."""
        path = os.path.join(self.folder, "dev.log")
        return read(path).split("\n")[:-1] if os.path.exists(path) else []

    def built(self):
        return [line.split(" by ")[0] for line in self.did() if "dev build" in line]

    def assert_works(self, done):
        """It got as far as to miss its key."""
        self.assertIn("no API key", done.log)

    def test_it_comes_from_the_release_of_the_checkout(self):
        self.release()
        for ref in ("v1", "v1.2", "v1.2.3"):
            with self.subTest(ref):
                self.assert_works(self.get(ref))
        self.assertEqual(self.built(), [])

    def test_it_is_kept_where_tools_are_if_that_can_be_written_to(self):
        self.release()
        tools = os.path.join(self.folder, "tools")
        os.mkdir(tools)
        self.assert_works(self.get(env={"RUNNER_TOOL_CACHE": tools}))
        self.assertEqual(os.listdir(tools), ["qmetry-ci"])
        self.server.files.clear()
        self.assert_works(self.get(env={"RUNNER_TOOL_CACHE": tools}))  # found there
        closed = self.write("closed", "no folder")
        self.assert_works(self.get(env={"RUNNER_TOOL_CACHE": closed}))
        self.assertEqual(self.built(), ["dev build release"])

    def test_another_release_can_be_named(self):
        self.release("v2.0.0")
        self.assert_works(self.get("main", version="v2.0.0"))
        self.assertEqual(self.built(), [])

    def publishing(self, part):
        """The step of the release workflow's last job whose script has this in it."""
        workflow = load_yaml(os.path.join(ROOT, ".github", "workflows", "release.yml"))
        steps = workflow["jobs"]["publish"]["steps"]
        (step,) = [one for one in steps if part in one.get("run", "")]
        return step

    def test_a_release_moves_the_tag_that_its_users_name(self):
        self.tool("bin/gh", 'echo "$*" >>"$HOME/gh.log"; [ "$3" != "$FAILS" ]')
        change = "api --method PATCH repos/acme/qmetry-ci/git/refs/tags/v1 -f sha=abc -F force=true"
        make = "api --method POST repos/acme/qmetry-ci/git/refs -f ref=refs/tags/v1 -f sha=abc"
        for fails, calls in (("", [change]), ("PATCH", [change, make])):
            env = self.environment(
                {
                    "FAILS": fails,
                    "GITHUB_REF_NAME": "v1.2.3",
                    "GITHUB_REPOSITORY": "acme/qmetry-ci",
                    "GITHUB_SHA": "abc",
                }
            )
            env["PATH"] = os.path.join(self.folder, "bin") + os.pathsep + env["PATH"]
            script = self.publishing("refs/tags")["run"]
            subprocess.run(["bash", "-e", "-c", script], env=env, check=True)
            log = os.path.join(self.folder, "gh.log")
            self.assertEqual(read(log).splitlines(), calls)
            os.unlink(log)

    def test_what_the_release_workflow_packs_is_what_is_looked_for(self):
        os.makedirs(os.path.join(self.checkout, ".github"))
        shutil.copy(os.path.join(ROOT, ".github", "release.sh"), self.checkout + "/.github")
        script = os.path.join(self.checkout, ".github", "release.sh")
        env = self.environment({})
        wrong = subprocess.run([script, "v1.2.4"], env=env, capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("the tag is v1.2.4 and CMakeLists.txt says 1.2.3", wrong.stderr)
        # A runner's user is not root, and its own are the files that it packs.
        self.as_user('shift; AS_USER=0 exec "$@"')
        env["PATH"] = os.path.join(self.folder, "bin") + os.pathsep + env["PATH"]
        subprocess.run([script, "v1.2.3"], env=env, check=True, capture_output=True)
        self.assertEqual(self.did(), ["dev packages by 0", "dev build release by 1000"])
        dist = os.path.join(self.checkout, "build", "dist")
        step = self.publishing("sha256sum")
        sums = step["run"].split("\n")[0]
        subprocess.run(["bash", "-e", "-c", sums], cwd=dist, check=True)
        for name in os.listdir(dist):
            with open(os.path.join(dist, name), "rb") as file:
                self.server.files["/acme/qmetry-ci/releases/download/v1.2.3/" + name] = file.read()
        self.assert_works(self.get())
        self.assertEqual(self.built(), ["dev build release"])  # of the release, not of the job

    def test_a_wrong_checksum_ends_the_job(self):
        self.release(broken=True)
        done = self.get()
        self.assertFalse(done.ok)
        self.assertIn("is not what its release lists", done.of_level("error")[0].text)
        self.assertEqual(done.outputs["conclusion"], "failed")
        self.assertEqual(self.built(), [])

    def test_a_checksum_can_be_pinned(self):
        digest = self.release()
        self.assert_works(self.get(sha256=digest))
        done = self.get(sha256="0" * 64)
        self.assertFalse(done.ok)
        self.assertIn("sha256 is not the checksum", done.of_level("error")[0].text)

    def test_with_a_pinned_checksum_it_is_that_asset_or_none(self):
        digest = self.release()
        asset = "qmetry-ci-v1.2.3-%s.tar.gz" % system_name()
        self.assert_works(self.get())
        # What an earlier job left is neither taken for it nor trusted.
        done = self.get(keep=True, sha256="0" * 64)
        self.assertFalse(done.ok)
        (left,) = [
            os.path.join(folder, "qmetry-ci")
            for folder, _, files in os.walk(os.path.join(self.folder, "temp", "qmetry-ci"))
            if asset in files
        ]
        self.write(left, "#!/bin/sh\necho somebody else\n")
        self.server.asked.clear()
        self.assert_works(self.get(keep=True, sha256=digest))
        self.assertEqual(self.server.asked, [])
        # Nor is it built where there is no such asset.
        self.server.files.clear()
        self.write(os.path.join(os.path.dirname(left), asset), "no archive")
        self.assertFalse(self.get(keep=True, sha256=digest).ok)
        for ref in ("v1", "main"):
            done = self.get(ref, sha256=digest)
            self.assertFalse(done.ok)
            self.assertIn("no asset with the input sha256", done.of_level("error")[0].text)
        self.assertFalse(self.get(sha256=digest, program=self.real).ok)
        self.assertEqual(self.built(), [])

    def test_without_a_release_it_is_built_once(self):
        done = self.get()
        self.assert_works(done)
        self.assertEqual(self.built(), ["dev build release"])
        # That job failed, which keeps nothing from the cache.
        self.assertFalse(done.ok)
        self.assert_works(self.get())
        self.assertEqual(self.built(), ["dev build release"])
        # Other sources are another program.
        self.write("checkout/src/a.c", "int changed;\n")
        self.assert_works(self.get())
        self.assertEqual(self.built(), ["dev build release"] * 2)

    def test_only_packages_need_root(self):
        os.unlink(self.packages)
        self.as_user('shift; AS_USER=0 exec "$@"')
        self.assert_works(self.get("main"))
        self.assertEqual(
            self.did(), ["dev packages by 1000", "dev packages by 0", "dev build release by 1000"]
        )

    def test_without_sudo_it_is_told_what_is_missing(self):
        os.unlink(self.packages)
        self.as_user("echo 'sudo: a password is required' >&2; exit 1")
        done = self.get("main")
        self.assertFalse(done.ok)
        (told,) = done.of_level("error")
        self.assertEqual(told.text, "missing packages; run: sudo apt-get install x")
        self.assertEqual(done.outputs["conclusion"], "failed")
        self.assertEqual(self.built(), [])
        self.write(self.packages, "")
        self.assert_works(self.get("main"))

    def test_another_system_than_linux_is_told(self):
        for system in ("Darwin", "MINGW64_NT-10.0-20348"):
            self.tool("bin/uname", "echo " + system)
            done = self.get()
            self.assertFalse(done.ok)
            self.assertIn("runs on Linux", done.of_level("error")[0].text)
            self.assertEqual(done.outputs["conclusion"], "failed")
        self.assertEqual(self.built(), [])

    def test_a_branch_is_built_without_asking(self):
        self.release()
        for ref in ("main", "0123456789abcdef0123456789abcdef01234567", ""):
            with self.subTest(ref):
                shutil.rmtree(self.cached(), ignore_errors=True)
                self.assert_works(self.get(ref))
        self.assertEqual(self.built(), ["dev build release"] * 3)
        self.assertEqual(self.server.asked, [])


if __name__ == "__main__":
    unittest.main()
