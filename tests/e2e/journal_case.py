"""What tests of journals, receipts and signals share: a suite that an upload sets in four calls."""
import os

from harness import FAILURE, Case, execution, junit, run, world

BULK = "qmetry_bulk_update_test_case_execution_status"
RUNS = "qmetry_fetch_test_case_runs_by_test_suite_run"


def fault(action, tool=BULK, **match):
    match["tool"] = tool
    return {"match": match, "action": action}


DOWN = {"status": 503}


class Journal(Case):
    count = 8

    def begin(self, faults=(), statuses=None, **more):
        """A suite of 8 runs; tests 1 and 2 fail, the others pass."""
        rows = [run(n, status=(statuses or {}).get(n, "notrun")) for n in range(1, self.count + 1)]
        self.start(world([execution(2720260, rows)], faults=list(faults), **more))
        self.report = self.write(
            "TEST-a.xml",
            junit(
                *[
                    ("a.B", "VKMC-TC-%d" % n, FAILURE if n <= 2 else "")
                    for n in range(1, self.count + 1)
                ]
            ),
        )

    def send(self, *arguments, **more):
        return self.upload(
            "--state", "memory", "--batch-size", "2", *arguments, self.report, **more
        )

    def resume(self, path=None, *arguments, **more):
        return self.qmetry(
            "resume",
            "--state",
            "memory",
            "--format",
            "json",
            *arguments,
            path or self.journal(),
            **more
        )

    def journals(self):
        folder = os.path.join(self.folder, ".qmetry-ci")
        if not os.path.isdir(folder):
            return []
        return sorted(os.path.join(folder, name) for name in os.listdir(folder))

    def journal(self):
        found = self.journals()
        self.assertEqual(len(found), 1, found)
        return found[0]

    def lines(self, path=None):
        with open(path or self.journal(), encoding="utf-8") as file:
            return file.read().splitlines()

    def wanted(self):
        return {1000 + n: "failed" if n <= 2 else "passed" for n in range(1, self.count + 1)}

    def updates(self):
        return {key: row["updates"] for key, row in self.runs().items()}

    def heal(self):
        self.simulator.post("world", {"faults": []})
