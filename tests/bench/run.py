#!/usr/bin/env python3
"""Measures qmetry-ci against yardsticks, side by side, round after round.

    run.py BIN_DIR [NAME...]        all benchmarks, or those named: start parse upload

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

from parse_bench import bench_parse

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


def bench_upload(bench):
    """10,000 runs to the simulator, no limit: whole process, number of calls."""
    runs, batch = 10000, 500
    report = bench.report("upload.xml", "--tests", str(runs), "--keys")
    policy = os.path.join(bench.folder, "allow.yaml")
    with open(policy, "w", encoding="utf-8") as file:
        file.write('version: "1"\ndefault: allow\n')
    world = os.path.join(bench.folder, "world.json")
    with open(world, "w", encoding="utf-8") as file:
        json.dump(upload_world(runs), file)
    simulator = subprocess.Popen(
        [bench.program("qmetry-sim"), "--world", world, "--until-eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = simulator.stdout.readline().strip()
        environment = dict(os.environ, QMETRY_API_KEY="bench", HOME=bench.folder)
        command = [
            bench.program("qmetry-ci"),
            "upload",
            "--url",
            url,
            "--project",
            "PROJ",
            "--suite",
            "PROJ-TS-20",
            "--policy",
            policy,
            "--state",
            "memory",
            "--batch-size",
            str(batch),
            report,
        ]
        # The skipped ones (2 %) are left as they are: two groups.
        out = subprocess.run(
            command + ["--format", "json"],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        summary = json.loads(out)
        counts = summary["results"]
        passed, failed = counts["passed"] + counts["flaky"], counts["failed"] + counts["errored"]
        expected = -(-passed // batch) + -(-failed // batch)
        print(
            "\nupload of %d runs: %d bulk calls, ceil(%d / %d) + ceil(%d / %d) = %d; %d reads"
            % (
                runs,
                summary["calls"]["writes"],
                passed,
                batch,
                failed,
                batch,
                expected,
                summary["calls"]["reads"],
            )
        )
        if summary["calls"]["writes"] != expected:
            bench.missed.append("number of bulk calls")
        os.environ.update(environment)
        got = bench.rounds(
            "upload of 10,000 runs",
            [
                ("parse of the same report", [bench.program("qmetry-ci"), "parse", report]),
                ("qmetry-ci upload", command),
            ],
            11,
        )
        bench.bar("upload, wall ms", got["qmetry-ci upload"][1], 250)
    finally:
        simulator.stdin.close()
        simulator.wait(timeout=10)


BENCHES = {"start": bench_start, "parse": bench_parse, "upload": bench_upload}


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
