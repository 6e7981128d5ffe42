#include "policy/case_store.h"
#include "tests/policy/stand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RULES(text) "version: \"1\"\ntools:\n  t:\n    rules:\n" text

static const char two_a_minute[] = "tools:\n  t:\n    rules:\n"
				   "      - {action: allow, rate_limit: {max: 2, window: 60}}\n";

static void assert_limited(const struct qm_verdict *verdict, const char *until)
{
	assert_int_equal(verdict->answer, QM_LIMITED);
	assert_int_equal(verdict->until_ms, stand_time(until));
}

/* Uses up calls that must be allowed. */
static void use(struct stand *stand, const char *tool, int count, const char *at)
{
	for (int i = 0; i < count; i++)
		assert_int_equal(stand_reserve(stand, tool, NULL, at).answer, QM_ALLOWED);
}

static void a_used_up_minute_is_limited_until_the_next(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	stand_open(&stand, two_a_minute);
	use(&stand, "t", 2, "2026-01-15T10:31:00Z");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:20.5Z");
	assert_limited(&verdict, "2026-01-15T10:32:00Z");
	assert_int_equal(verdict.limit, 2);
	assert_int_equal(verdict.window_ms, 60000);
	assert_string_equal(verdict.rule, "");
	assert_string_equal(
		verdict.message, "Rate limit of 2 per minute reached. Try again later.");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:59.999Z");
	assert_limited(&verdict, "2026-01-15T10:32:00Z");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:32:00Z");
	assert_int_equal(verdict.answer, QM_ALLOWED);
	assert_string_equal(verdict.message, "");
	stand_close(&stand);
}

static void of_several_limits_the_latest_window_counts(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	stand_open(&stand,
		RULES("      - {name: m, rate_limit: 2/minute}\n"
		      "      - {name: h, rate_limit: 3/hour}\n"));
	use(&stand, "t", 2, "2026-01-15T10:31:00Z");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:10Z");
	assert_limited(&verdict, "2026-01-15T10:32:00Z");
	use(&stand, "t", 1, "2026-01-15T10:32:00Z");
	/* Now the minute has room and the hour has not. */
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:32:10Z");
	assert_limited(&verdict, "2026-01-15T11:00:00Z");
	assert_int_equal(verdict.limit, 3);
	assert_int_equal(verdict.window_ms, 3600000);
	stand_close(&stand);
}

static void limits_that_are_met_at_once_are_waited_for_at_once(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	stand_open(&stand,
		RULES("      - {name: m, rate_limit: 2/minute}\n"
		      "      - {name: h, rate_limit: 2/hour}\n"
		      "  \"*\":\n    rules:\n      - {name: d, rate_limit: 2/day}\n"));
	use(&stand, "t", 2, "2026-01-15T10:31:00Z");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:10Z");
	assert_limited(&verdict, "2026-01-16T00:00:00Z");
	/* In Intercept's words it is the first of them that refuses. */
	assert_string_equal(
		verdict.message, "Rate limit of 2 per minute reached. Try again later.");
	stand_close(&stand);
}

static void a_condition_on_a_counter_is_limited_too(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	stand_open(&stand,
		RULES("      - name: s\n"
		      "        conditions:\n"
		      "          - {path: state.t.c, op: lte, value: 9}\n"
		      "          - {path: state.t.c, op: lt, value: 2}\n"
		      "        state: {counter: c, window: hour}\n"));
	use(&stand, "t", 2, "2026-01-15T10:31:00Z");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:10Z");
	assert_limited(&verdict, "2026-01-15T11:00:00Z");
	assert_string_equal(verdict.rule, "s");
	assert_string_equal(verdict.message, "Denied by rule \"s\"");
	stand_close(&stand);
}

static void the_counter_of_another_tool_can_be_waited_for(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	stand_open(&stand,
		RULES("      - name: quiet\n"
		      "        conditions: [{path: state.u._rate_hour, op: lt, value: 1}]\n"
		      "  u:\n    rules:\n      - {name: h, rate_limit: 5/hour}\n"));
	assert_int_equal(
		stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:00Z").answer, QM_ALLOWED);
	use(&stand, "u", 1, "2026-01-15T10:31:00Z");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:10Z");
	assert_limited(&verdict, "2026-01-15T11:00:00Z");
	stand_close(&stand);
}

static void what_waiting_does_not_change_is_denied_for_good(void **state)
{
	static const struct {
		const char *policy, *message;
	} rows[] = {
		{ RULES("      - {name: d, action: deny, on_deny: never}\n"), "never" },
		{ "version: \"1\"\nhide: [t]\n", "Tool \"t\" is hidden by policy" },
		{ "version: \"1\"\ndefault: deny\n", "Tool \"t\" is not permitted by policy" },
		{ RULES("      - {name: a, conditions: [{path: args.n, op: lt, value: 3}]}\n"),
			"Denied by rule \"a\"" },
		{ RULES("      - {name: g, conditions: [{path: state.t.c, op: gte, value: 1}]}\n"
			"      - {name: c, conditions: [{path: state.t.c, op: lte, value: 9}], "
			"state: {counter: c, window: day}}\n"),
			"Denied by rule \"g\"" },
		{ RULES("      - {name: big, conditions: [{path: state.t.c, op: lte, value: 2}], "
			"state: {counter: c, window: minute, increment: 3}}\n"),
			"Rate limit exceeded for big" },
		{ RULES("      - {name: none, conditions: [{path: state.t.c, op: lt, value: 1}], "
			"state: {counter: c, window: minute}}\n"),
			"Rate limit exceeded for none" },
		{ RULES("      - {name: n, conditions: [{path: state.t.c, op: lte, value: 2}], "
			"state: {counter: c, window: minute, increment_from: args.text}}\n"),
			"Internal policy error" },
		{ RULES("      - {name: nan, conditions: [{path: state.t.c, op: lte, value: .nan}]"
			", state: {counter: c, window: minute}}\n"),
			"Denied by rule \"nan\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct stand stand;
		struct qm_verdict verdict;

		stand_open(&stand, rows[i].policy);
		verdict = stand_reserve(
			&stand, "t", "{\"n\": 5, \"text\": \"x\"}", "2026-01-15T10:31:00Z");
		assert_int_equal(verdict.answer, QM_DENIED);
		assert_string_equal(verdict.message, rows[i].message);
		assert_int_equal(verdict.until_ms, 0);
		stand_close(&stand);
	}
}

static void a_failing_argument_beside_a_full_counter_is_denied_for_good(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	stand_open(&stand,
		RULES("      - name: both\n"
		      "        conditions:\n"
		      "          - {path: state.t.c, op: lt, value: 2}\n"
		      "          - {path: args.ok, op: eq, value: true}\n"
		      "        state: {counter: c, window: hour}\n"));
	verdict = stand_reserve(&stand, "t", "{\"ok\": true}", "2026-01-15T10:31:00Z");
	assert_int_equal(verdict.answer, QM_ALLOWED);
	verdict = stand_reserve(&stand, "t", "{\"ok\": true}", "2026-01-15T10:31:00Z");
	assert_limited(&verdict, "2026-01-15T11:00:00Z");
	verdict = stand_reserve(&stand, "t", "{\"ok\": false}", "2026-01-15T10:31:00Z");
	assert_int_equal(verdict.answer, QM_DENIED);
	stand_close(&stand);
}

static void what_a_later_rule_forbids_anyway_is_not_waited_for(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	/* t fails at the counter of u first, and would be denied even if that were 0. */
	stand_open(&stand,
		RULES("      - name: quiet\n"
		      "        conditions: [{path: state.u._rate_hour, op: lt, value: 1}]\n"
		      "      - {name: never, action: deny}\n"
		      "  u:\n    rules:\n      - {name: h, rate_limit: 5/hour}\n"));
	use(&stand, "u", 1, "2026-01-15T10:31:00Z");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:10Z");
	assert_int_equal(verdict.answer, QM_DENIED);
	/* The words of "quiet" would make people wait. */
	assert_string_equal(verdict.rule, "never");
	stand_close(&stand);
}

static void a_counter_that_two_rules_count_ends_in_a_denial(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	/* Each call counts twice, so a limit of one can never be met. */
	stand_open(&stand,
		"version: \"1\"\ntools:\n"
		"  _global:\n    rules:\n      - {name: a, conditions: "
		"[{path: state._global.n, op: lte, value: 9}], state: {counter: n, window: hour}}\n"
		"  \"*\":\n    rules:\n      - {name: b, conditions: "
		"[{path: state._global.n, op: lte, value: 1}], "
		"state: {counter: n, window: hour}}\n");
	verdict = stand_reserve(&stand, "_global", NULL, "2026-01-15T10:31:00Z");
	assert_int_equal(verdict.answer, QM_DENIED);
	verdict = stand_reserve(&stand, "x", NULL, "2026-01-15T10:31:00Z");
	assert_int_equal(verdict.answer, QM_ALLOWED);
	stand_close(&stand);
}

/* A password exists, and that is all that a rule learns of it. */
static void a_sealed_argument_exists_and_matches_nothing(void **state)
{
	static const struct {
		const char *condition;
		enum qm_answer answer;
	} rows[] = {
		{ "args.password, op: exists, value: true", QM_ALLOWED },
		{ "args.password, op: exists, value: false", QM_DENIED },
		{ "args.password, op: neq, value: x", QM_DENIED },
		{ "args.password, op: not_in, value: [x]", QM_DENIED },
		{ "args.password, op: regex, value: ''", QM_DENIED },
		{ "args.password, op: contains, value: ''", QM_DENIED },
		{ "args.password.x, op: exists, value: false", QM_ALLOWED },
		{ "args.pass, op: exists, value: false", QM_ALLOWED },
		{ "args.passwords, op: exists, value: false", QM_ALLOWED },
		{ "args.username, op: exists, value: true", QM_ALLOWED },
	};
	static const char *const sealed[] = { "username", "password", NULL };
	const struct qm_tool_call call = { .tool = "t", .sealed = sealed };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct qm_verdict verdict;
		struct stand stand;
		char policy[256];

		(void)snprintf(policy, sizeof policy,
			RULES("      - {name: r, conditions: [{path: %s}]}\n"), rows[i].condition);
		stand_open(&stand, policy);
		assert_int_equal(qm_gate_check(stand.gate, &call, 0, &verdict, NULL), QM_OK);
		if (verdict.answer != rows[i].answer)
			fail_msg("%s: %d", rows[i].condition, (int)verdict.answer);
		stand_close(&stand);
	}
}

static void checking_counts_nothing(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	stand_open(&stand, two_a_minute);
	for (int i = 0; i < 5; i++) {
		verdict = stand_check(&stand, "t", NULL, "2026-01-15T10:31:00Z");
		assert_int_equal(verdict.answer, QM_ALLOWED);
	}
	assert_int_equal(stand_value(&stand, "t._rate_minute"), 0);
	use(&stand, "t", 2, "2026-01-15T10:31:00Z");
	verdict = stand_check(&stand, "t", NULL, "2026-01-15T10:31:30Z");
	assert_limited(&verdict, "2026-01-15T10:32:00Z");
	assert_int_equal(stand_value(&stand, "t._rate_minute"), 2);
	stand_close(&stand);
}

static void a_denied_call_takes_nothing(void **state)
{
	struct stand stand;

	(void)state;
	stand_open(&stand,
		RULES("      - {name: h, rate_limit: 9/hour}\n"
		      "      - {name: m, rate_limit: 1/minute}\n"));
	use(&stand, "t", 1, "2026-01-15T10:31:00Z");
	assert_int_equal(
		stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:00Z").answer, QM_LIMITED);
	assert_int_equal(stand_value(&stand, "t._rate_hour"), 1);
	stand_close(&stand);
}

static void a_reservation_is_returned_while_its_window_lasts(void **state)
{
	struct qm_tool_call call = { .tool = "t" };
	struct qm_reservation *reservation;
	struct qm_verdict verdict;
	struct stand stand;

	(void)state;
	stand_open(&stand,
		RULES("      - {name: h, rate_limit: 9/hour}\n"
		      "      - {name: m, rate_limit: 9/minute}\n"));
	assert_int_equal(qm_gate_reserve(stand.gate, &call, stand_time("2026-01-15T10:31:59Z"),
				 &verdict, &reservation, NULL),
		QM_OK);
	use(&stand, "t", 1, "2026-01-15T10:32:00Z");
	assert_int_equal(
		qm_gate_return(stand.gate, reservation, stand_time("2026-01-15T10:32:01Z"), NULL),
		QM_OK);
	/* The hour gets it back; the minute it was taken from is over. */
	assert_int_equal(stand_value(&stand, "t._rate_hour"), 1);
	assert_int_equal(stand_value(&stand, "t._rate_minute"), 1);
	qm_reservation_free(reservation);
	stand_close(&stand);
}

static int calls_that_pass(const char *policy, int headroom, int share)
{
	struct stand stand;
	int count = 0;

	stand_open_with(&stand, policy, qm_store_memory(), headroom, share);
	while (count < 100 &&
		stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:00Z").answer == QM_ALLOWED)
		count++;
	stand_close(&stand);
	return count;
}

static void headroom_and_share_shrink_a_limit(void **state)
{
	static const char thirty[] = RULES("      - {name: m, rate_limit: 30/minute}\n");
	static const char two[] = RULES("      - {name: m, rate_limit: 2/minute}\n");

	(void)state;
	assert_int_equal(calls_that_pass(thirty, 0, 1), 30);
	assert_int_equal(calls_that_pass(thirty, 20, 1), 24);
	assert_int_equal(calls_that_pass(thirty, 0, 3), 10);
	assert_int_equal(calls_that_pass(thirty, 20, 7), 3);
	assert_int_equal(calls_that_pass(thirty, 99, 1), 1);
	assert_int_equal(calls_that_pass(two, 0, 5), 1);
}

static void headroom_leaves_room_in_a_counter_that_others_use_too(void **state)
{
	static const char thirty[] = RULES("      - {name: m, rate_limit: 30/minute}\n");
	struct qm_reserve wish = { .key = "t._rate_minute",
		.amount = 23,
		.limit = 30,
		.window_ms = 60000,
		.now_ms = stand_time("2026-01-15T10:31:00Z") };
	struct qm_verdict verdict;
	struct stand stand;
	bool allowed;
	int64_t value;

	(void)state;
	stand_open_with(&stand, thirty, qm_store_memory(), 20, 1);
	assert_int_equal(
		stand.store->kind->reserve(stand.store, &wish, &allowed, &value, NULL), QM_OK);
	use(&stand, "t", 1, "2026-01-15T10:31:01Z");
	verdict = stand_reserve(&stand, "t", NULL, "2026-01-15T10:31:02Z");
	assert_limited(&verdict, "2026-01-15T10:32:00Z");
	assert_int_equal(verdict.limit, 24);
	stand_close(&stand);
}

static void a_large_amount_is_not_starved_by_headroom(void **state)
{
	static const char spend[] =
		RULES("      - {name: s, conditions: [{path: state.t.c, op: lte, value: 30}], "
		      "state: {counter: c, window: minute, increment_from: args.n}}\n");
	struct qm_verdict verdict;
	struct stand stand;

	(void)state;
	stand_open_with(&stand, spend, qm_store_memory(), 20, 1);
	/* 28 is more than the 24 that are ours, but the policy admits it in an empty window. */
	verdict = stand_reserve(&stand, "t", "{\"n\": 28}", "2026-01-15T10:31:00Z");
	assert_int_equal(verdict.answer, QM_ALLOWED);
	verdict = stand_reserve(&stand, "t", "{\"n\": 28}", "2026-01-15T10:31:01Z");
	assert_limited(&verdict, "2026-01-15T10:32:00Z");
	verdict = stand_reserve(&stand, "t", "{\"n\": 31}", "2026-01-15T10:31:01Z");
	assert_int_equal(verdict.answer, QM_DENIED);
	stand_close(&stand);
}

static void a_store_that_fails_is_an_error_and_no_answer(void **state)
{
	struct qm_tool_call call = { .tool = "t" }, other = { .tool = "u" };
	struct qm_reservation *reservation;
	struct qm_verdict verdict;
	struct qm_store *down;
	struct qm_error err;
	struct stand stand;

	(void)state;
	assert_true(qm_case_store("down-closed", &down));
	stand_open_with(&stand, two_a_minute, down, 0, 1);
	qm_error_init(&err);
	assert_int_equal(
		qm_gate_reserve(stand.gate, &call, 0, &verdict, &reservation, &err), QM_EIO);
	assert_string_equal(err.text, "the store is down");
	assert_null(reservation);
	assert_int_equal(qm_gate_check(stand.gate, &call, 0, &verdict, NULL), QM_EIO);
	/* A tool without counters does not need the store. */
	assert_int_equal(
		qm_gate_reserve(stand.gate, &other, 0, &verdict, &reservation, NULL), QM_OK);
	assert_int_equal(verdict.answer, QM_ALLOWED);
	qm_reservation_free(reservation);
	stand_close(&stand);
}

static void without_a_store_nothing_is_counted(void **state)
{
	struct stand stand;

	(void)state;
	stand_open_with(&stand, two_a_minute, NULL, 0, 1);
	use(&stand, "t", 5, "2026-01-15T10:31:00Z");
	assert_int_equal(stand_check(&stand, "t", NULL, "2026-01-15T10:31:00Z").answer, QM_ALLOWED);
	stand_close(&stand);
}

static void windows_before_1970_are_windows(void **state)
{
	struct stand stand;
	struct qm_verdict verdict;

	(void)state;
	stand_open(&stand, two_a_minute);
	use(&stand, "t", 2, "1969-12-31T23:59:00.001Z");
	verdict = stand_reserve(&stand, "t", NULL, "1969-12-31T23:59:59.999Z");
	assert_limited(&verdict, "1970-01-01T00:00:00Z");
	use(&stand, "t", 2, "1970-01-01T00:00:00Z");
	stand_close(&stand);
}

static void a_pattern_that_gives_up_says_so(void **state)
{
	static const char greedy[] =
		RULES("      - {name: r, conditions: [{path: args.x, op: regex, "
		      "value: '.{0,1000}a|.{0,1000}b|.{0,1000}c|.{0,1000}d'}]}\n");
	char arguments[2000] = "{\"x\": \"", *end = arguments + strlen(arguments);
	struct qm_verdict verdict;
	struct stand stand;

	(void)state;
	memset(end, '-', 1500);
	memcpy(end + 1500, "\"}", 3);
	stand_open(&stand, greedy);
	verdict = stand_check(&stand, "t", arguments, "2026-01-15T10:31:00Z");
	assert_int_equal(verdict.answer, QM_DENIED);
	assert_true(verdict.gave_up);
	assert_non_null(strstr(qm_verdict_note(&verdict), "took too long"));
	verdict = stand_check(&stand, "t", "{\"x\": \"-a\"}", "2026-01-15T10:31:00Z");
	assert_int_equal(verdict.answer, QM_ALLOWED);
	assert_false(verdict.gave_up);
	assert_string_equal(qm_verdict_note(&verdict), "");
	stand_close(&stand);
}

static void long_texts_are_cut_between_characters(void **state)
{
	static char policy[2000];
	struct qm_verdict verdict;
	struct stand stand;
	char *at = policy;

	(void)state;
	at += snprintf(
		policy, sizeof policy, "%s", RULES("      - {name: n, action: deny, on_deny: 'x"));
	for (int i = 0; i < 400; i++, at += 2)
		memcpy(at, "\xc3\xa9", 3);
	memcpy(at, "'}\n", 4);
	stand_open(&stand, policy);
	verdict = stand_check(&stand, "t", NULL, "2026-01-15T10:31:00Z");
	assert_int_equal(strlen(verdict.message), QM_VERDICT_MESSAGE - 1);
	assert_string_equal(verdict.message + QM_VERDICT_MESSAGE - 3, "\xc3\xa9");
	stand_close(&stand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_used_up_minute_is_limited_until_the_next),
		cmocka_unit_test(of_several_limits_the_latest_window_counts),
		cmocka_unit_test(limits_that_are_met_at_once_are_waited_for_at_once),
		cmocka_unit_test(a_condition_on_a_counter_is_limited_too),
		cmocka_unit_test(the_counter_of_another_tool_can_be_waited_for),
		cmocka_unit_test(what_waiting_does_not_change_is_denied_for_good),
		cmocka_unit_test(a_failing_argument_beside_a_full_counter_is_denied_for_good),
		cmocka_unit_test(what_a_later_rule_forbids_anyway_is_not_waited_for),
		cmocka_unit_test(a_counter_that_two_rules_count_ends_in_a_denial),
		cmocka_unit_test(a_sealed_argument_exists_and_matches_nothing),
		cmocka_unit_test(checking_counts_nothing),
		cmocka_unit_test(a_denied_call_takes_nothing),
		cmocka_unit_test(a_reservation_is_returned_while_its_window_lasts),
		cmocka_unit_test(headroom_and_share_shrink_a_limit),
		cmocka_unit_test(headroom_leaves_room_in_a_counter_that_others_use_too),
		cmocka_unit_test(a_large_amount_is_not_starved_by_headroom),
		cmocka_unit_test(a_store_that_fails_is_an_error_and_no_answer),
		cmocka_unit_test(without_a_store_nothing_is_counted),
		cmocka_unit_test(windows_before_1970_are_windows),
		cmocka_unit_test(a_pattern_that_gives_up_says_so),
		cmocka_unit_test(long_texts_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
