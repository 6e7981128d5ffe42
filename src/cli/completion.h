/*
 * completion - scripts that make shells complete our commands, options and choices.
 *
 * Made from the tables of commands and settings, for bash, zsh and fish:
 *
 *     qmetry-ci upload --au<TAB>        --auth
 *     qmetry-ci upload --auth <TAB>     apikey bearer
 *     qmetry-ci upload target/<TAB>     files
 */
#ifndef QM_CLI_COMPLETION_H
#define QM_CLI_COMPLETION_H

#include "src/base/buf.h"

enum { QM_COMPLETION_MAX_BYTES = 256 << 10 };

extern const char qm_completion_shells[]; /* "bash|zsh|fish" */

/* QM_EUSAGE for a shell that is not among them. */
enum qm_code qm_completion(
	const char *shell, struct qm_buf *out, struct qm_error *err) QM_MUST_CHECK;

#endif
