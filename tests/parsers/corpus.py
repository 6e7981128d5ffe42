#!/usr/bin/env python3
"""corpus.py PROGRAM [CORPUS] - reads the corpus of real reports and compares with its oracle.

PROGRAM is report_events; CORPUS holds expected.tsv, by default ../shared/corpus beside the
project. Without it nothing can be compared: the exit code is 77 then. All files are read by one
reader, one after the other, so what one leaves behind would show in the next.

Where the oracle's own list of ambiguous files allows another reading, ours is in DEPARTURES.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SKIPPED = 77

# File -> what we say instead of the oracle, and why. Counts: suites tests passed failed errored
# skipped config_methods; None for a name that is not compared.
DEPARTURES = {}


def load(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [line.rstrip("\n").split("\t") for line in file][1:]


def measure(program, corpus, files):
    out = subprocess.run([program, "--counts"] + [os.path.join(corpus, name) for name in files],
                         check=True, capture_output=True).stdout.decode("utf-8", "surrogateescape")
    rows = {}
    for line in out.split("\n")[:-1]:
        cells = line.split("\t")
        rows[os.path.relpath(cells[0], corpus)] = cells[1:]
    return rows


def differs(want, got):
    if want[0] == "bad":
        return got[:2] != want[:2]
    if want[8] == "-":
        want = want[:8] + ["0"] + want[9:]
    return got[:12] != want


def main():
    program = sys.argv[1]
    corpus = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, *[".."] * 3, "shared", "corpus")
    if not os.path.exists(os.path.join(corpus, "expected.tsv")):
        print("skipped: there is no corpus of real reports beside the project")
        return SKIPPED
    expected = load(os.path.join(corpus, "expected.tsv"))
    ambiguous = {row[0] for row in load(os.path.join(corpus, "AMBIGUOUS.tsv"))}
    got = measure(program, corpus, [row[0] for row in expected])
    wrong = 0
    for name, *want in expected:
        if name in DEPARTURES:
            continue
        if differs(want, got[name]):
            wrong += 1
            print("%s%s\n  want %s\n  got  %s" % (name, " (ambiguous)" if name in ambiguous else "",
                                               want[:11], got[name]))
    print("%d files, %d different" % (len(expected), wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
