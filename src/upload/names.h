/*
 * names - up to three names of the tests that made a run's outcome.
 *
 * The texts of all runs together take 4 MB at most. Passed tests may fill half of that, so that
 * there is room for the names that people ask for, those of failures; a name that finds no room
 * is not kept.
 */
#ifndef QM_UPLOAD_NAMES_H
#define QM_UPLOAD_NAMES_H

#include "src/base/buf.h"
#include "src/base/vec.h"
#include "src/upload/catalog.h"

enum { QM_NAMES_PER_RUN = 3 };

struct qm_names {
	struct qm_buf texts;
	struct qm_vec nodes; /* of the runs' lists */
};

void qm_names_init(struct qm_names *names);
void qm_names_release(struct qm_names *names);

/* Where the text is kept, or QM_NONE. */
uint32_t qm_names_keep(struct qm_names *names, const char *text, bool important);

/* Puts a kept text into a run's list if it has room. */
void qm_names_add(struct qm_names *names, uint32_t *first, uint32_t text);

/* How many, oldest first. */
size_t qm_names_list(
	const struct qm_names *names, uint32_t first, const char *out[QM_NAMES_PER_RUN]);

#endif
