/*
 * survey - a look at the results before they count: whether what a cache knows is enough for them.
 *
 * Of a run in a cache (cache.h) only what can never change may count: its id and its test case's
 * key. Script names and summaries are changed by people at any time, and one that wandered from
 * one test case to another would take a test's status with it. So before runs are taken out of a
 * cache, the reports are read once without any effect. The cache is enough if each result that is
 * not ignored names its test cases by the mapping file, a property or a key, and each of them has a
 * run in every chosen execution that the cache knows. At the first result of which that is not true
 * the look ends, and all pages are read. Reading 10,000 results takes 20 ms, a page 10 to 500.
 *
 * What can be read only once, standard input, is never looked at: the cache is not enough.
 */
#ifndef QM_UPLOAD_CATALOG_SURVEY_H
#define QM_UPLOAD_CATALOG_SURVEY_H

#include "src/upload/mapping/mapping.h"
#include "src/upload/reports/reports.h"

struct qm_survey {
	const struct qm_reports *reports;
	const struct qm_reader_options *reading;
	const struct qm_match_options *match;
	const struct qm_log *log;
};

/* Of the catalog its project, executions and cache are there; its runs are not looked at. */
bool qm_survey_is_enough(const struct qm_survey *survey, const struct qm_catalog *catalog);

#endif
