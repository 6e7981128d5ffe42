#include "policy/gate.h"
#include "src/base/memory.h"
#include "src/upload/plan.h"
#include "tests/upload/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A shelf with two test cases on Chrome, the plan of the updates, and what judges it. */
struct desk {
	struct qm_clock clock;
	struct qm_catalog catalog;
	struct qm_resolution resolution;
	struct qm_plan plan;
	struct qm_policy *policy;
	struct qm_store *store;
	struct qm_gate *gate;
};

static int64_t now_ms(void *context)
{
	(void)context;
	return INT64_C(1772620275000);
}

static bool wait_ms(void *context, int64_t ms)
{
	(void)context;
	return !ms;
}

static int setup(void **state)
{
	struct desk *desk = qm_alloc(sizeof *desk);

	desk->clock = (struct qm_clock){ now_ms, now_ms, wait_ms, desk };
	shelf_init(&desk->catalog);
	(void)shelf_execution(&desk->catalog, "100", "Chrome");
	qm_vec_init(&desk->resolution.updates, sizeof(struct qm_update));
	qm_plan_init(&desk->plan);
	*state = desk;
	return 0;
}

static int teardown(void **state)
{
	struct desk *desk = *state;

	qm_gate_free(desk->gate);
	qm_store_close(desk->store);
	qm_policy_free(desk->policy);
	qm_plan_release(&desk->plan);
	qm_vec_release(&desk->resolution.updates);
	qm_catalog_release(&desk->catalog);
	free(desk);
	return 0;
}

/* The update of the run that was put on the shelf last. */
static void want(struct desk *desk, const struct qm_run *run, enum qm_outcome outcome)
{
	const struct qm_update update = { .run = (uint32_t)desk->catalog.runs.count - 1,
		.outcome = (uint8_t)outcome,
		.status_id = outcome == QM_FAILED ? SHELF_FAILED : SHELF_PASSED };

	assert_non_null(run);
	qm_vec_push(&desk->resolution.updates, &update);
}

static void want_case(struct desk *desk, int number, enum qm_outcome outcome)
{
	want(desk, shelf_run(&desk->catalog, number, "", NULL, SHELF_NOT_RUN), outcome);
}

static void want_step(struct desk *desk, int number, enum qm_outcome outcome)
{
	want(desk, shelf_step(&desk->catalog, number, SHELF_NOT_RUN), outcome);
}

static const struct qm_call *call_at(const struct desk *desk, size_t index)
{
	return qm_vec_at(&desk->plan.calls, index);
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
	struct desk *desk = *state;

	want_case(desk, 1, QM_FAILED);
	want_step(desk, 1, QM_PASSED);
	want_step(desk, 2, QM_FAILED);
	want_case(desk, 2, QM_PASSED);
	want_step(desk, 2, QM_PASSED);
	want_step(desk, 1, QM_PASSED);
	qm_plan_make(&desk->plan, &desk->catalog, &desk->resolution, 10);
	assert_int_equal(desk->plan.calls.count, 4);
	assert_int_equal(desk->plan.groups, 4);
	for (size_t i = 0; i < 4; i++) {
		struct qm_bulk_update bulk =
			qm_plan_bulk(&desk->plan, &desk->catalog, call_at(desk, i));

		assert_string_equal(bulk.entity_type, calls[i].type);
		assert_int_equal(bulk.status_id, calls[i].status);
		assert_int_equal(bulk.id_count, calls[i].count);
		assert_memory_equal(bulk.ids, calls[i].ids, calls[i].count * sizeof(int64_t));
	}
}

static void batches_are_cut_within_a_kind(void **state)
{
	static const size_t counts[] = { 2, 1, 2, 2, 1 };
	struct desk *desk = *state;

	for (int i = 1; i <= 3; i++)
		want_case(desk, i, QM_PASSED);
	for (int i = 1; i <= 5; i++)
		want_step(desk, i, QM_PASSED);
	qm_plan_make(&desk->plan, &desk->catalog, &desk->resolution, 2);
	assert_int_equal(desk->plan.calls.count, 5);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(call_at(desk, i)->count, counts[i]);
		assert_int_equal(call_at(desk, i)->of_steps, i >= 2);
	}
}

static void a_rule_about_steps_denies_steps_only(void **state)
{
	static const char policy[] =
		"version: \"1\"\ntools:\n  qmetry_bulk_update_test_case_execution_status:\n"
		"    rules:\n      - name: no steps\n        conditions:\n"
		"          - {path: args.type, op: exists, value: false}\n";
	static const struct qm_gate_options options = { .headroom_percent = 0, .share = 1 };
	struct desk *desk = *state;

	want_case(desk, 1, QM_PASSED);
	want_step(desk, 1, QM_PASSED);
	qm_plan_make(&desk->plan, &desk->catalog, &desk->resolution, 10);
	assert_int_equal(qm_policy_load(policy, strlen(policy), &desk->policy, NULL, NULL), QM_OK);
	desk->store = qm_store_memory();
	desk->gate = qm_gate_new(desk->policy, desk->store, &options);
	assert_int_equal(
		qm_plan_judge(&desk->plan, &desk->catalog, desk->gate, &desk->clock, NULL), QM_OK);
	assert_int_equal(desk->plan.calls.count, 2);
	assert_null(call_at(desk, 0)->denied);
	assert_non_null(call_at(desk, 1)->denied);
	assert_true(call_at(desk, 1)->of_steps);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(steps_are_calls_of_their_own),
		TEST(batches_are_cut_within_a_kind),
		TEST(a_rule_about_steps_denies_steps_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
