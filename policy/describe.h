/*
 * describe - what a policy says, in plain words and as JSON, after everything is written out.
 *
 *     version 1, whatever is not listed is allowed
 *
 *     qmetry_bulk_update_test_case_execution_status
 *       pace: at most 30 in 60 s (counter qmetry_bulk_[...]_status._rate_minute)
 *       green only: args.runStatusID is 1; else "Failures are set by people."
 *
 * Texts of the file are made printable.
 */
#ifndef QM_POLICY_DESCRIBE_H
#define QM_POLICY_DESCRIBE_H

#include "policy/policy.h"
#include "src/base/buf.h"

#include <jansson.h>

void qm_policy_describe(const struct qm_policy *policy, struct qm_buf *out);

/* {"version", "default", "hide": [...], "tools": [{"tool", "rules": [...]}]}; json_decref it. */
json_t *qm_policy_json(const struct qm_policy *policy);

/* The names of the rules that judge a tool, in their order: "pace, all (*)"; "(hidden)",
 * "(default deny)" or "(no rule)" where there are none. */
void qm_policy_applying(const struct qm_policy *policy, const char *tool, struct qm_buf *out);

#endif
