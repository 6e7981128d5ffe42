/*
 * failures - the tests that failed, for those who read a summary and not the log.
 *
 * A sink that looks on while reports are read. It keeps the first 1,000 failed or errored tests
 * with where they stand (as the report says, else by source_line.h) and the first line of their
 * message, each text cut, 0.8 MB at most in all; `count` is right however many there are. An
 * attempt that was run again is none. A report that is dropped takes its tests along.
 */
#ifndef QM_UPLOAD_SUMMARY_FAILURES_H
#define QM_UPLOAD_SUMMARY_FAILURES_H

#include "parsers/result.h"
#include "src/base/memory.h"
#include "src/base/vec.h"

struct qm_failed_test {
	const char *test, *file, *message; /* "": not known */
	int64_t line;                      /* 0: not known */
};

struct qm_failures {
	struct qm_arena *arena; /* texts live here */
	struct qm_vec tests;    /* struct qm_failed_test */
	uint64_t count;
	const char *report; /* being read, and what there was before it */
	size_t tests_before;
	uint64_t count_before;
};

void qm_failures_init(struct qm_failures *failures, struct qm_arena *arena);
void qm_failures_release(struct qm_failures *failures);

struct qm_sink qm_failures_sink(struct qm_failures *failures);

#endif
