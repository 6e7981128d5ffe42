/*
 * job - the pipeline: reports, catalog, results, plan, upload, summary.
 *
 * Reports are found and sniffed first, so that a job without reports makes no call; then the
 * catalog is read; then results stream; then the plan is made and, unless only planning,
 * carried out. What goes wrong becomes a reason in the summary; what can still be done is done.
 */
#ifndef QM_UPLOAD_JOB_H
#define QM_UPLOAD_JOB_H

#include "src/upload/summary.h"

struct qm_job_options {
	const char *const *patterns;
	size_t pattern_count;
	const char *newer_than; /* what reports must be newer than, see age.h; NULL: nothing */
	enum qm_salvage salvage;
	const char *project;
	struct qm_selection selection;
	struct qm_match_options match;
	const char *write_map; /* file for what is unmapped; NULL: none */
	struct qm_resolve_options resolve;
	const char *comment;
	size_t batch_size, max_split_calls;
	bool allow_empty;
	int64_t max_calls;                 /* which the session heeds; a plan tells; 0: any */
	int64_t max_unmapped, max_missing; /* more is a failure; -1: any number is fine */
	bool planning;
};

/* The world that the job acts on. */
struct qm_job_world {
	struct qm_session *session;
	struct qm_gate *gate;
	const struct qm_clock *clock;
	const struct qm_log *log;
	const volatile sig_atomic_t *interrupted; /* not 0: end soon; NULL: never */
	const char *policy_name;
};

struct qm_job;

/* Borrows options and world. */
struct qm_job *qm_job_new(const struct qm_job_options *options, const struct qm_job_world *world);
void qm_job_free(struct qm_job *job);

/* Never fails as such: all that went wrong is in the summary, which belongs to the job. */
const struct qm_summary *qm_job_run(struct qm_job *job);

#endif
