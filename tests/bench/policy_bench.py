"""`./dev bench policy`: what a decision costs, beside a yardstick in the same round.

The call is the one that an upload makes most, under a policy of 41 tools with conditions on three
of its arguments, and with a limit for what is counted. All programs repeat one thing so often that
their start does not show.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "e2e"))

from redis_server import RedisServer  # noqa: E402

TOOL = "qmetry_bulk_update_test_case_execution_status"
ARGUMENTS = {
    "projectKey": "PROJ",
    "entityIDs": "66095087,66095088,66095089",
    "entityType": "TCR",
    "qmTsRunId": "2720260",
    "runStatusID": 11,
    "isBulkOperation": False,
}
OTHERS = "".join("  qmetry_tool_%d:\n    rules: [{action: allow}]\n" % n for n in range(40))
CONDITIONS = """version: "1"
tools:
%s  %s:
    rules:
      - name: fields
        conditions:
          - {path: args.projectKey, op: eq, value: PROJ}
          - {path: args.runStatusID, op: in, value: [11, 12]}
          - {path: args.isBulkOperation, op: eq, value: false}
""" % (
    OTHERS,
    TOOL,
)
LIMIT = "      - {name: pace, rate_limit: 2000000000/day}\n"


def write(bench, name, text):
    path = os.path.join(bench.folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def bench_policy(bench):
    """A decision in memory, and a reservation in each shared store."""
    paths = [
        write(bench, "conditions.yaml", CONDITIONS),
        write(bench, "limit.yaml", CONDITIONS + LIMIT),
        write(bench, "arguments.json", json.dumps(ARGUMENTS)),
    ]
    bench_decision(bench, *paths)
    bench_sqlite(bench, *paths[1:])
    bench_redis(bench, *paths[1:])


def bench_decision(bench, conditions, limit, arguments):
    count = "1000000"
    decide, lookup = bench.program("bench-decide"), bench.program("bench-lookup")
    for title, policy, extra, kinds in (
        ("three arguments", conditions, [], ["check"]),
        ("three arguments and a counter", limit, ["counter"], ["check", "reserve"]),
    ):
        yardstick = "jansson looks up and compares"
        commands = [(yardstick, [lookup, arguments, count] + extra)]
        commands += [(kind, [decide, kind, "memory", policy, arguments, count]) for kind in kinds]
        got = bench.rounds("1,000,000 decisions, " + title, commands, 11)
        for kind in kinds:
            bench.bar("%s: %s / lookup" % (title, kind), got[kind][0], 5.0)


def compare_stores(bench, title, yardstick, state, policy, arguments, count):
    """The bar is for the store; what the gate asks besides is shown."""
    decide = [bench.program("bench-decide")]
    commands = [yardstick]
    for label, what in (("reserved in the store", "store"), ("reserved by the gate", "reserve")):
        commands.append((label, decide + [what, state, policy, arguments, count]))
    got = bench.rounds("%s reservations in %s" % (count, title), commands, 21)
    bench.bar("%s / %s" % (title, yardstick[0]), got["reserved in the store"][0], 1.2)


def bench_sqlite(bench, policy, arguments):
    count = "10000"
    bare, ours = (os.path.join(bench.folder, name) for name in ("bare.sqlite", "ours.sqlite"))
    yardstick = ("bare transaction", [bench.program("bench-transaction"), bare, count])
    compare_stores(bench, "SQLite", yardstick, ours, policy, arguments, count)


def bench_redis(bench, policy, arguments):
    count = "10000"
    server = RedisServer(bench.folder)
    try:
        yardstick = ("bare EVALSHA", [bench.program("bench-evalsha"), str(server.port), count])
        url = "redis://127.0.0.1:%d" % server.port
        compare_stores(bench, "Redis", yardstick, url, policy, arguments, count)
    finally:
        server.stop()
