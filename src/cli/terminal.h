/*
 * terminal - the talk to the user, on standard error; the result goes to output.h.
 *
 * Every line begins with "qmetry-ci:", so no text from outside can begin one: in GitHub Actions
 * "::error::..." at the start of a line would be an order. Colour is used for the word "warning"
 * or "error" only, on a terminal, unless NO_COLOR is set.
 */
#ifndef QM_CLI_TERMINAL_H
#define QM_CLI_TERMINAL_H

#include "src/base/log.h"

/* The write function of a log; `context` is not used. */
void qm_terminal_log(void *context, enum qm_log_level level, const char *line);

#endif
