"""`./dev bench parse`: what reading costs, beside a bare libxml2 push loop in the same round.

`keys` is our reader with test case keys looked for in each result (read_files.c); `parse` is the
product's command. Instructions are callgrind's: they do not depend on what else the machine does.
"""
import glob
import os
import re
import statistics
import subprocess

MB = 1000000
MAX_PEAK_MB = 8


def size_mb(path):
    return os.path.getsize(path) / MB


def commands(bench, path):
    return [
        ("bare libxml2 push loop", [bench.program("bench-push-loop"), path]),
        ("reader, keys looked for", [bench.program("bench-read-files"), "1", "1", path]),
        ("qmetry-ci parse", [bench.program("qmetry-ci"), "parse", "--format", "json", path]),
    ]


def compare(bench, title, path, rounds):
    title = "%s, %.1f MB" % (title, size_mb(path))
    got = bench.rounds(title, commands(bench, path), rounds)
    bench.bar("%s: peak MB" % title, got["qmetry-ci parse"][2], MAX_PEAK_MB)
    return got


def in_process_ms(bench, threads, rounds, files):
    out = subprocess.run(
        [bench.program("bench-read-files"), str(threads), str(rounds)] + files,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return float(out.split()[0])


def in_process(bench, title, files, variants, repeats, rounds):
    """{name: (median ms, median ratio to the first)}; variants are (name, threads)."""
    rows = {name: [] for name, _ in variants}
    for _ in range(rounds):
        for name, threads in variants:
            rows[name].append(in_process_ms(bench, threads, repeats, files))
    print("\n%s (%d rounds, the fastest of %d each)" % (title, rounds, repeats))
    result = {}
    for name, _ in variants:
        ratio = statistics.median(a / b for a, b in zip(rows[name], rows[variants[0][0]]))
        ms = statistics.median(rows[name])
        print("  %-34s %10.3f ms %7.2f" % (name, ms, ratio))
        result[name] = (ms, ratio)
    return result


def instructions(command):
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"] + command,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


def bench_small(bench):
    path = bench.report("one.xml", "--tests", "20", "--suites", "1")
    got = in_process(
        bench,
        "a small file of 20 tests, %d bytes, 200 times" % os.path.getsize(path),
        [path] * 200,
        [("open, read, close", 0), ("reader, keys looked for", 1)],
        20,
        5,
    )
    bench.bar("a small file / its open-read-close", got["reader, keys looked for"][1], 5.0)


def bench_many(bench):
    folder = bench.report("many", "--files", "2000", "--tests", "20")
    files = sorted(glob.glob(os.path.join(folder, "*.xml")))
    got = in_process(
        bench,
        "2,000 files of 20 tests",
        files,
        [("one thread", 1), ("two threads", 2), ("open, read, close", 0)],
        10,
        5,
    )
    bench.bar("two threads / one", got["two threads"][1], 0.65)
    got = bench.rounds(
        "2,000 files, the whole process",
        [("qmetry-ci parse", [bench.program("qmetry-ci"), "parse", "--format", "json", folder])],
        5,
    )
    bench.bar("2,000 files: peak MB", got["qmetry-ci parse"][2], MAX_PEAK_MB)


def bench_long(bench):
    """Longer than what a thread may record of a few."""
    folder = bench.report("long", "--files", "200", "--tests", "400")
    files = sorted(glob.glob(os.path.join(folder, "*.xml")))
    got = in_process(
        bench, "200 files of 400 tests", files, [("one thread", 1), ("two threads", 2)], 10, 5
    )
    bench.bar("long files: two threads / one", got["two threads"][1], 0.8)
    label = "reader, two threads"
    got = bench.rounds(
        "200 files of 400 tests, recorded",
        [(label, [bench.program("bench-read-files"), "2", "1"] + files)],
        5,
    )
    bench.bar("long files: peak MB", got[label][2], MAX_PEAK_MB)


def bench_instructions(bench):
    path = bench.report("hundred.xml", "--tests", "100000", "--keys")
    counts = [(label, instructions(command)) for label, command in commands(bench, path)]
    print("\ninstructions, 100,000 tests with keys, %.1f MB" % size_mb(path))
    for label, count in counts:
        print("  %-34s %12d %7.2f" % (label, count, count / counts[0][1]))
    for label, count in counts[1:]:
        bench.bar("instructions: %s / push loop" % label, count / counts[0][1], 1.20)


def bench_large(bench):
    compare(bench, "20,000 tests", bench.report("medium.xml", "--tests", "20000"), 11)
    path = bench.report("large.xml", "--tests", "1000000", "--suites", "10000", "--keys")
    got = compare(bench, "1,000,000 tests", path, 5)
    for label in ("reader, keys looked for", "qmetry-ci parse"):
        bench.bar("%s / push loop" % label, got[label][0], 1.25)
    os.unlink(path)


def bench_logs(bench):
    path = bench.report("logs.xml", "--tests", "50000", "--system-out", "20000")
    got = compare(bench, "50,000 tests with 20 KB of output each", path, 3)
    bench.bar("logs: parse / push loop", got["qmetry-ci parse"][0], 0.1)
    os.unlink(path)


def bench_cdata(bench):
    """One stack of 20 or 80 MB: a push loop alone takes 18 times as long for four times as much."""
    paths = [
        bench.report(
            "cdata%d.xml" % mb, "--tests", "1", "--fail", "1", "--cdata", "--stack", str(mb * MB)
        )
        for mb in (20, 80)
    ]
    program = bench.program("qmetry-ci")
    got = bench.rounds(
        "CDATA",
        [("%.0f MB in one section" % size_mb(path), [program, "parse", path]) for path in paths],
        5,
    )
    first, second = got.values()
    bench.bar("80 MB of CDATA / 20 MB", second[0], 5.0)
    bench.bar("CDATA: peak MB", max(first[2], second[2]), MAX_PEAK_MB)


def bench_parse(bench):
    """Small, medium and large reports, logs, CDATA, many files; instructions and peak memory."""
    for part in (
        bench_small,
        bench_many,
        bench_long,
        bench_instructions,
        bench_large,
        bench_logs,
        bench_cdata,
    ):
        part(bench)
