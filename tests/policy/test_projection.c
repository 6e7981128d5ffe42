#include "tests/policy/stand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct qm_tool_call update = { .tool = "t" };

/* When the next call may go. */
static int64_t next(struct qm_projection *projection, const struct qm_tool_call *call)
{
	struct qm_verdict verdict;
	int64_t at_ms = -1;

	assert_int_equal(qm_projection_next(projection, call, &verdict, &at_ms, NULL), QM_OK);
	assert_int_equal(verdict.answer, QM_ALLOWED);
	return at_ms;
}

static void thirty_a_minute_make_95_calls_in_four_minutes(void **state)
{
	static const char policy[] =
		"tools:\n  t:\n    rules: [{action: allow, rate_limit: {max: 30, window: 60}}]\n";
	int64_t now_ms = stand_time("2026-01-15T10:31:20Z");
	static const char *const starts[] = { "2026-01-15T10:31:20Z", "2026-01-15T10:32:00Z",
		"2026-01-15T10:33:00Z", "2026-01-15T10:34:00Z" };
	struct qm_projection *projection;
	struct stand stand;

	(void)state;
	stand_open(&stand, policy);
	projection = qm_projection_new(stand.gate, now_ms, 0);
	for (int i = 0; i < 95; i++)
		assert_int_equal(next(projection, &update), stand_time(starts[i / 30]));
	/* It was only a projection. */
	assert_int_equal(stand_value(&stand, "t._rate_minute"), 0);
	qm_projection_free(projection);
	stand_close(&stand);
}

static void what_is_used_up_already_counts(void **state)
{
	static const char policy[] =
		"tools:\n  t:\n    rules: [{action: allow, rate_limit: {max: 3, window: 60}}]\n";
	struct qm_projection *projection;
	struct stand stand;

	(void)state;
	stand_open(&stand, policy);
	assert_int_equal(
		stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:00Z").answer, QM_ALLOWED);
	assert_int_equal(
		stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:00Z").answer, QM_ALLOWED);
	projection = qm_projection_new(stand.gate, stand_time("2026-01-15T10:31:59.999Z"), 0);
	assert_int_equal(next(projection, &update), stand_time("2026-01-15T10:31:59.999Z"));
	/* What others count meanwhile is not looked at again. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(next(projection, &update), stand_time("2026-01-15T10:32:00Z"));
	assert_int_equal(next(projection, &update), stand_time("2026-01-15T10:33:00Z"));
	qm_projection_free(projection);
	stand_close(&stand);
}

static void the_tightest_of_several_limits_rules(void **state)
{
	static const char policy[] =
		"tools:\n  t:\n    rules:\n"
		"      - {action: allow, rate_limit: {max: 2, window: 10}}\n"
		"      - {action: allow, rate_limit: {max: 5, window: 60}}\n"
		"  \"*\":\n    rules:\n"
		"      - {action: allow, rate_limit: {max: 7, window: 3600}}\n";
	static const char *const times[] = { "10:31:05", "10:31:05", "10:31:10", "10:31:10",
		"10:31:20", "10:32:00", "10:32:00", "11:00:00", "11:00:00", "11:00:10" };
	struct qm_projection *projection;
	struct stand stand;

	(void)state;
	stand_open(&stand, policy);
	projection = qm_projection_new(stand.gate, stand_time("2026-01-15T10:31:05Z"), 0);
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		char text[32];

		(void)snprintf(text, sizeof text, "2026-01-15T%sZ", times[i]);
		assert_int_equal(next(projection, &update), stand_time(text));
	}
	qm_projection_free(projection);
	stand_close(&stand);
}

static void headroom_and_share_are_in_it(void **state)
{
	static const char policy[] =
		"tools:\n  t:\n    rules: [{action: allow, rate_limit: {max: 30, window: 60}}]\n";
	int64_t now_ms = stand_time("2026-01-15T10:31:00Z");
	struct qm_projection *projection;
	struct stand stand;

	(void)state;
	stand_open_with(&stand, policy, qm_store_memory(), 20, 2);
	projection = qm_projection_new(stand.gate, now_ms, 0);
	for (int i = 0; i < 12; i++)
		assert_int_equal(next(projection, &update), now_ms);
	assert_int_equal(next(projection, &update), now_ms + 60000);
	qm_projection_free(projection);
	stand_close(&stand);
}

static void a_denied_call_does_not_move_the_clock(void **state)
{
	static const char policy[] =
		"tools:\n  t:\n    rules: [{action: allow, rate_limit: {max: 1, window: 60}}]\n"
		"  u:\n    rules: [{action: deny, reason: no}]\n";
	const struct qm_tool_call denied = { .tool = "u" };
	int64_t now_ms = stand_time("2026-01-15T10:31:00Z"), at_ms = 7;
	struct qm_projection *projection;
	struct qm_verdict verdict;
	struct stand stand;

	(void)state;
	stand_open(&stand, policy);
	projection = qm_projection_new(stand.gate, now_ms, 0);
	assert_int_equal(next(projection, &update), now_ms);
	assert_int_equal(qm_projection_next(projection, &denied, &verdict, &at_ms, NULL), QM_OK);
	assert_int_equal(verdict.answer, QM_DENIED);
	assert_string_equal(verdict.message, "no");
	assert_int_equal(at_ms, 7);
	assert_int_equal(next(projection, &update), now_ms + 60000);
	qm_projection_free(projection);
	stand_close(&stand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thirty_a_minute_make_95_calls_in_four_minutes),
		cmocka_unit_test(what_is_used_up_already_counts),
		cmocka_unit_test(the_tightest_of_several_limits_rules),
		cmocka_unit_test(headroom_and_share_are_in_it),
		cmocka_unit_test(a_denied_call_does_not_move_the_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
