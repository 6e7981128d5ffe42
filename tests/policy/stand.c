#include "tests/policy/stand.h"
#include "src/base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void stand_open_with(
	struct stand *stand, const char *policy, struct qm_store *store, int headroom, int share)
{
	const struct qm_gate_options options = { .headroom_percent = headroom, .share = share };
	struct qm_error err;

	qm_error_init(&err);
	stand->policy = NULL;
	if (qm_policy_load(policy, strlen(policy), &stand->policy, NULL, &err))
		fail_msg("%d:%d: %s", err.line, err.column, err.text);
	stand->store = store;
	stand->gate = qm_gate_new(stand->policy, store, &options);
}

void stand_open(struct stand *stand, const char *policy)
{
	stand_open_with(stand, policy, qm_store_memory(), 0, 1);
}

void stand_close(struct stand *stand)
{
	qm_gate_free(stand->gate);
	qm_store_close(stand->store);
	qm_policy_free(stand->policy);
}

int64_t stand_time(const char *text)
{
	int64_t ms;

	assert_true(qm_time_parse(text, &ms));
	return ms;
}

static json_t *load(const char *arguments)
{
	json_t *json = arguments ? json_loads(arguments, JSON_DECODE_INT_AS_REAL, NULL) : NULL;

	assert_true(!arguments || json);
	return json;
}

struct qm_verdict stand_reserve(
	struct stand *stand, const char *tool, const char *arguments, const char *at)
{
	struct qm_tool_call call = { .tool = tool, .arguments = load(arguments) };
	struct qm_reservation *reservation;
	struct qm_verdict verdict;

	assert_int_equal(
		qm_gate_reserve(stand->gate, &call, stand_time(at), &verdict, &reservation, NULL),
		QM_OK);
	assert_int_equal(reservation != NULL, verdict.answer == QM_ALLOWED);
	qm_reservation_free(reservation);
	json_decref(call.arguments);
	return verdict;
}

struct qm_verdict stand_check(
	struct stand *stand, const char *tool, const char *arguments, const char *at)
{
	struct qm_tool_call call = { .tool = tool, .arguments = load(arguments) };
	struct qm_verdict verdict;

	assert_int_equal(qm_gate_check(stand->gate, &call, stand_time(at), &verdict, NULL), QM_OK);
	json_decref(call.arguments);
	return verdict;
}

int64_t stand_value(struct stand *stand, const char *key)
{
	struct qm_counter counter;

	assert_int_equal(stand->store->kind->get(stand->store, key, &counter, NULL), QM_OK);
	return counter.exists ? counter.value : 0;
}
