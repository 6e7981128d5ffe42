/*
 * leftover - the results that have no test case, as a report of their own.
 *
 * A sink that asks the mapping for each result and writes those that belong to no test case as
 * JUnit XML: suite, class, name, outcome, duration and the failure's first words; attempts that
 * were run again are left out. `import --only-unmapped` posts it, so that QMetry makes test cases
 * for them.
 */
#ifndef QM_UPLOAD_LEFTOVER_H
#define QM_UPLOAD_LEFTOVER_H

#include "src/upload/mapping.h"

struct qm_leftover {
	struct qm_mapping *mapping;
	struct qm_buf *out;
	struct qm_buf suite; /* whose element is open; its name is "" before the first one */
	bool is_open;
	uint64_t tests, mapped, ignored;
};

/* Borrows mapping and buffer. */
void qm_leftover_begin(
	struct qm_leftover *leftover, struct qm_mapping *mapping, struct qm_buf *out);
struct qm_sink qm_leftover_sink(struct qm_leftover *leftover);
void qm_leftover_end(struct qm_leftover *leftover);

#endif
