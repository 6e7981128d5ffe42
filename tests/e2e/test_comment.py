"""Comments: facts of the CI job, messages of failures, and what they cost."""
import unittest

from harness import KEY, Case, execution, junit, run, world

JENKINS = {
    "JENKINS_URL": "https://ci.example.com/",
    "JOB_NAME": "shop",
    "BUILD_NUMBER": "17",
    "BUILD_URL": "https://ci.example.com/17/",
}


def failure(message):
    return '<failure message="%s" type="T"/>' % message


class Comment(Case):
    def report(self, *messages):
        cases = [
            ("a", "VKMC-TC-%d" % (i + 1), failure(text) if text else "")
            for i, text in enumerate(messages)
        ]
        self.start(world([execution(2720260, [run(i + 1) for i in range(len(cases))])]))
        return self.write("TEST-a.xml", junit(*cases))

    def comments(self):
        return [(body["entityIDs"], body.get("comments")) for body in self.bulk()]

    def test_a_job_is_told_and_what_failed_in_it(self):
        report = self.report("", "Timeout after 30 s&#10;at x", "", "Timeout after 31 s", "gone")
        self.upload(report, code=0, env=JENKINS)
        job = "qmetry-ci: shop #17 https://ci.example.com/17/"
        self.assertEqual(
            sorted(self.comments()),
            [
                ("1001,1003", job),
                ("1002,1004", job + " Timeout after # s"),
                ("1005", job + " gone"),
            ],
        )
        # Worst first, whatever the comment.
        self.assertEqual(self.comments()[-1][0], "1001,1003")

    def test_a_report_that_does_not_count_has_said_nothing(self):
        report = self.report("waited 30 s", "waited 30 s")
        self.write("TEST-0.xml", junit(("a", "VKMC-TC-1", failure("waited 5 s")))[:-12])
        self.write("TEST-b.xml", junit(("a", "VKMC-TC-1", failure("waited 7 s")))[:-12])
        reports = ["TEST-0.xml", report, "TEST-b.xml"]
        self.upload("--salvage", "off", "--comment", "{message}", *reports, code=4)
        self.assertEqual(self.comments(), [("1001,1002", "waited 30 s")])

    def test_what_is_not_set_is_left_out(self):
        report = self.report("", "boom")
        self.upload(report, code=0, env={"JENKINS_URL": "x", "BUILD_NUMBER": "17"})
        self.assertEqual(
            self.comments(), [("1002", "qmetry-ci: #17 boom"), ("1001", "qmetry-ci: #17")]
        )

    def test_words_of_ones_own_are_kept_whatever_is_not_known(self):
        report = self.report("", "boom")
        self.upload("--comment", "nightly {build}: {message}", report, code=0)
        self.assertEqual(self.comments(), [("1002", "nightly boom"), ("1001", "nightly")])

    def test_types_that_are_not_told_make_no_further_call(self):
        report = self.report("timeout at 0x7f00", "timeout at 0xabc")
        with open(report, encoding="utf-8") as file:
            text = file.read().replace('type="T"', 'type="U"', 1)
        self.write(report, text)
        self.upload("--comment", "{message}", report, code=0)
        self.assertEqual(self.comments(), [("1001,1002", "timeout at #")])

    def test_a_comment_without_placeholders_makes_no_further_call(self):
        report = self.report("one", "two", "three")
        self.upload("--comment", "nightly", report, code=0, env=JENKINS)
        self.assertEqual(self.comments(), [("1001,1002,1003", "nightly")])

    def test_the_calls_for_messages_are_bounded(self):
        report = self.report("a", "a", "b", "b", "b", "c", "")
        self.upload("--comment", "{type}: {message}", "--max-comment-calls", "1", report, code=0)
        self.assertEqual(
            sorted(self.comments(), key=str),
            [("1001,1002,1006", None), ("1003,1004,1005", "T: b"), ("1007", None)],
        )

    def test_a_plan_makes_the_same_calls(self):
        report = self.report("a", "b", "")
        done = self.qmetry(
            "plan",
            "--suite",
            "VKMC-TS-20",
            "--comment",
            "{job} {message}",
            "--format",
            "json",
            report,
            code=0,
            env=JENKINS,
        )
        self.assertEqual(
            [call["arguments"]["comments"] for call in done.json["calls"]["planned"]],
            ["shop a", "shop b", "shop"],
        )

    def test_a_secret_does_not_travel_in_a_message(self):
        report = self.report("login with %s failed" % KEY)
        self.upload("--comment", "{message}", report, code=0)
        self.assertEqual(self.comments(), [("1001", "login with *** failed")])

    def test_an_unknown_placeholder_is_refused(self):
        report = self.report("a")
        done = self.upload("--comment", "see {buildnumber}", report, code=2)
        self.assertIn("there are {job}, {build}, {url}", done.err)
        self.assertEqual(self.requests(), [])


if __name__ == "__main__":
    unittest.main()
