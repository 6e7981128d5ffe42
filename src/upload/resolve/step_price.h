/*
 * step_price - what reading steps will cost, before any of it is read.
 *
 * Steps are one call for each test case run with results: 400 test cases on two platforms are 800
 * reads, of an account with a quota, or under a policy that lets 60 a minute go. So the price is
 * told first, with the time that it takes if nobody else draws on the budget; and where the policy
 * denies such reads, or they cannot be made as far as --max-calls, --max-wait and --deadline go,
 * none is made and nothing is set.
 *
 * The same holds for steps that are known and looked at again (reread.h). How many --verify will
 * look at is known only once they are set: an upload tells that it may be as many, no more.
 */
#ifndef QM_UPLOAD_RESOLVE_STEP_PRICE_H
#define QM_UPLOAD_RESOLVE_STEP_PRICE_H

#include "src/upload/deliver.h"

struct qm_step_reads {
	const char *project_key;
	const int64_t *case_runs; /* one read each */
	size_t count;
	bool again;  /* the steps are known, and looked at again */
	bool verify; /* and may be once more, at the end */
};

/*
 * `out_ms` is the time until the last of them goes. QM_EDENIED and QM_ESTOPPED say what is in the
 * way, with both numbers.
 */
enum qm_code qm_step_price(const struct qm_job_world *world, const struct qm_step_reads *reads,
	int64_t *out_ms, struct qm_error *err) QM_MUST_CHECK;

#endif
