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

# What we say instead of the oracle, and why; all are on the corpus' own list of files that can
# reasonably be read in another way (main() sees to it). A reason, or kind and counts in the order
# of expected.tsv (suites tests passed failed errored skipped) and the first name.
READS_CONTROLS = "forbidden control characters are replaced and counted"
READS_BYTES = "the bytes, or the byte order mark, tell better than the declaration"
KNOWS_MORE = "the encoding is converted"
BOUNDED = "a documented ceiling"
NO_DTD = "a DTD is dropped unread, its default attributes too"
DEPARTURES = {
    "synthetic__10k-attributes": ("limit", BOUNDED),
    "synthetic__attribute-5mb": ("limit", BOUNDED),
    "synthetic__deep-100k-testsuites-unclosed": ("limit", BOUNDED),
    "synthetic__deep-100k-unknown-elements": ("limit", BOUNDED),
    "synthetic__deep-20k-testsuites": ("limit", BOUNDED),
    "synthetic__element-name-64k": ("limit", BOUNDED),
    "synthetic__control-char-in-attribute": ("1 1 1 0 0 0 a.B.form\ufffdfeed", READS_CONTROLS),
    "synthetic__control-char-in-cdata": ("1 1 0 1 0 0 a.B.c", READS_CONTROLS),
    "synthetic__control-char-reference": ("1 1 0 1 0 0 a.B.c", READS_CONTROLS),
    "synthetic__noncharacter-fffe-in-cdata": ("1 1 0 1 0 0 a.B.c", READS_CONTROLS),
    "synthetic__xml11-control-reference": ("1 1 0 1 0 0 a.B.c", READS_CONTROLS),
    "synthetic__nul-byte": ("1 1 1 0 0 0 a.B.c", "the output of a test is dropped unseen"),
    "synthetic__surrogate-reference": ("1 1 1 0 0 0 a.B.\U0001f600", "a pair is one character"),
    "synthetic__doctype-default-attribute": ("1 1 1 0 0 0 a.B.c", NO_DTD),
    "synthetic__gbk-declared": ("1 1 1 0 0 0 a.B.\u6d4b\u8bd5", KNOWS_MORE),
    "synthetic__shift-jis-declared": ("1 1 1 0 0 0 a.B.\u30c6\u30b9\u30c8", KNOWS_MORE),
    "synthetic__utf16le-bom-declares-utf8": ("1 1 1 0 0 0 a.B.\u00e9", READS_BYTES),
    "synthetic__utf8-bom-declares-latin1":
        ("1 1 1 0 0 0 a.B.pr\u00fcft \u00e9t\u00e9 \u00a7", READS_BYTES),
    "synthetic__namespace-unbound-prefix": ("1 1 1 0 0 0 c", "prefixes play no part"),
    "synthetic__newline-before-declaration":
        ("1 1 1 0 0 0 a.B.c", "blanks before the first tag are skipped"),
    "synthetic__rules-junit":
        ("2 17 6 5 2 4 p.error before failure", "status=\"failed\" without a child is a failure"),
}


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
    """Rows from the column `kind` on; no results are compared of a report that is bad."""
    if want[0] == "bad":
        return got[:2] != want[:2]
    config = ["0" if cell == "-" else cell for cell in want[8:9]]
    return got[:12] != want[:8] + config + want[9:]


def departs(name, got):
    said = DEPARTURES[os.path.splitext(os.path.basename(name))[0]][0]
    if said == "limit":
        return got[:2] != ["bad", "limit"]
    return " ".join(got[2:8] + got[9:10]) != said


def main():
    program = sys.argv[1]
    beside = os.path.join(HERE, *[".."] * 3, "shared", "corpus")
    corpus = sys.argv[2] if len(sys.argv) > 2 else beside
    if not os.path.exists(os.path.join(corpus, "expected.tsv")):
        print("skipped: there is no corpus of real reports beside the project")
        return SKIPPED
    expected = load(os.path.join(corpus, "expected.tsv"))
    ambiguous = {row[0] for row in load(os.path.join(corpus, "AMBIGUOUS.tsv"))}
    got = measure(program, corpus, [row[0] for row in expected])
    wrong = departures = 0
    for name, *want in expected:
        if os.path.splitext(os.path.basename(name))[0] in DEPARTURES:
            departures += 1
            bad = name not in ambiguous or departs(name, got[name])
        else:
            bad = differs(want, got[name])
        if bad:
            wrong += 1
            print("%s\n  oracle %s\n  got    %s" % (name, want, got[name]))
    print("%d files, %d read in another way on purpose, %d wrong" % (
        len(expected), departures, wrong))
    return 1 if wrong or departures != len(DEPARTURES) else 0


if __name__ == "__main__":
    sys.exit(main())
