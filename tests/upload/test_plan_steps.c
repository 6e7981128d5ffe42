#include "tests/upload/draft.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void want_case(struct draft *draft, int number, enum qm_outcome outcome)
{
	(void)shelf_run(&draft->catalog, number, "", NULL, SHELF_NOT_RUN);
	(void)draft_update(draft, outcome);
}

static void want_step(struct draft *draft, int number, enum qm_outcome outcome)
{
	(void)shelf_step(&draft->catalog, number, SHELF_NOT_RUN);
	(void)draft_update(draft, outcome);
}

/* Of two test cases with two steps each one step failed: worst news first, cases before steps. */
static void steps_are_calls_of_their_own(void **state)
{
	static const struct {
		const char *type;
		int64_t status, ids[3];
		size_t count;
	} calls[] = {
		{ "TCR", SHELF_FAILED, { 1001 }, 1 },
		{ "TCSR", SHELF_FAILED, { 10012 }, 1 },
		{ "TCR", SHELF_PASSED, { 1002 }, 1 },
		{ "TCSR", SHELF_PASSED, { 10011, 10021, 10022 }, 3 },
	};
	struct draft *draft = *state;

	want_case(draft, 1, QM_FAILED);
	want_step(draft, 1, QM_PASSED);
	want_step(draft, 2, QM_FAILED);
	want_case(draft, 2, QM_PASSED);
	want_step(draft, 2, QM_PASSED);
	want_step(draft, 1, QM_PASSED);
	draft_make(draft, 10);
	assert_int_equal(draft->plan.calls.count, 4);
	assert_int_equal(draft->plan.groups, 4);
	for (size_t i = 0; i < 4; i++) {
		struct qm_bulk_update bulk =
			qm_plan_bulk(&draft->plan, &draft->catalog, draft_call(draft, i));

		assert_string_equal(bulk.entity_type, calls[i].type);
		assert_int_equal(bulk.status_id, calls[i].status);
		assert_int_equal(bulk.id_count, calls[i].count);
		assert_memory_equal(bulk.ids, calls[i].ids, calls[i].count * sizeof(int64_t));
	}
}

static void batches_are_cut_within_a_kind(void **state)
{
	static const size_t counts[] = { 2, 1, 2, 2, 1 };
	struct draft *draft = *state;

	for (int i = 1; i <= 3; i++)
		want_case(draft, i, QM_PASSED);
	for (int i = 1; i <= 5; i++)
		want_step(draft, i, QM_PASSED);
	draft_make(draft, 2);
	assert_int_equal(draft->plan.calls.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(draft_call(draft, i)->count, counts[i]);
		assert_int_equal(draft_call(draft, i)->of_steps, i >= 2);
	}
}

static void a_rule_about_steps_denies_steps_only(void **state)
{
	static const char policy[] =
		DRAFT_RULES "      - name: no steps\n        conditions:\n"
			    "          - {path: args.type, op: exists, value: false}\n";
	struct draft *draft = *state;

	want_case(draft, 1, QM_PASSED);
	want_step(draft, 1, QM_PASSED);
	draft_make(draft, 10);
	draft_judge(draft, policy);
	assert_int_equal(draft->plan.calls.count, 2);
	assert_null(draft_call(draft, 0)->denied);
	assert_non_null(draft_call(draft, 1)->denied);
	assert_true(draft_call(draft, 1)->of_steps);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, draft_setup, draft_teardown)
	const struct CMUnitTest tests[] = {
		TEST(steps_are_calls_of_their_own),
		TEST(batches_are_cut_within_a_kind),
		TEST(a_rule_about_steps_denies_steps_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
