#include "src/upload/upload.h"
#include "tests/upload/office.h"
#include "tests/upload/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An office, a catalog of its runs, and updates that are planned and sent. */
struct desk {
	struct office *office;
	struct qm_catalog catalog;
	struct qm_resolution resolution;
	struct qm_plan plan;
	struct qm_summary summary;
	size_t max_split_calls;
};

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);
	void *office;
	int failed = office_setup(&office);

	desk->office = office;
	desk->max_split_calls = 60;
	shelf_init(&desk->catalog);
	(void)shelf_execution(&desk->catalog, "2720260", "Chrome");
	qm_vec_init(&desk->resolution.updates, sizeof(struct qm_update));
	qm_plan_init(&desk->plan);
	qm_summary_init(&desk->summary);
	*state = desk;
	return failed;
}

static int teardown(void **state)
{
	struct desk *desk = *state;
	void *office = desk->office;
	int failed = office_teardown(&office);

	qm_summary_release(&desk->summary);
	qm_plan_release(&desk->plan);
	qm_vec_release(&desk->resolution.updates);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return failed;
}

/* Updates for runs 1 to `count`; the first `failed` of them failed. */
static void add(struct desk *desk, int count, int failed)
{
	desk->office->runs = count;
	for (int i = 1; i <= count; i++) {
		struct qm_update *update = qm_vec_add(&desk->resolution.updates);

		(void)shelf_run(&desk->catalog, i, "", NULL, SHELF_NOT_RUN);
		update->run = (uint32_t)i - 1;
		update->outcome = i <= failed ? QM_FAILED : QM_PASSED;
		update->status_id = i <= failed ? SHELF_FAILED : SHELF_PASSED;
	}
}

static void origin_of(void *context, uint32_t run, struct qm_origin *out)
{
	(void)context;
	out->tests[0] = run == 4 ? "a.B.five" : "a.B.other";
	out->tests[1] = "a.B.second";
	out->test_count = 2;
}

static struct qm_upload_options options_of(const struct desk *desk)
{
	return (struct qm_upload_options){
		.session = desk->office->stage->session,
		.clock = &desk->office->stage->clock,
		.log = &desk->office->stage->logger,
		.max_split_calls = desk->max_split_calls,
		.origins = { origin_of, NULL },
	};
}

static void plan(struct desk *desk, size_t batch_size, const char *policy)
{
	struct stage *stage = desk->office->stage;

	office_open(desk->office, policy);
	qm_plan_make(&desk->plan, &desk->catalog, &desk->resolution, batch_size);
	assert_int_equal(
		qm_plan_judge(&desk->plan, &desk->catalog, stage->gate, &stage->clock, NULL),
		QM_OK);
	desk->summary.catalog = &desk->catalog;
	desk->summary.resolution = &desk->resolution;
	desk->summary.plan = &desk->plan;
	desk->summary.policy_name = "team.yaml";
}

static void send_all(struct desk *desk, size_t batch_size, const char *policy)
{
	struct qm_upload_options options;

	plan(desk, batch_size, policy);
	options = options_of(desk);
	qm_upload(&desk->summary, &options);
}

/* A signal comes while the session is asked or waits for the n-th time from now on. */
static void send_until(struct desk *desk, size_t batch_size, int nth)
{
	struct qm_upload_options options;

	plan(desk, batch_size, stage_allow_all);
	desk->office->stage->interrupt_wait = desk->office->stage->waits + nth;
	options = options_of(desk);
	qm_upload(&desk->summary, &options);
}

static void assert_counts(
	const struct desk *desk, uint64_t accepted, uint64_t failed, uint64_t unsent)
{
	assert_int_equal(desk->summary.accepted, accepted);
	assert_int_equal(desk->summary.failed_count, failed);
	assert_int_equal(qm_summary_unsent(&desk->summary), unsent);
}

static const struct qm_call_result *result(const struct desk *desk, size_t call)
{
	return qm_vec_at(&desk->summary.calls, call);
}

static const char *reason(const struct desk *desk, size_t index)
{
	return ((const struct qm_reason_line *)qm_vec_at(&desk->summary.reasons, index))->text;
}

static void assert_says(const char *text, const char *words)
{
	if (!strstr(text, words))
		fail_msg("\"%s\" does not say \"%s\"", text, words);
}

static void what_is_accepted_is_counted(void **state)
{
	struct desk *desk = *state;
	const struct qm_transition *transition;

	add(desk, 10, 3);
	send_all(desk, 4, stage_allow_all);
	assert_counts(desk, 10, 0, 0);
	assert_int_equal(desk->summary.reasons.count, 0);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_SUCCESS);
	assert_string_equal(desk->office->log,
		"2: 1001,1002,1003\n1: 1004,1005,1006,1007\n"
		"1: 1008,1009,1010\n");
	assert_int_equal(result(desk, 2)->state, QM_CALL_ACCEPTED);
	assert_int_equal(result(desk, 2)->accepted, 3);
	assert_int_equal(qm_summary_updated(&desk->summary, 0), 10);
	assert_int_equal(desk->summary.transitions.count, 2);
	transition = qm_vec_at(&desk->summary.transitions, 1);
	assert_string_equal(transition->from, "Not Run");
	assert_string_equal(transition->to, "Passed");
	assert_int_equal(transition->runs, 7);
}

static void a_bad_id_is_named_with_its_key_and_test(void **state)
{
	struct desk *desk = *state;
	const struct qm_listed_run *failed;

	add(desk, 64, 0);
	desk->office->bad[1005] = true;
	send_all(desk, 500, stage_allow_all);
	assert_counts(desk, 63, 1, 0);
	assert_true(desk->office->writes <= 1 + 14);
	assert_int_equal(office_count(desk->office, SHELF_PASSED), 63);
	failed = qm_vec_at(&desk->summary.failed, 0);
	assert_string_equal(failed->key, "VKMC-TC-5");
	assert_string_equal(failed->test, "a.B.five");
	assert_int_equal(failed->id, 1005);
	assert_says(failed->why, "run 1005 is not there");
	assert_int_equal(result(desk, 0)->state, QM_CALL_PARTLY);
	assert_int_equal(result(desk, 0)->failed, 1);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 1);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_PARTIAL);
	assert_says(reason(desk, 0), "VKMC-TC-5 (run 1005, test a.B.five)");
	/* It is the reason, not one of those that it was refused together with. */
	assert_says(reason(desk, 0), "run 1005 is not there");
}

static void a_closed_execution_is_one_reason(void **state)
{
	struct desk *desk = *state;

	add(desk, 200, 0);
	desk->office->closed = true;
	send_all(desk, 50, stage_allow_all);
	assert_counts(desk, 0, 200, 0);
	/* The first call and 4 more, then one for each of the others. */
	assert_int_equal(desk->office->writes, 5 + 3);
	assert_int_equal(desk->summary.reasons.count, 1);
	assert_says(reason(desk, 0), "200 runs of VKMC-TS-20 / Chrome to Passed");
	assert_says(reason(desk, 0), "the execution is closed");
	assert_int_equal(result(desk, 0)->state, QM_CALL_FAILED);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_FAILED_UPLOAD);
}

static void reasons_are_cut_and_failures_counted(void **state)
{
	struct desk *desk = *state;

	add(desk, 30, 0);
	desk->office->closed = true;
	send_all(desk, 1, stage_allow_all);
	assert_counts(desk, 0, 30, 0);
	assert_int_equal(desk->summary.reasons.count, 21);
	assert_says(reason(desk, 20), "10 more of this kind");
	assert_int_equal(desk->summary.failed.count, 30);
}

static void a_denial_is_told_behind_many_refusals(void **state)
{
	struct desk *desk = *state;

	add(desk, 40, 30);
	desk->office->closed = true;
	send_all(desk, 1,
		"version: \"1\"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n      - name: bad news\n        on_deny: Only bad news.\n"
		"        conditions:\n          - {path: args.runStatusID, op: eq, value: 2}\n");
	assert_counts(desk, 0, 40, 0);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 8);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_CONCLUDED_DENIED);
	assert_int_equal(desk->summary.reasons.count, 1 + 20 + 1);
	assert_says(reason(desk, 0), "10 runs of VKMC-TS-20 / Chrome to Passed");
	assert_says(reason(desk, 21), "10 more of this kind");
}

static void split_calls_end_at_their_number(void **state)
{
	struct desk *desk = *state;

	add(desk, 100, 0);
	for (int i = 1; i <= 100; i += 2)
		desk->office->bad[1000 + i] = true;
	desk->max_split_calls = 10;
	send_all(desk, 500, stage_allow_all);
	assert_int_equal(desk->office->writes, 1 + 10);
	assert_counts(desk, (uint64_t)office_count(desk->office, SHELF_PASSED),
		(uint64_t)(100 - office_count(desk->office, SHELF_PASSED)), 0);
	assert_says(reason(desk, desk->summary.reasons.count - 1), "--max-split-calls");
}

static void a_size_that_was_learned_counts_for_the_whole_upload(void **state)
{
	struct desk *desk = *state;

	add(desk, 64, 32);
	desk->office->max_ids = 16;
	send_all(desk, 500, stage_allow_all);
	assert_counts(desk, 64, 0, 0);
	/* 32 refused, 2 x 16; then 2 x 16 at once. */
	assert_int_equal(desk->office->writes, 1 + 2 + 2);
	assert_int_equal(desk->summary.reasons.count, 0);
	assert_says(desk->office->stage->log, "32 runs in one call are too many");
	assert_says(desk->office->stage->log, "at most 16");
}

static void a_denied_call_is_listed_and_not_sent(void **state)
{
	struct desk *desk = *state;

	add(desk, 10, 4);
	send_all(desk, 500,
		"version: \"1\"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n      - name: good news\n        on_deny: Only good news.\n"
		"        conditions:\n          - {path: args.runStatusID, op: eq, value: 1}\n");
	assert_counts(desk, 6, 4, 0);
	assert_int_equal(desk->office->writes, 1);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 8);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_CONCLUDED_DENIED);
	assert_says(reason(desk, 0), "4 runs of VKMC-TS-20 / Chrome to Failed");
	assert_says(reason(desk, 0), "good news");
	assert_says(reason(desk, 0), "Only good news.");
}

static void a_limit_that_stops_sends_first_what_it_allows(void **state)
{
	struct desk *desk = *state;

	add(desk, 8, 0);
	desk->office->stage->options.limits.stop_on_limit = true;
	send_all(desk, 2,
		"version: \"1\"\ntools:\n  \"*\":\n    rules:\n      - name: pace\n"
		"        rate_limit: 3/minute\n");
	assert_counts(desk, 6, 0, 2);
	assert_int_equal(result(desk, 3)->state, QM_CALL_WAITING);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 7);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_CONCLUDED_STOPPED);
	assert_int_equal(desk->summary.reasons.count, 1);
	assert_says(reason(desk, 0), "2 of 8 updates are left");
}

static void a_rejected_key_ends_the_upload(void **state)
{
	struct desk *desk = *state;

	add(desk, 6, 0);
	desk->office->faults[2] =
		(struct answer){ .status = 401, .body = "{\"message\":\"Invalid API key\"}" };
	send_all(desk, 2, stage_allow_all);
	assert_counts(desk, 2, 0, 4);
	assert_int_equal(desk->office->writes, 2);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 5);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_PARTIAL);
	assert_says(reason(desk, 0), "Invalid API key");
}

static void a_server_that_cannot_be_reached_ends_the_upload(void **state)
{
	struct desk *desk = *state;

	add(desk, 6, 0);
	desk->office->stage->options.limits.retries = 0;
	desk->office->faults[1] = (struct answer){ .status = 503, .body = "" };
	send_all(desk, 2, stage_allow_all);
	assert_counts(desk, 0, 0, 6);
	assert_int_equal(desk->office->writes, 1);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 10);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_FAILED_UPLOAD);
}

static void a_call_that_times_out_is_tried_smaller(void **state)
{
	struct desk *desk = *state;

	add(desk, 40, 0);
	/* It is retried once as it is. */
	for (size_t i = 1; i <= 2; i++)
		desk->office->faults[i] =
			(struct answer){ .delivery = QM_UNANSWERED, .timed_out = true };
	send_all(desk, 500, stage_allow_all);
	assert_counts(desk, 40, 0, 0);
	assert_int_equal(desk->office->writes, 4);
}

static void a_server_that_answers_nothing_at_all_ends_the_upload(void **state)
{
	struct desk *desk = *state;

	add(desk, 60, 0);
	for (size_t i = 1; i < OFFICE_FAULTS; i++)
		desk->office->faults[i] =
			(struct answer){ .delivery = QM_UNANSWERED, .timed_out = true };
	send_all(desk, 1, stage_allow_all);
	/* Two single runs might be bad; three in a row, each tried twice, are the server. */
	assert_int_equal(desk->office->writes, 6);
	assert_counts(desk, 0, 2, 57);
	assert_int_equal(desk->summary.unknown_count, 1);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 10);
}

static void a_signal_during_a_call_leaves_its_runs_unknown(void **state)
{
	struct desk *desk = *state;
	const struct qm_listed_run *unknown;

	add(desk, 8, 0);
	desk->office->faults[2] = (struct answer){ .delivery = QM_CUT_OFF };
	send_all(desk, 3, stage_allow_all);
	assert_int_equal(desk->office->writes, 2);
	assert_counts(desk, 3, 0, 2);
	assert_int_equal(desk->summary.unknown_count, 3);
	assert_int_equal(desk->summary.unknown.count, 3);
	unknown = qm_vec_at(&desk->summary.unknown, 1);
	assert_int_equal(unknown->id, 1005);
	assert_string_equal(unknown->test, "a.B.five");
	assert_int_equal(qm_summary_exit_code(&desk->summary), 7);
	assert_int_equal(desk->summary.reasons.count, 1);
	assert_says(reason(desk, 0), "2 of 8 updates are left, 3 more may have been set");
}

static void a_signal_between_calls_leaves_nothing_unknown(void **state)
{
	struct desk *desk = *state;

	add(desk, 8, 0);
	send_until(desk, 3, 3);
	assert_int_equal(desk->office->writes, 2);
	assert_counts(desk, 6, 0, 2);
	assert_int_equal(desk->summary.unknown_count, 0);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 7);
	assert_says(reason(desk, 0), "signal; 2 of 8 updates are left");
}

static void a_signal_while_a_call_is_tried_again_leaves_it_unknown(void **state)
{
	struct desk *desk = *state;

	add(desk, 4, 0);
	desk->office->faults[1] = (struct answer){ .delivery = QM_UNANSWERED };
	send_until(desk, 500, 2); /* the first is the question before the call */
	assert_int_equal(desk->summary.unknown_count, 4);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 7);
}

static void a_signal_while_a_limit_is_waited_for_leaves_nothing_unknown(void **state)
{
	struct desk *desk = *state;

	add(desk, 4, 0);
	desk->office->faults[1] = (struct answer){ .status = 429 };
	send_until(desk, 500, 2);
	assert_int_equal(desk->summary.unknown_count, 0);
	assert_counts(desk, 0, 0, 4);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 7);
}

/* ---- Without sending. */

static void a_preview_says_when_each_call_would_go(void **state)
{
	struct desk *desk = *state;
	struct qm_upload_options options;

	add(desk, 10, 0);
	plan(desk, 2,
		"version: \"1\"\ntools:\n  \"*\":\n    rules:\n      - name: pace\n"
		"        rate_limit: 2/minute\n");
	desk->summary.planning = true;
	options = options_of(desk);
	assert_int_equal(qm_upload_preview(&desk->summary, &options, &desk->plan,
				 desk->office->stage->gate, NULL),
		QM_OK);
	assert_int_equal(desk->office->requests, 0);
	assert_int_equal(desk->summary.calls.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(result(desk, i)->at_ms / 60000 - STAGE_START_MS / 60000, i / 2);
	assert_int_equal(desk->summary.accepted, 0);
	assert_int_equal(qm_summary_updated(&desk->summary, 0), 10);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_PLANNED);
}

/* 2 calls a minute: calls 3 and 4 go a minute later, call 5 two minutes. */
static const char two_a_minute[] =
	"version: \"1\"\ntools:\n  \"*\":\n    rules:\n      - name: pace\n"
	"        rate_limit: 2/minute\n";

static void preview(struct desk *desk, const char *policy)
{
	struct qm_upload_options options;

	plan(desk, 2, policy);
	desk->summary.planning = true;
	options = options_of(desk);
	assert_int_equal(qm_upload_preview(&desk->summary, &options, &desk->plan,
				 desk->office->stage->gate, NULL),
		QM_OK);
}

static void a_preview_says_which_limit_it_will_not_fit(void **state)
{
	struct desk *desk = *state;

	add(desk, 10, 0);
	desk->office->stage->options.limits.max_wait_ms = 90000;
	preview(desk, two_a_minute);
	assert_int_equal(desk->summary.reasons.count, 1);
	assert_string_equal(reason(desk, 0),
		"the upload would end before call 5 of 5, with 2 of 10 updates left: 2 calls a "
		"minute, team.yaml: the next attempt would be in 2 min 0 s, but --max-wait leaves "
		"90 s of 90 s");
	assert_int_equal(qm_summary_exit_code(&desk->summary), 7);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_CONCLUDED_STOPPED);
	/* The times are told all the same. */
	assert_int_equal(desk->summary.calls.count, 5);
}

static void a_preview_knows_the_deadline_too(void **state)
{
	struct desk *desk = *state;

	add(desk, 10, 0);
	desk->office->stage->options.limits.deadline_ms = 70000;
	preview(desk, two_a_minute);
	assert_int_equal(desk->summary.reasons.count, 1);
	assert_says(reason(desk, 0), "before call 5 of 5, with 2 of 10 updates left");
	assert_says(reason(desk, 0), "in 2 min 0 s, but --deadline leaves 70 s of 70 s");
}

static void a_preview_says_that_the_first_limit_ends_the_upload(void **state)
{
	struct desk *desk = *state;

	add(desk, 10, 0);
	desk->office->stage->options.limits.stop_on_limit = true;
	preview(desk, two_a_minute);
	assert_int_equal(desk->summary.reasons.count, 1);
	assert_says(reason(desk, 0), "before call 3 of 5, with 6 of 10 updates left");
	assert_says(reason(desk, 0), "--on-limit");
	assert_int_equal(qm_summary_exit_code(&desk->summary), 7);
}

static void a_preview_lists_what_is_denied(void **state)
{
	struct desk *desk = *state;
	struct qm_upload_options options;

	add(desk, 10, 4);
	plan(desk, 500,
		"version: \"1\"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n      - name: freeze\n        action: deny\n");
	desk->summary.planning = true;
	options = options_of(desk);
	assert_int_equal(qm_upload_preview(&desk->summary, &options, &desk->plan,
				 desk->office->stage->gate, NULL),
		QM_OK);
	assert_int_equal(desk->summary.failed_count, 10);
	assert_int_equal(qm_summary_updated(&desk->summary, 0), 0);
	assert_int_equal(qm_summary_exit_code(&desk->summary), 8);
	assert_int_equal(qm_summary_conclusion(&desk->summary), QM_CONCLUDED_DENIED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_accepted_is_counted),
		TEST(a_bad_id_is_named_with_its_key_and_test),
		TEST(a_closed_execution_is_one_reason),
		TEST(reasons_are_cut_and_failures_counted),
		TEST(a_denial_is_told_behind_many_refusals),
		TEST(split_calls_end_at_their_number),
		TEST(a_size_that_was_learned_counts_for_the_whole_upload),
		TEST(a_denied_call_is_listed_and_not_sent),
		TEST(a_limit_that_stops_sends_first_what_it_allows),
		TEST(a_rejected_key_ends_the_upload),
		TEST(a_server_that_cannot_be_reached_ends_the_upload),
		TEST(a_call_that_times_out_is_tried_smaller),
		TEST(a_server_that_answers_nothing_at_all_ends_the_upload),
		TEST(a_signal_during_a_call_leaves_its_runs_unknown),
		TEST(a_signal_between_calls_leaves_nothing_unknown),
		TEST(a_signal_while_a_call_is_tried_again_leaves_it_unknown),
		TEST(a_signal_while_a_limit_is_waited_for_leaves_nothing_unknown),
		TEST(a_preview_says_when_each_call_would_go),
		TEST(a_preview_says_which_limit_it_will_not_fit),
		TEST(a_preview_knows_the_deadline_too),
		TEST(a_preview_says_that_the_first_limit_ends_the_upload),
		TEST(a_preview_lists_what_is_denied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
