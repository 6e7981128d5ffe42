/*
 * targets - which status an outcome becomes, and when a run may be given it.
 *
 * Passed and flaky become the project's status of default name "passed", failed and errored
 * "failed"; skipped, not reached and missing are left as they are. A user names others, which must
 * be there; that a project has no "passed" of its own, or two, matters only once a test passed.
 */
#ifndef QM_UPLOAD_RESOLVE_TARGETS_H
#define QM_UPLOAD_RESOLVE_TARGETS_H

#include "src/upload/resolve/resolve.h"

/* "passed" ... "not_reached", "missing": an outcome, and behind them runs in no report. */
const char *qm_target_name(unsigned target);

struct qm_targets {
	const struct qm_catalog *catalog;
	const struct qm_status *statuses[QM_TARGETS]; /* see qm_targets_status() */
	bool is_undecided[QM_TARGETS]; /* what is usual for it is not there, or not once */
	enum qm_overwrite overwrite;
	bool only_changed;
	struct qm_vec protected; /* const struct qm_status * */
};

/* QM_ENOTFOUND names a status of the options that the project does not have, and those it has. */
enum qm_code qm_targets_init(struct qm_targets *targets, const struct qm_catalog *catalog,
	const struct qm_resolve_options *options, struct qm_error *err) QM_MUST_CHECK;
void qm_targets_release(struct qm_targets *targets);

/* What an outcome becomes; NULL: it is left. QM_ENOTFOUND where that has to be said by the user. */
enum qm_code qm_targets_status(const struct qm_targets *targets, size_t target,
	const struct qm_status **out, struct qm_error *err) QM_MUST_CHECK;

enum qm_permission {
	QM_MAY_SET,
	QM_UNCHANGED, /* it has that status already, and --only-changed */
	QM_LEAVE,     /* as the user asked, or it is locked and has that status; `why` tells */
	QM_CANNOT,    /* it is locked or archived; `why` tells */
};

enum qm_permission qm_targets_permit(const struct qm_targets *targets, const struct qm_run *run,
	const struct qm_status *wanted, const char **why);

#endif
