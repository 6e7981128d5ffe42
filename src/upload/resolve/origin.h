/*
 * origin - where a run's outcome comes from: the tests and the report.
 */
#ifndef QM_UPLOAD_RESOLVE_ORIGIN_H
#define QM_UPLOAD_RESOLVE_ORIGIN_H

#include "src/upload/resolve/names.h"

struct qm_origin {
	const char *tests[QM_NAMES_PER_RUN];
	size_t test_count;
	const char *report; /* of the first test; NULL: not known */
	const char *sha256; /* of the report's bytes; "" where they are not at hand */
};

/* Asks for the origin of a run of the catalog; texts live as long as `context`. */
struct qm_origins {
	void (*of)(void *context, uint32_t run, struct qm_origin *out);
	void *context;
};

/* `origins` may have no function: then nothing is known. */
static inline struct qm_origin qm_origin_of(const struct qm_origins *origins, uint32_t run)
{
	struct qm_origin origin = { .sha256 = "" };

	if (origins->of)
		origins->of(origins->context, run, &origin);
	return origin;
}

#endif
