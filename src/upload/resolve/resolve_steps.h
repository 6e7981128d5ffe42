/*
 * resolve_steps - the steps of the runs that a suite's results met, with --level step.
 *
 * After the last report it is known which runs have results; the steps of each of them are one call
 * (qm_fetch_steps), 400 test cases on two platforms 800. What the user keeps as it is (--protect,
 * --overwrite, locked) has no steps to be set, and costs none. The steps that tests are (steps.h)
 * become runs of the catalog with an outcome, as their test cases have one: results of one test
 * are combined as for a test case. With --combine last that is done first, test by test and step by
 * step, and then the test case's outcome is the worst of them.
 *
 * A test that is no step of its test case in some execution is listed as unmapped; its result
 * counts for the test case all the same. A step without a test is left, or gets the status of
 * `missing`, unless a test of that run is no step, or a result of its test case did not reach the
 * run (ignored, without a route, given up for a better match): then it may be that one's.
 */
#ifndef QM_UPLOAD_RESOLVE_RESOLVE_STEPS_H
#define QM_UPLOAD_RESOLVE_RESOLVE_STEPS_H

#include "src/upload/resolve/resolve.h"

/* Steps that are to be read. */
struct qm_step_read {
	uint32_t run;   /* whose they are */
	uint32_t first; /* the run of the same test case and destination that has the results */
};

/* After the last report: the reads (struct qm_step_read), in order; none without --level step. */
enum qm_code qm_resolver_due_steps(struct qm_resolver *resolver, const struct qm_vec **out,
	struct qm_error *err) QM_MUST_CHECK;

/*
 * Makes these reads, before qm_resolver_finish(). A test case run whose steps cannot be listed is
 * listed as left and lost; where that happens to three in a row the server has no such lists, or is
 * gone: it fails, and nothing shall be set.
 */
enum qm_code qm_resolver_read_steps(struct qm_resolver *resolver, struct qm_session *session,
	struct qm_error *err) QM_MUST_CHECK;
/* Whether there was such a run. */
bool qm_resolver_lost_steps(const struct qm_resolver *resolver);

#endif
