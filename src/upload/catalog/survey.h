/*
 * survey - a look at the results before they count: whether what a cache knows is enough for them.
 *
 * Of a run in a cache (cache.h) only what can never change may count: its id and its test case's
 * key. Script names and summaries are changed by people at any time, and one that wandered from
 * one test case to another would take a test's status with it. So before results are resolved with
 * runs out of a cache, the reports are read once without any effect. The cache is enough if each
 * result that is not ignored names its test cases by the mapping file, a property or a key, and
 * each of them has a run in every chosen execution. At the first result of which that is not true
 * the look ends, and all pages are read. Reading 10,000 results takes 20 ms, a page 10 to 500.
 *
 * What can be read only once, standard input, is never looked at: the cache is not enough.
 */
#ifndef QM_UPLOAD_CATALOG_SURVEY_H
#define QM_UPLOAD_CATALOG_SURVEY_H

#include "src/upload/mapping/mapping.h"
#include "src/upload/reports/reports.h"

/* Reads all runs of the catalog anew if some are out of a cache and that is not enough. */
enum qm_code qm_survey(struct qm_catalog *catalog, struct qm_mapping *mapping,
	const struct qm_reports *reports, const struct qm_reader_options *options,
	struct qm_session *session, const struct qm_log *log, struct qm_error *err) QM_MUST_CHECK;

#endif
