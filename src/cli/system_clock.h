/*
 * system_clock - the product's clock, and the signals that end a wait.
 *
 * SIGINT and SIGTERM set the program's only global variable. A wait ends at once when they come,
 * also in the moment before it begins (they are blocked but while pselect() sleeps). The second one
 * kills.
 */
#ifndef QM_CLI_SYSTEM_CLOCK_H
#define QM_CLI_SYSTEM_CLOCK_H

#include "src/base/clock.h"

#include <signal.h>

extern const struct qm_clock qm_system_clock;

/* Catches SIGINT and SIGTERM, ignores SIGPIPE; returns what they set to their number. */
const volatile sig_atomic_t *qm_catch_signals(void);

#endif
