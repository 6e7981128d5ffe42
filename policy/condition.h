/*
 * condition - one line of a rule: does `args.amount lte 100` hold?
 *
 * A path names an argument (`args.recipient.email`: dots go into objects, never into lists) or
 * a counter (`state.t._rate_minute`, which always exists and is 0 where nothing was counted).
 * An argument that is missing makes every operator but `exists` false: also neq and not_in.
 */
#ifndef QM_POLICY_CONDITION_H
#define QM_POLICY_CONDITION_H

#include "policy/rules.h"

enum qm_operator qm_operator_find(const char *name);

/* The argument at "args.a.b"; NULL where there is none. */
const json_t *qm_argument_find(const json_t *arguments, const char *path);

/* The counter's key where the path is one of a counter, else NULL. */
const char *qm_condition_counter(const struct qm_condition *condition);

/*
 * `actual` is NULL where nothing stands at the path. `gave_up` is set where a pattern met its
 * ceiling, which counts as no match.
 */
bool qm_condition_holds(
	const struct qm_condition *condition, const struct qm_value *actual, bool *gave_up);

#endif
