/*
 * case_form - whether a line of a table of cases tests anything, and what it seems to.
 *
 * A case that expects nothing passes whatever the policy says, and one with "polcy" instead of
 * "policy" is run with another policy: both look green and are none. So a member that is not known
 * is an error, and so is a case without a single expectation. A call may have none where another
 * call, or "counters_after", has one: it is there for the budget that it takes.
 */
#ifndef QM_POLICY_CASE_FORM_H
#define QM_POLICY_CASE_FORM_H

#include "src/base/buf.h"

#include <jansson.h>

/* Adds what is wrong, a line each; nothing where the line is a case. */
void qm_case_form_check(json_t *line, struct qm_buf *out);

#endif
