/*
 * names - up to three names of the tests that made a run's outcome.
 *
 * All names together take 3 MB at most: 43,000 names of 60 characters that one run each has. Passed
 * tests may fill half of that, so that there is room for the names that people ask for, those of
 * failures; a name that finds no room is not kept. A text is kept when its result is read and put
 * into the lists of its runs when the report turns out well; if it does not, all of its texts are
 * forgotten.
 */
#ifndef QM_UPLOAD_RESOLVE_NAMES_H
#define QM_UPLOAD_RESOLVE_NAMES_H

#include "src/base/buf.h"
#include "src/base/vec.h"
#include "src/upload/catalog/catalog.h"

enum { QM_NAMES_PER_RUN = 3 };

struct qm_names {
	struct qm_buf texts;
	struct qm_vec nodes; /* of the runs' lists */
};

void qm_names_init(struct qm_names *names);
void qm_names_release(struct qm_names *names);

/* One name in a run's list. */
struct qm_kept_name {
	const char *text; /* valid until the next one is kept */
	uint32_t report;  /* the caller's number for the report that it is from */
};

/* Where the text is kept, or QM_NONE. */
uint32_t qm_names_keep(struct qm_names *names, const char *text, bool important);

/* All that is kept from here on can be forgotten, as long as it is in no list. */
size_t qm_names_mark(const struct qm_names *names);
void qm_names_forget(struct qm_names *names, size_t mark);

/* Puts a kept text into a run's list, which has room for three; QM_NONE is no text. */
void qm_names_add(struct qm_names *names, uint32_t *first, uint32_t text, uint32_t report);

/* Makes it the only one of the list. */
void qm_names_set(struct qm_names *names, uint32_t *first, uint32_t text, uint32_t report);

/* How many, oldest first. */
size_t qm_names_list(
	const struct qm_names *names, uint32_t first, struct qm_kept_name out[QM_NAMES_PER_RUN]);

#endif
