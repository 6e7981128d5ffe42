/*
 * test_stores - stores for cases: one that remembers which counters were written, and one that
 * fails.
 */
#ifndef QM_TESTS_POLICY_TEST_STORES_H
#define QM_TESTS_POLICY_TEST_STORES_H

#include "policy/store.h"

#include <jansson.h>

/* Passes everything on to `behind`, which it closes with itself. */
struct qm_store *test_store_recorder(struct qm_store *behind);

/* Key -> raw value of every counter that is there and was written through the recorder. */
json_t *test_store_values(struct qm_store *base);

/* Like a Redis that is down: with `open` it lets everything pass, else it fails. */
struct qm_store *test_store_down(bool open);

#endif
