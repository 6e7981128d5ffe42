"""Seeded uploads against servers and networks that misbehave.

    faults.py [--seeds FIRST-LAST] [--jobs N]         the programs are in $QM_BIN_DIR

Each seed is an upload of a suite of its own through the fault proxy (tests/sim/fault_proxy.py),
under a clock that moves only when the program waits. Whatever happens on the way, at the end

* each run has the status that it had or the one that it shall get,
* what was told to be accepted is there, and exit code 0 means that all of it is,
* otherwise the reasons say so, and accepted, failed and left add up to what there was to do,
* the policy (30 updates a minute) was kept by all attempts together, and there were not too many,
* it took bounded time and memory, and the key is nowhere.
"""
import argparse
import collections
import email.utils
import json
import multiprocessing
import os
import random
import re
import shutil
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "e2e"), os.path.join(HERE, "..", "sim")]

from fault_proxy import FAULTS, PASSING, FaultProxy  # noqa: E402
from harness import BIN, KEY, START_MS, Simulator, execution, junit, run, world  # noqa: E402

RUNS = 60
LIMIT_KB = 48 * 1024
LIMIT_SECONDS = 30
DEADLINE_MS = 30 * 60 * 1000
CODES = (0, 1, 5, 7, 9, 10)


class Wrong(Exception):
    pass


def check(condition, text, *arguments):
    if not condition:
        raise Wrong(text % arguments if arguments else text)


class Case:
    """What one seed asks for."""

    def __init__(self, seed):
        chance = random.Random(seed)
        self.seed = seed
        self.count = chance.randint(1, RUNS)
        self.rate = chance.choice([0.0, 0.1, 0.1, 0.3, 0.3, 0.6, 1.0])
        # All, those that pass, or one kind of trouble alone.
        self.faults = chance.choice([FAULTS, PASSING, PASSING, [chance.choice(FAULTS)]])
        self.failed = {n for n in range(1, self.count + 1) if chance.random() < 0.3}
        self.before = {
            n: chance.choice(["notrun", "notrun", "blocked", "passed"])
            for n in range(1, self.count + 1)
        }
        ids = [1000 + n for n in range(1, self.count + 1)]
        self.settings = {"bad_ids": [], "max_ids": 0, "bad_id_answer": 400}
        if chance.random() < 0.2:
            self.settings["bad_ids"] = chance.sample(ids, min(len(ids), chance.randint(1, 2)))
            self.settings["bad_id_answer"] = chance.choice([400, 422, "success_false"])
        if chance.random() < 0.2:
            self.settings["max_ids"] = chance.randint(1, 20)
        self.arguments = [
            "--batch-size",
            str(chance.choice([1, 3, 10, 500])),
            "--retries",
            str(chance.choice([0, 1, 4])),
            "--on-limit",
            chance.choice(["wait", "wait", "stop"]),
        ]

    def wanted(self):
        return {
            1000 + n: "failed" if n in self.failed else "passed" for n in range(1, self.count + 1)
        }

    def patch(self):
        runs = collections.defaultdict(list)
        for n in range(1, RUNS + 1):
            runs[self.before.get(n, "notrun")].append(1000 + n)
        changes = [{"ids": ids, "status": status} for status, ids in runs.items()]
        return dict(self.settings, runs=changes, reset=True)

    def report(self):
        inner = {True: '<failure message="boom"/>', False: ""}
        return junit(
            *[("a", "VKMC-TC-%d" % n, inner[n in self.failed]) for n in range(1, self.count + 1)]
        )


class Stand:
    """A simulator, the proxy before it, and a folder."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="qm-soak-")
        os.chdir(self.folder)  # a process of its own; journals are put there
        runs = [run(n) for n in range(1, RUNS + 1)]
        self.simulator = Simulator(self.folder, world([execution(2720260, runs)]))
        port = int(self.simulator.url.rsplit(":", 1)[1])
        self.proxy = FaultProxy(port, self.simulator.now, self.date)

    def date(self, seconds):
        moment = self.simulator.now() / 1000 + seconds
        return email.utils.formatdate(moment, usegmt=True)

    def close(self):
        self.proxy.close()
        self.simulator.stop()
        os.chdir("/")
        shutil.rmtree(self.folder)

    def upload(self, case):
        """Exit code, both channels, seconds and KB that it took."""
        report = os.path.join(self.folder, "TEST-a.xml")
        with open(report, "w", encoding="utf-8") as file:
            file.write(case.report())
        arguments = ["qmetry-ci-test", "upload", "--suite", "VKMC-TS-20", "--format", "json"]
        arguments += ["--state", "memory", "--timeout", "250ms", *case.arguments, report]
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder,
            "QMETRY_API_KEY": KEY,
            "QMETRY_PROJECT": "VKMC",
            "QMETRY_TEST_CLOCK": self.simulator.clock_path,
            "QMETRY_URL": self.proxy.url,
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        paths = [os.path.join(self.folder, name) for name in ("out", "err")]
        actions = [
            (os.POSIX_SPAWN_OPEN, 1 + i, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            for i, path in enumerate(paths)
        ]
        # An earlier seed with the same updates would be carried on.
        shutil.rmtree(os.path.join(self.folder, ".qmetry-ci"), ignore_errors=True)
        begun = time.monotonic()
        program = os.path.join(BIN, "qmetry-ci-test")
        child = os.posix_spawn(program, arguments, environment, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        texts = []
        for path in paths:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        seconds = time.monotonic() - begun
        return os.waitstatus_to_exitcode(status), texts[0], texts[1], seconds, usage.ru_maxrss


def check_numbers(case, code, answer, wanted, after):
    there = sum(after[key] == wanted[key] for key in wanted)
    accepted, failed = answer["updates"]["accepted"], answer["updates"]["failed"]
    check(accepted <= there, "%d accepted, but only %d are there", accepted, there)
    check(failed == answer["failed_total"], "%d failed, %d told", failed, answer["failed_total"])
    if code == 0:
        check(answer["conclusion"] == "success", "0 and %s", answer["conclusion"])
        check(accepted == case.count == there, "0, but %d of %d are there", there, case.count)
        return
    check(answer["conclusion"] != "success", "%d and success", code)
    codes = [row["code"] for row in answer["reasons"]]
    check(code in codes, "%d is no code of the reasons %s", code, codes)
    if not answer["mapped"]:
        check(there == sum(wanted[k] == case.before[k - 1000] for k in wanted), "written, not told")
        return
    told = " ".join(row["text"] for row in answer["reasons"])
    left = list(map(int, re.findall(r"(\d+) of \d+ updates are left", told)))
    unknown = list(map(int, re.findall(r", (\d+) more may have been set", told)))
    check(len(left) <= 1, "told twice what is left: %s", left)
    total = accepted + failed + sum(left) + sum(unknown)
    numbers = accepted, failed, left, unknown, case.count
    check(total == case.count, "%d accepted, %d failed, %s left, %s unknown of %d", *numbers)
    # What was told to be left was not sent: only the rest may be there.
    never = sum(left)
    changed = sum(after[k] == wanted[k] != case.before[k - 1000] for k in wanted)
    check(changed <= case.count - never, "%d changed, though %d were left", changed, never)


def check_calls(case, log):
    minutes = collections.Counter(event.at_ms // 60000 for event in log if event.method == "PUT")
    check(not minutes or max(minutes.values()) <= 30, "%s calls a minute", minutes.values())
    # Each piece at most 5 times; the pieces are the plan's, 60 splits, and those of sizes.
    check(len(log) <= 5 * (2 * case.count + 60 + 10), "%d calls", len(log))


def check_case(case, stand, outcome):
    code, out, err, seconds, kilobytes = outcome
    check(code in CODES, "exit code %d: %s", code, err[-2000:])
    check(KEY not in out + err, "the key is shown")
    check("\x1b" not in out + err, "an escape sequence is shown")
    answer = json.loads(out)
    state = stand.simulator.get("state")
    check(not state["violations"], "violations: %s", state["violations"])
    rows = state["projects"][0]["suites"][0]["executions"][0]["runs"]
    after = {row["tcRunID"]: row["status"] for row in rows}
    wanted = case.wanted()
    for key, status in wanted.items():
        check(status == after[key] or case.before[key - 1000] == after[key], "%d is odd", key)
    check_numbers(case, code, answer, wanted, after)
    check_calls(case, stand.proxy.log)
    check(seconds < LIMIT_SECONDS, "%.1f s", seconds)
    check(kilobytes < LIMIT_KB or "ASAN_OPTIONS" in os.environ, "%d KB", kilobytes)
    passed_ms = stand.simulator.now() - START_MS
    check(passed_ms <= DEADLINE_MS + 60000, "%d ms on the clock", passed_ms)
    bad = case.settings["bad_ids"]
    if not case.rate and case.arguments[-1] == "wait":
        check(code == (1 if bad else 0), "%d without a fault", code)
        missing = [key for key in wanted if after[key] != wanted[key]]
        check(set(missing) <= set(bad), "%s are missing", missing)


def attempt(stand, seed):
    """What is wrong with the seed, or None; and the exit code."""
    case = Case(seed)
    stand.simulator.set_clock(START_MS)
    stand.simulator.post("world", case.patch())
    stand.proxy.begin(seed, case.rate, case.faults)
    outcome = stand.upload(case)
    try:
        check_case(case, stand, outcome)
    except Exception as wrong:  # whatever it is, the seed is told
        kind = "" if isinstance(wrong, Wrong) else traceback.format_exc()
        events = [(e.at_ms - START_MS, e.method, e.path, e.fault) for e in stand.proxy.log]
        return (
            "%s %s\n%s\n%s\n%s"
            % (
                wrong,
                kind,
                case.arguments,
                "\n".join(map(str, events[-40:])),
                outcome[2][-2500:] + outcome[1][:600],
            ),
            outcome,
        )
    return None, outcome


def work(seeds):
    stand = Stand()
    codes, wrong, slowest, largest = collections.Counter(), [], 0.0, 0
    try:
        for seed in seeds:
            text, outcome = attempt(stand, seed)
            codes[outcome[0]] += 1
            slowest, largest = max(slowest, outcome[3]), max(largest, outcome[4])
            if text:
                wrong.append((seed, text))
            if len(wrong) >= 5:
                break
    finally:
        stand.close()
    return codes, wrong, slowest, largest


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", default="0-9999")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    jobs = min(options.jobs, len(seeds))
    begun = time.monotonic()
    with multiprocessing.Pool(jobs) as pool:
        results = pool.map(work, [seeds[i::jobs] for i in range(jobs)])
    codes = sum((row[0] for row in results), collections.Counter())
    wrong = [pair for row in results for pair in row[1]]
    for seed, text in wrong:
        print("seed %d: %s\n" % (seed, text))
    print(
        "%d uploads in %.0f s: %s; the slowest took %.1f s, the largest %d KB; %d are wrong"
        % (
            sum(codes.values()),
            time.monotonic() - begun,
            ", ".join("%d x exit code %d" % (codes[code], code) for code in sorted(codes)),
            max(row[2] for row in results),
            max(row[3] for row in results),
            len(wrong),
        )
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
