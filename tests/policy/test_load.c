#include "policy/policy.h"
#include "policy/rules.h"
#include "tests/policy/stand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct qm_policy *load(const char *text)
{
	struct qm_policy *policy = NULL;
	struct qm_error err;

	qm_error_init(&err);
	if (qm_policy_load(text, strlen(text), &policy, NULL, &err))
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
	return policy;
}

static const struct qm_rule *rule_of(const struct qm_policy *policy, const char *tool, size_t index)
{
	const struct qm_tool *found = qm_policy_tool(policy, tool);

	assert_non_null(found);
	return qm_vec_at(&found->rules, index);
}

static void a_shorthand_is_written_out(void **state)
{
	struct qm_policy *policy = load("version: 1\ntools:\n"
					"  t: {rules: [{name: m, rate_limit: 30/minute}]}\n"
					"  \"*\": {rules: [{rate_limit: {max: 7, window: 90}}]}\n");
	const struct qm_rule *rule = rule_of(policy, "t", 0);
	const struct qm_condition *condition = qm_vec_at(&rule->conditions, 0);

	(void)state;
	assert_string_equal(condition->path, "state.t._rate_minute");
	assert_int_equal(condition->compare, QM_OP_LTE);
	assert_int_equal(condition->value.as.integer, 30);
	assert_int_equal(rule->state->window_ms, 60000);
	rule = rule_of(policy, "*", 0);
	condition = qm_vec_at(&rule->conditions, 0);
	assert_string_equal(rule->name, "(catalogue)");
	assert_string_equal(condition->path, "state._global._rate_90s");
	assert_int_equal(rule->state->window_ms, 90000);
	assert_string_equal(
		rule->on_deny, "Rate limit of 7 per 90 seconds reached. Try again later.");
	qm_policy_free(policy);
}

static void merge_keys_give_what_a_mapping_lacks(void **state)
{
	struct qm_policy *policy =
		load("version: 1\ntools:\n"
		     "  a: {rules: [&one {name: one, action: deny, on_deny: no}]}\n"
		     "  b: {rules: [&two {name: two, action: deny, on_deny: never}]}\n"
		     "  c: {rules: [{<<: [*one, *two], name: three}]}\n"
		     "  d: {rules: [{<<: *one, on_deny: ~}]}\n"
		     "  e: {rules: [{<<: {<<: *two, name: five}}]}\n");

	(void)state;
	assert_string_equal(rule_of(policy, "c", 0)->name, "three");
	assert_string_equal(rule_of(policy, "c", 0)->on_deny, "no");
	assert_string_equal(rule_of(policy, "d", 0)->on_deny, "");
	assert_string_equal(rule_of(policy, "e", 0)->name, "five");
	assert_string_equal(rule_of(policy, "e", 0)->on_deny, "never");
	qm_policy_free(policy);
}

static void assert_does_not_load(const char *text, const char *words)
{
	struct qm_policy *policy = NULL;
	struct qm_error err;

	qm_error_init(&err);
	assert_int_equal(qm_policy_load(text, strlen(text), &policy, NULL, &err), QM_EUSAGE);
	assert_null(policy);
	assert_true(err.line > 0);
	if (!strstr(err.text, words))
		fail_msg("\"%s\" is not in: %s", words, err.text);
}

static void what_is_no_policy_is_told_with_its_place(void **state)
{
	(void)state;
	assert_does_not_load("version: 1\ntools: {a: {rules: [{name: x, name: y}]}}\n", "twice");
	assert_does_not_load("version: 1\ntools: {a: {}, a: {}}\n", "\"a\" stands twice");
	assert_does_not_load("version: [1]\n", "a list stands where a text should be");
	assert_does_not_load("hide: a\n", "a text stands where a list should be");
	assert_does_not_load("tools: {a: {rules: {}}}\n", "where a list should be");
	assert_does_not_load("tools: {a: {rules: [x]}}\n", "where a rule should be");
	assert_does_not_load(
		"tools: {a: {rules: [{state: {increment: many}}]}}\n", "no whole number");
	assert_does_not_load(
		"tools: {a: {rules: [{state: {increment: .inf}}]}}\n", "no whole number");
	assert_does_not_load("tools: {a: {rules: [{rate_limit: [5]}]}}\n", "where a text");
	assert_does_not_load("tools: {a: {rules: [{<<: 5}]}}\n", "to merge");
	assert_does_not_load(
		"tools: {a: {rules: [{conditions: [{value: {[1]: 2}}]}]}}\n", "a key should be");
	assert_does_not_load("a: &a [*a]\n", "alias");
	assert_does_not_load("[1]\n", "a policy");
	assert_does_not_load("tools: {a: {rules: [{name: !!int x}]}}\n", "tag");
	assert_does_not_load("tools: {a: {rules: [{name: !!binary x}]}}\n", "base64");
	/* Cut off at the NUL it would be a rule for another tool. */
	assert_does_not_load("tools: {\"a\\0b\": }\n", "NUL");
	assert_does_not_load("tools: {a: {rules: [{name: !!binary AAE=}]}}\n", "NUL");
	assert_does_not_load("tools: {!!binary gP8=: }\n", "UTF-8");
	assert_does_not_load("tools: {a: , !!binary YQ==: }\n", "twice");
}

static void what_is_below_unknown_keys_is_not_looked_at(void **state)
{
	(void)state;
	qm_policy_free(load(
		"version: 1\nx-shared: {a: 1, a: [2], ~: 3}\ntools: {a: {note: {b: 1, b: 2}}}\n"));
}

/* Nine levels of nine: 387,420,489 elements, were one to look at them all. */
static void a_billion_laughs_are_refused(void **state)
{
	struct qm_buf text;

	(void)state;
	qm_buf_init(&text, 10000);
	qm_buf_add_text(&text,
		"version: 1\ntools:\n  t:\n    rules:\n      - name: r\n"
		"        conditions:\n");
	for (int level = 0; level < 9; level++) {
		qm_buf_add_format(&text, "          - {path: args.x, op: eq, value: &l%d [", level);
		for (int i = 0; i < 9; i++) {
			if (level)
				qm_buf_add_format(&text, "*l%d,", level - 1);
			else
				qm_buf_add_text(&text, "ha,");
		}
		qm_buf_add_text(&text, "]}\n");
	}
	assert_does_not_load(text.data, "aliases");
	qm_buf_release(&text);
}

static void the_built_in_policy_paces_bulk_updates(void **state)
{
	size_t length;
	const char *text = qm_policy_builtin(&length);
	struct stand stand;

	(void)state;
	assert_int_equal(strlen(text), length);
	stand_open(&stand, text);
	for (int i = 0; i < 30; i++)
		assert_int_equal(
			stand_reserve(&stand, "qmetry_bulk_update_test_case_execution_status", NULL,
				"2026-01-15T10:31:00Z")
				.answer,
			QM_ALLOWED);
	assert_int_equal(stand_reserve(&stand, "qmetry_bulk_update_test_case_execution_status",
				 NULL, "2026-01-15T10:31:00Z")
				 .answer,
		QM_LIMITED);
	for (int i = 0; i < 100; i++)
		assert_int_equal(
			stand_reserve(&stand, "qmetry_fetch_builds", NULL, "2026-01-15T10:31:00Z")
				.answer,
			QM_ALLOWED);
	assert_non_null(qm_policy_tool(stand.policy, "qmetry_fetch_test_suites"));
	stand_close(&stand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_shorthand_is_written_out),
		cmocka_unit_test(merge_keys_give_what_a_mapping_lacks),
		cmocka_unit_test(what_is_no_policy_is_told_with_its_place),
		cmocka_unit_test(what_is_below_unknown_keys_is_not_looked_at),
		cmocka_unit_test(a_billion_laughs_are_refused),
		cmocka_unit_test(the_built_in_policy_paces_bulk_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
