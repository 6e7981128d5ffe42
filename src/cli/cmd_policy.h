/*
 * cmd_policy - what the sub-commands of `policy` share.
 */
#ifndef QM_CLI_CMD_POLICY_H
#define QM_CLI_CMD_POLICY_H

#include "src/cli/commands.h"

/*
 * `policy test`: runs a file of cases (JSON lines, as the case tables of tests/policy/cases) and
 * prints each mismatch. A line holds
 *
 *     "policy"    the policy as YAML text; without it, that of --policy
 *     "calls"     one after the other on fresh counters: "tool", "args", "at" (RFC 3339), and in
 *                 "expect" any of "allowed", "rule", "message", "stage", "args_hash"
 *     "errors"    or instead of calls: the texts that validation gives, in order
 *     "errors_kind": "yaml"   or: that it cannot be loaded at all
 *
 * Exit code 0: all passed; 1: some did not; 2: the file holds no cases.
 */
int qm_policy_test(const struct qm_context *context, const char *path);

#endif
