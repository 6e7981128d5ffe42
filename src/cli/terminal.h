/*
 * terminal - the only place that writes to the user: results to stdout, talk to stderr.
 *
 * Every line on stderr begins with "qmetry-ci:", so no text from outside can begin one: in GitHub
 * Actions "::error::..." at the start of a line would be an order. Colour is used for the word
 * "warning" or "error" only, on a terminal, unless NO_COLOR is set.
 *
 * What was written to stdout counts only once qm_output_end() has said so: a full disk or a closed
 * pipe is told there, and is no success.
 */
#ifndef QM_CLI_TERMINAL_H
#define QM_CLI_TERMINAL_H

#include "src/base/buf.h"
#include "src/base/log.h"

/* The write function of a log; `context` is not used. */
void qm_terminal_log(void *context, enum qm_log_level level, const char *line);

void qm_output_write(const char *bytes, size_t length);

/* Flushes; QM_EIO if anything of it was lost. */
enum qm_code qm_output_end(struct qm_error *err) QM_MUST_CHECK;

#endif
