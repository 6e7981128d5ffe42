/*
 * leftover - the results that have no test case, as a report of their own.
 *
 * A sink that asks the mapping for each result and writes those that belong to no test case as
 * JUnit XML: suite, class, name, outcome, duration and the failure's first words; attempts that
 * were run again are left out, and so is a report that breaks off, unless it is salvaged.
 * `import --only-unmapped` posts it, so that QMetry makes test cases for them.
 *
 * A test that may have one is not written, since QMetry would make another: one that several test
 * cases claim, one that names a key which the execution does not hold, one without any name.
 */
#ifndef QM_UPLOAD_LEFTOVER_H
#define QM_UPLOAD_LEFTOVER_H

#include "src/upload/mapping/mapping.h"

struct qm_leftover {
	struct qm_mapping *mapping;
	struct qm_buf *out;
	struct qm_buf suite; /* whose element is open; its name is "" before the first one */
	bool is_open;
	struct qm_leftover_counts {
		uint64_t tests; /* written */
		uint64_t mapped, ignored;
		uint64_t doubtful; /* may have a test case */
	} counts, before;          /* before the report that is read now */
	size_t length_before;
	char first_doubtful[384]; /* "a.B.c: ambiguous: ...", of the first one */
};

/* Borrows mapping and buffer. */
void qm_leftover_begin(
	struct qm_leftover *leftover, struct qm_mapping *mapping, struct qm_buf *out);
struct qm_sink qm_leftover_sink(struct qm_leftover *leftover);
void qm_leftover_end(struct qm_leftover *leftover);

#endif
