#include "tests/upload/draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* One more run in the last execution, and the update of it. */
static struct qm_update *want(struct draft *draft, int number, enum qm_outcome outcome)
{
	(void)shelf_run(&draft->catalog, number, "", NULL, SHELF_NOT_RUN);
	return draft_update(draft, outcome);
}

static void want_many(struct draft *draft, int first, int count, enum qm_outcome outcome)
{
	for (int i = 0; i < count; i++)
		(void)want(draft, first + i, outcome);
}

/* The calls lie in the order of the updates, without a gap, each with the ids of its runs. */
static void assert_whole(const struct draft *draft)
{
	const struct qm_update *next = draft->plan.updates.items;

	for (size_t i = 0; i < draft->plan.calls.count; i++) {
		const struct qm_call *call = draft_call(draft, i);
		struct qm_bulk_update bulk = qm_plan_bulk(&draft->plan, &draft->catalog, call);

		assert_ptr_equal(call->updates, next);
		assert_true(call->count > 0);
		assert_int_equal(bulk.id_count, call->count);
		for (size_t j = 0; j < call->count; j++) {
			const struct qm_run *run =
				qm_vec_at(&draft->catalog.runs, call->updates[j].run);

			assert_int_equal(bulk.ids[j], run->id);
			assert_int_equal(run->execution, call->execution);
			assert_int_equal(call->updates[j].status_id, call->status_id);
		}
		next += call->count;
	}
	assert_int_equal(next - (const struct qm_update *)draft->plan.updates.items,
		draft->plan.updates.count);
	assert_int_equal(draft->plan.updates.count, draft->resolution.updates.count);
}

static void assert_counts(const struct draft *draft, const size_t *counts, size_t call_count)
{
	assert_int_equal(draft->plan.calls.count, call_count);
	for (size_t i = 0; i < call_count; i++)
		assert_int_equal(draft_call(draft, i)->count, counts[i]);
	assert_whole(draft);
}

/* ---- Groups and calls. */

static void without_updates_there_are_no_calls(void **state)
{
	struct draft *draft = *state;

	draft_make(draft, 500);
	assert_int_equal(draft->plan.calls.count, 0);
	assert_int_equal(draft->plan.groups, 0);
}

static void a_group_takes_as_few_calls_as_can_be(void **state)
{
	static const struct {
		size_t batch_size, calls, last;
	} rows[] = {
		{ 1, 10, 1 }, { 2, 5, 2 }, { 3, 4, 1 }, { 4, 3, 2 }, { 5, 2, 5 }, { 9, 2, 1 },
		{ 10, 1, 10 }, { 500, 1, 10 }, /* ceil(10 / batch size), the rest in the last one */
	};
	struct draft *draft = *state;

	want_many(draft, 1, 10, QM_PASSED);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		qm_plan_release(&draft->plan);
		draft_make(draft, rows[i].batch_size);
		assert_int_equal(draft->plan.calls.count, rows[i].calls);
		assert_int_equal(draft_call(draft, rows[i].calls - 1)->count, rows[i].last);
		assert_int_equal(draft->plan.groups, 1);
		assert_whole(draft);
	}
}

static void ten_thousand_updates_of_three_statuses_are_22_calls_at_most(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 3333, QM_PASSED);
	want_many(draft, 4001, 3333, QM_FAILED);
	for (int i = 0; i < 3334; i++)
		want(draft, 8001 + i, QM_SKIPPED)->status_id = SHELF_BLOCKED;
	draft_make(draft, 500);
	assert_int_equal(draft->plan.groups, 3);
	assert_int_equal(draft->plan.calls.count, 21); /* 3 x ceil(3334 / 500) */
	assert_whole(draft);
}

static void execution_status_and_comment_make_a_group(void **state)
{
	struct draft *draft = *state;

	want(draft, 1, QM_PASSED)->comment = "b";
	want(draft, 2, QM_PASSED)->comment = "a";
	(void)want(draft, 3, QM_PASSED);
	want(draft, 4, QM_FAILED)->comment = "a";
	want(draft, 5, QM_PASSED)->comment = "a";
	(void)shelf_execution(&draft->catalog, "101", "Firefox");
	(void)want(draft, 1, QM_PASSED);
	want(draft, 2, QM_PASSED)->comment = "b";
	draft->plan.comment = "b"; /* run 3, and run 1 of Firefox, have none of their own */
	draft_make(draft, 500);
	assert_int_equal(draft->plan.groups, 4);
	assert_counts(draft, (const size_t[]){ 1, 2, 2, 2 }, 4);
	assert_int_equal(draft_call(draft, 0)->status_id, SHELF_FAILED);
	assert_string_equal(draft_call(draft, 1)->comment, "a");
	assert_string_equal(draft_call(draft, 2)->comment, "b");
	assert_int_equal(draft_call(draft, 3)->execution, 1);
}

static void the_worst_news_come_first_over_all_executions(void **state)
{
	struct draft *draft = *state;

	(void)want(draft, 1, QM_PASSED);
	(void)want(draft, 2, QM_FLAKY);
	(void)shelf_execution(&draft->catalog, "101", "Firefox");
	(void)want(draft, 1, QM_FAILED);
	want(draft, 2, QM_ERRORED)->status_id = SHELF_BLOCKED;
	want(draft, 3, QM_SKIPPED)->status_id = SHELF_EMPTY;
	(void)want(draft, 4, QM_PASSED);
	draft_make(draft, 500);
	assert_counts(draft, (const size_t[]){ 1, 1, 1, 2, 1 }, 5);
	assert_int_equal(draft_call(draft, 0)->status_id, SHELF_BLOCKED);
	assert_int_equal(draft_call(draft, 1)->status_id, SHELF_FAILED);
	assert_int_equal(draft_call(draft, 2)->status_id, SHELF_EMPTY);
	assert_int_equal(draft_call(draft, 3)->execution, 0);
	assert_int_equal(draft_call(draft, 4)->execution, 1);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(draft_call(draft, i)->group, i);
}

static void what_passed_at_last_comes_before_what_passed_at_once(void **state)
{
	struct draft *draft = *state;

	(void)want(draft, 1, QM_PASSED);
	want(draft, 2, QM_FLAKY)->status_id = SHELF_EMPTY;
	draft_make(draft, 500);
	assert_counts(draft, (const size_t[]){ 1, 1 }, 2);
	assert_int_equal(draft_call(draft, 0)->status_id, SHELF_EMPTY);
	assert_int_equal(draft_call(draft, 1)->status_id, SHELF_PASSED);
}

static void the_same_updates_in_any_order_make_the_same_plan(void **state)
{
	enum { COUNT = 12 };
	struct draft *draft = *state;
	int64_t ids[COUNT];
	struct qm_update *updates;

	for (int i = 0; i < COUNT; i++)
		(void)want(draft, i + 1, i % 3 ? QM_PASSED : QM_FAILED);
	draft_make(draft, 5);
	(void)memcpy(ids, draft->plan.ids, sizeof ids);
	updates = draft->resolution.updates.items;
	for (size_t shift = 1; shift < COUNT; shift++) {
		struct qm_update first = updates[0];

		memmove(updates, updates + 1, (COUNT - 1) * sizeof *updates);
		updates[COUNT - 1] = first;
		qm_plan_release(&draft->plan);
		draft_make(draft, 5);
		assert_memory_equal(draft->plan.ids, ids, sizeof ids);
		assert_counts(draft, (const size_t[]){ 4, 5, 3 }, 3);
	}
}

static void a_call_is_told_to_the_api_with_all_that_it_needs(void **state)
{
	struct draft *draft = *state;
	struct qm_bulk_update bulk;

	want_many(draft, 1, 3, QM_PASSED);
	draft->catalog.build_id = 947;
	draft->plan.comment = "job #12";
	draft_make(draft, 2);
	bulk = qm_plan_bulk(&draft->plan, &draft->catalog, draft_call(draft, 1));
	assert_string_equal(bulk.entity_type, "TCR");
	assert_string_equal(bulk.suite_run, "100");
	assert_int_equal(bulk.status_id, SHELF_PASSED);
	assert_int_equal(bulk.build_id, 947);
	assert_string_equal(bulk.comment, "job #12");
	assert_int_equal(bulk.id_count, 1);
	assert_int_equal(bulk.ids[0], 1003);
}

/* ---- Under a policy. */

static void what_the_policy_allows_stays_as_it_is(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 5, QM_PASSED);
	draft_make(draft, 2);
	draft_judge(draft, DRAFT_RULES "      - {name: pace, rate_limit: 1/minute}\n");
	/* A limit is no denial, and asking counts nothing. */
	assert_counts(draft, (const size_t[]){ 2, 2, 1 }, 3);
	for (size_t i = 0; i < 3; i++)
		assert_null(draft_call(draft, i)->denied);
}

static void a_group_that_is_denied_is_one_call_with_the_rule(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 5, QM_PASSED);
	want_many(draft, 11, 3, QM_FAILED);
	draft_make(draft, 2);
	draft_judge(draft,
		DRAFT_RULES "      - name: no green\n"
			    "        conditions: [{path: args.runStatusID, op: neq, value: 1}]\n"
			    "        on_deny: passed is for people\n");
	assert_counts(draft, (const size_t[]){ 2, 1, 5 }, 3);
	assert_null(draft_call(draft, 0)->denied);
	assert_null(draft_call(draft, 1)->denied);
	assert_non_null(draft_call(draft, 2)->denied);
	assert_int_equal(draft_call(draft, 2)->denied->answer, QM_DENIED);
	assert_string_equal(draft_call(draft, 2)->denied->rule, "no green");
	assert_non_null(strstr(draft_call(draft, 2)->denied->message, "passed is for people"));
}

static void a_rule_on_the_number_of_ids_cuts_the_calls_there(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 11, QM_PASSED);
	draft_make(draft, 10);
	draft_judge(draft,
		DRAFT_RULES "      - name: at most four\n"
			    "        conditions:\n"
			    "          - {path: args.entityIDs, op: regex,"
			    " value: \"^[0-9]+(,[0-9]+){0,3}$\"}\n");
	/* Not one call more than eleven ids by four take. */
	assert_counts(draft, (const size_t[]){ 4, 4, 3 }, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_null(draft_call(draft, i)->denied);
		assert_int_equal(draft_call(draft, i)->group, 0);
	}
}

static void ids_that_are_refused_alone_are_set_aside(void **state)
{
	struct draft *draft = *state;
	const struct qm_call *denied;

	want_many(draft, 1, 8, QM_PASSED); /* 1001 to 1008 */
	draft_make(draft, 500);
	draft_judge(draft,
		DRAFT_RULES "      - name: even only\n"
			    "        conditions:\n"
			    "          - {path: args.entityIDs, op: regex,"
			    " value: \"^[0-9]*[02468](,[0-9]*[02468])*$\"}\n");
	assert_counts(draft, (const size_t[]){ 4, 4 }, 2);
	assert_null(draft_call(draft, 0)->denied);
	denied = draft_call(draft, 1);
	assert_string_equal(denied->denied->rule, "even only");
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(draft->plan.ids[i], 1002 + 2 * i);
		assert_int_equal(draft->plan.ids[4 + i], 1001 + 2 * i);
	}
}

static void number_and_kind_of_ids_may_be_ruled_together(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 9, QM_PASSED);
	draft_make(draft, 500);
	draft_judge(draft,
		DRAFT_RULES "      - name: two even ones\n"
			    "        conditions:\n"
			    "          - {path: args.entityIDs, op: regex,"
			    " value: \"^[0-9]*[02468](,[0-9]*[02468])?$\"}\n");
	assert_counts(draft, (const size_t[]){ 2, 2, 5 }, 3);
	assert_null(draft_call(draft, 0)->denied);
	assert_null(draft_call(draft, 1)->denied);
	assert_non_null(draft_call(draft, 2)->denied);
}

#define AT_MOST(count)                                           \
	"      - name: at most " #count "\n"                     \
	"        conditions: [{path: args.entityIDs, op: regex," \
	" value: \"^[0-9]+(,[0-9]+){0," #count "}$\"}]\n"

static void short_calls_take_few_checks(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 6000, QM_PASSED);
	draft_make(draft, 10000);
	draft_judge(draft, DRAFT_RULES AT_MOST(2)); /* three ids */
	assert_int_equal(draft->plan.calls.count, 2000);
	assert_whole(draft);
	for (size_t i = 0; i < 2000; i++)
		assert_int_equal(draft_call(draft, i)->count, 3);
	/* Two for each block that is admitted, two for each call, and the search for the first. */
	assert_in_range(draft->checks, 2000, 2 * 3000 + 2 * 2000 + 50);
}

static void one_id_that_is_refused_takes_few_checks(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 10000, QM_PASSED); /* 1001 to 11000 */
	draft_make(draft, 10000);
	draft_judge(draft,
		DRAFT_RULES "      - name: not that one\n"
			    "        conditions: [{path: args.entityIDs, op: regex,"
			    " value: \"^([0-9]{4}|[0-9]{4}[0-8]|,)*$\"}]\n"
			    "        on_deny: no\n");
	assert_int_equal(draft->plan.calls.count, 2);
	assert_whole(draft);
	assert_int_equal(draft_call(draft, 0)->count, 9900);
	assert_int_equal(draft_call(draft, 1)->count, 100); /* 10009, 10019 ... 10999 */
	assert_in_range(draft->checks, 1, 100 * 12);
}

static void what_no_id_can_help_is_refused_by_one_check(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 5000, QM_PASSED);
	draft_make(draft, 10);
	draft_judge(draft,
		DRAFT_RULES
		"      - name: by hand\n"
		"        conditions: [{path: args.isAutoExecuted, op: eq, value: \"0\"}]\n");
	assert_counts(draft, (const size_t[]){ 5000 }, 1);
	assert_non_null(draft_call(draft, 0)->denied);
	assert_in_range(draft->checks, 1, 2);
}

static void each_id_is_refused_in_the_words_of_its_own_rule(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 6, QM_PASSED); /* 1001 to 1006 */
	draft_make(draft, 500);
	draft_judge(draft,
		DRAFT_RULES AT_MOST(1) "      - name: no five\n"
				       "        conditions: [{path: args.entityIDs, op: regex,"
				       " value: \"^[0-46-9,]*$\"}]\n"
				       "      - name: no six\n"
				       "        conditions: [{path: args.entityIDs, op: regex,"
				       " value: \"^[0-57-9,]*$\"}]\n");
	assert_counts(draft, (const size_t[]){ 2, 2, 1, 1 }, 4);
	assert_null(draft_call(draft, 0)->denied);
	assert_null(draft_call(draft, 1)->denied);
	assert_string_equal(draft_call(draft, 2)->denied->rule, "no five");
	assert_string_equal(draft_call(draft, 3)->denied->rule, "no six");
	assert_int_equal(draft->plan.ids[4], 1005);
	assert_int_equal(draft->plan.ids[5], 1006);
}

/* A limit that is reached hides the rule on ids behind it, until the gate looks past it. */
static void a_limit_in_front_of_a_rule_on_ids_does_not_hide_it(void **state)
{
	struct draft *draft = *state;
	struct qm_verdict verdict;
	struct qm_reservation *reservation;
	const struct qm_tool_call used = { .tool = qm_tool_bulk_update,
		.arguments = json_pack("{s:s}", "entityIDs", "1") };

	want_many(draft, 1, 4, QM_PASSED);
	draft_make(draft, 500);
	draft_open(draft, DRAFT_RULES "      - {name: pace, rate_limit: 1/minute}\n" AT_MOST(1));
	assert_int_equal(
		qm_gate_reserve(draft->gate, &used, DRAFT_NOW_MS, &verdict, &reservation, NULL),
		QM_OK);
	qm_reservation_free(reservation);
	json_decref(used.arguments);
	assert_int_equal(
		qm_plan_judge(&draft->plan, &draft->catalog, draft->gate, &draft->clock, NULL),
		QM_OK);
	assert_counts(draft, (const size_t[]){ 2, 2 }, 2);
}

static void a_rule_that_wants_several_ids_gets_them(void **state)
{
	struct draft *draft = *state;

	want_many(draft, 1, 5, QM_PASSED);
	draft_make(draft, 2);
	draft_judge(draft,
		DRAFT_RULES
		"      - name: not one by one\n"
		"        conditions: [{path: args.isBulkOperation, op: eq, value: true}]\n");
	assert_counts(draft, (const size_t[]){ 2, 2, 1 }, 3);
	assert_null(draft_call(draft, 1)->denied);
	assert_string_equal(draft_call(draft, 2)->denied->rule, "not one by one");
}

static void a_signal_ends_the_search(void **state)
{
	struct draft *draft = *state;
	struct qm_error err;

	want_many(draft, 1, 1000, QM_PASSED);
	draft_make(draft, 500);
	draft->signal = 700;
	qm_error_init(&err);
	draft_open(draft, DRAFT_RULES AT_MOST(2));
	assert_int_equal(
		qm_plan_judge(&draft->plan, &draft->catalog, draft->gate, &draft->clock, &err),
		QM_ESTOPPED);
	assert_int_equal(draft->checks, 700);
	assert_non_null(strstr(err.text, "signal"));
}

static enum qm_code broken_get(
	struct qm_store *store, const char *key, struct qm_counter *out, struct qm_error *err)
{
	(void)store;
	(void)key;
	(void)out;
	return qm_error_set(err, QM_EIO, "the store is gone");
}

static void a_store_that_fails_is_an_error_and_changes_nothing(void **state)
{
	static const char policy[] = DRAFT_RULES "      - {name: pace, rate_limit: 1/minute}\n";
	static const struct qm_gate_options options = { .headroom_percent = 0, .share = 1 };
	static const struct qm_store_kind kind = { .name = "broken", .get = broken_get };
	struct qm_store store = { .kind = &kind };
	struct draft *draft = *state;
	struct qm_error err;

	want_many(draft, 1, 5, QM_PASSED);
	draft_make(draft, 2);
	qm_error_init(&err);
	assert_int_equal(qm_policy_load(policy, strlen(policy), &draft->policy, NULL, NULL), QM_OK);
	draft->gate = qm_gate_new(draft->policy, &store, &options);
	assert_int_equal(
		qm_plan_judge(&draft->plan, &draft->catalog, draft->gate, &draft->clock, &err),
		QM_EIO);
	assert_non_null(strstr(err.text, "the store is gone"));
	assert_counts(draft, (const size_t[]){ 2, 2, 1 }, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, draft_setup, draft_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_updates_there_are_no_calls),
		TEST(a_group_takes_as_few_calls_as_can_be),
		TEST(ten_thousand_updates_of_three_statuses_are_22_calls_at_most),
		TEST(execution_status_and_comment_make_a_group),
		TEST(the_worst_news_come_first_over_all_executions),
		TEST(what_passed_at_last_comes_before_what_passed_at_once),
		TEST(the_same_updates_in_any_order_make_the_same_plan),
		TEST(a_call_is_told_to_the_api_with_all_that_it_needs),
		TEST(what_the_policy_allows_stays_as_it_is),
		TEST(a_group_that_is_denied_is_one_call_with_the_rule),
		TEST(a_rule_on_the_number_of_ids_cuts_the_calls_there),
		TEST(ids_that_are_refused_alone_are_set_aside),
		TEST(number_and_kind_of_ids_may_be_ruled_together),
		TEST(short_calls_take_few_checks),
		TEST(one_id_that_is_refused_takes_few_checks),
		TEST(what_no_id_can_help_is_refused_by_one_check),
		TEST(each_id_is_refused_in_the_words_of_its_own_rule),
		TEST(a_limit_in_front_of_a_rule_on_ids_does_not_hide_it),
		TEST(a_rule_that_wants_several_ids_gets_them),
		TEST(a_signal_ends_the_search),
		TEST(a_store_that_fails_is_an_error_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
