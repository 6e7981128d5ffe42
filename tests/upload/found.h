/*
 * found - the reports that are found in a test's own folder, and what was said about them.
 */
#ifndef TEST_UPLOAD_FOUND_H
#define TEST_UPLOAD_FOUND_H

#include "src/base/memory.h"
#include "src/upload/reports/reports.h"
#include "tests/base/folder.h"

struct found {
	struct folder folder;
	char talk[2048]; /* "line;warning: line;" */
	struct qm_arena arena;
	struct qm_reports reports;
	struct qm_log log; /* keeps this struct's address: do not move it */
};

void found_init(struct found *found);
int found_release(struct found *found); /* not 0: the folder could not be removed */

/* What there is now, in place of what there was. */
void found_look(struct found *found, const char *const *patterns, size_t count);

#endif
