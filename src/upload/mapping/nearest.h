/*
 * nearest - the test case that was meant, most likely, by a test that has none.
 *
 * Compared are the name of the test, without parameters, and the summaries and the last parts of
 * the script names of all test cases, by their letters and digits only: logsInWithCard,
 * logs_in_with_card and "Logs in with card" are the same. What is the same is found at once, as
 * after a class was moved; of several the one whose full name ends most alike. What has a typo, at
 * most one character in three, is looked for among those that share a rare word with the name, or,
 * where there are few test cases, among all.
 *
 * The cost is bounded: 300,000 comparisons in all, a second or two. Half of them may go to looking
 * at all test cases, the others are at most 20 a test. What is the same is found in any case. The
 * index takes 16 B a test case and at most 4 MB for words, and is made for the first test that is
 * looked for.
 */
#ifndef QM_UPLOAD_MAPPING_NEAREST_H
#define QM_UPLOAD_MAPPING_NEAREST_H

#include "src/upload/catalog/catalog.h"

struct qm_nearest;

struct qm_nearest *qm_nearest_new(const struct qm_catalog *catalog);
void qm_nearest_free(struct qm_nearest *nearest);

/*
 * Writes key and text, VKMC-TC-12 "logs in"; "" if none is near. `name` is without class and
 * parameters, `full_name` with both.
 */
void qm_nearest_find(struct qm_nearest *nearest, const char *name, const char *full_name, char *out,
	size_t size);

#endif
