/*
 * case_store - the store that a case names, and what was counted there.
 *
 * Without a name it is a fresh one in memory; "none" is none at all: conditions on counters pass
 * and nothing is counted. "down-open" and "down-closed" fail on every operation, like a Redis that
 * cannot be reached under --state-fail-mode open or closed.
 */
#ifndef QM_POLICY_CASE_STORE_H
#define QM_POLICY_CASE_STORE_H

#include "policy/store.h"

#include <jansson.h>

/* False for a name that is none of these. */
bool qm_case_store(const char *name, struct qm_store **out);

/* Passes everything on to `behind`, which it closes with itself. */
struct qm_store *qm_case_recorder(struct qm_store *behind);

/* Key -> raw value of every counter that is there and was written through the recorder. */
json_t *qm_case_recorder_values(struct qm_store *base);

#endif
