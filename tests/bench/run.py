#!/usr/bin/env python3
"""Measures qmetry-ci against yardsticks, side by side, round after round.

    run.py BIN_DIR [NAME...]        all benchmarks, or those named: start parse upload policy

A round runs each command once, so that what else the machine does hits all of them alike. The
ratio is taken inside each round and the median of the ratios is what counts; times are medians
with their range. Peak memory is the largest seen. A bar that is missed makes the exit code 1.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request

from parse_bench import bench_parse
from policy_bench import bench_policy

HERE = os.path.dirname(os.path.abspath(__file__))


class Bench:
    def __init__(self, bin_dir, folder):
        self.bin, self.folder, self.missed = bin_dir, folder, []

    def program(self, name):
        return os.path.join(self.bin, name)

    def measure(self, command, codes):
        out = subprocess.run(
            [self.program("bench-measure")] + command, check=True, capture_output=True, text=True
        ).stdout.split()
        wall, cpu, peak, code = float(out[0]), float(out[1]), int(out[2]) / 1024, int(out[3])
        if code not in codes:
            raise SystemExit("%s ended with %d" % (" ".join(command), code))
        return wall, cpu, peak

    def rounds(self, title, commands, rounds, codes=(0,), before=None):
        """commands: [(label, argv)], first the yardstick. Returns {label: (ratio, ms, MB)}."""
        rows = {label: [] for label, _ in commands}
        for number in range(rounds + 1):
            for label, command in commands:
                if before:
                    before(label)
                row = self.measure(command, codes)
                if number:  # the first round warms the caches
                    rows[label].append(row)
        print("\n%s (%d rounds)" % (title, rounds))
        print(
            "  %-34s %10s %19s %9s %8s %7s"
            % ("", "wall ms", "min - max", "CPU ms", "peak MB", "ratio")
        )
        base, result = rows[commands[0][0]], {}
        for label, _ in commands:
            wall = [row[0] * 1e3 for row in rows[label]]
            ratio = statistics.median(row[0] / first[0] for row, first in zip(rows[label], base))
            peak = max(row[2] for row in rows[label])
            result[label] = (ratio, statistics.median(wall), peak)
            print(
                "  %-34s %10.1f %9.1f - %7.1f %9.1f %8.1f %7.2f"
                % (
                    label,
                    statistics.median(wall),
                    min(wall),
                    max(wall),
                    statistics.median(row[1] * 1e3 for row in rows[label]),
                    peak,
                    ratio,
                )
            )
        return result

    def bar(self, what, value, limit):
        kept = value <= limit
        print("  %s %s: %.2f, at most %.2f" % ("kept  " if kept else "MISSED", what, value, limit))
        if not kept:
            self.missed.append(what)

    def report(self, name, *arguments):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            subprocess.run(
                [sys.executable, os.path.join(HERE, "gen_junit.py"), path] + list(arguments),
                check=True,
                stdout=subprocess.DEVNULL,
            )
        return path


def bench_start(bench):
    """Start-up: nothing is loaded before it is needed."""
    small = bench.report("small.xml", "--tests", "200", "--suites", "4")
    got = bench.rounds(
        "start-up",
        [
            ("empty C program", [bench.program("bench-empty")]),
            ("qmetry-ci --help", [bench.program("qmetry-ci"), "--help"]),
            ("qmetry-ci parse, 200 tests", [bench.program("qmetry-ci"), "parse", small]),
        ],
        41,
    )
    bench.bar("--help / empty program", got["qmetry-ci --help"][0], 4.0)


def upload_world(runs):
    return {
        "keys": [{"key": "bench"}],
        "projects": [
            {
                "key": "PROJ",
                "id": 1,
                "clientCode": "BENCH",
                "statuses": [
                    {"name": "Passed", "defaultName": "passed", "id": 11},
                    {"name": "Failed", "defaultName": "failed", "id": 12},
                    {"name": "Not Run", "defaultName": "notrun", "id": 13},
                ],
                "suites": [
                    {
                        "id": 20,
                        "key": "PROJ-TS-20",
                        "name": "bench",
                        "executions": [
                            {
                                "tsRunID": "2720260",
                                "platformName": "Linux",
                                "generate": {
                                    "count": runs,
                                    "first_id": 66000001,
                                    "key_prefix": "PROJ-TC-",
                                    "first_key": 1,
                                    "summary": "test {n}",
                                    "status": "notrun",
                                },
                            }
                        ],
                    }
                ],
            }
        ],
    }


def call_of(row):
    """A request as the simulator recorded it, for the replay."""
    body = row.get("body")
    text = json.dumps(body, separators=(",", ":")) if isinstance(body, dict) else body
    return {key: row[key] for key in ("method", "path", "headers")} | {"body": text or None}


def check_calls(bench, summary, runs, batch):
    """As few calls as there can be: whole batches and whole pages."""
    counts, calls = summary["results"], summary["calls"]
    passed, failed = counts["passed"] + counts["flaky"], counts["failed"] + counts["errored"]
    writes = -(-passed // batch) + -(-failed // batch)
    reads = 3 + -(-runs // 500)
    print("\nupload of %d runs: %d writes, %d reads" % (runs, calls["writes"], calls["reads"]))
    if (calls["writes"], calls["reads"]) != (writes, reads):
        bench.missed.append("calls: %d writes and %d reads would do" % (writes, reads))


def bench_upload(bench):
    """10,000 and 100,000 runs, one connection, no limit, beside a replay of the same calls."""
    for runs, rounds in ((10000, 11), (100000, 5)):
        upload_beside_replay(bench, runs, rounds)


def upload_beside_replay(bench, runs, rounds):
    batch = 500
    report = bench.report("upload-%d.xml" % runs, "--tests", str(runs), "--keys")
    paths = {name: os.path.join(bench.folder, name) for name in ("policy", "world", "calls")}
    with open(paths["policy"], "w", encoding="utf-8") as file:
        file.write('version: "1"\ndefault: allow\n')
    with open(paths["world"], "w", encoding="utf-8") as file:
        json.dump(upload_world(runs), file)
    simulator = subprocess.Popen(
        [bench.program("qmetry-sim"), "--world", paths["world"], "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = simulator.stdout.readline().strip()
        os.environ.update(QMETRY_API_KEY="bench", HOME=bench.folder)
        journal = os.path.join(bench.folder, "journal")
        command = [bench.program("qmetry-ci"), "upload", "--url", url, "--project", "PROJ"]
        command += ["--suite", "PROJ-TS-20", "--policy", paths["policy"], "--state", "memory"]
        command += ["--batch-size", str(batch), "--journal", journal, "--format", "json", report]
        first = subprocess.run(command, capture_output=True, text=True, check=True)
        check_calls(bench, json.loads(first.stdout), runs, batch)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(url + "/_sim/requests") as answer:
            calls = [call_of(row) for row in json.loads(answer.read())]
        with open(paths["calls"], "w", encoding="utf-8") as file:
            json.dump(calls, file)

        def begin(_):
            if os.path.exists(journal):
                os.remove(journal)

        replay = [bench.program("bench-replay"), url, paths["calls"], journal]
        read = int(subprocess.run(replay, capture_output=True, text=True, check=True).stdout)
        if read != runs:
            raise SystemExit("the replay reads %d runs of %d" % (read, runs))
        got = bench.rounds(
            "upload of %d runs" % runs,
            [("replay of its calls", replay), ("qmetry-ci upload", command)],
            rounds,
            before=begin,
        )
        bench.bar("upload / replay", got["qmetry-ci upload"][0], 1.5)
        # 24 B a test, 64 B a run; key, summary and three entries of maps a test case.
        model = runs * (24 + 64 + 200) / 1e6
        bench.bar("peak MB, 16 + %.0f" % model, got["qmetry-ci upload"][2], 16 + model)
    finally:
        simulator.stdin.close()
        simulator.wait(timeout=10)


BENCHES = {
    "start": bench_start,
    "parse": bench_parse,
    "upload": bench_upload,
    "policy": bench_policy,
}


def main():
    if len(sys.argv) < 2 or any(name not in BENCHES for name in sys.argv[2:]):
        raise SystemExit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(os.path.abspath(sys.argv[1]), folder)
        for name in sys.argv[2:] or BENCHES:
            BENCHES[name](bench)
    if bench.missed:
        raise SystemExit("missed: " + ", ".join(bench.missed))


if __name__ == "__main__":
    main()
