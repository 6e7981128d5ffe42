/*
 * summary_forms - the summary as text, JSON, Markdown and outputs.
 *
 * Lists are cut, with the total told: in the text after 50 lines, in the JSON after 10,000 items,
 * in Markdown after 1,000 rows, or fewer where that does not fit.
 */
#ifndef QM_UPLOAD_SUMMARY_SUMMARY_FORMS_H
#define QM_UPLOAD_SUMMARY_SUMMARY_FORMS_H

#include "src/base/log.h"
#include "src/upload/summary/summary.h"

/* The JSON object of `upload` and `plan --format json`; json_decref it. */
json_t *qm_summary_json(const struct qm_summary *summary);

/* The same for people. Secrets of the log, which may be NULL, are replaced in what reports say. */
void qm_summary_text(
	const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out);
/* Its lists are cut to what the ceiling of `out` leaves room for. */
void qm_summary_markdown(
	const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out);

/*
 * "total=12", one a line, in the form of GitHub's step outputs: total, passed, failed, skipped,
 * updated, unchanged, unmapped, failed-updates (refused or not sent), requests, conclusion, json.
 * What is not known, since the work did not come that far, is left out. The JSON is cut to
 * 120,000 bytes: it fits into an environment variable, and so does it into what GitHub takes.
 */
void qm_summary_outputs(
	const struct qm_summary *summary, const struct qm_log *log, struct qm_buf *out);

/*
 * One line of `parse --format json`: the report as an object; json_decref it. A flaky result counts
 * as passed as well, one not reached as skipped; numbers are as read, up to where it broke.
 */
json_t *qm_report_json(const struct qm_report_verdict *verdict);

#endif
