/*
 * job - the pipeline: reports, catalog, results, plan, upload, summary.
 *
 * Reports are found and sniffed first, so that a job without reports makes no call; then the
 * catalog is read; then results stream; then the plan is made and, unless only planning,
 * carried out. An upload that finds a journal of its very updates and reports, because it was cut
 * short before, goes on with it (resume.h). What goes wrong becomes a reason in the summary; what
 * can still be done is done.
 */
#ifndef QM_UPLOAD_JOB_H
#define QM_UPLOAD_JOB_H

#include "src/upload/catalog/catalog_load.h"
#include "src/upload/deliver.h"

struct qm_job_options {
	const char *const *patterns;
	size_t pattern_count;
	const char *newer_than; /* what reports must be newer than, see age.h; NULL: nothing */
	enum qm_salvage salvage;
	const char *project;
	struct qm_selection selection;
	struct qm_cache *cache; /* NULL: none */
	struct qm_match_options match;
	const char *write_map; /* file for what is unmapped; NULL: none */
	struct qm_resolve_options resolve;
	struct qm_comment_options comment;
	size_t batch_size, max_split_calls;
	bool allow_empty;
	int64_t max_unmapped, max_missing; /* more is a failure; -1: any number is fine */
	bool planning;
	const char *url;     /* without a slash at its end: what a journal belongs to */
	const char *journal; /* path; NULL: its own place below QM_JOURNAL_FOLDER */
	bool no_journal;
	bool force;  /* runs that were changed since the journal was begun are set all the same */
	bool verify; /* read back at the end */
	const char *receipt; /* path of the world's; NULL: none */
};

struct qm_job;

/* Borrows options and world. */
struct qm_job *qm_job_new(const struct qm_job_options *options, const struct qm_job_world *world);
void qm_job_free(struct qm_job *job);

/* Never fails as such: all that went wrong is in the summary, which belongs to the job. */
const struct qm_summary *qm_job_run(struct qm_job *job);

#endif
