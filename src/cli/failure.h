/*
 * failure - a command that could not begin says why, in the form that was asked for.
 *
 * Who runs `upload --format json` reads one JSON object from standard output, whatever happens; so
 * a wrong option, too, gives one with conclusion and reasons:
 *
 *     {"conclusion": "failed", "reasons": [{"code": 2, "text": "--batch-size: ..."}], ...}
 */
#ifndef QM_CLI_FAILURE_H
#define QM_CLI_FAILURE_H

#include "src/cli/commands.h"
#include "src/upload/summary/summary.h"

/* Whether JSON was asked for by arguments that could not all be read, or by QMETRY_FORMAT. */
bool qm_wants_json(int count, char *const *arguments);

/* Tells the error on standard error and, if `json`, on standard output; returns the exit code. */
int qm_tell_failure(
	const struct qm_context *context, const struct qm_error *err, bool json, bool planning);

/* The same for the reasons of a summary; in JSON there is all of it. */
int qm_tell_reasons(const struct qm_context *context, const struct qm_summary *summary, bool json);

#endif
