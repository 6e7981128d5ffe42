/*
 * undo - gives runs the status back that they had before an upload, by its receipt.
 *
 * The runs are read again. One that still has the status that the receipt gave it is restored;
 * one that has its former status already is left; one that has any other was changed by somebody
 * since: it is left and listed as superseded, unless `force`. What is restored is grouped by its
 * former status and passes the same gate as any upload. Builds and comments stay as they are: the
 * receipt does not know what they were.
 *
 * A receipt that several uploads were added to is undone as a whole, each run to the status that
 * it had before the first of those uploads between which nobody else changed it.
 */
#ifndef QM_UPLOAD_RECORD_UNDO_H
#define QM_UPLOAD_RECORD_UNDO_H

#include "src/upload/deliver.h"
#include "src/upload/record/receipt.h"

/* What is to become of a run, by all its lines. */
struct qm_undo_run {
	const struct qm_receipt_line *last;
	int64_t after_id;   /* what it must have still */
	int64_t restore_id; /* what it gets; 0: not known */
};

/* Adds a struct qm_undo_run for each run of the lines, in the order in which they turn up. */
void qm_undo_chain(const struct qm_receipt_lines *lines, struct qm_vec *out);

struct qm_undo_options {
	const struct qm_receipt_lines *lines;
	const char *path; /* of the receipt, for messages */
	size_t batch_size, max_split_calls;
	bool verify, force;
};

struct qm_undo;

/* Borrows options and world. */
struct qm_undo *qm_undo_new(
	const struct qm_undo_options *options, const struct qm_job_world *world);
void qm_undo_free(struct qm_undo *undo);

/* Never fails as such: all that went wrong is in the summary, which belongs to the undo. */
const struct qm_summary *qm_undo_run(struct qm_undo *undo);

#endif
