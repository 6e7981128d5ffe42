/*
 * shortfall - what reports and suite hold that will not be set, as reasons of the summary.
 *
 * Of 300 tests 4 may belong to no test case, 7 test cases of the suite may be in no report, and 2
 * results be of runs that are locked. The former two are a failure where more than was allowed;
 * results that QMetry does not take always are one, and so is a job in which nothing maps, or, with
 * --level step, in which no test is a step.
 */
#ifndef QM_UPLOAD_SUMMARY_SHORTFALL_H
#define QM_UPLOAD_SUMMARY_SHORTFALL_H

#include "src/upload/summary/summary.h"

/* What is allowed. */
struct qm_shortfall {
	int64_t max_unmapped, max_missing; /* -1: any number */
	const char *map;                   /* path of the mapping file in use; NULL: none */
};

/* The summary has its resolution and catalog. */
void qm_shortfall_tell(struct qm_summary *summary, const struct qm_shortfall *allowance);

/* A key as tests may name one, of the catalog if it has any. */
const char *qm_shortfall_example(const struct qm_catalog *catalog);

#endif
