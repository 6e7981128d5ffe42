"""Uploads that are killed at every step and at any time, and carried on until they are done.

    kill.py [--kills N] [--seed S]         the programs are in $QM_BIN_DIR

First an upload is killed at each of its points in turn (tests/clock/fault_points.h: inside and
behind each write, behind each sync, before and behind each request), then at random moments, until
there were N kills (1,000). What was killed is carried on, by resume or by the same upload again,
and may be killed again. At the end of each upload

* every run has exactly the status, the build and the comment that it shall have, whatever it had,
* no run was set more often than once and once for each kill,
* no window of the policy holds more calls than it allows, all processes together,
* the server has seen nothing that it had to refuse, and the journal is gone,
* the receipt has a line for every run, and undo gives all of them back what they had.
"""
import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "e2e"))

from harness import BIN, FAILURE, KEY, Simulator, execution, junit, run, world  # noqa: E402

BULK = "qmetry_bulk_update_test_case_execution_status"
RUNS = "qmetry_fetch_test_case_runs_by_test_suite_run"
SKIPPED = '<skipped message="later"/>'
BEFORE = ("notrun", "passed", "failed", "blocked")
WANTED = ("passed", "failed", "blocked")
COUNT = 12
LIMITS = {BULK: 3, RUNS: 4}
POLICY = 'version: "1"\ndefault: allow\ntools:\n' + "".join(
    "  %s:\n    rules:\n      - name: pace\n        rate_limit: %d/minute\n" % limit
    for limit in LIMITS.items()
)
# More processes than this for one upload would be no progress.
MAX_PROCESSES = 60


def check(condition, text, *arguments):
    if not condition:
        raise AssertionError(text % arguments if arguments else text)


class Upload:
    """One upload, from its first process to its last one."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.folder = tempfile.mkdtemp(prefix="qm-kill-")
        self.before = {n: self.chance.choice(BEFORE) for n in range(1, COUNT + 1)}
        self.wanted = {n: self.chance.choice(WANTED) for n in range(1, COUNT + 1)}
        self.kills = 0
        self.receipt = os.path.join(self.folder, "receipt")

    def __enter__(self):
        rows = [run(n, status=status) for n, status in self.before.items()]
        half = COUNT // 2
        self.simulator = Simulator(
            self.folder,
            world(
                [
                    execution(2720260, rows[:half]),
                    execution(2720261, rows[half:], platform="Firefox"),
                ]
            ),
        )
        inner = {"passed": "", "failed": FAILURE, "blocked": SKIPPED}
        cases = [("a.B", "VKMC-TC-%d" % n, inner[status]) for n, status in self.wanted.items()]
        self.write("TEST-a.xml", junit(*cases))
        self.write("policy.yaml", POLICY)
        return self

    def __exit__(self, *_):
        self.simulator.process.kill()
        self.simulator.process.wait()
        self.simulator.process.stdin.close()
        self.simulator.process.stdout.close()
        shutil.rmtree(self.folder)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def environment(self, kill_at):
        kept = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS") if name in os.environ}
        kept.update(
            HOME=self.folder,
            QMETRY_API_KEY=KEY,
            QMETRY_PROJECT="VKMC",
            QMETRY_URL=self.simulator.url,
            QMETRY_TEST_CLOCK=self.simulator.clock_path,
            QMETRY_POLICY="policy.yaml",
            QMETRY_STATE="sqlite:" + os.path.join(self.folder, "state.sqlite"),
            QMETRY_RECEIPT=self.receipt,
            QMETRY_MAX_WAIT="1h",
            QMETRY_DEADLINE="2h",
            QMETRY_BATCH_SIZE="2",
        )
        if kill_at:
            kept["QMETRY_TEST_KILL"] = str(kill_at)
        return kept

    def process(self, arguments, kill_at=0, kill_after=None):
        """Exit code, None for one that was killed, and what it said."""
        process = subprocess.Popen(
            [os.path.join(BIN, "qmetry-ci-test")] + arguments,
            cwd=self.folder,
            env=self.environment(kill_at),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        out, _ = process.communicate(timeout=120)
        self.kills += process.returncode == -9
        return (None if process.returncode == -9 else process.returncode), out

    def journal(self):
        folder = os.path.join(self.folder, ".qmetry-ci")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        check(len(names) < 2, "several journals: %s", names)
        return os.path.join(".qmetry-ci", names[0]) if names else None

    def upload(self):
        return [
            "upload",
            "--suite",
            "VKMC-TS-20",
            "--all-executions",
            "--status",
            "skipped=Blockiert",
            "--build",
            "1.4.0",
            "--comment",
            "nightly",
            "TEST-a.xml",
        ]

    def next(self, **kill):
        """One more process; whether the upload is done."""
        journal = self.journal()
        if journal and self.chance.random() < 0.6:
            code, out = self.process(["resume", journal], **kill)
            if code == 2:
                check("run the upload again" in out, "resume: %s", out)
                return False
        else:
            code, out = self.process(self.upload(), **kill)
        check(code in (None, 0), "exit code %s: %s", code, out)
        return code == 0

    def carry_on(self):
        """Until it is done; half of the processes are killed as well, the first few at least."""
        for number in range(MAX_PROCESSES):
            kill_at = self.chance.randint(1, 60) if number < 6 and self.chance.random() < 0.5 else 0
            if self.next(kill_at=kill_at):
                return
        check(False, "no end after %d processes", MAX_PROCESSES)

    # ---- What must hold at the end.

    def rows(self, state):
        (project,) = state["projects"]
        return {
            row["tcRunID"] - 1000: row
            for suite in project["suites"]
            for one in suite["executions"]
            for row in one["runs"]
        }

    def check_end(self):
        state = self.simulator.get("state")
        check(state["violations"] == [], "violations: %s", state["violations"])
        check(state["refused"] == [], "refused: %s", state["refused"])
        for number, row in self.rows(state).items():
            check(row["status"] == self.wanted[number], "run %d: %s", number, row)
            check(row.get("dropID") == 947, "build of run %d: %s", number, row)
            check(row.get("comment") == "nightly", "comment of run %d: %s", number, row)
            check(1 <= row["updates"] <= 1 + self.kills, "run %d: %s", number, row)
        check(self.journal() is None, "the journal was left")
        self.check_budget()

    def check_budget(self):
        calls = self.simulator.get("calls")
        for tool, limit in LIMITS.items():
            for window in calls.get(tool, {"windows": []})["windows"]:
                check(window["calls"] <= limit, "%s: %s", tool, window)

    def check_undo(self):
        # What a kill tore is a line that cannot be undone, and its runs were set once more.
        with open(self.receipt, encoding="utf-8") as file:
            good = []
            for line in file:
                try:
                    good.append(json.loads(line))
                except ValueError:
                    continue
        check({row["id"] - 1000 for row in good} == set(self.wanted), "receipt: %s", good)
        self.write("receipt", "".join(json.dumps(row) + "\n" for row in good))
        code, out = self.process(["undo", "receipt"])
        check(code == 0, "undo: %s", out)
        rows = self.rows(self.simulator.get("state"))
        found = {number: row["status"] for number, row in rows.items()}
        check(found == self.before, "after undo: %s, before: %s", found, self.before)
        self.check_budget()


class Soak:
    def __init__(self, arguments):
        self.seed, self.wanted = arguments.seed, arguments.kills
        self.uploads = self.kills = self.points = 0

    def one(self, name, **kill):
        """False where the process was not killed."""
        with Upload("%s-%s" % (self.seed, name)) as upload:
            try:
                done = upload.next(**kill)
                killed = upload.kills > 0
                if not done:
                    upload.carry_on()
                upload.check_end()
                upload.check_undo()
            except AssertionError as error:
                sys.exit("kill.py --seed %s: upload %s: %s" % (self.seed, name, error))
            self.uploads += 1
            self.kills += upload.kills
            return killed

    def at_every_point(self, share):
        """Every point of the first process, or one of `share`."""
        number = 1
        while self.one("point-%d" % number, kill_at=number):
            self.points = number
            number += share

    def at_random(self):
        number = 0
        while self.kills < self.wanted:
            number += 1
            self.one("moment-%d" % number, kill_after=random.Random(number).uniform(0, 0.06))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    soak = Soak(parser.parse_args())
    # A short run takes every 7th point, so that it gets to the last ones, too.
    soak.at_every_point(1 if soak.wanted >= 500 else 7)
    by_point = soak.kills
    soak.at_random()
    print(
        "%d uploads done after %d kills: %d points, %d kills by point and in carrying on, the "
        "others at random moments" % (soak.uploads, soak.kills, soak.points, by_point)
    )


if __name__ == "__main__":
    main()
