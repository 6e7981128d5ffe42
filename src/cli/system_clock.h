/*
 * system_clock - the product's clock, and the signals that end a wait.
 *
 * SIGINT, SIGTERM and SIGHUP only set the program's one global variable: reading ends, the request
 * under way is cut off, a wait ends at once, and the summary is still written. A signal that comes
 * in the moment before a wait begins is not lost (all are blocked but while pselect() sleeps). The
 * second one kills.
 */
#ifndef QM_CLI_SYSTEM_CLOCK_H
#define QM_CLI_SYSTEM_CLOCK_H

#include "src/base/clock.h"

#include <signal.h>

extern const struct qm_clock qm_system_clock;

/* Returns what the first of them sets to its number. Ignored ones stay ignored. */
const volatile sig_atomic_t *qm_catch_signals(void);

/*
 * A reader that went away, of ours or of a connection, and a file that would become larger than
 * `ulimit -f` allows are failures of write() and no death: SIGPIPE and SIGXFSZ.
 */
void qm_ignore_write_signals(void);

#endif
