/*
 * cmd_upload - what `run` shares with the command upload.
 */
#ifndef QM_CLI_CMD_UPLOAD_H
#define QM_CLI_CMD_UPLOAD_H

#include "src/cli/commands.h"

/* What can be said of settings and mapping file before anything else is opened: QM_EUSAGE. */
enum qm_code qm_upload_check(
	const struct qm_settings *settings, struct qm_error *err) QM_MUST_CHECK;

#endif
