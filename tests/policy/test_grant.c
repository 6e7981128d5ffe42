#include "policy/engine.h"
#include "tests/policy/stand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define RULES(text) "version: \"1\"\ntools:\n  t:\n    rules:\n" text

/* Any number of the same sequence each time. */
static int64_t draw(uint64_t *seed, int64_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((*seed >> 33) % (uint64_t)below);
}

/* A counter that somebody else has left, of any window. */
static void leave_counter(struct qm_store *first, struct qm_store *second, uint64_t *seed)
{
	static const int64_t windows[] = { 60000, 3600000, 86400000, 7000 };
	const struct qm_reserve wish = { .key = "t.c",
		.amount = draw(seed, 9) - 3,
		.limit = INT64_MAX,
		.window_ms = windows[draw(seed, 4)],
		.now_ms = draw(seed, 3) * 60000 };
	bool allowed;
	int64_t value;

	if (!draw(seed, 3))
		return;
	assert_int_equal(first->kind->reserve(first, &wish, &allowed, &value, NULL), QM_OK);
	assert_int_equal(second->kind->reserve(second, &wish, &allowed, &value, NULL), QM_OK);
}

static void assert_same_counter(struct qm_store *first, struct qm_store *second)
{
	struct qm_counter one, other;

	assert_int_equal(first->kind->get(first, "t.c", &one, NULL), QM_OK);
	assert_int_equal(second->kind->get(second, "t.c", &other, NULL), QM_OK);
	assert_int_equal(one.exists, other.exists);
	assert_int_equal(one.value, other.value);
	assert_int_equal(one.window_start_ms, other.window_start_ms);
	assert_int_equal(one.window_ms, other.window_ms);
}

/* What the gate grants in one operation is what comes out step by step. */
static void a_call_is_granted_as_if_each_condition_were_read(void **state)
{
#define COUNTING(limit, extra)                                          \
	RULES("      - {name: c, conditions: [{path: state.t.c, " limit \
	      "}], state: {counter: c, window: minute" extra "}}\n")
	static const char *const policies[] = {
		COUNTING("op: lte, value: 4", ""),
		COUNTING("op: lt, value: 4", ""),
		COUNTING("op: lte, value: -0.5", ", increment_from: args.n"),
		COUNTING("op: lt, value: 2.5", ""),
		COUNTING("op: lte, value: 4", ", increment: 3"),
		COUNTING("op: lte, value: 4", ", increment_from: args.n"),
		COUNTING("op: lte, value: 4}, {path: state.t.c, op: lte, value: 2", ""),
		COUNTING("op: lte, value: 4}, {path: args.n, op: gt, value: 0", ""),
		COUNTING("op: lte, value: 4", "") "      - {name: g, conditions: "
						  "[{path: state.t.c, op: gte, value: 1}]}\n",
		COUNTING("op: lte, value: 4", "") "      - {name: h, conditions: "
						  "[{path: state.t.d, op: lt, value: 4}], "
						  "state: {counter: d, window: hour}}\n",
	};
	uint64_t seed = 1;
	int allowed = 0, refused = 0;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		struct qm_store *other = qm_store_memory();
		struct stand stand;
		struct qm_engine engine;
		int64_t now_ms = 0;

		stand_open(&stand, policies[i % (int)(sizeof policies / sizeof *policies)]);
		engine = (struct qm_engine){ .policy = stand.policy, .store = other, .share = 1 };
		leave_counter(stand.store, other, &seed);
		for (int j = 0; j < 6; j++) {
			struct qm_tool_call call = { .tool = "t",
				.arguments = json_pack("{s: f}", "n", (double)draw(&seed, 9) - 3) };
			struct qm_reservation *reservation;
			struct qm_verdict verdict;
			struct qm_decision decision;

			now_ms += draw(&seed, 2) * 30000;
			qm_decision_init(&decision, NULL);
			qm_engine_decide(&engine, &call, now_ms, &decision);
			assert_int_equal(qm_gate_reserve(stand.gate, &call, now_ms, &verdict,
						 &reservation, NULL),
				QM_OK);
			assert_int_equal(verdict.answer == QM_ALLOWED, decision.allowed);
			assert_same_counter(stand.store, other);
			allowed += decision.allowed;
			refused += !decision.allowed;
			qm_reservation_free(reservation);
			qm_decision_release(&decision);
			json_decref(call.arguments);
		}
		stand_close(&stand);
		qm_store_close(other);
	}
	assert_true(allowed > 1000 && refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_granted_as_if_each_condition_were_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
