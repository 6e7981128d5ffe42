/*
 * policy - a policy file: which calls are allowed, how often, with which arguments.
 *
 * A file lists rules by tool name; `*` speaks of every tool. Two forms are read: that of
 * PolicyLayer's Intercept,
 *
 *     version: "1"
 *     tools:
 *       qmetry_bulk_update_test_case_execution_status:
 *         rules:
 *           - name: pace
 *             rate_limit: 30/minute
 *
 * and the catalogue form, in which the same limit is `rate_limit: {max: 30, window: 60}`. A
 * policy is immutable once loaded and is what the gate (gate.h) judges by.
 */
#ifndef QM_POLICY_POLICY_H
#define QM_POLICY_POLICY_H

#include "src/base/error.h"
#include "src/base/vec.h"

struct qm_policy;

/* Where something stands in the file, counted from 1; 0: it is missing. */
struct qm_place {
	int line, column;
};

/* One error of a policy, in Intercept's words. */
struct qm_policy_problem {
	char *text;
	struct qm_place place;
};

/*
 * Loads and validates. `problems` (struct qm_policy_problem, released by the caller; may be NULL)
 * receives every validation error in Intercept's order; the first of them is also what `err` says.
 * QM_EUSAGE for a file that is no valid policy.
 */
enum qm_code qm_policy_load(const char *bytes, size_t length, struct qm_policy **out,
	struct qm_vec *problems, struct qm_error *err) QM_MUST_CHECK;
void qm_policy_problems_release(struct qm_vec *problems);
void qm_policy_free(struct qm_policy *policy);

/* The text of policy/smartbear-mcp.yaml, built in: what counts where no --policy is given. */
const char *qm_policy_builtin(size_t *length);

#endif
