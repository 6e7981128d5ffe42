/*
 * store_arithmetic - what back ends do to a counter, without the keeping of it.
 */
#ifndef QM_POLICY_STORE_ARITHMETIC_H
#define QM_POLICY_STORE_ARITHMETIC_H

#include "policy/store.h"

/*
 * Grants or refuses the wish. `counter` is what is kept, and becomes what is to be kept if
 * `allowed`; `value` is the new value, or the one that refused.
 */
void qm_counter_reserve(
	struct qm_counter *counter, const struct qm_reserve *wish, bool *allowed, int64_t *value);

/* value - amount, but not below 0; a difference out of range stops at its end. */
int64_t qm_counter_less(int64_t value, int64_t amount);

#endif
