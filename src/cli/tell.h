/*
 * tell - the end of a command that sets statuses: its summary, or why it could not begin.
 *
 * Both go to standard output in the form that was asked for, and to the CI system (publish.h).
 */
#ifndef QM_CLI_TELL_H
#define QM_CLI_TELL_H

#include "src/cli/commands.h"
#include "src/upload/summary/summary.h"

/* All return the exit code of the first reason that --soft-fail does not excuse. */
int qm_tell_summary(const struct qm_context *context, const struct qm_summary *summary);
int qm_tell_unbegun(const struct qm_context *context, const struct qm_error *err, bool planning);
/* The same where not even its settings could be read: nothing is folded in the log by then. */
int qm_tell_unread(const struct qm_context *context, const struct qm_error *err, bool planning);

#endif
