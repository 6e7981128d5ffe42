/*
 * resume - carries on what a journal says is not done, without the reports.
 *
 * The journal has all that is needed: executions, ids, statuses, names of tests. Project and
 * pending runs are read again; a run that has another status than when it was planned, and not the
 * wanted one, was changed by somebody meanwhile: it is left and listed as superseded, unless
 * `force`. One whose status was not known then (cache.h) is left unless it is not run now. What
 * remains is grouped again, into as few calls as it needs, judged and sent.
 *
 * An upload that finds a journal of its very updates goes on with it in the same way; it has just
 * read the runs, and sees also those that were changed after they had been done.
 */
#ifndef QM_UPLOAD_RECORD_RESUME_H
#define QM_UPLOAD_RECORD_RESUME_H

#include "src/upload/deliver.h"

/* Where it is told what is left, and whether anything is. */
struct qm_chooser {
	struct qm_summary *summary;
	struct qm_catalog *catalog; /* of the summary: what its runs had before is put right */
	struct qm_origins origins;
	bool force; /* what somebody else changed is set all the same */
};

/*
 * Of `updates`, all of which the history has, adds to `due` those that are to be sent; the others
 * are counted and listed in the summary.
 */
void qm_resume_choose(const struct qm_chooser *chooser, const struct qm_history *history,
	const struct qm_vec *updates, struct qm_vec *due);

struct qm_resume_options {
	struct qm_journal *journal;
	size_t batch_size, max_split_calls;
	bool verify, force;
};

struct qm_resume;

/* Borrows options and world. */
struct qm_resume *qm_resume_new(
	const struct qm_resume_options *options, const struct qm_job_world *world);
void qm_resume_free(struct qm_resume *resume);

/* Never fails as such: all that went wrong is in the summary, which belongs to the resume. */
const struct qm_summary *qm_resume_run(struct qm_resume *resume);

#endif
