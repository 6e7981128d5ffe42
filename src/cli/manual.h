/*
 * manual - the man page, made from the tables of commands, settings and exit codes.
 *
 * Written in the macros of man(7), which any formatter knows.
 */
#ifndef QM_CLI_MANUAL_H
#define QM_CLI_MANUAL_H

#include "src/base/buf.h"

enum { QM_MANUAL_MAX_BYTES = 256 << 10 };

void qm_manual(struct qm_buf *out);

#endif
