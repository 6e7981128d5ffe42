/*
 * stand - a policy, a memory store and a gate over both, for tests to ask.
 *
 * struct stand stand;
 * stand_open(&stand, "tools: ...");
 * verdict = stand_reserve(&stand, "t", "{\"amount\": 5}", "2026-01-15T10:31:20Z");
 * stand_close(&stand);
 */
#ifndef QM_TESTS_POLICY_STAND_H
#define QM_TESTS_POLICY_STAND_H

#include "policy/gate.h"

struct stand {
	struct qm_policy *policy;
	struct qm_store *store;
	struct qm_gate *gate;
};

void stand_open(struct stand *stand, const char *policy);
void stand_open_with(
	struct stand *stand, const char *policy, struct qm_store *store, int headroom, int share);
void stand_close(struct stand *stand);

/* The test fails where the question does; `arguments` is JSON text or NULL. */
struct qm_verdict stand_reserve(
	struct stand *stand, const char *tool, const char *arguments, const char *at);
struct qm_verdict stand_check(
	struct stand *stand, const char *tool, const char *arguments, const char *at);

int64_t stand_time(const char *text);

/* The counter's raw value. */
int64_t stand_value(struct stand *stand, const char *key);

#endif
