/*
 * stop - when work ends before it is done: a signal has come, or its time is over.
 *
 * For work that may take long or wait without making calls, such as reading a report from a pipe
 * that nobody writes to. Time is the clock's ticks: a deadline of 30 min that began at 5,000 ms is
 * over from 1,805,000 ms on. Once it is due it stays so.
 */
#ifndef QM_BASE_STOP_H
#define QM_BASE_STOP_H

#include "src/base/clock.h"
#include "src/base/error.h"

#include <signal.h>

struct qm_stop {
	const volatile sig_atomic_t *interrupted; /* not 0: a signal came; NULL: none is caught */
	const struct qm_clock *clock;             /* NULL: there is no deadline */
	int64_t since_ms, allowed_ms;             /* of the deadline: its start in ticks */
};

/* `stop` may be NULL: never. */
bool qm_stop_is_due(const struct qm_stop *stop);

/* How long may be waited before asking again: `ms`, or less where the time is over before. */
int64_t qm_stop_wait_ms(const struct qm_stop *stop, int64_t ms);

/* Waits until `file` has bytes, or its end, for a read that blocks nobody; false once it is due. */
bool qm_stop_wait_for(const struct qm_stop *stop, int file);

/* QM_ESTOPPED with why, once it is due: "stopped by a signal while it was read". */
enum qm_code qm_stop_fail(
	const struct qm_stop *stop, const char *during, struct qm_error *err) QM_MUST_CHECK;

#endif
