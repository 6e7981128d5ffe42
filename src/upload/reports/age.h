/*
 * age - reports that an earlier run may have left in the folder.
 *
 * Old reports look like new ones, and build caches leave old ones that are right. So nothing is
 * left out unless --newer-than says from when on a report counts: a file (a mark that the job
 * touched before the tests), a time back from now ("2h") or a moment ("@1768473000" or, to the
 * millisecond, "@1768473000.250"). Without it there is a warning where a report was written more
 * than 4 hours before the newest one, or the newest a day before now.
 *
 * Streams have no age: they always count. While a report is left out for its age nobody knows what
 * it would have told, so test cases that are in no other report are not set to be missing.
 */
#ifndef QM_UPLOAD_REPORTS_AGE_H
#define QM_UPLOAD_REPORTS_AGE_H

#include "src/upload/reports/reports.h"

/*
 * With `newer_than` ("2h", "@1768473000", a file; NULL: none) takes what is older from the list,
 * counts it in `too_old` and tells the log; without it warns. QM_EUSAGE where it is none of these.
 */
enum qm_code qm_age_sort_out(struct qm_reports *reports, const char *newer_than, int64_t now_ms,
	const struct qm_log *log, struct qm_error *err) QM_MUST_CHECK;

#endif
