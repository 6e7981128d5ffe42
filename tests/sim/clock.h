/*
 * clock - the one time that the simulator knows.
 *
 * Without a file it is the system's. With one, eight bytes of shared memory hold the Unix time in
 * milliseconds (a native int64) and somebody else moves it: the program under test, whose waiting
 * is adding to it. So an hour's rate limit takes no time, and each test sees the same instants.
 * An answer that is slow by script adds to it as well, instead of being late.
 */
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include "src/base/error.h"

#include <stdatomic.h>
#include <stdint.h>

struct sim_clock {
	_Atomic int64_t *shared; /* NULL: the system's clock */
};

enum qm_code sim_clock_open(struct sim_clock *clock, const char *path, struct qm_error *err);
void sim_clock_close(struct sim_clock *clock);

int64_t sim_clock_now(const struct sim_clock *clock);

/* Moves the time on; false where it is the system's, which cannot be moved. */
bool sim_clock_advance(const struct sim_clock *clock, int64_t ms);

/* Milliseconds that never step, whatever the clock says: for what really has to be waited for. */
int64_t sim_clock_ticks(void);

/*
 * Start of the fixed window that holds `now_ms`. Windows are counted from 0001-01-01T00:00:00Z,
 * so that of a minute starts with the minute, and one of 7 s starts where it always did.
 */
int64_t sim_window_start(int64_t span_ms, int64_t now_ms);

/* "Thu, 15 Jan 2026 10:30:12 GMT" */
enum { SIM_HTTP_DATE = 48 };
void sim_http_date(int64_t unix_ms, char out[SIM_HTTP_DATE]);

#endif
