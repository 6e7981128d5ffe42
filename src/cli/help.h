/*
 * help - what the program says of itself, made from the tables of commands, settings and codes.
 */
#ifndef QM_CLI_HELP_H
#define QM_CLI_HELP_H

#include "src/base/buf.h"

enum { QM_HELP_MAX_BYTES = 256 << 10 };

struct qm_command;

/* One command with its settings and the exit codes. */
void qm_help_command(const struct qm_command *command, struct qm_buf *out);

#endif
