/*
 * plan - the fewest bulk calls that set all updates.
 *
 * All ids of a call share entity type (test case runs or step runs), suite run, status, build and
 * comment, so that is what a group is. A
 * group of n updates needs ceil(n / batch size) calls and never one more: 10,000 updates of 3
 * statuses in 1 execution with batches of 500 are at most 22 calls. Worst news first, over all
 * executions: if a limit or a deadline ends the upload, the failures are already told.
 *
 * A plan is pure: the same updates in any order make the same plan. Planning under the policy
 * (the longest admitted prefix where an argument rule refuses ids) happens here as well, by
 * asking the gate's check; what is refused is listed and not sent.
 */
#ifndef QM_UPLOAD_PLAN_H
#define QM_UPLOAD_PLAN_H

#include "src/upload/resolve/resolve.h"

/* One bulk update to be made. */
struct qm_call {
	uint32_t execution;
	bool of_steps; /* its ids are step runs */
	int64_t status_id;
	int64_t build_id; /* 0: none */
	const char *comment;
	const struct qm_update *updates; /* a slice of the plan's updates */
	size_t count;
	size_t group;                    /* number of the group that it is a part of */
	const struct qm_verdict *denied; /* for good, by the gate's check; NULL: allowed */
};

struct qm_plan {
	const char *comment; /* of updates without one of their own; NULL: none. Set by the user */
	bool is_signed;      /* the session will sign the calls (Part 11). Set by the user */
	struct qm_vec updates; /* struct qm_update, in the order of sending */
	struct qm_vec calls;   /* struct qm_call */
	size_t groups, batch_size;
	int64_t *ids;          /* tcRunIDs, parallel to updates */
	struct qm_arena arena; /* of the verdicts */
};

void qm_plan_init(struct qm_plan *plan);
void qm_plan_release(struct qm_plan *plan);

/* Sorts, groups, cuts. `batch_size` is 1 or more; plan->comment may be set before. */
void qm_plan_make(struct qm_plan *plan, const struct qm_catalog *catalog,
	const struct qm_resolution *resolution, size_t batch_size);

/*
 * Asks the gate about each call; a store that fails is an error, and so is a signal (QM_ESTOPPED).
 * Where a rule refuses the ids of a call, its group is cut anew: ids that are refused alone are set
 * aside, the others go in the longest calls that are admitted ("at most 20 ids"), and what is
 * refused ends up in denied calls at the end of the group, one for each rule that refused.
 *
 * A group of n ids takes one check where the rule is not about ids. Else at most 2 n to find those
 * that are refused alone, far fewer where few are, and then 2 or 3 a call.
 */
enum qm_code qm_plan_judge(struct qm_plan *plan, const struct qm_catalog *catalog,
	struct qm_gate *gate, const struct qm_clock *clock, struct qm_error *err) QM_MUST_CHECK;

/* The call as the API takes it; borrows from plan and catalog. */
struct qm_bulk_update qm_plan_bulk(
	const struct qm_plan *plan, const struct qm_catalog *catalog, const struct qm_call *call);

#endif
