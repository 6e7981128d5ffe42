/*
 * journal_lines - a plan as the lines of a journal (history.h), one after the other.
 *
 * A line is made when it is asked for, so that a plan of any size takes the memory of one call.
 * What a test printed may hold the key: each line is redacted before it gets its sum.
 */
#ifndef QM_UPLOAD_RECORD_JOURNAL_LINES_H
#define QM_UPLOAD_RECORD_JOURNAL_LINES_H

#include "src/upload/record/journal.h"

struct qm_journal_writer {
	const struct qm_journal_plan *plan;
	const struct qm_log *log;
	enum { QM_LINE_HEADER, QM_LINE_EXECUTION, QM_LINE_CALL, QM_LINE_END, QM_NO_LINE } next;
	size_t index;          /* of the execution or call that is next */
	struct qm_map reports; /* path -> number */
};

void qm_journal_writer_init(struct qm_journal_writer *writer, const struct qm_journal_plan *plan,
	const struct qm_log *log);
void qm_journal_writer_release(struct qm_journal_writer *writer);

/* Adds the next line, a call's with those of its reports before it; false when all are written. */
bool qm_journal_writer_next(struct qm_journal_writer *writer, struct qm_buf *out);

#endif
