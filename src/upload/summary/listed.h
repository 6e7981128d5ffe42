/*
 * listed - single runs, as a summary lists them.
 */
#ifndef QM_UPLOAD_SUMMARY_LISTED_H
#define QM_UPLOAD_SUMMARY_LISTED_H

#include <stdint.h>

struct qm_update;

/* A run that is not as it was to be, named with its test. */
struct qm_listed_run {
	const char *key, *test, *why; /* test: the first that led to it, "" if none did */
	const char *name;             /* the key, and of a step run its number: VKMC-TC-1 step 2 */
	int64_t id;
	uint32_t step; /* 0: a test case run */
};

/* An update that the server accepted. */
struct qm_accepted {
	const struct qm_update *update;
	int64_t build_id; /* 0: none */
};

#endif
