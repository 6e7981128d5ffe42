#include "src/upload/summary/summary_forms.h"
#include "tests/upload/desk.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- Reasons. */

static void exit_codes_are_one_table(void **state)
{
	/* In the order in which they apply. */
	static const int expected[QM_REASONS] = { 2, 5, 9, 8, 10, 7, 1, 4, 6, 3 };

	(void)state;
	for (int i = 0; i < QM_REASONS; i++)
		assert_int_equal(qm_reason_exit_code((enum qm_reason)i), expected[i]);
}

static void failures_become_reasons_by_their_code(void **state)
{
	static const struct {
		enum qm_code code;
		int exit_code;
	} rows[] = { { QM_EUSAGE, 2 }, { QM_EAUTH, 5 }, { QM_ENOTFOUND, 9 }, { QM_EDENIED, 8 },
		{ QM_EUNREACHABLE, 10 }, { QM_EINPUT, 10 }, { QM_ESTOPPED, 7 }, { QM_EREFUSED, 1 },
		{ QM_EIO, 1 }, { QM_ELIMIT, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(
			qm_reason_exit_code(qm_reason_of(rows[i].code)), rows[i].exit_code);
}

static const char *reason_text(const struct desk *desk, size_t index)
{
	return ((const struct qm_reason_line *)qm_vec_at(&desk->summary.reasons, index))->text;
}

static void what_applies_first_stands_first(void **state)
{
	struct desk *desk = *state;
	struct qm_error err;

	assert_int_equal(qm_summary_exit_code(&desk->summary), 0);
	qm_summary_reason(&desk->summary, QM_REASON_UNMAPPED, "%d unmapped", 3);
	qm_summary_reason(&desk->summary, QM_REASON_REPORT, "first");
	qm_summary_reason(&desk->summary, QM_REASON_REPORT, "second");
	qm_error_init(&err);
	(void)qm_error_set(&err, QM_EAUTH, "the key is not accepted");
	qm_error_at(&err, "https://qa.example.com/rest", 0, 0);
	qm_summary_failure(&desk->summary, &err);
	assert_string_equal(
		reason_text(desk, 0), "https://qa.example.com/rest: the key is not accepted");
	assert_string_equal(reason_text(desk, 1), "first");
	assert_string_equal(reason_text(desk, 2), "second");
	assert_string_equal(reason_text(desk, 3), "3 unmapped");
	assert_int_equal(qm_summary_exit_code(&desk->summary), 5);
	assert_true(qm_summary_has(&desk->summary, QM_REASON_REPORT));
	assert_false(qm_summary_has(&desk->summary, QM_REASON_NOTHING));
}

/* ---- Conclusions. */

static void assert_concludes(struct desk *desk, enum qm_reason reason, const char *nothing_accepted,
	const char *some_accepted)
{
	struct qm_summary *summary = &desk->summary;

	qm_vec_clear(&summary->reasons);
	if (reason != QM_REASONS)
		qm_summary_reason(summary, reason, "because");
	summary->accepted = 0;
	assert_string_equal(qm_conclusion_name(qm_summary_conclusion(summary)), nothing_accepted);
	summary->accepted = 1;
	assert_string_equal(qm_conclusion_name(qm_summary_conclusion(summary)), some_accepted);
}

static void an_upload_concludes_by_its_first_reason(void **state)
{
	struct desk *desk = *state;

	assert_concludes(desk, QM_REASONS, "success", "success");
	assert_concludes(desk, QM_REASON_USAGE, "failed", "partial");
	assert_concludes(desk, QM_REASON_AUTH, "failed", "partial");
	assert_concludes(desk, QM_REASON_NOT_FOUND, "failed", "partial");
	assert_concludes(desk, QM_REASON_DENIED, "denied", "denied");
	assert_concludes(desk, QM_REASON_UNREACHABLE, "failed", "partial");
	assert_concludes(desk, QM_REASON_STOPPED, "stopped", "stopped");
	assert_concludes(desk, QM_REASON_NOT_UPLOADED, "failed", "partial");
	assert_concludes(desk, QM_REASON_REPORT, "failed", "partial");
	assert_concludes(desk, QM_REASON_UNMAPPED, "failed", "partial");
	assert_concludes(desk, QM_REASON_NOTHING, "failed", "partial");
}

static void a_plan_concludes_as_planned_if_it_was_made(void **state)
{
	struct desk *desk = *state;
	struct qm_summary *summary = &desk->summary;

	summary->planning = true;
	qm_summary_reason(summary, QM_REASON_REPORT, "broken");
	assert_int_equal(qm_summary_conclusion(summary), QM_FAILED_UPLOAD);
	summary->plan = &desk->plan;
	assert_int_equal(qm_summary_conclusion(summary), QM_PLANNED);
	qm_summary_reason(summary, QM_REASON_DENIED, "denied");
	assert_int_equal(qm_summary_conclusion(summary), QM_CONCLUDED_DENIED);
	qm_vec_clear(&summary->reasons);
	qm_summary_reason(summary, QM_REASON_STOPPED, "quota of reads");
	assert_int_equal(qm_summary_conclusion(summary), QM_CONCLUDED_STOPPED);
	qm_vec_clear(&summary->reasons);
	summary->plan = NULL;
	assert_int_equal(qm_summary_conclusion(summary), QM_PLANNED);
}

/* ---- Numbers. */

static void what_was_set_is_counted_by_transition_and_execution(void **state)
{
	struct desk *desk = *state;
	struct qm_summary *summary = &desk->summary;
	const struct qm_update *updates;
	const struct qm_transition *transition;

	desk_fill(desk);
	updates = desk->plan.updates.items;
	assert_int_equal(qm_summary_updated(summary, 0).runs, 0);
	for (int i = 0; i < 2; i++)
		qm_summary_count(summary, &updates[1]);
	qm_summary_count(summary, &updates[0]);
	assert_int_equal(qm_summary_updated(summary, 0).runs, 3);
	assert_int_equal(qm_summary_updated(summary, 1).runs, 0);
	assert_int_equal(summary->transitions.count, 2);
	transition = qm_vec_at(&summary->transitions, 0);
	assert_string_equal(transition->from, "Not Run");
	assert_string_equal(transition->to, "Passed");
	assert_int_equal(transition->runs, 2);
}

static void steps_are_counted_apart(void **state)
{
	struct desk *desk = *state;
	struct qm_summary *summary = &desk->summary;
	struct qm_update step = { .status_id = SHELF_PASSED };
	const struct qm_transition *transition;

	desk_fill(desk);
	(void)shelf_step(&desk->catalog, 2, SHELF_FAILED);
	step.run = (uint32_t)desk->catalog.runs.count - 1;
	qm_summary_count(summary, &step);
	assert_int_equal(qm_summary_updated(summary, 0).runs, 0);
	assert_int_equal(qm_summary_updated(summary, 0).steps, 1);
	assert_int_equal(qm_summary_updated_all(summary).steps, 1);
	assert_int_equal(summary->transitions.count, 0);
	transition = qm_vec_at(&summary->step_transitions, 0);
	assert_string_equal(transition->from, "Failed");
	assert_string_equal(transition->to, "Passed");
}

static void what_was_not_sent_is_what_is_left_of_the_plan(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(qm_summary_unsent(&desk->summary), 0);
	desk_fill(desk);
	assert_int_equal(qm_summary_unsent(&desk->summary), 3);
	desk->summary.accepted = desk->summary.failed_count = 1;
	assert_int_equal(qm_summary_unsent(&desk->summary), 1);
}

static void an_execution_is_named_by_its_platform_or_its_id(void **state)
{
	struct desk *desk = *state;
	struct qm_execution *execution;
	char place[64];

	(void)shelf_execution(&desk->catalog, "2720260", "Chrome");
	(void)shelf_execution(&desk->catalog, "2720261", "");
	qm_summary_place(&desk->catalog, 0, place, sizeof place);
	assert_string_equal(place, "VKMC-TS-20 / Chrome");
	qm_summary_place(&desk->catalog, 1, place, sizeof place);
	assert_string_equal(place, "VKMC-TS-20 / 2720261");
	/* A suite run that was chosen by its id tells no suite. */
	execution = qm_vec_at(&desk->catalog.executions, 1);
	execution->suite_key = "";
	qm_summary_place(&desk->catalog, 1, place, sizeof place);
	assert_string_equal(place, "2720261");
	assert_string_equal(qm_summary_status(&desk->catalog, SHELF_BLOCKED), "Blocked");
	assert_string_equal(qm_summary_status(&desk->catalog, 99), "(unknown)");
}

/* ---- Text. */

static void assert_text(struct desk *desk, const char *expected)
{
	qm_buf_clear(&desk->text);
	qm_summary_text(&desk->summary, NULL, &desk->text);
	assert_string_equal(desk->text.data, expected);
}

static void assert_text_has(struct desk *desk, const char *part)
{
	qm_buf_clear(&desk->text);
	qm_summary_text(&desk->summary, NULL, &desk->text);
	if (!strstr(desk->text.data, part))
		fail_msg("\"%s\" is not in:\n%s", part, desk->text.data);
}

static void an_upload_that_went_well_is_short(void **state)
{
	struct desk *desk = *state;

	desk_accept_all(desk);
	(void)desk_add_verdict(desk, "TEST-a.xml");
	desk->summary.counts = (struct qm_session_counts){ 5, 2, 0, 0 };
	assert_text(desk,
		"success: 3 of 3 updates accepted (not verified)\n"
		"\n"
		"  3 tests in 1 report: 2 passed, 1 failed\n"
		"  3 tests mapped, 0 not; 0 test cases in no report\n"
		"  5 reads, 2 writes; team.yaml\n"
		"\n"
		"Executions (1)\n"
		"  SUITE       SUITE RUN  PLATFORM  RELEASE  CYCLE  RUNS  UPDATED\n"
		"  VKMC-TS-20  2720260    Chrome                       3        3\n"
		"\n"
		"Before -> after (3)\n"
		"  BEFORE   AFTER   RUNS\n"
		"  Not Run  Failed     1\n"
		"  Not Run  Passed     1\n"
		"  Passed   Passed     1\n");
}

static void an_upload_that_went_wrong_tells_why(void **state)
{
	struct desk *desk = *state;
	struct qm_summary *summary = &desk->summary;
	const struct qm_unmapped unmapped = { .test = "a.B.c",
		.file = "TEST-a.xml",
		.why = "no such key",
		.nearest = "VKMC-TC-1 \"One\"" };
	const struct qm_missing missing = { "VKMC-TC-9", "Nine", "Firefox" };
	const struct qm_listed_run failed = { .key = "VKMC-TC-1",
		.name = "VKMC-TC-1",
		.test = "a.B.one",
		.why = "it is gone",
		.id = 1001 };
	struct qm_report_verdict *verdict = desk_add_verdict(desk, "TEST-b.xml");

	desk_fill(desk);
	summary->accepted = summary->failed_count = 1;
	qm_vec_push(&desk->resolution.unmapped, &unmapped);
	qm_vec_push(&desk->resolution.missing, &missing);
	qm_vec_push(&summary->failed, &failed);
	desk->resolution.unmapped_count = desk->resolution.missing_count = 1;
	desk->resolution.mapped = desk->resolution.unchanged = 1;
	verdict->reason = "truncated";
	verdict->salvaged = true;
	verdict->counts.tests = 2;
	summary->counts = (struct qm_session_counts){ 1, 1, 1, 61000 };
	qm_summary_reason(summary, QM_REASON_STOPPED, "the time of --deadline is over");
	assert_text(desk,
		"stopped: 1 of 3 updates accepted (not verified), 1 failed, 1 not sent\n"
		"  - the time of --deadline is over\n"
		"\n"
		"  3 tests in 1 report: 2 passed, 1 failed\n"
		"  1 test mapped, 1 not; 1 test case in no report; 1 run has the status "
		"already\n"
		"  1 read, 1 write, of these 1 retry; waited 61 s; team.yaml\n"
		"\n"
		"Executions (1)\n"
		"  SUITE       SUITE RUN  PLATFORM  RELEASE  CYCLE  RUNS  UPDATED\n"
		"  VKMC-TS-20  2720260    Chrome                       3        0\n"
		"\n"
		"Not uploaded (1)\n"
		"  KEY         RUN  TEST     WHY\n"
		"  VKMC-TC-1  1001  a.B.one  it is gone\n"
		"\n"
		"Tests without a test case (1)\n"
		"  TEST   WHY          NEAREST\n"
		"  a.B.c  no such key  VKMC-TC-1 \"One\"\n"
		"\n"
		"Test cases in no report (1)\n"
		"  VKMC-TC-9 on Firefox  Nine\n"
		"\n"
		"Reports with problems (1)\n"
		"  FILE        REASON     TESTS KEPT\n"
		"  TEST-b.xml  truncated           2\n");
}

static void a_plan_is_a_table_of_calls(void **state)
{
	struct desk *desk = *state;

	desk_plan_two(desk);
	assert_text_has(desk, "planned: 1 update in 1 call, the last one in 60 s; 2 denied\n");
	assert_text_has(desk,
		"Calls (2)\n"
		"  CALL  EARLIEST                 IN  EXECUTION            RUNS  STATUS\n"
		"     1  2026-01-15T10:32:00Z   60 s  VKMC-TS-20 / Chrome     1  Failed\n"
		"     2  denied                never  VKMC-TS-20 / Chrome     2  Passed\n");
}

static void a_summary_of_nothing_is_its_reasons(void **state)
{
	struct desk *desk = *state;

	qm_summary_reason(&desk->summary, QM_REASON_NOTHING, "no test report was found");
	assert_text(desk, "failed: nothing was updated\n  - no test report was found\n");
}

static void lists_of_fifty_are_whole(void **state)
{
	struct desk *desk = *state;

	desk_fill(desk);
	for (int i = 0; i < 50; i++)
		qm_vec_push(&desk->resolution.missing,
			&(struct qm_missing){ "VKMC-TC-9", "shown", "" });
	desk->resolution.missing_count = 50;
	assert_text_has(desk, "  VKMC-TC-9  shown\n");
	assert_null(strstr(desk->text.data, "more"));
}

static void longer_lists_end_after_fifty_lines(void **state)
{
	struct desk *desk = *state;

	desk_fill(desk);
	for (int i = 0; i < 60; i++) {
		const struct qm_missing missing = { "VKMC-TC-9", i < 50 ? "shown" : "hidden", "" };

		qm_vec_push(&desk->resolution.missing, &missing);
	}
	desk->resolution.missing_count = 12345;
	assert_text_has(desk, "Test cases in no report (12345)\n");
	assert_text_has(desk, "  VKMC-TC-9  shown\n  ... and 12295 more\n");
	assert_null(strstr(desk->text.data, "hidden"));
}

static void names_from_outside_give_no_orders(void **state)
{
	struct desk *desk = *state;
	const struct qm_unmapped unmapped = {
		.test = "\n::error::x\033[2J\xe2\x80\xae", .file = "", .why = "", .nearest = ""
	};

	desk_fill(desk);
	qm_vec_push(&desk->resolution.unmapped, &unmapped);
	desk->resolution.unmapped_count = 1;
	qm_summary_reason(&desk->summary, QM_REASON_REPORT, "%s", "a\n::error::y");
	assert_text_has(desk, "  - a ::error::y\n");
	assert_text_has(desk, "   : :error::x?[2J?\n");
	assert_null(strstr(desk->text.data, "\n:"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exit_codes_are_one_table),
		TEST(failures_become_reasons_by_their_code),
		TEST(what_applies_first_stands_first),
		TEST(an_upload_concludes_by_its_first_reason),
		TEST(a_plan_concludes_as_planned_if_it_was_made),
		TEST(what_was_set_is_counted_by_transition_and_execution),
		TEST(steps_are_counted_apart),
		TEST(what_was_not_sent_is_what_is_left_of_the_plan),
		TEST(an_execution_is_named_by_its_platform_or_its_id),
		TEST(an_upload_that_went_well_is_short),
		TEST(an_upload_that_went_wrong_tells_why),
		TEST(a_plan_is_a_table_of_calls),
		TEST(a_summary_of_nothing_is_its_reasons),
		TEST(lists_of_fifty_are_whole),
		TEST(longer_lists_end_after_fifty_lines),
		TEST(names_from_outside_give_no_orders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
