/*
 * deliver - from a plan that was made to one that was carried out.
 *
 * What upload, resume and undo have in common: the calls are judged by the policy, the plan is
 * written to the journal, the calls are sent, what was accepted is read back if asked for, and a
 * journal that is done with is removed. What comes of it is in the summary.
 */
#ifndef QM_UPLOAD_DELIVER_H
#define QM_UPLOAD_DELIVER_H

#include "src/upload/upload.h"

/* The world that is acted on. */
struct qm_job_world {
	struct qm_session *session;
	struct qm_gate *gate;
	const struct qm_clock *clock;
	const struct qm_log *log;
	const volatile sig_atomic_t *interrupted; /* not 0: end soon; NULL: never */
	const char *policy_name;
	struct qm_receipt *receipt; /* NULL: none */
};

/* How. */
struct qm_deliver_options {
	const char *url; /* without a slash at its end */
	size_t max_split_calls;
	bool verify;
	const char *receipt;        /* path, for the journal; NULL: none */
	struct qm_journal *journal; /* NULL: none; one that has a plan has these updates */
	bool needs_journal;         /* it was asked for: without it nothing is sent */
	struct qm_origins origins;
};

/* Carries out `plan`, which becomes the summary's, as does its catalog. */
void qm_deliver(struct qm_summary *summary, struct qm_plan *plan, const struct qm_job_world *world,
	const struct qm_deliver_options *options);

#endif
