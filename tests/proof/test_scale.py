"""Suites of 10 to 100,000 runs: as few calls as there can be, and every status right.

Several executions, statuses in another language, ids as texts, rows in any order and a server that
caps its pages. The largest one takes some seconds, so it belongs to `./dev check-all`.
"""
import os
import random
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

from harness import FAILURE, Case, execution, junit, run, world  # noqa: E402

BATCH = 500


def ceil(count, size):
    return -(-count // size)


class Scale(Case):
    def scale(self, runs, executions, cap):
        shuffle = random.Random(runs)
        rows = []
        for number in range(executions):
            one = [run(n, tcRunID=number * 10**6 + n) for n in range(1, runs + 1)]
            shuffle.shuffle(one)
            rows.append(execution(2720260 + number, one, "Platform %d" % number))
        self.start(world(rows, max_page=cap, ids_as_strings=True))
        cases = [("a", "VKMC-TC-%d" % n, "" if n % 7 else FAILURE) for n in range(1, runs + 1)]
        shuffle.shuffle(cases)
        policy = self.write("allow.yaml", 'version: "1"\ndefault: allow\n')
        arguments = ["--all-executions", "--policy", policy, "--batch-size", str(BATCH)]
        done = self.upload(*arguments, self.write("TEST-a.xml", junit(*cases)), code=0)
        failed = runs // 7
        writes = executions * (ceil(failed, BATCH) + ceil(runs - failed, BATCH))
        reads = 3 + executions * ceil(runs, cap)
        calls = done.json["calls"]
        self.assertEqual((calls["reads"], calls["writes"]), (reads, writes))
        state = self.simulator.get("state?runs=none")
        self.assertEqual(state["counters"]["repeated_runs"], 0)
        self.assertEqual(state["counters"]["updates"], executions * runs)
        for one in state["projects"][0]["suites"][0]["executions"]:
            counts = {name: count for name, count in one["counts"].items() if count}
            wanted = {"passed": runs - failed, "failed": failed}
            self.assertEqual(counts, {name: count for name, count in wanted.items() if count})

    def test_ten(self):
        self.scale(10, 3, 500)

    def test_a_thousand_in_small_pages(self):
        self.scale(1000, 3, 37)

    def test_a_hundred_thousand(self):
        self.scale(100000, 1, 500)


if __name__ == "__main__":
    unittest.main()
