"""Memory that is gone: the program goes on or ends, and tells nothing that is not so."""
import os
import random
import shutil
import signal
import unittest

from harness import FAILURE, Case, execution, junit, run, world

# A run makes some 8,000 allocations, most of them while libcurl is loaded.
ALLOCATIONS = sorted(random.Random(11).sample(range(0, 9000), 120))


class NoMemory(Case):
    def attempt(self, allowed):
        done = self.upload(
            "--state",
            "memory",
            "--retries",
            "0",
            "--no-journal",
            self.report,
            env={"LD_PRELOAD": self.preload, "QM_TEST_ALLOCATIONS": str(allowed)},
        )
        statuses = self.statuses()
        self.simulator.post("world", {"runs": [{"ids": [1001, 1002], "status": "notrun"}]})
        return done, statuses

    def test_the_nth_allocation_fails(self):
        self.start(world([execution(2720260, [run(1), run(2)])]))
        # A blank in its path would be the end of the path.
        self.preload = shutil.copy(os.environ["QM_NO_MEMORY"], self.folder)
        self.report = self.write(
            "TEST-a.xml", junit(("a", "VKMC-TC-1", ""), ("a", "VKMC-TC-2", FAILURE))
        )
        wanted = {1001: "passed", 1002: "failed"}
        ends = set()
        for allowed in ALLOCATIONS + ["%d!" % number for number in ALLOCATIONS]:
            with self.subTest(allowed):
                done, statuses = self.attempt(allowed)
                ends.add(done.code)
                for key, status in statuses.items():
                    self.assertIn(status, ("notrun", wanted[key]))
                if done.code == 0:
                    self.assertEqual(statuses, wanted)
                elif done.code in (-signal.SIGABRT, 127):
                    self.assertIn("memory", done.err)
                else:
                    self.assertIn(done.code, (1, 2, 4, 5, 9, 10), done.err)
                    self.assertTrue(done.err.strip())
        # Both happened, or nothing was tested.
        self.assertIn(0, ends)
        self.assertIn(-signal.SIGABRT, ends)


if __name__ == "__main__":
    unittest.main()
