/*
 * step_unit - the results of one test case in one destination, on their way to steps.
 *
 * All runs of a unit (one for each execution) have the same results, and steps of their own. A unit
 * is filled for one test case after the other, so that its memory is that of the largest.
 */
#ifndef QM_UPLOAD_RESOLVE_STEP_UNIT_H
#define QM_UPLOAD_RESOLVE_STEP_UNIT_H

#include "src/upload/resolve/resolve_internal.h"

struct qm_step_unit {
	uint32_t first;        /* run */
	bool is_one_suite;     /* all tests of one suite, and no others: they have an order */
	struct qm_vec results; /* uint32_t, in their order */
	struct qm_vec ids;     /* struct qm_test_id, parallel to them */
	struct qm_vec told;    /* bool, likewise: it is no step, and that was looked at */
};

void qm_step_unit_init(struct qm_step_unit *unit);
void qm_step_unit_release(struct qm_step_unit *unit);

/* With the results that are kept for `first`; QM_NONE before anything is. */
void qm_step_unit_fill(
	struct qm_step_unit *unit, const struct qm_resolver *resolver, uint32_t first);
const struct qm_step_result *qm_step_unit_result(
	const struct qm_step_unit *unit, const struct qm_resolver *resolver, size_t place);

/* The report that the result is from. */
uint32_t qm_step_unit_report(
	const struct qm_resolver *resolver, const struct qm_step_result *result);

/*
 * --combine last: `run` gets the worst of the last results of all groups. `ids` are parallel to the
 * unit's results: those of one group have the same `test`.
 */
void qm_step_unit_settle(const struct qm_step_unit *unit, struct qm_resolver *resolver,
	uint32_t run, const struct qm_test_id *ids);

/* A run gets a result as it would have been merged into it. */
void qm_step_combine(struct qm_resolver *resolver, uint32_t run,
	const struct qm_step_result *result, enum qm_combine how);

#endif
