/*
 * case - one line of a table of cases: a policy, calls, and what is expected of them.
 *
 * The tables of Intercept's behaviour and those that users write for their own policies have one
 * form (tests/policy/cases/README.md). Calls are decided one after the other on fresh counters in
 * memory, or on a store that fails (case_store.h); a "response" that is an error gives back what
 * its call took, as a proxy would.
 */
#ifndef QM_POLICY_CASE_H
#define QM_POLICY_CASE_H

#include "policy/policy.h"
#include "policy/store.h"
#include "src/base/buf.h"

#include <jansson.h>

enum qm_case_result { QM_CASE_PASSED, QM_CASE_FAILED, QM_CASE_SKIPPED };

/*
 * `usual` (may be NULL) is the policy of a line that has none. What is wrong is added to `out`, a
 * line each, as is why it was skipped: it is about a store alone. A line that tests nothing has
 * failed (case_form.h).
 */
enum qm_case_result qm_case_run(json_t *line, const struct qm_policy *usual, struct qm_buf *out);

/* The calls of a line alone, on the counters of a store, which is closed; NULL: there are none. */
void qm_case_calls(const json_t *line, const struct qm_policy *policy, struct qm_store *store,
	struct qm_buf *out);

#endif
