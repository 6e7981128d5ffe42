"""A disk that fills up at any byte: nothing is lost, and nothing is told that is not so."""
import json
import os
import random
import shutil
import unittest

from journal_case import Journal

# What one upload writes is some 9 KB, and with a new file of counters some 45 KB.
FEW = sorted(random.Random(5).sample(range(0, 10000), 40))
MANY = [0] + sorted(random.Random(6).sample(range(10000, 60000), 30))


class NoSpace(Journal):
    def attempt(self, space, state):
        env = {"LD_PRELOAD": self.preload, "QM_TEST_SPACE": str(space)}
        return self.upload(
            "--batch-size",
            "2",
            "--state",
            state,
            "--cache",
            self.path("cache"),
            "--receipt",
            self.path("receipt"),
            "--summary",
            self.path("summary"),
            "--outputs",
            self.path("outputs"),
            self.report,
            env=env,
        )

    def path(self, name):
        return os.path.join(self.folder, "out", name)

    def check(self, done):
        """What the program says of it, and what the files hold, is what the simulator knows."""
        updated = {key for key, row in self.runs().items() if row["updates"]}
        self.assertIn(done.code, (0, 1, 2, 7, 10), done.err)
        if done.code:
            self.assertRegex(done.err, "No space left|no space is left")
        if done.json["conclusion"] == "success":
            self.assertEqual(self.statuses(), self.wanted())
            # It is about QMetry; but who named a file for it wants that, too.
            self.assertEqual(done.code, int("cannot be written" in done.err), done.err)
        self.assertEqual(done.json["updates"]["accepted"], len(updated), done.out)
        for key in updated:
            self.assertEqual(self.statuses()[key], self.wanted()[key])
        rows = self.receipt()
        # Of the last call at most the server may know more than the receipt.
        self.assertLessEqual(len(updated) - len(rows), 2 if done.code else 0)
        self.assertLessEqual({row["id"] for row in rows}, updated)

    def receipt(self):
        if not os.path.exists(self.path("receipt")):
            return []
        with open(self.path("receipt"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def sweep(self, spaces, state):
        # A blank in its path would be the end of the path.
        self.preload = shutil.copy(os.environ["QM_NO_SPACE"], self.folder)
        codes = set()
        for space in spaces:
            with self.subTest(space):
                self.forget()
                done = self.attempt(space, state)
                codes.add(done.code)
                self.check(done)
                again = self.attempt(1 << 30, state)
                self.assertEqual(again.code, 0, again.err)
                self.assertEqual(self.statuses(), self.wanted())
                self.assertEqual(self.journals(), [])
                self.assertTrue(all(count <= 2 for count in self.updates().values()))
        # Both happened, or nothing was tested.
        self.assertIn(0, codes)
        self.assertIn(1, codes)

    def test_journal_receipt_cache_and_summary(self):
        self.sweep(FEW, "memory")

    def test_counters(self):
        self.sweep(MANY, "sqlite:" + self.path("counters"))

    def forget(self):
        shutil.rmtree(self.path(""), ignore_errors=True)
        shutil.rmtree(os.path.join(self.folder, ".qmetry-ci"), ignore_errors=True)
        os.mkdir(self.path(""))
        self.stop()
        self.begin()


if __name__ == "__main__":
    unittest.main()
