/*
 * load - the steps from bytes to a policy, in the order in which policy.c takes them.
 *
 *     decode      YAML into rules.h, as it stands there; fails on syntax and wrong kinds
 *     desugar     catalogue rules and rate limits are written out; defaults are filled in
 *     validate    every error in order; patterns are compiled on the way
 */
#ifndef QM_POLICY_LOAD_H
#define QM_POLICY_LOAD_H

#include "policy/rules.h"

enum qm_code qm_policy_decode(struct qm_policy *policy, const char *bytes, size_t length,
	struct qm_error *err) QM_MUST_CHECK;

void qm_policy_desugar(struct qm_policy *policy);

/* Adds to `problems` (struct qm_policy_problem). */
void qm_policy_validate(struct qm_policy *policy, struct qm_vec *problems);

/* The parts of a rate limit that are right: "30" as a count, max: 30, window: 60. */
bool qm_rate_count(const char *text, size_t length, int64_t *out);
bool qm_rate_positive(const struct qm_rate_number *number);
bool qm_rate_seconds(const struct qm_rate_number *number);

/* 60, 3600 or 86400 seconds in ms for minute, hour and day; 0 for any other text. */
int64_t qm_window_named_ms(const char *name);

#endif
