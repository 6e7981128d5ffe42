#include "tests/upload/rig.h"
#include "tests/upload/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void send_all(struct rig *rig, size_t batch_size, const char *policy)
{
	struct qm_upload_options options;

	rig_plan(rig, batch_size, policy);
	options = rig_options(rig);
	qm_upload(&rig->summary, &options);
}

/* A signal comes while the session is asked or waits for the n-th time from now on. */
static void send_until(struct rig *rig, size_t batch_size, int nth)
{
	struct qm_upload_options options;

	rig_plan(rig, batch_size, stage_allow_all);
	rig->office->stage->interrupt_wait = rig->office->stage->waits + nth;
	options = rig_options(rig);
	qm_upload(&rig->summary, &options);
}

static void assert_counts(
	const struct rig *rig, uint64_t accepted, uint64_t failed, uint64_t unsent)
{
	assert_int_equal(rig->summary.accepted, accepted);
	assert_int_equal(rig->summary.failed_count, failed);
	assert_int_equal(qm_summary_unsent(&rig->summary), unsent);
}

static void what_is_accepted_is_counted(void **state)
{
	struct rig *rig = *state;
	const struct qm_transition *transition;

	rig_add(rig, 10, 3);
	send_all(rig, 4, stage_allow_all);
	assert_counts(rig, 10, 0, 0);
	assert_int_equal(rig->summary.reasons.count, 0);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_SUCCESS);
	assert_string_equal(rig->office->log,
		"2: 1001,1002,1003\n1: 1004,1005,1006,1007\n"
		"1: 1008,1009,1010\n");
	assert_int_equal(rig_result(rig, 2)->state, QM_CALL_ACCEPTED);
	assert_int_equal(rig_result(rig, 2)->accepted, 3);
	assert_int_equal(qm_summary_updated(&rig->summary, 0).runs, 10);
	assert_int_equal(rig->summary.transitions.count, 2);
	transition = qm_vec_at(&rig->summary.transitions, 1);
	assert_string_equal(transition->from, "Not Run");
	assert_string_equal(transition->to, "Passed");
	assert_int_equal(transition->runs, 7);
}

static void a_bad_id_is_named_with_its_key_and_test(void **state)
{
	struct rig *rig = *state;
	const struct qm_listed_run *failed;

	rig_add(rig, 64, 0);
	rig->office->bad[1005] = true;
	send_all(rig, 500, stage_allow_all);
	assert_counts(rig, 63, 1, 0);
	assert_true(rig->office->writes <= 1 + 14);
	assert_int_equal(office_count(rig->office, SHELF_PASSED), 63);
	failed = qm_vec_at(&rig->summary.failed, 0);
	assert_string_equal(failed->key, "VKMC-TC-5");
	assert_string_equal(failed->test, "a.B.five");
	assert_int_equal(failed->id, 1005);
	assert_says(failed->why, "run 1005 is not there");
	assert_int_equal(rig_result(rig, 0)->state, QM_CALL_PARTLY);
	assert_int_equal(rig_result(rig, 0)->failed, 1);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 1);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_PARTIAL);
	assert_says(rig_reason(rig, 0), "VKMC-TC-5 (run 1005, test a.B.five)");
	/* It is the reason, not one of those that it was refused together with. */
	assert_says(rig_reason(rig, 0), "run 1005 is not there");
}

static void a_closed_execution_is_one_reason(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 200, 0);
	rig->office->closed = true;
	send_all(rig, 50, stage_allow_all);
	assert_counts(rig, 0, 200, 0);
	/* The first call and 6 more, then one for each of the others. */
	assert_int_equal(rig->office->writes, 7 + 3);
	assert_int_equal(rig->summary.reasons.count, 1);
	assert_says(rig_reason(rig, 0), "200 runs of VKMC-TS-20 / Chrome to Passed");
	assert_says(rig_reason(rig, 0), "the execution is closed");
	assert_int_equal(rig_result(rig, 0)->state, QM_CALL_FAILED);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_FAILED_UPLOAD);
}

static void reasons_are_cut_and_failures_counted(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 30, 0);
	rig->office->closed = true;
	send_all(rig, 1, stage_allow_all);
	assert_counts(rig, 0, 30, 0);
	assert_int_equal(rig->summary.reasons.count, 21);
	assert_says(rig_reason(rig, 20), "10 more of this kind");
	assert_int_equal(rig->summary.failed.count, 30);
}

static void a_denial_is_told_behind_many_refusals(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 40, 30);
	rig->office->closed = true;
	send_all(rig, 1,
		"version: \"1\"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n      - name: bad news\n        on_deny: Only bad news.\n"
		"        conditions:\n          - {path: args.runStatusID, op: eq, value: 2}\n");
	assert_counts(rig, 0, 40, 0);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 8);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_CONCLUDED_DENIED);
	assert_int_equal(rig->summary.reasons.count, 1 + 20 + 1);
	assert_says(rig_reason(rig, 0), "10 runs of VKMC-TS-20 / Chrome to Passed");
	assert_says(rig_reason(rig, 21), "10 more of this kind");
}

static void split_calls_end_at_their_number(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 100, 0);
	for (int i = 1; i <= 100; i += 2)
		rig->office->bad[1000 + i] = true;
	rig->max_split_calls = 10;
	send_all(rig, 500, stage_allow_all);
	assert_int_equal(rig->office->writes, 1 + 10);
	assert_counts(rig, (uint64_t)office_count(rig->office, SHELF_PASSED),
		(uint64_t)(100 - office_count(rig->office, SHELF_PASSED)), 0);
	assert_says(rig_reason(rig, rig->summary.reasons.count - 1), "--max-split-calls");
}

static void a_size_that_was_learned_counts_for_the_whole_upload(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 64, 32);
	rig->office->max_ids = 16;
	send_all(rig, 500, stage_allow_all);
	assert_counts(rig, 64, 0, 0);
	/* 32 refused, 2 x 16; then 2 x 16 at once. */
	assert_int_equal(rig->office->writes, 1 + 2 + 2);
	assert_int_equal(rig->summary.reasons.count, 0);
	assert_says(rig->office->stage->log, "32 runs in one call are too many");
	assert_says(rig->office->stage->log, "at most 16");
}

static void a_denied_call_is_listed_and_not_sent(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 10, 4);
	send_all(rig, 500,
		"version: \"1\"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n      - name: good news\n        on_deny: Only good news.\n"
		"        conditions:\n          - {path: args.runStatusID, op: eq, value: 1}\n");
	assert_counts(rig, 6, 4, 0);
	assert_int_equal(rig->office->writes, 1);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 8);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_CONCLUDED_DENIED);
	assert_says(rig_reason(rig, 0), "4 runs of VKMC-TS-20 / Chrome to Failed");
	assert_says(rig_reason(rig, 0), "good news");
	assert_says(rig_reason(rig, 0), "Only good news.");
}

static void a_limit_that_stops_sends_first_what_it_allows(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 8, 0);
	rig->office->stage->options.limits.stop_on_limit = true;
	send_all(rig, 2,
		"version: \"1\"\ntools:\n  \"*\":\n    rules:\n      - name: pace\n"
		"        rate_limit: 3/minute\n");
	assert_counts(rig, 6, 0, 2);
	assert_int_equal(rig_result(rig, 3)->state, QM_CALL_WAITING);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 7);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_CONCLUDED_STOPPED);
	assert_int_equal(rig->summary.reasons.count, 1);
	assert_says(rig_reason(rig, 0), "2 of 8 updates are left");
}

static void a_rejected_key_ends_the_upload(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 6, 0);
	rig->office->faults[2] =
		(struct answer){ .status = 401, .body = "{\"message\":\"Invalid API key\"}" };
	send_all(rig, 2, stage_allow_all);
	assert_counts(rig, 2, 0, 4);
	assert_int_equal(rig->office->writes, 2);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 5);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_PARTIAL);
	assert_says(rig_reason(rig, 0), "Invalid API key");
}

static void a_server_that_cannot_be_reached_ends_the_upload(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 6, 0);
	rig->office->stage->options.limits.retries = 0;
	rig->office->faults[1] = (struct answer){ .status = 503, .body = "" };
	send_all(rig, 2, stage_allow_all);
	assert_counts(rig, 0, 0, 6);
	assert_int_equal(rig->office->writes, 1);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 10);
	assert_int_equal(qm_summary_conclusion(&rig->summary), QM_FAILED_UPLOAD);
}

static void a_call_that_times_out_is_tried_smaller(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 40, 0);
	/* It is retried once as it is. */
	for (size_t i = 1; i <= 2; i++)
		rig->office->faults[i] =
			(struct answer){ .delivery = QM_UNANSWERED, .timed_out = true };
	send_all(rig, 500, stage_allow_all);
	assert_counts(rig, 40, 0, 0);
	assert_int_equal(rig->office->writes, 4);
}

static void a_server_that_answers_nothing_at_all_ends_the_upload(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 60, 0);
	for (size_t i = 1; i < OFFICE_FAULTS; i++)
		rig->office->faults[i] =
			(struct answer){ .delivery = QM_UNANSWERED, .timed_out = true };
	send_all(rig, 1, stage_allow_all);
	/* Two single runs might be bad; three in a row, each tried twice, are the server. */
	assert_int_equal(rig->office->writes, 6);
	assert_counts(rig, 0, 2, 57);
	assert_int_equal(rig->summary.unknown_count, 1);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 10);
}

static void a_signal_during_a_call_leaves_its_runs_unknown(void **state)
{
	struct rig *rig = *state;
	const struct qm_listed_run *unknown;

	rig_add(rig, 8, 0);
	rig->office->faults[2] = (struct answer){ .delivery = QM_CUT_OFF };
	send_all(rig, 3, stage_allow_all);
	assert_int_equal(rig->office->writes, 2);
	assert_counts(rig, 3, 0, 2);
	assert_int_equal(rig->summary.unknown_count, 3);
	assert_int_equal(rig->summary.unknown.count, 3);
	unknown = qm_vec_at(&rig->summary.unknown, 1);
	assert_int_equal(unknown->id, 1005);
	assert_string_equal(unknown->test, "a.B.five");
	assert_int_equal(qm_summary_exit_code(&rig->summary), 7);
	assert_int_equal(rig->summary.reasons.count, 1);
	assert_says(rig_reason(rig, 0), "2 of 8 updates are left, 3 more may have been set");
}

static void a_signal_between_calls_leaves_nothing_unknown(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 8, 0);
	send_until(rig, 3, 3);
	assert_int_equal(rig->office->writes, 2);
	assert_counts(rig, 6, 0, 2);
	assert_int_equal(rig->summary.unknown_count, 0);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 7);
	assert_says(rig_reason(rig, 0), "signal; 2 of 8 updates are left");
}

static void a_signal_while_a_call_is_tried_again_leaves_it_unknown(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 4, 0);
	rig->office->faults[1] = (struct answer){ .delivery = QM_UNANSWERED };
	send_until(rig, 500, 2); /* the first is the question before the call */
	assert_int_equal(rig->summary.unknown_count, 4);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 7);
}

/* The whole may have been set when it was sent first, and so may the half that never was. */
static void halves_of_a_call_without_answer_are_unknown_when_the_upload_ends(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 40, 0);
	for (size_t i = 1; i <= 2; i++)
		rig->office->faults[i] =
			(struct answer){ .delivery = QM_UNANSWERED, .timed_out = true };
	rig->office->faults[4] = (struct answer){ .delivery = QM_CUT_OFF };
	send_all(rig, 30, stage_allow_all);
	assert_counts(rig, 15, 0, 10);
	assert_int_equal(rig->summary.unknown_count, 15);
	assert_says(rig_reason(rig, 0), "10 of 40 updates are left, 15 more may have been set");
}

static void a_half_that_is_never_sent_is_unknown_like_its_whole(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 40, 0);
	for (size_t i = 1; i <= 2; i++)
		rig->office->faults[i] =
			(struct answer){ .delivery = QM_UNANSWERED, .timed_out = true };
	rig->office->faults[3] = (struct answer){ .delivery = QM_CUT_OFF };
	send_all(rig, 500, stage_allow_all);
	assert_counts(rig, 0, 0, 0);
	assert_int_equal(rig->summary.unknown_count, 40);
	assert_int_equal(rig->summary.unknown.count, 40);
}

static void a_signal_while_a_limit_is_waited_for_leaves_nothing_unknown(void **state)
{
	struct rig *rig = *state;

	rig_add(rig, 4, 0);
	rig->office->faults[1] = (struct answer){ .status = 429 };
	send_until(rig, 500, 2);
	assert_int_equal(rig->summary.unknown_count, 0);
	assert_counts(rig, 0, 0, 4);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 7);
}

/* Meanwhile an agent makes the one call after which nobody may update. */
static bool wait_for_an_agent(void *context, int64_t ms)
{
	const struct qm_tool_call freeze = { .tool = "freeze" };
	struct stage *stage = context;
	struct qm_reservation *reservation;
	struct qm_verdict verdict;

	if (!ms) /* only asked whether there is a signal */
		return true;
	stage->now_ms += ms;
	assert_int_equal(
		qm_gate_reserve(stage->gate, &freeze, stage->now_ms, &verdict, &reservation, NULL),
		QM_OK);
	qm_reservation_free(reservation);
	return true;
}

static void what_an_agent_forbids_meanwhile_is_not_sent(void **state)
{
	static const char policy[] =
		"version: \"1\"\n"
		"tools:\n"
		"  freeze:\n"
		"    rules:\n"
		"      - name: count\n"
		"        conditions: [{path: state.freeze.calls, op: lte, value: 9}]\n"
		"        state: {counter: calls, window: day}\n"
		"  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n"
		"      - {name: pace, rate_limit: 1/minute}\n"
		"      - name: frozen\n"
		"        conditions: [{path: state.freeze.calls, op: eq, value: 0}]\n"
		"        on_deny: An agent froze it.\n";
	struct rig *rig = *state;

	rig_add(rig, 6, 0);
	rig->office->stage->clock.wait_ms = wait_for_an_agent;
	send_all(rig, 2, policy);
	assert_counts(rig, 2, 4, 0);
	assert_int_equal(rig->office->writes, 1);
	assert_int_equal(rig_result(rig, 0)->state, QM_CALL_ACCEPTED);
	assert_int_equal(rig_result(rig, 1)->state, QM_CALL_FAILED);
	assert_int_equal(qm_summary_exit_code(&rig->summary), 8);
	assert_int_equal(rig->summary.reasons.count, 1);
	assert_says(rig_reason(rig, 0), "4 runs of VKMC-TS-20 / Chrome to Passed");
	assert_says(rig_reason(rig, 0), "An agent froze it.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

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
		TEST(halves_of_a_call_without_answer_are_unknown_when_the_upload_ends),
		TEST(a_half_that_is_never_sent_is_unknown_like_its_whole),
		TEST(a_signal_while_a_limit_is_waited_for_leaves_nothing_unknown),
		TEST(what_an_agent_forbids_meanwhile_is_not_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
